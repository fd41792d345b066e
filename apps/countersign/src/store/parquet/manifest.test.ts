import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ManualClock } from '@countersign/core';
import { DuckDBInstance } from '@duckdb/node-api';
import { Store } from '../store.ts';
import { MANIFEST_FILE, TEMP_FOLDER } from '../store-layout.ts';
import { folder, post, row, START_MS, storeOf } from '../testing/rows.ts';
import type { Manifest } from './manifest.ts';

const DOCUMENT = new URL(
  '../../../../../docs/how-to/read-events-with-other-tools.md',
  import.meta.url,
);

function manifestIn(dir: string): Manifest {
  return JSON.parse(readFileSync(join(dir, MANIFEST_FILE), 'utf8')) as Manifest;
}

/** What a DuckDB without Countersign reads with the documented statements. */
async function readAsDocumented(dir: string): Promise<{ index: number[]; timeType: string }> {
  const [, sql = ''] = /```sql\n(.*?)```/s.exec(readFileSync(DOCUMENT, 'utf8')) ?? [];
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    await connection.run(sql.replaceAll('countersign-data/', `${dir}/`));
    const rows = await connection.runAndReadAll(
      'SELECT "index", typeof(time) FROM events ORDER BY ALL',
    );
    const found = rows.getRows();
    return { index: found.map(([index]) => Number(index)), timeType: String(found[0]?.[1]) };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

test('another reader counts the current rows with the documented statements', async (t) => {
  const dir = await folder(t);
  const store = await storeOf(dir, [[row(0), row(1)], [row(2), row(3)], [row(4)]], [1, 2]);
  store.close();
  const { index, timeType } = await readAsDocumented(dir);
  assert.deepEqual(index, [0, 3, 4]);
  assert.equal(timeType, 'TIMESTAMP WITH TIME ZONE');
});

test('reads the same rows after files were merged and partitioned by day', async (t) => {
  const dir = await folder(t);
  const rows = [0, 1, 2, 3].map((i) => row(i, { timeMs: START_MS + i * 86_400_000 }));
  const store = await storeOf(
    dir,
    rows.map((each) => [each]),
    [2],
  );
  t.after(() => store.close());
  await store.compact({ hotFilesMax: 1 });
  assert.deepEqual((await readAsDocumented(dir)).index, [0, 1, 3]);
  await store.compact({ partitionRowsMin: 1 });
  assert.deepEqual(manifestIn(dir).superseded, []);
  const { index, timeType } = await readAsDocumented(dir);
  assert.deepEqual(index, [0, 1, 3]);
  assert.equal(timeType, 'TIMESTAMP WITH TIME ZONE');
});

test('after an erasure the manifest no longer lists its rows', async (t) => {
  const dir = await folder(t);
  const store = await storeOf(dir, [[row(0), row(1), row(2)]]);
  t.after(() => store.close());
  await store.purge([1]);
  for (const { path } of manifestIn(dir).files) {
    assert.ok(existsSync(join(dir, 'events', path)), path);
  }
  assert.ok((await readAsDocumented(dir)).index.includes(0));
});

test('while rows arrive, the manifest is written again after ten seconds', async (t) => {
  const dir = await folder(t);
  const clock = new ManualClock(START_MS);
  const store = await Store.open(dir, { clock });
  t.after(() => store.close());
  assert.deepEqual(manifestIn(dir).files, []);
  await post(store, [row(0)]);
  store.commit(1);
  assert.equal(manifestIn(dir).cursor, 0);
  clock.advance(10_000);
  await post(store, [row(1)]);
  store.commit(2);
  assert.equal(manifestIn(dir).cursor, 2);
  assert.equal(manifestIn(dir).files.length, 2);
});

test('a writer that opens after a crash updates the manifest', async (t) => {
  const dir = await folder(t);
  const clock = new ManualClock(START_MS);
  const store = await Store.open(dir, { clock });
  await post(store, [row(0)]);
  store.commit(1);
  // The state after a kill: the transaction is durable, the manifest is older.
  const killed = manifestIn(dir);
  store.close();
  assert.equal(killed.cursor, 0);
  rmSync(join(dir, MANIFEST_FILE));
  (await Store.open(dir)).close();
  assert.equal(manifestIn(dir).cursor, 1);
});

test('if the disk accepts no manifest, none remains and the writer goes on', async (t) => {
  const dir = await folder(t);
  const store = await storeOf(dir, [[row(0)]]);
  // A folder in place of the temporary file fails like a full disk, also for root.
  mkdirSync(join(dir, TEMP_FOLDER, 'manifest.json'));
  await store.compact({ partitionRowsMin: 1 });
  assert.ok(!existsSync(join(dir, MANIFEST_FILE)));
  rmSync(join(dir, TEMP_FOLDER, 'manifest.json'), { recursive: true });
  store.close();
  assert.deepEqual((await readAsDocumented(dir)).index, [0]);
});
