import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { systemClock, ThreadMonitor } from '@countersign/core';
import { CommitThread } from './commit/commit-thread.ts';
import { writeHot } from './parquet/recent-file.ts';
import { RowBuffer } from './parquet/row-buffer.ts';
import { Store } from './store.ts';
import { HOT_FOLDER, TEMP_FOLDER } from './store-layout.ts';
import { StoreReader } from './store-reader.ts';
import {
  CONTOSO,
  folder,
  HEAD,
  post,
  row,
  START_MS,
  signalBatch,
  storeOf,
} from './testing/rows.ts';

async function countIn(dir: string): Promise<number> {
  const reader = await StoreReader.open(dir);
  try {
    let count = 0;
    for await (const _ of (await reader.timeline({}, HEAD)).rows) count++;
    return count;
  } finally {
    reader.close();
  }
}

test('posted rows count once the cursor has passed them', async (t) => {
  const dir = await folder(t);
  const store = await Store.open(dir);
  t.after(() => store.close());
  assert.equal(store.cursor, 0);
  await post(store, [row(0), row(1)]);
  await post(store, [row(2), row(3)]);
  assert.equal(await countIn(dir), 0);
  store.commit(3);
  assert.equal(store.cursor, 3);
  assert.equal(await countIn(dir), 2, 'a batch with a row beyond the cursor waits');
  store.commit(4);
  assert.equal(await countIn(dir), 4);
});

test('a batch may replace rows of a batch that is posted after it', async (t) => {
  const dir = await folder(t);
  const store = await Store.open(dir);
  t.after(() => store.close());
  const signal = { stream: 'rule', group: '[]', part: 0, tenant: CONTOSO, values: '[]' };
  const rows = [0, 1].map((index) => ({ ...signal, index, timeMs: START_MS, about: '{}' }));
  store.post({ superseded: [0], signals: signalBatch(rows.slice(1)) });
  await post(store, [row(1, { entries: [0, 1] })]);
  store.post({ signals: signalBatch(rows.slice(0, 1)) });
  await post(store, [row(0)]);
  store.commit(2);
  assert.equal(await countIn(dir), 1);
  const state = new DatabaseSync(join(dir, 'state.sqlite'), { readOnly: true });
  t.after(() => state.close());
  assert.deepEqual(state.prepare('SELECT "index" FROM signals').all().map(Object.values), [[1]]);
});

test('a commit on another thread counts, and one that fails can be repeated', async (t) => {
  const dir = await folder(t);
  const store = await Store.open(dir);
  t.after(() => store.close());
  const thread = new CommitThread(dir, new ThreadMonitor());
  t.after(() => thread.close());
  await post(store, [row(0), row(1)]);
  await post(store, [row(2)]);
  await store.commitOn(thread, 2);
  assert.deepEqual([store.cursor, await countIn(dir)], [2, 2]);
  const other = new DatabaseSync(join(dir, 'state.sqlite'));
  t.after(() => other.close());
  other.exec('BEGIN IMMEDIATE');
  await assert.rejects(store.commitOn(thread, 3), /locked/);
  other.exec('ROLLBACK');
  assert.deepEqual([store.cursor, await countIn(dir)], [2, 2]);
  await store.commitOn(thread, 3);
  assert.deepEqual([store.cursor, await countIn(dir)], [3, 3]);
});

test('the cursor never goes back', async (t) => {
  const store = await storeOf(await folder(t), []);
  t.after(() => store.close());
  assert.throws(() => store.commit(1), /never goes back/);
});

test('posts files of another thread without reading them', async (t) => {
  const dir = await folder(t);
  const store = await Store.open(dir);
  t.after(() => store.close());
  const buffer = new RowBuffer();
  buffer.add(row(5));
  const file = await writeHot(dir, buffer);
  assert.equal(file.path, `${HOT_FOLDER}/000000000005-000000000006.parquet`);
  store.post({ files: [file] });
  store.commit(6);
  assert.equal(await countIn(dir), 1);
});

