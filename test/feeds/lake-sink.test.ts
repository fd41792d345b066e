import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ManualClock } from '@countersign/core';
import { DuckDBInstance } from '@duckdb/node-api';
import { type Delivery, SinkError } from '../../apps/countersign/src/feeds/delivery/sink.ts';
import { FolderStore } from '../../apps/countersign/src/feeds/sinks/lake/folder-store.ts';
import { LakeObjects } from '../../apps/countersign/src/feeds/sinks/lake/lake-objects.ts';
import { LakeSink } from '../../apps/countersign/src/feeds/sinks/lake/lake-sink.ts';
import type { LakeStore } from '../../apps/countersign/src/feeds/sinks/lake/lake-store.ts';
import { IS_LONG } from '../../tools/property.ts';
import { eventDeliveries, eventDelivery, ORIGIN, TENANT } from '../support/feeds/deliveries.ts';
import { temporaryFolder } from '../support/folders.ts';
import { smallDisk, withoutMount } from '../support/small-disk.ts';

const NEVER = new AbortController().signal;
const EVERY_MS = 300_000;
const LAYOUT = { source: 'cs', region: 'eu-west-1', accountId: '123456789012' };
const PLACE = 'region=eu-west-1/accountId=123456789012';
const root = temporaryFolder('lake-sink');
const noMount = withoutMount(root);

function sinkAt(store: LakeStore, clock = new ManualClock(0)): LakeSink {
  return new LakeSink({ objects: new LakeObjects(LAYOUT), store, clock, everyMs: EVERY_MS });
}

function filesIn(folder: string): string[] {
  const names = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  return names.filter((name) => /\.(?:parquet|tmp)$/.test(name)).sort();
}

async function query(folder: string, sql: string): Promise<unknown[][]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const from = `read_parquet('${folder}/**/*.parquet', union_by_name = true)`;
  const rows = (await connection.runAndReadAll(sql.replace('LAKE', from))).getRowsJson();
  connection.closeSync();
  instance.closeSync();
  return rows;
}

test('objects have one class and one day, are sorted, and DuckDB counts the events', async () => {
  const folder = join(root, 'layout');
  const day = Date.UTC(2026, 2, 2);
  const late = [5, 3, 4].map((index) => eventDelivery(index, { timeMs: day - index }));
  const finding = eventDelivery(6, { timeMs: day, body: { class_uid: 2004, type_uid: 200_401 } });
  const records = [
    eventDelivery(1, { timeMs: day + 9 }),
    eventDelivery(2, { timeMs: day }),
    ...late,
  ];
  await sinkAt(new FolderStore(folder)).send([...records, finding], NEVER);
  assert.deepEqual(filesIn(folder), [
    `ext/cs-2004/${PLACE}/eventDay=20260302/6-6.parquet`,
    `ext/cs-3002/${PLACE}/eventDay=20260301/3-5.parquet`,
    `ext/cs-3002/${PLACE}/eventDay=20260302/1-2.parquet`,
  ]);
  const indices = 'SELECT cs_index FROM LAKE WHERE class_uid = 3002';
  const of = (name: string) => join(folder, `ext/cs-3002/${PLACE}/eventDay=${name}`);
  assert.deepEqual(await query(of('20260301'), indices), [['5'], ['4'], ['3']]);
  assert.deepEqual(await query(of('20260302'), indices), [['2'], ['1']]);
  const [row] = await query(
    folder,
    `SELECT cs_id, metadata.uid, time, actor.user.name, src_endpoint.location.city, is_mfa,
       unmapped['tags'], observables[1].value, accountId, eventDay FROM LAKE WHERE cs_index = 1`,
  );
  assert.deepEqual(row, [
    ...[`${ORIGIN}#1`, 'sign-in-1', String(day + 9), 'user-1@northmoor.example', 'Kirkwall'],
    ...[true, '["a","b"]', '198.51.100.10', '123456789012', '20260302'],
  ]);
});

test('the same batch again is the same file; what no lake can hold is refused', async () => {
  const folder = join(root, 'again');
  const records: Delivery[] = [
    ...eventDeliveries(0, 3),
    eventDelivery(3, { body: { class_uid: undefined } }),
    eventDelivery(4, { body: { time: 1e300 } }),
    { index: 5, kind: 'unreadable', id: `${ORIGIN}#5`, of: 'event', because: 'bad' },
    { index: 6, kind: 'erased', id: `${ORIGIN}#6`, of: 'event' },
  ];
  for (const _ of [1, 2]) {
    const { refused } = await sinkAt(new FolderStore(folder)).send(records, NEVER);
    assert.deepEqual(
      refused.map(({ index }) => index),
      [3, 4, 5],
    );
  }
  assert.deepEqual(await query(folder, 'SELECT count(*), count(DISTINCT cs_id) FROM LAKE'), [
    ['3', '3'],
  ]);
});

