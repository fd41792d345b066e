import assert from 'node:assert/strict';
import { test } from 'node:test';
import { instantOfMs, ManualClock } from '@countersign/core';
import { CoverageReducer, DelaySketch, type Observation } from '@countersign/coverage';
import { query } from '../query/user-query.ts';
import { Store } from '../store.ts';
import { StoreReader } from '../store-reader.ts';
import { CONTOSO, folder, HEAD, START_MS } from '../testing/rows.ts';

const MINUTE_MS = 60_000;
const SOURCE = 'm365.activity/Audit.Exchange';

/** Polls at one-minute intervals; some failed to list. */
function polls(count: number): Observation[] {
  return Array.from({ length: count }, (_, minute) => {
    const sketch = new DelaySketch();
    for (let i = 1; i <= 10; i++) sketch.add(i * MINUTE_MS);
    const isFailed = minute % 500 === 499;
    const toMs = START_MS + (minute + 1) * MINUTE_MS;
    return {
      v: 2,
      collector: 'activity-api',
      tenant: CONTOSO,
      source: SOURCE,
      workload: null,
      subject: null,
      from: instantOfMs(toMs - MINUTE_MS) ?? '',
      to: instantOfMs(toMs) ?? '',
      axis: 'availability',
      outcome: isFailed ? 'failed' : 'complete',
      listed: 1,
      fetched: 1,
      records: 10,
      duplicates: 0,
      quarantined: 0,
      because: isFailed ? 'the service answered 503' : null,
      code: isFailed ? '503' : null,
      delays: isFailed ? null : sketch.observed(),
      canaries: null,
      at: instantOfMs(toMs) ?? '',
    };
  });
}

test('keeps the result of folded and unfolded observations over a restart', async (t) => {
  const dir = await folder(t);
  const seen = polls(2_600);
  const expected = new CoverageReducer();
  for (const [index, each] of seen.entries()) expected.observe(index, each);
  const nowMs = START_MS + 2_600 * MINUTE_MS;
  const reader = await StoreReader.open(dir, { clock: new ManualClock(nowMs) });
  t.after(() => reader.close());
  for (let from = 0; from < seen.length; from += 650) {
    const store = await Store.open(dir);
    const observations = seen
      .slice(from, from + 650)
      .map((each, i) => ({ index: from + i, seen: each }));
    store.post({ facts: { observations } });
    store.commit(from + 650);
    store.close();
    // A query in between, so that the next one continues from its own fold.
    assert.ok(reader.coverage().length > 0);
  }
  const rows = expected.rows(nowMs).map((row) => ({ ...row, index: row.entries.at(-1) }));
  assert.deepEqual(reader.coverage(), rows);
  const fresh = await StoreReader.open(dir, { clock: new ManualClock(nowMs) });
  assert.deepEqual(fresh.coverage(), rows);
  fresh.close();
  assert.deepEqual(
    rows.filter(({ source }) => source === SOURCE).map(({ state }) => state),
    ['collected', ...Array(5).fill(['late', 'collected'])].flat().concat('late'),
  );
});

test('SQL sees the same states, with lateness and expiry at the time of the query', async (t) => {
  const dir = await folder(t);
  const store = await Store.open(dir);
  const observations = polls(600).map((seen, index) => ({ index, seen }));
  store.post({ facts: { observations } });
  store.commit(HEAD.size);
  store.close();
  const from = `FROM coverage WHERE source = '${SOURCE}'`;
  const sql = `SELECT state, count(*) ${from} GROUP BY 1 ORDER BY 1`;
  const asked = async (nowMs: number): Promise<unknown[]> => {
    const { rows } = await query(dir, sql, { nowMs });
    const found: unknown[] = [];
    for await (const batch of rows) found.push(...batch);
    return found;
  };
  assert.deepEqual(await asked(START_MS), [
    ['collected', 2],
    ['late', 2],
  ]);
  assert.deepEqual(await asked(START_MS + 30 * 86_400_000), [
    ['collected', 2],
    ['late', 1],
    ['lost', 3],
  ]);
});

test('an open reader shows each new poll at once, and a source that is late in time', async (t) => {
  const dir = await folder(t);
  const store = await Store.open(dir);
  const clock = new ManualClock(START_MS + 30 * MINUTE_MS);
  const reader = await StoreReader.open(dir, { clock });
  t.after(() => {
    reader.close();
    store.close();
  });
  const seen = polls(60);
  const post = (from: number, to: number): void => {
    const observations = seen.slice(from, to).map((each, i) => ({ index: from + i, seen: each }));
    store.post({ facts: { observations } });
    store.commit(to);
  };
  const reachedMs = (): number =>
    Math.max(...reader.coverage().map(({ state, toMs }) => (state === 'lost' ? 0 : (toMs ?? 0))));
  post(0, 30);
  const before = reachedMs();
  assert.equal(reachedMs(), before);
  post(30, 40);
  assert.ok(reachedMs() > before, 'at the same time of the clock');
  const statesAt = (nowMs: number): string[] => {
    clock.step(nowMs - clock.now());
    return reader.coverage().map(({ state }) => state);
  };
  const now = statesAt(START_MS + 40 * MINUTE_MS);
  assert.notDeepEqual(statesAt(START_MS + 24 * 60 * MINUTE_MS), now, 'a day without a poll');
  assert.deepEqual(statesAt(START_MS + 40 * MINUTE_MS), now, 'an earlier time again');
});
