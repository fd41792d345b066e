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

test('what was kept is there after a kill, with all names and the line', async () => {
  const folder = folderOf();
  const first = new FileReplayStore(folder, new ManualClock(NOW_MS));
  assert.deepEqual([first.earlier, first.lineMs], [[], NONE]);
  await Promise.all([first.keep(used('a'), NONE), first.keep(used('b'), NOW_MS - 5)]);
  // Nothing is closed: the process is gone.
  const second = new FileReplayStore(folder, new ManualClock(NOW_MS));
  assert.deepEqual(second.earlier, [used('a'), used('b')]);
  assert.equal(second.lineMs, NOW_MS - 5);
  await second.keep(used('c'), NOW_MS - 5);
  const third = new FileReplayStore(folder, new ManualClock(NOW_MS));
  assert.deepEqual(third.earlier, [used('a'), used('b'), used('c')]);
  for (const file of [first, second, third]) await file.close();
});

test('a line that was on its way is none; nobody was answered for it', async () => {
  const folder = folderOf();
  const first = new FileReplayStore(folder, new ManualClock(NOW_MS));
  await first.keep(used('a'), NONE);
  await first.close();
  const [name = ''] = filesIn(folder);
  appendFileSync(join(folder, name), '{"names":["b"');
  const second = new FileReplayStore(folder, new ManualClock(NOW_MS));
  assert.deepEqual([second.earlier, second.lineMs], [[used('a')], NONE]);
});

for (const [what, damage] of [
  ['cut', (text: string) => `${text.slice(5)}`],
  ['of another form', (text: string) => `{"names":"a","issuedMs":1}\n${text}`],
  ['without its time', (text: string) => `{"names":["a"]}\n${text}`],
  ['no object', (text: string) => `null\n${text}`],
] as const) {
  test(`where a whole line is ${what}, all that was issued until now is refused`, async () => {
    const folder = folderOf();
    const first = new FileReplayStore(folder, new ManualClock(NOW_MS));
    await first.keep(used('a'), NONE);
    await first.close();
    const [name = ''] = filesIn(folder);
    const path = join(folder, name);
    writeFileSync(path, damage(readFileSync(path, 'utf8')));
    assert.equal(new FileReplayStore(folder, new ManualClock(NOW_MS + 9)).lineMs, NOW_MS + 9);
  });
}

test('files are removed when all that they hold is over, and not before', async () => {
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

test('what cannot be written is told, and the next is written apart from it', async () => {
  const folder = folderOf();
  const file = new FileReplayStore(folder, new ManualClock(NOW_MS));
  // Another process was here: the number is taken, as nothing else may take it.
  writeFileSync(join(folder, '1.ndjson'), '');
  await assert.rejects(file.keep(used('a'), NONE), { code: 'EEXIST' });
  await file.keep(used('b'), NONE);
  assert.deepEqual(new FileReplayStore(folder, new ManualClock(NOW_MS)).earlier, [used('b')]);
  await file.close();
});
