import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import type { TenantId } from '@countersign/core';
import fc from 'fast-check';
import { runs } from '../../../../../tools/property.ts';
import { DuckDbEngine, literal } from '../duckdb/duckdb-engine.ts';
import { BUFFER_ROWS, COLUMN_CHARS_MAX, ROW_GROUP_ROWS } from '../limits.ts';
import type { EventRow } from '../rows/event-row.ts';
import { StoreReader } from '../store-reader.ts';
import { CONTOSO, FABRIKAM, folder, HEAD, row, START_MS, storeOf } from '../testing/rows.ts';
import { COLUMNS } from './event-columns.ts';
import { RowBuffer } from './row-buffer.ts';

async function readBack(dir: string): Promise<EventRow[]> {
  const reader = await StoreReader.open(dir);
  try {
    const { rows } = await reader.timeline({}, HEAD);
    const all: EventRow[] = [];
    for await (const each of rows) all.push(each);
    return all.sort((a, b) => a.index - b.index);
  } finally {
    reader.close();
  }
}

/** Characters that are special to CSV, Parquet, UTF-8 or a terminal. */
const nasty = fc.constantFrom(
  '\t',
  '\n',
  '\r',
  '\r\n',
  '"',
  "'",
  '\\',
  '\0',
  '\\N',
  ',',
  ' ',
  '#',
  'NULL',
  '\u001b[31m',
  'é',
  '\u2028',
  '\ud83d\ude00',
  '\u{10ffff}',
  '\u0080',
  '=',
  '""',
);
const text = fc
  .array(fc.oneof(nasty, fc.string({ unit: 'grapheme-composite', maxLength: 5 })), { maxLength: 8 })
  // The VARCHAR binding drops a byte order mark at the start of a value.
  .map((parts) => parts.join('').replace(/^\ufeff+/, ''));
const textOrNull = fc.option(text);
const count = fc.option(fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER }));

test('any text of a row comes back from Parquet unchanged', async (t) => {
  const parts = fc.record({
    operation: textOrNull,
    actorName: textOrNull,
    actorUid: textOrNull,
    object: textOrNull,
    folder: textOrNull,
    userAgent: textOrNull,
    byteCount: count,
    recordType: fc.option(fc.integer({ min: 0, max: 100_000 })),
    isThrottled: fc.boolean(),
    isMfa: fc.constantFrom(0, 1, null),
    timeMs: fc.integer({ min: -62_135_596_800_000, max: 253_402_300_799_999 }),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(parts, { minLength: 1, maxLength: 30 }), async (list) => {
      const dir = await folder(t);
      const rows = list.map((each, i) => row(i, each));
      (await storeOf(dir, [rows])).close();
      assert.deepEqual(await readBack(dir), rows);
    }),
    runs(8, 300),
  );
});

test('every column keeps its place in a row that is read back', async (t) => {
  const dir = await folder(t);
  const given = row(7, { entries: [3, 7], erased: true });
  const event = { ...given.event };
  for (const [i, name] of Object.keys(event).entries()) {
    const member = name as keyof typeof event;
    if (typeof event[member] === 'number') Object.assign(event, { [member]: 100 + i });
    if (event[member] === null) Object.assign(event, { [member]: `text ${i}` });
  }
  const numbers = { recordType: 5, isMfa: 1, byteCount: 9, tokenIssuedMs: 8 };
  Object.assign(event, { ...numbers, isThrottled: true });
  (await storeOf(dir, [[{ ...given, event }]])).close();
  assert.deepEqual(await readBack(dir), [{ ...given, event }]);
});

test('row groups, dictionaries and plain columns hold every value', async (t) => {
  const dir = await folder(t);
  const rows = Array.from({ length: BUFFER_ROWS + 5000 }, (_, i) =>
    row(i, {
      entries: i % 3 === 0 && i > 0 ? [i - 1, i] : [i],
      timeMs: START_MS + i,
      // Columns with one value, few, only distinct, many repeated, mostly null, and only null
      // values.
      workload: 'Exchange',
      operation: `operation ${i % 7}`,
      correlationUid: `id ${i}`,
      object: `file ${(i * 7919) % 20_011}`,
      ip: i % 5 === 0 ? null : `10.0.${i % 256}.1`,
      byteCount: i % 2 === 0 ? null : i * 1_000_003,
      isThrottled: i % 3 === 0,
      classUid: 6000 + (i % 8),
    }),
  );
  const store = await storeOf(dir, [rows]);
  assert.deepEqual(await readBack(dir), rows);
  await store.compact({ partitionRowsMin: 1 });
  store.close();
  assert.deepEqual(await readBack(dir), rows);
});