test('after a crash, work continues from the cursor and leftovers are removed', async (t) => {
  const dir = await folder(t);
  const before = await Store.open(dir);
  await post(before, [row(0)]);
  before.commit(1);
  await post(before, [row(1)]);
  writeFileSync(join(dir, TEMP_FOLDER, 'half.tsv'), 'half');
  // No close, as after a crash.
  const after = await Store.open(dir);
  t.after(() => after.close());
  assert.equal(after.cursor, 1);
  assert.deepEqual(readdirSync(join(dir, TEMP_FOLDER)), []);
  assert.equal(readdirSync(join(dir, HOT_FOLDER)).length, 1);
  await post(after, [row(1)]);
  after.commit(2);
  assert.equal(await countIn(dir), 2);
});

for (const [what, harm] of [
  ['gone', (path: string) => rmSync(path)],
  ['cut', (path: string) => truncateSync(path, 100)],
] as const) {
  test(`a listed file that is ${what} makes the store rebuild everything`, async (t) => {
    const dir = await folder(t);
    (await storeOf(dir, [[row(0)], [row(1)]])).close();
    const [first] = readdirSync(join(dir, HOT_FOLDER));
    harm(join(dir, HOT_FOLDER, first as string));
    const store = await Store.open(dir);
    t.after(() => store.close());
    assert.equal(store.cursor, 0);
    assert.deepEqual(readdirSync(join(dir, HOT_FOLDER)), []);
  });
}

test('rebuilds a missing state, or one of another version', async (t) => {
  const dir = await folder(t);
  for (const harm of [
    (path: string) => new DatabaseSync(path).exec('PRAGMA user_version = 999'),
    (path: string) => writeFileSync(path, 'not a database, and longer than a header of one'),
    (path: string) => rmSync(path),
  ]) {
    (await storeOf(dir, [[row(0)]])).close();
    harm(join(dir, 'state.sqlite'));
    assert.equal(await countIn(dir), 0, 'a reader takes nothing from a state it does not know');
    const store = await Store.open(dir);
    assert.equal(store.cursor, 0);
    store.close();
  }
});

test('reading an empty folder creates nothing in it', async (t) => {
  const dir = await folder(t);
  assert.equal(await countIn(dir), 0);
  assert.equal(existsSync(join(dir, 'state.sqlite')), false);
});

test('commits facts of our own entries with the cursor', async (t) => {
  const dir = await folder(t);
  const store = await Store.open(dir);
  t.after(() => store.close());
  const fact = {
    index: 3,
    seenMs: 5,
    file: 'export.csv',
    bytes: 9,
    sha256: 'ab',
    by: 'ada@host',
    origin: null,
  };
  store.post({ facts: { imports: [fact] } });
  const reader = await StoreReader.open(dir);
  t.after(() => reader.close());
  store.commit(3);
  assert.deepEqual(reader.imports(), [], 'the entry that says so is beyond the cursor');
  store.commit(4);
  assert.deepEqual(reader.imports(), [fact]);
});

test('removes spill folders of dead processes, and keeps those of living ones', async (t) => {
  const dir = await folder(t);
  (await Store.open(dir)).close();
  const { pid: dead } = spawnSync(process.execPath, ['--version']);
  // One of an earlier process with our own id, as in a container; one of a living process.
  const pids = [dead, process.pid, process.ppid];
  const left = pids.map((pid) => join(dir, 'events', `spill-${pid}-a`));
  for (const path of left) {
    mkdirSync(path);
    writeFileSync(join(path, 'spilled'), 'spilled rows');
  }
  const opened = async (): Promise<(readonly string[] | undefined)[]> => {
    (await Store.open(dir)).close();
    return left.map((path) => (existsSync(path) ? readdirSync(path) : undefined));
  };
  assert.deepEqual(await opened(), [[], [], ['spilled']]);
  const yesterday = new Date(systemClock.now() - 25 * 3_600_000);
  for (const path of left) utimesSync(path, yesterday, yesterday);
  assert.deepEqual(await opened(), [undefined, undefined, []]);
});
