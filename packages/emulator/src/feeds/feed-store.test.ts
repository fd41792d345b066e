import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Feed, FeedRecord, Occurrence } from '../core/feed-record.ts';
import { NORTHMOOR, OfficeWorker } from '../testing/office-worker.ts';
import { FeedDelayDispatcher } from './feed-delays.ts';
import { FeedStore, type StoredRecord } from './feed-store.ts';

const EXCHANGE: Feed = 'activity/Audit.Exchange';
const SIGN_INS: Feed = 'graph/signIns';
const HOUR_MS = 3_600_000;
const START_MS = Date.UTC(2026, 2, 2);

function storeOf(options: { seed?: number; max?: number } = {}): FeedStore {
  const seed = options.seed ?? 1;
  const dispatcher = new FeedDelayDispatcher({ seed });
  return new FeedStore({ seed, dispatcher, recordsPerBatch: { min: 1, max: options.max ?? 20 } });
}

function live(store: FeedStore, hours: number, everyMs = 20_000): Occurrence[] {
  const worker = new OfficeWorker({ everyMs });
  const done = [...worker.happenings(START_MS, START_MS + hours * HOUR_MS)];
  for (const happening of done) store.take(happening);
  store.advance(START_MS + 100 * HOUR_MS);
  return done;
}

const idsOf = (stored: Iterable<StoredRecord>): string[] =>
  [...stored].map(({ record }) => record.id);

test('every record becomes available once, unchanged', () => {
  const store = storeOf();
  const done = live(store, 6).flatMap((happening) => happening.records);
  const listed = [...store.listed(EXCHANGE, NORTHMOOR, 0, Number.POSITIVE_INFINITY)];
  assert.equal(listed.length, done.length);
  assert.deepEqual(idsOf(listed).sort(), done.map(({ id }) => id).sort());
  const bodies = new Map(done.map(({ id, body }) => [id, body]));
  for (const { record, json } of listed) {
    assert.deepEqual(record.body, bodies.get(record.id));
    assert.equal(json, JSON.stringify(record.body));
  }
});

test('windows of availability are adjacent and ordered', () => {
  const store = storeOf();
  live(store, 6);
  const whole = [...store.listed(EXCHANGE, NORTHMOOR, START_MS, START_MS + 90 * HOUR_MS)];
  const parts: StoredRecord[] = [];
  for (let hour = 0; hour < 90; hour++) {
    const fromMs = START_MS + hour * HOUR_MS;
    parts.push(...store.listed(EXCHANGE, NORTHMOOR, fromMs, fromMs + HOUR_MS));
  }
  assert.deepEqual(idsOf(parts), idsOf(whole));
  const times = whole.map(({ availableMs }) => availableMs);
  assert.deepEqual(
    times.toSorted((a, b) => a - b),
    times,
  );
});

test('the Activity API takes about an hour, with batches out of order', () => {
  const store = storeOf();
  live(store, 24);
  const listed = [...store.listed(EXCHANGE, NORTHMOOR, 0, Number.POSITIVE_INFINITY)];
  const delays = listed.map(({ record, availableMs }) => availableMs - record.atMs);
  delays.sort((a, b) => a - b);
  const median = delays[delays.length >> 1] as number;
  assert.ok(median > 55 * 60_000 && median < 95 * 60_000, `${median / 60_000} min`);
  assert.ok((delays[0] as number) >= 50 * 60_000);
  assert.ok((delays.at(-1) as number) > 2 * HOUR_MS, 'there is a long tail');
  assert.ok(listed.some(({ record }, i) => record.atMs < (listed[i - 1]?.record.atMs ?? 0)));
});

test('a batch is one JSON array of records that arrived together', () => {
  const store = storeOf({ max: 100 });
  live(store, 6);
  for (const batch of store.batches(EXCHANGE, NORTHMOOR, 0, Number.POSITIVE_INFINITY)) {
    const records = JSON.parse(store.read(batch).toString()) as unknown[];
    assert.equal(records.length, batch.recordCount);
    assert.match(batch.serial, /^[0-9a-f]{32}$/);
  }
});

test('the same seed gives the same batches, another does not', () => {
  const serials = [1, 1, 2].map((seed) => {
    const store = storeOf({ seed });
    live(store, 3);
    return store
      .batches(EXCHANGE, NORTHMOOR, 0, Number.POSITIVE_INFINITY)
      .map(({ serial, availableMs }) => `${serial} ${availableMs}`);
  });
  assert.deepEqual(serials[0], serials[1]);
  assert.notDeepEqual(serials[0], serials[2]);
});

