import { instantOfMs } from '@countersign/core';
import type { CoverageInterval } from '../coverage-state.ts';
import { DelaySketch } from '../delay-sketch.ts';
import type { Observation } from '../observation.ts';
import { CoverageReducer } from '../streams/coverage-reducer.ts';

export const MINUTE = 60_000;
export const HOUR: number = 60 * MINUTE;
export const DAY: number = 24 * HOUR;
/** Monday, 2 March 2026. */
export const START: number = Date.UTC(2026, 2, 2);
export const TENANT = '9f3d9d5a-6c1e-4f57-8f6e-2f4f0a1b2c3d';
export const EXCHANGE = 'm365.activity/Audit.Exchange';

/** An observation of a successful one-hour poll, with the given changes. */
export function poll(fromMs: number, toMs: number, but: Partial<Observation> = {}): Observation {
  return {
    v: 2,
    collector: 'activity-api',
    tenant: TENANT,
    source: EXCHANGE,
    workload: null,
    subject: null,
    from: instantOfMs(fromMs) ?? '',
    to: instantOfMs(toMs) ?? '',
    axis: 'availability',
    outcome: 'complete',
    listed: 1,
    fetched: 1,
    records: 100,
    duplicates: 0,
    quarantined: 0,
    because: null,
    code: null,
    delays: delays(100),
    canaries: null,
    at: instantOfMs(toMs) ?? '',
    ...but,
  };
}

/** One canary with its sending time and its evaluation time. */
export function canary(
  sentMs: number,
  atMs: number,
  seen: 0 | 1,
  but: Partial<Observation> = {},
): Observation {
  const at = instantOfMs(atMs) ?? '';
  const canaries = { sent: 1, seen };
  const none = { listed: 0, fetched: 0, records: 0, delays: null };
  const canaryRow = { collector: 'canary', axis: 'event', canaries, at, ...none } as const;
  return poll(sentMs, sentMs + 5 * MINUTE, { ...canaryRow, workload: 'Exchange', ...but });
}

/** Delays between 10 minutes and an hour, and none longer. */
export function delays(n: number, longestMs: number = HOUR): Observation['delays'] {
  const sketch = new DelaySketch();
  for (let i = 0; i < n; i++) sketch.add(10 * MINUTE + ((longestMs - 10 * MINUTE) * (i + 1)) / n);
  return sketch.observed();
}

/** Hours `[from, to)` of a day with successful hourly polls. */
export function hours(from: number, to: number, but: Partial<Observation> = {}): Observation[] {
  return Array.from({ length: to - from }, (_, i) =>
    poll(START + (from + i) * HOUR, START + (from + i + 1) * HOUR, but),
  );
}

export function reduced(observations: readonly Observation[]): CoverageReducer {
  const reducer = new CoverageReducer();
  for (const [index, each] of observations.entries()) reducer.observe(index, each);
  return reducer;
}

/** Rows of one source: `state from to`, in hours since the start, rounded outwards. */
export function reported(rows: readonly CoverageInterval[], source: string = EXCHANGE): string[] {
  return rows
    .filter((row) => row.source === source && row.workload === null && row.subject === null)
    .map(({ state, fromMs, toMs }) => `${state} ${hour(fromMs)} ${hour(toMs)}`);
}

function hour(ms: number): string {
  return ((ms - START) / HOUR).toFixed(2).replace(/\.?0+$/, '');
}
