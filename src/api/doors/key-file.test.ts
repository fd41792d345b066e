import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ManualClock } from '../../core/index.ts';
import { KeyFile } from './key-file.ts';

const DAY_MS = 86_400_000;
const folder = mkdtempSync(join(tmpdir(), 'countersign-keys-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('nodes that begin at once begin with one key, and roll to one', async () => {
  const file = join(folder, 'keys.json');
  const clock = new ManualClock(Date.UTC(2026, 0, 5));
  const [one, two] = await Promise.all([KeyFile.open(file, clock), KeyFile.open(file, clock)]);
  assert.deepEqual(one.ring.keys, two.ring.keys);
  assert.equal(statSync(file).mode & 0o777, 0o600);
  clock.advance(91 * DAY_MS);
  await one.look();
  assert.equal(one.ring.keys.length, 2);
  await two.look();
  assert.deepEqual(two.ring.keys, one.ring.keys, 'it took what the other wrote');
  assert.deepEqual(readdirSync(folder), ['keys.json'], 'nothing is left beside it');
});

test('a file that is none of ours stays as it is', async () => {
  const file = join(folder, 'other.json');
  writeFileSync(file, 'something else');
  const clock = new ManualClock(Date.UTC(2026, 0, 5));
  await assert.rejects(KeyFile.open(file, clock), /could not use the keys in/);
});