test('by event time, the latest available version of a record is returned', () => {
  const store = storeOf();
  const atMs = START_MS + HOUR_MS;
  const version = (detail: string, later?: number): FeedRecord => ({
    feed: SIGN_INS,
    id: 'one',
    atMs,
    body: { id: 'one', detail },
    ...(later !== undefined && { completes: true, afterMs: later }),
  });
  const records = [version('first'), version('full', 10 * 60_000)];
  store.take({
    atMs,
    tenantId: NORTHMOOR,
    truth: { scenario: 'life', isAttacker: false },
    records,
  });
  store.advance(START_MS + 9 * HOUR_MS);
  const detailAt = (nowMs: number): unknown[] =>
    store
      .byEventTime(SIGN_INS, NORTHMOOR, atMs, atMs + 1, nowMs)
      .map(({ record }) => record.body['detail']);
  assert.deepEqual(detailAt(atMs + 60_000), []);
  assert.deepEqual(detailAt(atMs + 9 * 60_000), ['first']);
  assert.deepEqual(detailAt(atMs + 6 * HOUR_MS), ['full']);
});

test('by event time, records are in order and within the window', () => {
  const store = storeOf();
  const worker = new OfficeWorker({ feed: SIGN_INS, everyMs: 7_000 });
  for (const happening of worker.happenings(START_MS, START_MS + HOUR_MS)) store.take(happening);
  const nowMs = START_MS + 9 * HOUR_MS;
  store.advance(nowMs);
  const window = [START_MS + 60_000, START_MS + 600_000] as const;
  const found = store.byEventTime(SIGN_INS, NORTHMOOR, ...window, nowMs);
  const expected = [...worker.happenings(...window)].flatMap(({ records }) => records);
  assert.deepEqual(
    idsOf(found),
    expected.map(({ id }) => id),
  );
});

test('a cached window by event time is refreshed after a new batch', () => {
  const store = storeOf();
  const worker = new OfficeWorker({ feed: SIGN_INS, everyMs: 7_000 });
  const expected: string[] = [];
  let polls = 0;
  const window = [START_MS, START_MS + 2 * HOUR_MS] as const;
  const poll = (nowMs: number): string[] =>
    idsOf(store.byEventTime(SIGN_INS, NORTHMOOR, ...window, nowMs));
  for (let fromMs = START_MS; fromMs < START_MS + 9 * HOUR_MS; fromMs += 60_000) {
    for (const happening of worker.happenings(fromMs, fromMs + 60_000)) {
      store.take(happening);
      if (happening.atMs < window[1]) expected.push(...happening.records.map(({ id }) => id));
    }
    store.advance(fromMs + 60_000);
    const listed: ReadonlySet<string> = new Set(
      idsOf(store.listed(SIGN_INS, NORTHMOOR, 0, fromMs + 60_001)),
    );
    const due = expected.filter((id) => listed.has(id));
    assert.deepEqual(poll(fromMs + 60_000), due);
    // A reader as of an earlier time sees only the records of that time.
    const before: ReadonlySet<string> = new Set(
      idsOf(store.listed(SIGN_INS, NORTHMOOR, 0, fromMs - 600_000 + 1)),
    );
    assert.deepEqual(
      poll(fromMs - 600_000),
      due.filter((id) => before.has(id)),
    );
    polls += due.length > 0 ? 1 : 0;
  }
  assert.ok(polls > 100);
  assert.deepEqual(poll(START_MS + 9 * HOUR_MS), expected);
  store.forget(() => Number.POSITIVE_INFINITY);
  assert.deepEqual(poll(START_MS + 9 * HOUR_MS), []);
});

test('forgets what it should, and nothing else', () => {
  const store = storeOf();
  live(store, 6);
  const before = store.batches(EXCHANGE, NORTHMOOR, 0, Number.POSITIVE_INFINITY);
  const middleMs = (before[before.length >> 1] as { availableMs: number }).availableMs;
  store.forget(() => middleMs);
  const after = store.batches(EXCHANGE, NORTHMOOR, 0, Number.POSITIVE_INFINITY);
  assert.deepEqual(
    after,
    before.filter(({ availableMs }) => availableMs >= middleMs),
  );
});

test('a feed without records is empty', () => {
  const store = storeOf();
  assert.deepEqual([...store.listed('azure/AuditLogs', NORTHMOOR, 0, START_MS)], []);
  assert.deepEqual(store.byEventTime(SIGN_INS, NORTHMOOR, 0, START_MS, START_MS), []);
});
