import assert from 'node:assert/strict';
import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { ManualClock } from '@countersign/core';
import { FileReplayStore } from './file-replay-store.ts';
import { KEPT_MS } from './replay-cache.ts';

const NOW_MS = Date.UTC(2026, 0, 5, 9);
const NONE = Number.NEGATIVE_INFINITY;
const root = mkdtempSync(join(tmpdir(), 'countersign-used-'));
after(() => rmSync(root, { recursive: true }));

let next = 0;
const folderOf = (): string => join(root, `${next++}`);
const used = (name: string, issuedMs = NOW_MS) => ({ names: [name, `${name}'`], issuedMs });
const filesIn = (folder: string): readonly string[] => readdirSync(folder).sort();

test('after a kill, all names and the line are still there', async () => {
  const folder = folderOf();
  const first = new FileReplayStore(folder, new ManualClock(NOW_MS));
  assert.deepEqual([first.earlier, first.cutoffMs], [[], NONE]);
  await Promise.all([first.keep(used('a'), NONE), first.keep(used('b'), NOW_MS - 5)]);
  // Nothing is closed, as after a kill.
  const second = new FileReplayStore(folder, new ManualClock(NOW_MS));
  assert.deepEqual(second.earlier, [used('a'), used('b')]);
  assert.equal(second.cutoffMs, NOW_MS - 5);
  await second.keep(used('c'), NOW_MS - 5);
  const third = new FileReplayStore(folder, new ManualClock(NOW_MS));
  assert.deepEqual(third.earlier, [used('a'), used('b'), used('c')]);
  for (const file of [first, second, third]) await file.close();
});

test('ignores an incomplete last line, because no reply was sent for it', async () => {
  const folder = folderOf();
  const first = new FileReplayStore(folder, new ManualClock(NOW_MS));
  await first.keep(used('a'), NONE);
  await first.close();
  const [name = ''] = filesIn(folder);
  appendFileSync(join(folder, name), '{"names":["b"');
  const second = new FileReplayStore(folder, new ManualClock(NOW_MS));
  assert.deepEqual([second.earlier, second.cutoffMs], [[used('a')], NONE]);
});

for (const [what, damage] of [
  ['cut', (text: string) => `${text.slice(5)}`],
  ['of another form', (text: string) => `{"names":"a","issuedMs":1}\n${text}`],
  ['without its time', (text: string) => `{"names":["a"]}\n${text}`],
  ['no object', (text: string) => `null\n${text}`],
] as const) {
  test(`with ${what} in a complete line, refuses everything issued until now`, async () => {
    const folder = folderOf();
    const first = new FileReplayStore(folder, new ManualClock(NOW_MS));
    await first.keep(used('a'), NONE);
    await first.close();
    const [name = ''] = filesIn(folder);
    const path = join(folder, name);
    writeFileSync(path, damage(readFileSync(path, 'utf8')));
    assert.equal(new FileReplayStore(folder, new ManualClock(NOW_MS + 9)).cutoffMs, NOW_MS + 9);
  });
}

test('removes files once everything in them is over, and not before', async () => {
  const folder = folderOf();
  const clock = new ManualClock(NOW_MS);
  const file = new FileReplayStore(folder, clock);
  const keep = async (name: string, afterMs: number): Promise<readonly string[]> => {
    clock.advance(afterMs);
    await file.keep(used(name), NONE);
    return filesIn(folder);
  };
  assert.deepEqual(await keep('a', 0), ['1.ndjson']);
  assert.deepEqual(await keep('b', KEPT_MS - 1), ['1.ndjson']);
  assert.deepEqual(await keep('c', 1), ['1.ndjson', '2.ndjson']);
  assert.deepEqual(await keep('d', KEPT_MS), ['2.ndjson', '3.ndjson']);
  await file.close();
  const later = new FileReplayStore(folder, clock);
  assert.deepEqual(later.earlier, [used('c'), used('d')]);
});

test('reports a failed write, and writes the next entry to another file', async () => {
  const folder = folderOf();
  const file = new FileReplayStore(folder, new ManualClock(NOW_MS));
  // Another process took the number.
  writeFileSync(join(folder, '1.ndjson'), '');
  await assert.rejects(file.keep(used('a'), NONE), { code: 'EEXIST' });
  await file.keep(used('b'), NONE);
  assert.deepEqual(new FileReplayStore(folder, new ManualClock(NOW_MS)).earlier, [used('b')]);
  await file.close();
});
