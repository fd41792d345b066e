import assert from 'node:assert/strict';
import {
  chmodSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ManualClock } from '@countersign/core';
import { KeyRingFile } from './key-ring-file.ts';

const DAY_MS = 86_400_000;
const folder = mkdtempSync(join(tmpdir(), 'countersign-keys-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('nodes that start together share one key, and roll to one', async () => {
  const file = join(folder, 'keys.json');
  const clock = new ManualClock(Date.UTC(2026, 0, 5));
  const [one, two] = await Promise.all([
    KeyRingFile.open(file, clock),
    KeyRingFile.open(file, clock),
  ]);
  assert.deepEqual(one.ring.keys, two.ring.keys);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  clock.advance(91 * DAY_MS);
  await one.refresh();
  assert.equal(one.ring.keys.length, 2);
  await two.refresh();
  assert.deepEqual(two.ring.keys, one.ring.keys, 'it took what the other wrote');
  assert.deepEqual(readdirSync(folder), ['keys.json'], 'nothing is left beside it');
});

test('refuses keys that other users of the machine can read', async () => {
  const file = join(folder, 'open.json');
  const clock = new ManualClock(Date.UTC(2026, 0, 5));
  await KeyRingFile.open(file, clock);
  chmodSync(file, 0o644);
  const message = /every user of this machine may read it \(mode 644\); run chmod 600/;
  await assert.rejects(KeyRingFile.open(file, clock), { code: 'KEY_INVALID', message });
  rmSync(file);
});

test('a later node uses the existing keys, and rolls them when due', async () => {
  const file = join(folder, 'later.json');
  const clock = new ManualClock(Date.UTC(2026, 0, 5));
  const first = await KeyRingFile.open(file, clock);
  const text = readFileSync(file, 'utf8');
  const second = await KeyRingFile.open(file, clock);
  assert.deepEqual(second.ring.keys, first.ring.keys);
  await first.refresh();
  const { ring } = first;
  await first.refresh();
  assert.equal(first.ring, ring, 'what has not changed is not read again');
  assert.equal(readFileSync(file, 'utf8'), text);
  clock.advance(91 * DAY_MS);
  const third = await KeyRingFile.open(file, clock);
  assert.equal(third.ring.keys.length, 2);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const rolled = third.ring;
  await third.refresh();
  assert.equal(third.ring, rolled, 'what it wrote itself it does not read again');
  await second.refresh();
  assert.deepEqual(second.ring.keys, rolled.keys);
});

test('reports a file that cannot be created', async () => {
  const file = join(folder, 'nowhere', 'keys.json');
  await assert.rejects(KeyRingFile.open(file, new ManualClock(0)), { code: 'ENOENT' });
});

test('leaves a foreign file unchanged', async () => {
  const file = join(folder, 'other.json');
  writeFileSync(file, 'something else');
  const clock = new ManualClock(Date.UTC(2026, 0, 5));
  await assert.rejects(KeyRingFile.open(file, clock), /could not use the keys in/);
});
