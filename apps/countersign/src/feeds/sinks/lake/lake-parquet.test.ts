import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { temporaryFolder } from '../../../../../../test/support/folders.ts';
import { runs } from '../../../../../../tools/property.ts';
import { lakeParquet } from './lake-parquet.ts';
import { type ClassShape, classShape } from './lake-schema.ts';
import { PAGE_BYTES_MAX } from './limits.ts';
import { RowShredder } from './row-shredder.ts';
import { shapeTree } from './shape-node.ts';

const root = temporaryFolder('lake-parquet');
let files = 0;

type Row = Readonly<Record<string, unknown>>;

function fileOf(shape: ClassShape, rows: readonly Row[]): string {
  const tree = shapeTree(shape);
  const shredder = new RowShredder(tree);
  for (const row of rows) shredder.add(row);
  const path = join(root, `${files++}.parquet`);
  writeFileSync(path, lakeParquet(tree, shredder));
  return path;
}

/** Reads with DuckDB, which shares no code with the writer. */
async function readBack(path: string, select = '*'): Promise<unknown[]> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const reader = await connection.runAndReadAll(
    `SELECT to_json(row) FROM (SELECT ${select} FROM read_parquet('${path}')) AS row`,
  );
  const rows = reader.getRowsJson().map(([text]) => JSON.parse(text as string) as unknown);
  connection.closeSync();
  instance.closeSync();
  return rows;
}

const SHAPE: ClassShape = {
  i: 'int32',
  n: 'int64',
  d: 'double',
  b: 'boolean',
  t: 'text',
  j: 'json',
  s: { t: 'text', inner: { i: 'int32', tags: ['text'] } },
  l: [{ t: 'text', more: [{ i: 'int32' }] }],
  unmapped: 'map',
};

/** Null in place of what is absent, as a reader sees it. */
function asRead(row: Row): object {
  const { i, n, d, b, t, j, s, l } = row as Record<string, never>;
  const struct = s as { t?: string; inner?: { i?: number; tags?: string[] } } | undefined;
  const list = l as { t?: string; more?: { i?: number }[] }[] | undefined;
  return {
    ...{ i: i ?? null, n: n ?? null, d: d ?? null, b: b ?? null, t: t ?? null },
    j: j === undefined ? null : JSON.stringify(j),
    s: struct && {
      t: struct.t ?? null,
      inner: struct.inner ? { i: struct.inner.i ?? null, tags: struct.inner.tags ?? null } : null,
    },
    l: list?.map(({ t: own, more }) => ({
      t: own ?? null,
      more: more?.map((each) => ({ i: each.i ?? null })) ?? null,
    })),
  };
}

const text = fc.string({ unit: 'grapheme', maxLength: 12 });
const int32 = fc.integer();
const row = fc.record(
  {
    i: int32,
    n: fc.maxSafeInteger(),
    d: fc.double({ noNaN: true, noDefaultInfinity: true }).map((d) => (d === 0 ? 0 : d)),
    b: fc.boolean(),
    t: text,
    j: fc.oneof(text, int32, fc.constant({ a: [1] })),
    s: fc.record(
      {
        t: text,
        inner: fc.record(
          { i: int32, tags: fc.array(text, { maxLength: 3 }) },
          { requiredKeys: [] },
        ),
      },
      { requiredKeys: [] },
    ),
    l: fc.array(
      fc.record(
        {
          t: text,
          more: fc.array(fc.record({ i: int32 }, { requiredKeys: [] }), { maxLength: 3 }),
        },
        { requiredKeys: [] },
      ),
      { maxLength: 3 },
    ),
  },
  { requiredKeys: [] },
);

test('property: DuckDB reads the rows that were written, however they nest', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 20 }), async (rows) => {
      const read = await readBack(fileOf(SHAPE, rows), '* EXCLUDE (unmapped)');
      const expected = rows.map((each) => {
        const { s, l, ...others } = asRead(each) as { s?: unknown; l?: unknown };
        return { ...others, s: s ?? null, l: l ?? null };
      });
      assert.deepEqual(read, JSON.parse(JSON.stringify(expected)));
    }),
    runs(60, 1000),
  );
});

test('wrong types and unknown members are kept as text, and no row is lost', async () => {
  const path = fileOf(SHAPE, [
    { i: 'x', n: 1.5, b: 0, t: 7, s: [1], l: { t: 'a' }, other: { deep: true }, '': 1 },
    { i: 3e9, s: { t: 'ok', inner: 'no', more: null }, l: [1, { t: 'b', x: 'y' }, null] },
    { unmapped: { vendor: 'v', n: 1, z: null, t: 'theirs' }, t: 5 },
    { unmapped: 'text' },
    {},
  ]);
  const rows = (await readBack(path, 'unmapped')) as { unmapped: Record<string, string> | null }[];
  assert.deepEqual(
    rows.map(({ unmapped }) => unmapped),
    [
      {
        ...{ i: 'x', n: '1.5', b: '0', t: '7', s: '[1]', l: '{"t":"a"}' },
        ...{ other: '{"deep":true}', '': '1' },
      },
      { i: '3000000000', 's.inner': 'no', l: '1', 'l.x': 'y' },
      { t: '5', vendor: 'v', n: '1', 't#2': 'theirs' },
      { unmapped: 'text' },
      null,
    ],
  );
});

test('every file of a class has all columns, also when no row has values', async () => {
  for (const classUid of [3002, 2004, 6001, 0]) {
    const empty = await readBack(fileOf(classShape(classUid), [{}]));
    const full = await readBack(fileOf(classShape(classUid), [{ time: 1, actor: { user: {} } }]));
    assert.deepEqual(Object.keys(empty[0] as object), Object.keys(full[0] as object));
    assert.deepEqual(Object.keys(empty[0] as object), Object.keys(classShape(classUid)));
  }
});

test('pages stay below a megabyte', async () => {
  const rows = Array.from({ length: 3000 }, (_, at) => ({ t: `${at}`.padEnd(1000, 'é') }));
  const path = fileOf({ t: 'text' }, rows);
  assert.deepEqual(await readBack(path), rows);
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const [[size] = []] = (
    await connection.runAndReadAll(
      `SELECT total_uncompressed_size FROM parquet_metadata('${path}')`,
    )
  ).getRows();
  assert.ok(Number(size) > 3 * PAGE_BYTES_MAX);
});

test('hostile text is stored as it is, and lone surrogates as replacement characters', async () => {
  const rows = ['\0', '"\\\n', '\u202e', '\ud800x', '💥'.repeat(100)].map((t) => ({ t }));
  const read = (await readBack(fileOf({ t: 'text' }, rows))) as { t: string }[];
  assert.deepEqual(
    read.map(({ t }) => t),
    ['\0', '"\\\n', '\u202e', '\ufffdx', '💥'.repeat(100)],
  );
});
