import { type ObservedDelays, rangeOf } from '../delay-sketch.ts';
import { ARRIVAL_DELAY_MS_MAX, CLOCK_SKEW_MS } from '../limits.ts';

/** The arrivals of events of one hour. */
export type HourArrivals = {
  /** The longest delay of a record that may belong to this hour. */
  readonly longestMs: number;
  /** When the last record of this hour that was read became available. */
  readonly availableMs: number;
  readonly atMs: number;
  /** The entry with the longest delay. */
  readonly index: number;
};

export const ARRIVAL_HOUR_MS = 3_600_000;

/** Arrivals by hour number since 1970, to detect late records. */
export type ArrivalsByHour = Map<number, HourArrivals>;

export type Arrival = {
  readonly index: number;
  readonly atMs: number;
  /** When the records became available. */
  readonly fromMs: number;
  readonly toMs: number;
};

/** Adds one arrival to every hour that its records may belong to. */
export function recordArrivals(
  arrivals: ArrivalsByHour,
  arrival: Arrival,
  delays: ObservedDelays,
): void {
  for (const { overMs, upToMs } of delayRanges(delays)) {
    const longestMs = Math.min(upToMs, ARRIVAL_DELAY_MS_MAX);
    const first = Math.floor((arrival.fromMs - longestMs) / ARRIVAL_HOUR_MS);
    const end = arrival.toMs - Math.max(overMs, -CLOCK_SKEW_MS);
    for (let hour = first; hour * ARRIVAL_HOUR_MS < end; hour++)
      recordHour(arrivals, hour, arrival, upToMs);
  }
}

function recordHour(
  arrivals: ArrivalsByHour,
  hour: number,
  arrival: Arrival,
  longestMs: number,
): void {
  const { index, atMs, toMs: availableMs } = arrival;
  const old = arrivals.get(hour);
  if (old === undefined) {
    arrivals.set(hour, { longestMs, availableMs, atMs, index });
    return;
  }
  arrivals.set(hour, {
    longestMs: Math.max(old.longestMs, longestMs),
    availableMs: Math.max(old.availableMs, availableMs),
    atMs: Math.max(old.atMs, atMs),
    index: longestMs > old.longestMs ? index : old.index,
  });
}

type Range = { readonly overMs: number; readonly upToMs: number };

/** The observed delays as ranges; without buckets, a few wide ones. */
function delayRanges({ n, p99Ms, maxMs, buckets }: ObservedDelays): Range[] {
  if (n === 0) return [];
  if (buckets === undefined) {
    return [
      { overMs: Number.NEGATIVE_INFINITY, upToMs: p99Ms },
      { overMs: p99Ms, upToMs: maxMs },
    ];
  }
  return buckets.map(([bucket]) => {
    const { overMs, upToMs } = rangeOf(bucket);
    return { overMs: Math.min(overMs, ARRIVAL_DELAY_MS_MAX), upToMs: Math.min(upToMs, maxMs) };
  });
}
