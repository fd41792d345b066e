import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CoverageRow } from '../../store/rows/entry-rows.ts';
import { numbersOf, type OverviewCounts } from './overview-counts.ts';
import { overviewCoverage } from './overview-coverage.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const T = Date.UTC(2026, 2, 2);
const PERIOD = { fromMs: T, toMs: T + 3 * DAY_MS, tenant: undefined };

const NONE: OverviewCounts = {
  verified: {
    ...{ decided: 0, checked: 0, unverified: {}, disagreements: 0, flows: {}, days: [] },
    coverage: { kind: 'yes', asOf: { origin: 'o', size: 1, at: null }, evidence: [] },
  },
  actions: {
    ...{ actions: 0, events: { own: 0, received: 0 } as never, accounted: 0, unaccounted: {} },
    ...{ unknown: {}, joined: [], residual: [], days: [] },
  },
  delays: { p99Ms: null, days: [] },
};

test('no data is no number: each is null, with the reason', () => {
  for (const { value, because, days } of Object.values(numbersOf(NONE, PERIOD))) {
    assert.equal(value, null);
    assert.equal(because.length, 1);
    assert.deepEqual(
      days.map((day) => day.value),
      [null, null, null],
    );
  }
});

test('shares are of the whole, and a day without data stays unknown', () => {
  const { verified, accounted, residual, feedDelay } = numbersOf(
    {
      verified: {
        ...{ ...NONE.verified, decided: 2, checked: 1, unverified: { 'no-policy': 1 } },
        days: [
          { day: '2026-03-02', flow: 'user', decided: 2, checked: 1, unverified: {} },
          { day: '2026-03-02', flow: 'app', decided: 0, checked: 0, unverified: { x: 1 } },
        ].map((day) => ({ ...day, disagreements: 0 }) as never),
      },
      actions: {
        ...{ ...NONE.actions, actions: 10, accounted: 9, unknown: { 'no-ids': 1 } },
        residual: [{ day: '2026-03-03', workload: 'Exchange', actions: 1 }],
        days: [
          { day: '2026-03-02', accounted: 5, unaccounted: 0, unknown: 0 },
          { day: '2026-03-03', accounted: 4, unaccounted: 0, unknown: 1 },
        ],
      },
      delays: { p99Ms: 60_000, days: [{ day: '2026-03-03', p99Ms: 60_000 }] },
    },
    PERIOD,
  );
  assert.deepEqual([verified.value, verified.part, verified.whole], [0.75, 3, 4]);
  assert.deepEqual(
    verified.days.map(({ value }) => value),
    [0.75, null, null],
  );
  assert.equal(accounted.value, 0.9);
  assert.deepEqual(
    accounted.days.map(({ value }) => value),
    [1, 0.8, null],
  );
  assert.deepEqual(
    residual.days.map(({ value }) => value),
    [0, 1, null],
  );
  assert.deepEqual(
    feedDelay.days.map(({ value }) => value),
    [null, 60_000, null],
  );
});

test('the coverage shows the last 24 hours of each source, and its state now', () => {
  const row = (fromMs: number, toMs: number | null, state: CoverageRow['state']): CoverageRow => ({
    ...{ index: 1, entries: [1], tenant: 't', source: 'graph/signIns', workload: null },
    ...{ subject: null, fromMs, toMs, state, bound: null, because: `it is ${state}` },
  });
  const endMs = T + 3 * DAY_MS;
  const cutMs = endMs - 2 * HOUR_MS;
  const { sources } = overviewCoverage(
    [row(T, cutMs, 'collected'), row(cutMs, null, 'late')],
    endMs,
  );
  const [source] = sources;
  assert.equal(source?.state, 'late');
  assert.equal(source?.since, new Date(cutMs).toISOString().replace('.000', ''));
  assert.deepEqual(
    source?.segments.map(({ from, to, state }) => [Date.parse(from), Date.parse(to), state]),
    [
      [endMs - DAY_MS, cutMs, 'collected'],
      [cutMs, endMs, 'late'],
    ],
  );
  const file = { ...row(T, null, 'collected'), entries: undefined } as never;
  assert.deepEqual(overviewCoverage([file], endMs).sources, [], 'a file is no source');
});