test('a small batch is held for the rest of the interval, a full one is not', async () => {
  const folder = join(root, 'held');
  const clock = new ManualClock(0);
  const sink = sinkAt(new FolderStore(folder), clock);
  await sink.send(eventDeliveries(0, 10), NEVER);
  let isDone = false;
  const held = sink.send(eventDeliveries(10, 10), NEVER).then(() => {
    isDone = true;
  });
  await sinkAt(new FolderStore(folder)).send(eventDeliveries(50, 1), NEVER);
  assert.equal(isDone, false);
  assert.equal(filesIn(folder).length, 2);
  clock.advance(EVERY_MS);
  await held;
  assert.equal(filesIn(folder).length, 3);
  await sink.send(eventDeliveries(100, sink.batchMax.records), NEVER);
  assert.equal(filesIn(folder).length > 3, true);
  const stop = new AbortController();
  const stopped = sink.send(eventDeliveries(90_000, 1), stop.signal);
  stop.abort();
  await assert.rejects(stopped, SinkError);
});

test('what a kill left under a temporary name is invisible, and then removed', async () => {
  const folder = join(root, 'killed');
  const day = join(folder, `ext/cs-3002/${PLACE}/eventDay=20260302`);
  mkdirSync(day, { recursive: true });
  writeFileSync(join(day, '.0d0f.tmp'), 'PAR1 and then nothing');
  await sinkAt(new FolderStore(folder)).send(eventDeliveries(0, 3), NEVER);
  assert.deepEqual(readdirSync(day), ['0-2.parquet']);
});

test('an erasure removes the rows from every file, and files that become empty', async () => {
  const folder = join(root, 'erased');
  const clock = new ManualClock(0);
  const sink = sinkAt(new FolderStore(folder), clock);
  await sink.send(eventDeliveries(0, 10), NEVER);
  clock.advance(EVERY_MS);
  await sink.send(eventDeliveries(10, 10), NEVER);
  clock.advance(EVERY_MS);
  const erasure = erasureOf(25, [
    [3, 5],
    [10, 20],
  ]);
  const { refused } = await sink.send([eventDelivery(24), erasure], NEVER);
  assert.deepEqual(refused, []);
  assert.deepEqual(
    (await query(folder, 'SELECT cs_index FROM LAKE ORDER BY 1')).flat().map(Number),
    [0, 1, 2, 5, 6, 7, 8, 9, 24],
  );
  assert.equal(filesIn(folder).length, 2);
  const [types] = await query(
    folder,
    'SELECT typeof(unmapped), typeof(time), typeof(actor) FROM LAKE',
  );
  assert.match(String(types), /^MAP\(VARCHAR, VARCHAR\),BIGINT,STRUCT\(app_uid VARCHAR/);
});

test('a full disk fails the batch, leaves no file, and is over when space is free', {
  skip: noMount,
}, async () => {
  using disk = smallDisk(root, 4);
  const sink = sinkAt(new FolderStore(disk.path));
  disk.fill(0);
  await assert.rejects(sink.send(eventDeliveries(0, 2000), NEVER), (error: unknown) => {
    assert.ok(error instanceof SinkError);
    assert.equal(error.code, 'UNAVAILABLE');
    assert.match(error.message, /the disk is full; free space/);
    return true;
  });
  assert.deepEqual(filesIn(disk.path), []);
  disk.clear();
  await sink.send(eventDeliveries(0, 2000), NEVER);
  assert.deepEqual(await query(disk.path, 'SELECT count(*) FROM LAKE'), [['2000']]);
});

test('PySpark counts the same events as DuckDB', { skip: sparkSkip() }, async () => {
  const folder = join(root, 'spark');
  const sink = sinkAt(new FolderStore(folder));
  const finding = eventDelivery(5000, {
    body: { class_uid: 2004, evidences: [{ data: { a: 1 } }] },
  });
  await sink.send([...eventDeliveries(0, 5000), finding], NEVER);
  const script = `
from pyspark.sql import SparkSession
spark = SparkSession.builder.master("local[1]").config("spark.ui.enabled", "false").getOrCreate()
rows = spark.read.parquet("${folder}/ext/cs-3002")
print("COUNT", rows.count(), rows.select("cs_id").distinct().count(),
  rows.where("actor.user.name = 'user-7@northmoor.example'").count(),
  rows.where("unmapped['tags'] is not null and observables[0].type_id = 2").count(),
  dict(rows.dtypes)["time"])
print("FINDINGS", spark.read.parquet("${folder}/ext/cs-2004").count())
`;
  const output = execFileSync(python(), ['-c', script], { encoding: 'utf8', stdio: 'pipe' });
  assert.match(output, /^COUNT 5000 5000 100 5000 bigint$/m);
  assert.match(output, /^FINDINGS 1$/m);
  const counts = `SELECT count(*), count(DISTINCT cs_id),
    count(*) FILTER (actor.user.name = 'user-7@northmoor.example') FROM LAKE`;
  assert.deepEqual(await query(join(folder, 'ext/cs-3002'), counts), [['5000', '5000', '100']]);
});

function erasureOf(index: number, ranges: readonly (readonly [number, number])[]): Delivery {
  const at = '2026-03-02T09:00:00Z';
  const times = { at, seen: at, tenant: TENANT };
  return { index, kind: 'erasure', id: `${ORIGIN}#${index}`, ...times, body: { v: 1, ranges } };
}

/** A Python with PySpark. */
function python(): string {
  return process.env['COUNTERSIGN_PYTHON'] ?? 'python3';
}

function sparkSkip(): string | false {
  if (!IS_LONG) return 'starts Spark: belongs to test:long';
  const { status } = spawnSync(python(), ['-c', 'import pyspark'], { stdio: 'ignore' });
  return status === 0 ? false : 'no PySpark here: pip install pyspark, and set COUNTERSIGN_PYTHON';
}
