import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { type EventRow, erasedRow } from '../rows/event-row.ts';
import { Store } from '../store.ts';
import { StoreReader } from '../store-reader.ts';
import {
  folder,
  HEAD,
  post,
  row,
  rowsIn,
  START_MS,
  signalBatch,
  storeOf,
} from '../testing/rows.ts';

const NAME = 'mallory.zz@contoso.example';
const mallory = { actorName: NAME, actorUid: 'dddddddd-0000-4000-8000-000000000004' };
const secret = { object: 'https://contoso.example/secret-zebra.docx' };

/** Every file of the folder that contains the text, plain or in a Parquet dictionary. */
function filesWith(dir: string, text: string): string[] {
  return readdirSync(dir, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => readFileSync(path).includes(text));
}

function stubOf({ index, entries, tenant, action, source, seenMs, event }: EventRow): EventRow {
  return erasedRow({ index, entries, tenant, action, source, seenMs, timeMs: event.timeMs });
}

test('an erased entry leaves only what its leaf states', async (t) => {
  const dir = await folder(t);
  const rows = [row(0, { ...mallory, ...secret }), row(1, { actorName: 'bob@x' })];
  const store = await storeOf(dir, [rows]);
  t.after(() => store.close());
  assert.ok(filesWith(dir, NAME).length > 0, 'the search finds what is there');
  assert.deepEqual(await store.purge([0]), { erased: 1, toMerge: [] });
  assert.deepEqual(await rowsIn(dir), [stubOf(rows[0] as EventRow), rows[1]]);
  for (const text of [NAME, mallory.actorUid, 'secret-zebra']) {
    assert.deepEqual(filesWith(dir, text), [], text);
  }
});

test('a name that other rows support stays, with the times of those rows', async (t) => {
  const dir = await folder(t);
  const rows = [0, 1, 2].map((i) => row(i, mallory));
  const store = await storeOf(dir, [rows]);
  t.after(() => store.close());
  await store.purge([0]);
  const reader = await StoreReader.open(dir);
  t.after(() => reader.close());
  const resolution = await reader.resolvePrincipal(NAME);
  assert.ok(resolution.kind === 'one');
  assert.deepEqual(
    resolution.principal.aliases.map(({ kind, firstMs, lastMs }) => [kind, firstMs, lastMs]),
    [
      ['name', START_MS + 1000, START_MS + 2000],
      ['uid', START_MS + 1000, START_MS + 2000],
    ],
  );
});

test('reports an action with remaining deliveries for another merge', async (t) => {
  const dir = await folder(t);
  const rows = [row(0, mallory), row(1, mallory), row(2, { ...mallory, entries: [0, 2] })];
  const store = await storeOf(dir, [rows], [0]);
  t.after(() => store.close());
  assert.deepEqual(await store.purge([0]), { erased: 0, toMerge: [{ index: 2, entries: [2] }] });
  assert.deepEqual(
    (await rowsIn(dir)).map(({ index }) => index),
    [1],
  );
  await post(store, [row(2, { entries: [0, 2] })]);
  store.commit(HEAD.size);
  assert.deepEqual(
    (await rowsIn(dir)).map(({ index }) => index),
    [1, 2],
  );
});

test('reports pending merges until they are posted, over several crashes', async (t) => {
  const dir = await folder(t);
  const first = await storeOf(dir, [[row(0, mallory), row(1, { entries: [0, 1] })]], [0]);
  assert.deepEqual((await first.purge([0])).toMerge, [{ index: 1, entries: [1] }]);
  // A crash at this point: nothing was posted.
  const store = await Store.open(dir);
  t.after(() => store.close());
  assert.deepEqual((await store.purge([0])).toMerge, [{ index: 1, entries: [1] }]);
  await post(store, [row(1, { entries: [1] })]);
  store.commit(HEAD.size);
  assert.deepEqual((await store.purge([0])).toMerge, []);
});

test('removes a superseded row of an erased entry', async (t) => {
  const dir = await folder(t);
  const rows = [row(0, { ...mallory, ...secret }), row(1, { entries: [0, 1] })];
  const store = await storeOf(dir, [rows], [0]);
  t.after(() => store.close());
  await store.purge([0, 1]);
  assert.deepEqual(
    (await rowsIn(dir)).map(({ index, erased }) => [index, erased]),
    [[1, true]],
  );
  assert.deepEqual(filesWith(dir, 'secret-zebra'), []);
});

test('an erasure finds rows in compacted files, and leaves the others as they are', async (t) => {
  const dir = await folder(t);
  const rows = Array.from({ length: 50 }, (_, i) =>
    row(i, { ...(i % 7 === 0 ? mallory : { actorName: `user${i}@x` }), classUid: 6003 + (i % 3) }),
  );
  const store = await storeOf(dir, [rows]);
  t.after(() => store.close());
  await store.compact({ partitionRowsMin: 1 });
  const erased = rows.filter((each) => each.event.actorName === NAME).map(({ index }) => index);
  assert.equal((await store.purge(erased)).erased, erased.length);
  const expected = rows.map((each) => (erased.includes(each.index) ? stubOf(each) : each));
  assert.deepEqual(await rowsIn(dir), expected);
  assert.deepEqual(filesWith(dir, NAME), []);
  await store.compact({ partitionRowsMin: 1 });
  assert.deepEqual(await rowsIn(dir), expected);
});

test('removes the content of an erased entry of our own from the state', async (t) => {
  const dir = await folder(t);
  const store = await Store.open(dir);
  t.after(() => store.close());
  const said = { seenMs: 1, bytes: 1, sha256: '', by: 'ada@host', origin: null };
  store.post({ facts: { imports: [{ ...said, index: 0, file: `export of ${NAME}.csv` }] } });
  store.commit(1);
  await store.purge([0]);
  assert.deepEqual(filesWith(dir, NAME), []);
});

test("forgets a signal group whose name is the erased person's", async (t) => {
  const dir = await folder(t);
  const store = await storeOf(dir, [[row(0, mallory), row(1)]]);
  t.after(() => store.close());
  const signal = { stream: 'a rule', timeMs: 1, part: 0, tenant: '', values: '', about: '' };
  const rows = [
    { ...signal, group: NAME, index: 0 },
    { ...signal, group: 'another group', index: 1 },
  ];
  store.post({ signals: signalBatch(rows) });
  store.commit(store.cursor + 1);
  await store.purge([0]);
  const reader = await StoreReader.open(dir);
  const left = [...reader.signals.touchedSince(0)].map(({ group }) => group);
  reader.close();
  assert.deepEqual(left, ['another group']);
  assert.deepEqual(filesWith(dir, NAME), []);
});

test('erasing an unposted entry, or erasing twice, changes nothing', async (t) => {
  const dir = await folder(t);
  const store = await storeOf(dir, [[row(0), row(1)]]);
  t.after(() => store.close());
  await store.purge([0]);
  const once = await rowsIn(dir);
  assert.deepEqual(await store.purge([0]), { erased: 1, toMerge: [] });
  assert.deepEqual(await store.purge([999]), { erased: 0, toMerge: [] });
  assert.deepEqual(await rowsIn(dir), once);
});
