import assert from 'node:assert/strict';
import { readdirSync, readFileSync, truncateSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { TENANT_NOT_STATED } from '@countersign/core';
import fc from 'fast-check';
import { runs } from '../../../../../tools/property.ts';
import type { EventRow } from '../rows/event-row.ts';
import { Store } from '../store.ts';
import { StoreReader } from '../store-reader.ts';
import { CONTOSO, FABRIKAM, folder, post, type RowParts, row } from '../testing/rows.ts';
import { SIGN_INS } from './sign-ins.ts';
import type { SummaryTable } from './summary-table.ts';
import { SUMMARY_TABLES } from './summary-tables.ts';

const DAY_MS = 86_400_000;
const START_MS = Date.UTC(2026, 1, 2);
const DAYS = { fromMs: START_MS, toMs: START_MS + 3 * DAY_MS };
const COMPACTION = { partitionRowsMin: 1, partitionRestMin: 1, summaryRowsMin: 1 };

type Summary = { readonly rows: readonly string[]; readonly eventRows: number };

/** The rows of a table in any order, and the number of events that were read for them. */
async function summaryOf(reader: StoreReader, table: SummaryTable): Promise<Summary> {
  let events = 0;
  const rows = await reader.overSummaries(DAYS, (sourceOf) => {
    const { from, eventRows } = sourceOf(table);
    events = eventRows;
    return `SELECT COLUMNS(*)::VARCHAR FROM ${from}`;
  });
  return { rows: rows.map((each) => each.join(' | ')).sort(), eventRows: events };
}

/** Compares each table with the same table from the events; returns the events that were read. */
async function assertSameAsEvents(dir: string): Promise<number> {
  const reader = await StoreReader.open(dir);
  try {
    const events = reader.without({ entries: new Set(), from: Number.POSITIVE_INFINITY });
    let eventRows = 0;
    for (const table of SUMMARY_TABLES) {
      const stored = await summaryOf(reader, table);
      assert.deepEqual(stored.rows, (await summaryOf(events, table)).rows, table.name);
      eventRows = Math.max(eventRows, stored.eventRows);
    }
    return eventRows;
  } finally {
    reader.close();
  }
}

const mallory = { actorName: 'mallory.zz@contoso.example' };

function taken(index: number, day: number, parts: RowParts = {}): EventRow {
  const timeMs = START_MS + day * DAY_MS + (index % 24) * 3_600_000;
  const event = { classUid: 6001, operation: 'MailItemsAccessed', statusId: 1, actorType: 1 };
  return row(index, { ...event, actorName: 'bob@x', itemCount: 1, timeMs, ...parts });
}

function summaryFiles(dir: string): string[] {
  return readdirSync(join(dir, 'events/summaries'), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
}

test('summaries equal those of the events, for any split and erasure', async (t) => {
  const event = fc.record({
    day: fc.integer({ min: 0, max: 2 }),
    tenant: fc.constantFrom(CONTOSO, CONTOSO, FABRIKAM, TENANT_NOT_STATED),
    actorName: fc.constantFrom('a@x', 'A@x', 'b@x', null),
    actorUid: fc.constantFrom(null, null, 'cccccccc-0000-4000-8000-000000000001'),
    classUid: fc.constantFrom(3002, 6001, 6006),
    operation: fc.constantFrom('MailItemsAccessed', 'FileDownloaded', 'UserLoggedIn'),
    statusId: fc.constantFrom(1, 1, 2),
    itemCount: fc.constantFrom(1, 20),
    ip: fc.constantFrom('192.0.2.1', '2001:db8::1', null),
    userAgent: fc.constantFrom('Edge/145', '', null),
    signInType: fc.constantFrom('interactiveUser', 'nonInteractiveUser', null),
    statusCode: fc.constantFrom('0', '50126', '50074', null),
  });
  const step = fc.record({
    rows: fc.array(event, { minLength: 1, maxLength: 8 }),
    superseded: fc.array(fc.nat({ max: 40 }), { maxLength: 2 }),
    compaction: fc.option(
      fc.record({
        partitionRowsMin: fc.integer({ min: 1, max: 10 }),
        partitionRestMin: fc.integer({ min: 1, max: 10 }),
        summaryRowsMin: fc.integer({ min: 1, max: 3 }),
        supersededMax: fc.nat({ max: 3 }),
      }),
      { freq: 4 },
    ),
    erased: fc.option(fc.nat({ max: 40 }), { freq: 2 }),
  });
  let stored = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 5 }), async (steps) => {
      const dir = await folder(t);
      const store = await Store.open(dir);
      let index = 0;
      for (const { rows, superseded, compaction, erased } of steps) {
        await post(
          store,
          rows.map(({ day, ...parts }) => taken(index++, day, parts)),
        );
        store.post({ superseded: superseded.filter((each) => each < index) });
        store.commit(index);
        await assertSameAsEvents(dir);
        if (compaction !== null) await store.compact(compaction);
        const read = await assertSameAsEvents(dir);
        if (read < index) stored += 1;
        if (erased !== null && erased < index) await store.purge([erased]);
        await assertSameAsEvents(dir);
      }
      store.close();
    }),
    runs(6, 300),
  );
  assert.ok(stored > 0, 'some runs read stored summaries');
});