test("a person's rows are contiguous, and row groups state their range of actors", async (t) => {
  const dir = await folder(t);
  // In UTF-8, the last name sorts after the one before it; in UTF-16 before.
  const names = ['b', 'a', null, 'é', '\uffee', '\u{1f600}'];
  const rows = Array.from({ length: BUFFER_ROWS }, (_, i) =>
    row(i, { tenant: i % 5 === 0 ? FABRIKAM : CONTOSO, actorUid: names[i % names.length] ?? null }),
  );
  (await storeOf(dir, [rows])).close();
  const [path = ''] = new DatabaseSync(join(dir, 'state.sqlite'))
    .prepare('SELECT path FROM files')
    .all()
    .map((file) => String(file['path']));
  const engine = await DuckDbEngine.open({ threads: 1, tempDir: dir });
  const file = literal(join(dir, path));
  const read = await engine.rows(`SELECT tenant, actor, "index" FROM read_parquet(${file})`);
  const sorted = await engine.rows(
    `SELECT tenant, actor, "index" FROM read_parquet(${file})
      ORDER BY encode(tenant), encode(actor) NULLS FIRST, "index"`,
  );
  assert.deepEqual(read, sorted);
  const ranges = await engine.rows(
    `SELECT stats_min_value, stats_max_value FROM parquet_metadata(${file})
      WHERE path_in_schema = 'actor' ORDER BY row_group_id`,
  );
  const groups = Array.from({ length: BUFFER_ROWS / ROW_GROUP_ROWS }, (_, i) => {
    const of = read.slice(i * ROW_GROUP_ROWS, (i + 1) * ROW_GROUP_ROWS);
    const actors = of.flatMap(([, actor]) => (actor === null ? [] : [Buffer.from(String(actor))]));
    const [first, ...more] = actors.sort(Buffer.compare).map(String);
    return [first, more.at(-1)];
  });
  assert.deepEqual(ranges, groups);
  engine.close();
});

test('a buffer can be reused', async (t) => {
  const dir = await folder(t);
  const buffer = new RowBuffer();
  buffer.add(row(0, { operation: 'first' }));
  buffer.clear();
  buffer.add(row(1, { operation: 'second' }));
  const store = await storeOf(dir, []);
  await store.postRows(buffer);
  store.commit(HEAD.size);
  store.close();
  assert.deepEqual(await readBack(dir), [row(1, { operation: 'second' })]);
});

test('text longer than a column is truncated with a mark', async (t) => {
  const dir = await folder(t);
  const long = 'x'.repeat(COLUMN_CHARS_MAX + 1);
  (await storeOf(dir, [[row(0, { object: long })]])).close();
  const [first] = await readBack(dir);
  assert.equal(first?.event.object, `${'x'.repeat(COLUMN_CHARS_MAX)}…`);
});

test('a row with full columns of three-byte characters fits', async (t) => {
  const dir = await folder(t);
  const full = '\u20ac'.repeat(COLUMN_CHARS_MAX);
  const texts = Object.keys(row(0).event).filter((name) =>
    /[a-z](?:Uid|Name)$|^object$/.test(name),
  );
  const parts = Object.fromEntries(texts.map((name) => [name, full]));
  const { classUid: _, ...rest } = parts;
  (await storeOf(dir, [[row(0, rest)]])).close();
  const [first] = await readBack(dir);
  assert.equal(first?.event.object, full);
});

test("hostile numbers are clamped to the column's range", async (t) => {
  const dir = await folder(t);
  const rows = [
    row(0, { itemCount: 1e300 }),
    row(1, { itemCount: 2.9 }),
    row(2, { byteCount: Number.NaN, recordType: 1e12 }),
  ];
  (await storeOf(dir, [rows])).close();
  const back = await readBack(dir);
  assert.deepEqual(
    back.map(({ event }) => [event.itemCount, event.byteCount, event.recordType]),
    [
      [Number.MAX_SAFE_INTEGER, null, null],
      [2, null, null],
      [1, null, 2_147_483_647],
    ],
  );
});

test('a summary states the tenants, times, indices and names of its rows', () => {
  const buffer = new RowBuffer();
  buffer.add(row(4, { timeMs: 2000, actorUid: 'u1', actorName: 'a@x', actorPuid: 'P' }));
  buffer.add(row(9, { timeMs: 1000, actorUid: 'u1', actorName: 'a@x', actorPuid: 'P' }));
  const { aliases, ...rest } = buffer.summary();
  assert.deepEqual(rest, {
    rows: 2,
    fromIndex: 4,
    toIndex: 10,
    minTimeMs: 1000,
    maxTimeMs: 2000,
    tenants: [row(0).tenant],
  });
  assert.deepEqual(
    aliases.map(({ kind, value, firstMs, lastMs }) => [kind, value, firstMs, lastMs]),
    [
      ['uid', 'u1', 1000, 2000],
      ['name', 'a@x', 1000, 2000],
      ['puid', 'P', 1000, 2000],
    ],
  );
});

test('each column has a description and a unique name', () => {
  assert.equal(new Set(COLUMNS.map(({ name }) => name)).size, COLUMNS.length);
  for (const { name, meaning } of COLUMNS) assert.ok(meaning.length > 3, name);
});

test('a buffer with one value keeps it when the next one has another', async (t) => {
  const dir = await folder(t);
  const tenants = ['3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21', 'a7c4e9d2-5b18-4f3a-8e60-d2f1b3c59a74'];
  const rows = Array.from({ length: BUFFER_ROWS * 2 }, (_, i) => {
    const tenant = tenants[Math.floor(i / BUFFER_ROWS)] as TenantId;
    return { ...row(i), tenant };
  });
  (await storeOf(dir, [rows])).close();
  const counts = Map.groupBy(await readBack(dir), ({ tenant }) => tenant);
  assert.deepEqual(
    [...counts].map(([tenant, of]) => [tenant, of.length]),
    tenants.map((tenant) => [tenant, BUFFER_ROWS]),
  );
});
