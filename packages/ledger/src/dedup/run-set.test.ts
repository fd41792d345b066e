import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { runs } from '../../../../tools/property.ts';
import { nodeFiles } from '../disk/disk.ts';
import { checkFingerprintRuns, type FingerprintProblem } from './check-runs.ts';
import { FingerprintIndex } from './fingerprint-index.ts';

const IDENTITY = new Uint8Array(32).fill(7);
/** Three runs: entries 0..3, 4..5 and 6. */
const FIRST = '000000000000-000000000004.run';
const SECOND = '000000000004-000000000006.run';
const SIZE = 7;

test('finds any changed byte in any run', async (t) => {
  const dir = await threeRuns(t);
  assert.deepEqual(problemsIn(dir), []);
  const whole = readFileSync(join(dir, FIRST));
  fc.assert(
    fc.property(fc.nat(whole.length - 1), fc.integer({ min: 1, max: 255 }), (at, change) => {
      const changed = Buffer.from(whole);
      changed[at] = (changed[at] as number) ^ change;
      writeFileSync(join(dir, FIRST), changed);
      const [problem] = problemsIn(dir);
      assert.equal(problem?.path, join(dir, FIRST));
    }),
    runs(40, 2000),
  );
});

test('finds a truncated, a longer, a renamed and a stray file', async (t) => {
  const dir = await threeRuns(t);
  const path = join(dir, SECOND);
  const whole = readFileSync(path);
  for (const length of [0, 100, 4096, whole.length - 1]) {
    writeFileSync(path, whole);
    truncateSync(path, length);
    assert.equal(problemsIn(dir).length, 1, `cut to ${length}`);
  }
  writeFileSync(path, Buffer.concat([whole, Buffer.alloc(1)]));
  assert.match(problemsIn(dir)[0]?.what ?? '', /length of the file does not match/);
  writeFileSync(path, whole);
  renameSync(path, join(dir, '000000000004-000000000007.run'));
  assert.match(problemsIn(dir)[0]?.what ?? '', /name/);
  renameSync(join(dir, '000000000004-000000000007.run'), path);
  writeFileSync(join(dir, 'notes.txt'), '');
  assert.match(problemsIn(dir)[0]?.what ?? '', /does not belong/);
});

test('covers the entries before the first damaged or missing run', async (t) => {
  const damage: readonly [string, (dir: string) => void, number, number][] = [
    ['a changed header', (dir) => flip(join(dir, SECOND), 20), 4, 1],
    ['a changed filter', (dir) => flip(join(dir, SECOND), -10), 4, 1],
    ['a cut file', (dir) => truncateSync(join(dir, SECOND), 5000), 4, 1],
    ['a missing file', (dir) => unlinkSync(join(dir, SECOND)), 4, 0],
    ['a missing first file', (dir) => unlinkSync(join(dir, FIRST)), 0, 0],
    ['another name', (dir) => renameSync(join(dir, FIRST), join(dir, SECOND)), 0, 0],
    ['an empty folder', (dir) => rmSync(dir, { recursive: true }), 0, 0],
  ];
  for (const [name, harm, coveredSize, problems] of damage) {
    const dir = await threeRuns(t);
    harm(dir);
    const index = open(dir);
    assert.equal(index.coveredSize, coveredSize, name);
    assert.equal(index.problems.length, problems, name);
    feed(index, coveredSize);
    index.committed(SIZE);
    await index.flush();
    await index.settled();
    for (let i = 0; i < SIZE; i++) assert.equal(find(index, i), i, name);
    await index.close();
    assert.deepEqual(problemsIn(dir), [], name);
  }
});

test('opens a merged run, and removes the runs that were merged into it', async (t) => {
  const dir = await threeRuns(t);
  const kept = folder(t);
  for (const name of readdirSync(dir)) copyFileSync(join(dir, name), join(kept, name));
  const index = open(dir);
  index.insert(SIZE, key('v7'), 0, key('a7'), 0);
  index.committed(SIZE + 1);
  await index.flush();
  await index.settled();
  await index.close();
  const merged = '000000000004-000000000008.run';
  assert.deepEqual(readdirSync(dir), [FIRST, merged]);
  // The state after a crash between the merge and the removal of the merged runs.
  for (const name of readdirSync(kept)) copyFileSync(join(kept, name), join(dir, name));
  const again = open(dir, SIZE + 1);
  assert.equal(again.coveredSize, SIZE + 1);
  assert.deepEqual(readdirSync(dir), [FIRST, merged]);
  await again.close();
});

test('a merge that finds damaged records drops the run, and the next opening heals', async (t) => {
  const dir = await threeRuns(t);
  const index = open(dir);
  flip(join(dir, SECOND), 4096);
  index.insert(SIZE, key('v7'), 0, key('a7'), 0);
  index.committed(SIZE + 1);
  await index.flush();
  await index.settled();
  assert.match(index.problems[0]?.what ?? '', /records do not match their digest/);
  assert.equal(find(index, 7), 7);
  await index.close();
  const again = open(dir, SIZE + 1);
  assert.equal(again.coveredSize, 4);
  await again.close();
});

async function threeRuns(t: TestContext): Promise<string> {
  const dir = folder(t);
  const index = open(dir, 0);
  for (const [from, to] of [
    [0, 4],
    [4, 6],
    [6, SIZE],
  ] as const) {
    feed(index, from, to);
    index.committed(to);
    await index.flush();
    await index.settled();
  }
  await index.close();
  assert.equal(readdirSync(dir).length, 3);
  return dir;
}

/** Tables of 4 entries, and runs with sizes too different to be merged. */
function open(dir: string, size: number = SIZE): FingerprintIndex {
  return FingerprintIndex.open({
    dir,
    size,
    identity: IDENTITY,
    compaction: 'inline',
    tableEntries: 4,
  });
}

function feed(index: FingerprintIndex, from: number, to: number = SIZE): void {
  for (let i = from; i < to; i++) index.insert(i, key(`v${i}`), 0, key(`a${i}`), 0);
}

function find(index: FingerprintIndex, entry: number): number | undefined {
  return index.lookupVersion(key(`v${entry}`), 0, key(`a${entry}`), 0);
}

function problemsIn(dir: string): FingerprintProblem[] {
  return [...checkFingerprintRuns(nodeFiles, dir)].filter((problem) => problem !== undefined);
}

function flip(path: string, at: number): void {
  const bytes = readFileSync(path);
  const offset = at < 0 ? bytes.length + at : at;
  bytes[offset] = (bytes[offset] as number) ^ 1;
  writeFileSync(path, bytes);
}

function key(text: string): Uint8Array {
  return createHash('sha256').update(text).digest().subarray(0, 16);
}

function folder(t: TestContext): string {
  const dir = mkdtempSync(join(tmpdir(), 'fingerprints-'));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return dir;
}