test('people and addresses that an attacker chose to have equal hashes differ', async (t) => {
  const dir = await folder(t);
  const store = await Store.open(dir);
  t.after(() => store.close());
  // DuckDB's hash() of both is equal. An attacker finds each in a minute.
  const ips = ['203.0.113.7', '2001:db8:4000:2e2f:371d:daed:851f:d334'];
  const names = ['alexa.wilber@contoso.example', 'alex7l1939dk6msmet9w.example'];
  const signIn = { classUid: 3002, operation: 'UserLoggedIn', tenant: CONTOSO };
  await post(
    store,
    ips.map((ip, at) => taken(at, 0, { ...signIn, ip, actorName: names[at] as string })),
  );
  store.commit(2);
  const reader = await StoreReader.open(dir);
  t.after(() => reader.close());
  const rows = await reader.overSummaries(DAYS, (sourceOf) => {
    return `SELECT count(DISTINCT ip), count(DISTINCT u) FROM ${sourceOf(SIGN_INS).from}`;
  });
  assert.deepEqual(rows, [[2n, 2n]]);
});

test('volumes that records overstate do not stop a compaction', async (t) => {
  const dir = await folder(t);
  const store = await Store.open(dir);
  t.after(() => store.close());
  const stated = { itemCount: Number.MAX_SAFE_INTEGER };
  const records = Array.from({ length: 1025 }, (_, index) => taken(index, 0, stated));
  await post(store, records);
  store.commit(records.length);
  await store.compact(COMPACTION);
  await post(store, [taken(records.length, 0, stated), taken(records.length + 1, 1)]);
  store.commit(records.length + 2);
  assert.equal(await assertSameAsEvents(dir), 2, 'the stored volumes are used');
});

test('a late record merges with the stored summary of its day', async (t) => {
  const dir = await folder(t);
  const store = await Store.open(dir);
  t.after(() => store.close());
  await post(store, [taken(0, 0), taken(1, 0, mallory), taken(2, 1, mallory)]);
  store.commit(3);
  await store.compact(COMPACTION);
  assert.equal(await assertSameAsEvents(dir), 0, 'no event is read');
  await post(store, [taken(3, 0, mallory)]);
  store.commit(4);
  assert.equal(await assertSameAsEvents(dir), 1, 'only the new event is read');
  await store.compact(COMPACTION);
  assert.equal(await assertSameAsEvents(dir), 0);
});

test('a summary with a row that was superseded since is not used', async (t) => {
  const dir = await folder(t);
  const store = await Store.open(dir);
  t.after(() => store.close());
  await post(store, [taken(0, 0), taken(1, 0), taken(2, 1)]);
  store.commit(3);
  await store.compact(COMPACTION);
  await post(store, [taken(3, 0, { entries: [1, 3] })]);
  store.post({ superseded: [1] });
  store.commit(4);
  assert.equal(await assertSameAsEvents(dir), 3, 'the day of the row is read again');
  await store.compact({ summaryRowsMin: 1 });
  assert.equal(await assertSameAsEvents(dir), 1, 'the summary was computed again');
});

test('an erasure removes a person from all summaries', async (t) => {
  const dir = await folder(t);
  const store = await Store.open(dir);
  t.after(() => store.close());
  await post(store, [taken(0, 0), taken(1, 0, mallory), taken(2, 1)]);
  store.commit(3);
  await store.compact(COMPACTION);
  const naming = (): string[] =>
    summaryFiles(dir).filter((path) => readFileSync(path).includes(mallory.actorName));
  assert.equal(naming().length, 1, 'the search finds the name');
  await store.purge([1]);
  assert.deepEqual(naming(), []);
  assert.equal(await assertSameAsEvents(dir), 2, 'the day is read from its events');
});

test('a broken summary is left out and computed again', async (t) => {
  const dir = await folder(t);
  const store = await Store.open(dir);
  await post(store, [taken(0, 0), taken(1, 1)]);
  store.commit(2);
  await store.compact(COMPACTION);
  store.close();
  for (const path of summaryFiles(dir)) truncateSync(path, 10);
  const again = await Store.open(dir);
  t.after(() => again.close());
  assert.equal(await assertSameAsEvents(dir), 2);
  assert.deepEqual(summaryFiles(dir), [], 'the files are gone');
  await again.compact(COMPACTION);
  assert.equal(await assertSameAsEvents(dir), 0);
});
