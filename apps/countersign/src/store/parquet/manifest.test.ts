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

/** What a DuckDB that knows nothing of Countersign reads by the statements of the document. */
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

test('another reader counts the rows that count, as the documentation says it', async (t) => {
  const dir = await folder(t);
  const store = await storeOf(dir, [[row(0), row(1)], [row(2), row(3)], [row(4)]], [1, 2]);
  store.close();
  const { index, timeType } = await readAsDocumented(dir);
  assert.deepEqual(index, [0, 3, 4]);
  assert.equal(timeType, 'TIMESTAMP WITH TIME ZONE');
});

test('the same rows are read after files were merged and laid down by day', async (t) => {
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

test('an erasure leaves the manifest without its rows', async (t) => {
  const dir = await folder(t);
  const store = await storeOf(dir, [[row(0), row(1), row(2)]]);
  t.after(() => store.close());
  await store.purge([1]);
  for (const { path } of manifestIn(dir).files) {
    assert.ok(existsSync(join(dir, 'events', path)), path);
  }
  assert.ok((await readAsDocumented(dir)).index.includes(0));
});

test('while rows come in, the manifest is written again after ten seconds', async (t) => {
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

test('a writer that opens after a crash brings the manifest up to date', async (t) => {
  const dir = await folder(t);
  const clock = new ManualClock(START_MS);
  const store = await Store.open(dir, { clock });
  await post(store, [row(0)]);
  store.commit(1);
  // What a kill leaves: the transaction is durable, the manifest is of the time before.
  const killed = manifestIn(dir);
  store.close();
  assert.equal(killed.cursor, 0);
  rmSync(join(dir, MANIFEST_FILE));
  (await Store.open(dir)).close();
  assert.equal(manifestIn(dir).cursor, 1);
});

test('where the disk takes no manifest, none is left, and the writer goes on', async (t) => {
  const dir = await folder(t);
  const store = await storeOf(dir, [[row(0)]]);
  // A folder in place of the unfinished file fails as a full disk does, for root as well.
  mkdirSync(join(dir, TEMP_FOLDER, 'manifest.json'));
  await store.compact({ partitionRowsMin: 1 });
  assert.ok(!existsSync(join(dir, MANIFEST_FILE)));
  rmSync(join(dir, TEMP_FOLDER, 'manifest.json'), { recursive: true });
  store.close();
  assert.deepEqual((await readAsDocumented(dir)).index, [0]);
});
