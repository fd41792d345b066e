import { type ObservedDelays, rangeOf } from '../delay-sketch.ts';
import { CLOCK_SKEW_MS, TOUCHED_DELAY_MS_MAX } from '../limits.ts';

/** The arrivals of events of one hour. */
export type Touch = {
  /** The longest delay of a record that may belong to this hour. */
  readonly longestMs: number;
  /** The latest availability of a record of this hour that was read. */
  readonly availableMs: number;
  readonly atMs: number;
  /** The entry with the longest delay. */
  readonly index: number;
};

export const TOUCH_MS = 3_600_000;

/** Arrivals by hour number since 1970, to detect late records. */
export type ArrivalsByHour = Map<number, Touch>;

export type Arrival = {
  readonly index: number;
  readonly atMs: number;
  /** When the records became available. */
  readonly fromMs: number;
  readonly toMs: number;
};

/** Records which hours the records of one window may belong to. */
export function touch(touched: ArrivalsByHour, arrival: Arrival, delays: ObservedDelays): void {
  for (const { overMs, upToMs } of delayRanges(delays)) {
    const longestMs = Math.min(upToMs, TOUCHED_DELAY_MS_MAX);
    const first = Math.floor((arrival.fromMs - longestMs) / TOUCH_MS);
    const end = arrival.toMs - Math.max(overMs, -CLOCK_SKEW_MS);
    for (let hour = first; hour * TOUCH_MS < end; hour++) touchHour(touched, hour, arrival, upToMs);
  }
}

function touchHour(
  touched: ArrivalsByHour,
  hour: number,
  arrival: Arrival,
  longestMs: number,
): void {
  const { index, atMs, toMs: availableMs } = arrival;
  const old = touched.get(hour);
  if (old === undefined) {
    touched.set(hour, { longestMs, availableMs, atMs, index });
    return;
  }
  touched.set(hour, {
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
    return { overMs: Math.min(overMs, TOUCHED_DELAY_MS_MAX), upToMs: Math.min(upToMs, maxMs) };
  });
}
