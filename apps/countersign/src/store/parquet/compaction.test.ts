import assert from 'node:assert/strict';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { runs } from '../../../../../tools/property.ts';
import type { EventRow } from '../rows/event-row.ts';
import { Store } from '../store.ts';
import { EVENTS_FOLDER } from '../store-layout.ts';
import { folder, post, row, rowsIn, START_MS, storeOf } from '../testing/rows.ts';

const DAY = 86_400_000;

function filesIn(dir: string): string[] {
  return readdirSync(join(dir, EVENTS_FOLDER), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.parquet'))
    .map((entry) => join(entry.parentPath, entry.name).slice(join(dir, EVENTS_FOLDER).length + 1))
    .sort();
}

test('many files become one, and many rows become files by class and day', async (t) => {
  const dir = await folder(t);
  const rows = [0, 1, 2, 3].map((i) =>
    row(i, { classUid: i % 2 === 0 ? 6003 : 3002, timeMs: START_MS + i * DAY }),
  );
  const store = await storeOf(
    dir,
    rows.map((each) => [each]),
  );
  t.after(() => store.close());
  assert.deepEqual(await store.compact(), { filesBefore: 4, filesAfter: 4 });
  assert.deepEqual(await store.compact({ hotFilesMax: 3 }), { filesBefore: 4, filesAfter: 1 });
  assert.deepEqual(filesIn(dir), ['hot/m000000000001.parquet']);
  await store.compact({ partitionRowsMin: 4 });
  assert.deepEqual(
    filesIn(dir).map((path) => path.replace(/\d{12}/, 'N')),
    [
      'class=3002/day=2024-01-13/N.parquet',
      'class=3002/day=2024-01-15/N.parquet',
      'class=6003/day=2024-01-12/N.parquet',
      'class=6003/day=2024-01-14/N.parquet',
    ],
  );
  assert.deepEqual(await rowsIn(dir), rows);
});

test('rows left after a step are partitioned by day too, unless they are few', async (t) => {
  const posts = [0, 1, 2].map((i) => [row(2 * i), row(2 * i + 1)]);
  for (const [partitionRestMin, left] of [
    [2, 0],
    [3, 1],
  ] as const) {
    const dir = await folder(t);
    const store = await storeOf(dir, posts);
    await store.compact({ partitionRowsMin: 6, stepRowsMax: 4, partitionRestMin });
    store.close();
    const hot = filesIn(dir).filter((path) => path.startsWith('hot/'));
    assert.equal(hot.length, left, filesIn(dir).join(' '));
    assert.deepEqual(await rowsIn(dir), posts.flat());
  }
});

test('one small file after another leaves the large ones alone', async (t) => {
  const dir = await folder(t);
  const large = Array.from({ length: 40 }, (_, i) => row(i));
  const store = await storeOf(dir, [large, [row(40)], [row(41)], [row(42)]]);
  t.after(() => store.close());
  const [first] = filesIn(dir);
  await store.compact({ hotFilesMax: 3 });
  assert.deepEqual(new Set(filesIn(dir)), new Set([first, 'hot/m000000000001.parquet']));
  assert.equal((await rowsIn(dir)).length, 43);
});

test('a second compaction changes nothing', async (t) => {
  const dir = await folder(t);
  const store = await storeOf(dir, [[row(0)], [row(1)]]);
  t.after(() => store.close());
  await store.compact();
  const files = filesIn(dir);
  await store.compact();
  assert.deepEqual(filesIn(dir), files);
});

test('one day keeps few files, however often it is compacted', async (t) => {
  const dir = await folder(t);
  const store = await Store.open(dir);
  t.after(() => store.close());
  for (let i = 0; i < 12; i++) {
    await post(store, [row(i)]);
    store.commit(i + 1);
    await store.compact({ partitionRowsMin: 1 });
    assert.ok(filesIn(dir).length <= 3, `${filesIn(dir).length} files`);
  }
  assert.equal((await rowsIn(dir)).length, 12);
});

test('compaction removes superseded rows', async (t) => {
  const dir = await folder(t);
  const store = await storeOf(dir, [[row(0), row(1)], [row(2, { entries: [0, 2] })]], [0, 77]);
  t.after(() => store.close());
  await store.compact();
  assert.equal(store.supersededCount, 1, 'a few stay, and questions skip them');
  await store.compact({ supersededMax: 0 });
  assert.deepEqual(
    (await rowsIn(dir)).map(({ index }) => index),
    [1, 2],
  );
  assert.equal(store.supersededCount, 0, 'an entry that never had a row is forgotten too');
});

test('a file with few superseded rows stays until the total is high', async (t) => {
  const dir = await folder(t);
  const large = Array.from({ length: 60 }, (_, i) => row(i));
  const small = [row(60), row(61)];
  const store = await storeOf(dir, [large, small, [row(62)]], [3, 7, 60]);
  t.after(() => store.close());
  const [first, , third] = filesIn(dir);
  await store.compact({ supersededMax: 0, supersededRestMax: 2 });
  assert.deepEqual(new Set(filesIn(dir)), new Set([first, third, 'hot/m000000000001.parquet']));
  assert.equal(store.supersededCount, 2, 'questions skip them');
  await store.compact({ supersededMax: 0, supersededRestMax: 1 });
  assert.equal(store.supersededCount, 0);
  const kept = [...large, ...small, row(62)].map(({ index }) => index);
  assert.deepEqual(
    (await rowsIn(dir)).map(({ index }) => index),
    kept.filter((index) => ![3, 7, 60].includes(index)),
  );
});

test('no compaction, at any time and with any limits, changes an answer', async (t) => {
  const step = fc.record({
    rows: fc.array(
      fc.record({
        classUid: fc.constantFrom(3002, 6003),
        day: fc.integer({ min: 0, max: 2 }),
        actorName: fc.constantFrom('a@x', 'b@x', null),
      }),
      { minLength: 1, maxLength: 6 },
    ),
    supersede: fc.array(fc.nat({ max: 30 }), { maxLength: 3 }),
    compaction: fc.option(
      fc.record({
        partitionRowsMin: fc.integer({ min: 1, max: 20 }),
        partitionRestMin: fc.integer({ min: 1, max: 20 }),
        stepRowsMax: fc.integer({ min: 1, max: 20 }),
        hotFilesMax: fc.integer({ min: 1, max: 4 }),
        supersededMax: fc.nat({ max: 4 }),
        supersededRestMax: fc.nat({ max: 4 }),
      }),
    ),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 6 }), async (steps) => {
      const dir = await folder(t);
      const store = await Store.open(dir);
      const expected = new Map<number, EventRow>();
      let index = 0;
      for (const { rows, supersede, compaction } of steps) {
        const made = rows.map(({ day, ...event }) =>
          row(index++, { ...event, timeMs: START_MS + day * DAY }),
        );
        await post(store, made);
        for (const each of made) expected.set(each.index, each);
        const superseded = supersede.filter((i) => i < index);
        store.post({ superseded });
        for (const i of superseded) expected.delete(i);
        store.commit(index);
        if (compaction !== null) await store.compact(compaction);
      }
      const order = (a: EventRow, b: EventRow): number =>
        a.event.timeMs - b.event.timeMs || a.index - b.index;
      assert.deepEqual(await rowsIn(dir), [...expected.values()].sort(order));
      store.close();
    }),
    runs(10, 300),
  );
});
