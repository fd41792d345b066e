/** New records of one source and workload, with the delay from event to availability. */
export type Arrival = {
  readonly source: string;
  readonly workload: string | null;
  readonly delays: DelayCounts;
};

/** A histogram that can be sent between threads: the count of each non-empty bucket. */
export type DelayCounts = {
  n: number;
  minMs: number;
  maxMs: number;
  readonly buckets: Map<number, number>;
};

/** Adjacent buckets differ by 2 %, which is finer than any clock involved. */
const BUCKETS_PER_E = 50;

/** Counts delays by source and workload. Built in workers, merged on the main thread. */
export class DeliveryDelays {
  readonly #byKey = new Map<string, Arrival>();

  add(source: string, workload: string | null, delayMs: number): void {
    const { delays } = this.#of(source, workload);
    delays.n += 1;
    delays.minMs = Math.min(delays.minMs, delayMs);
    delays.maxMs = Math.max(delays.maxMs, delayMs);
    const bucket = bucketOf(delayMs);
    delays.buckets.set(bucket, (delays.buckets.get(bucket) ?? 0) + 1);
  }

  merge(arrivals: readonly Arrival[]): void {
    for (const { source, workload, delays } of arrivals) {
      mergeDelays(this.#of(source, workload).delays, delays);
    }
  }

  list(): Arrival[] {
    return [...this.#byKey.values()];
  }

  #of(source: string, workload: string | null): Arrival {
    const key = `${source}\n${workload ?? ''}`;
    let known = this.#byKey.get(key);
    if (known === undefined) {
      known = { source, workload, delays: noDelays() };
      this.#byKey.set(key, known);
    }
    return known;
  }
}

export function noDelays(): DelayCounts {
  return { n: 0, minMs: Infinity, maxMs: -Infinity, buckets: new Map() };
}

export function mergeDelays(into: DelayCounts, from: DelayCounts): void {
  into.n += from.n;
  into.minMs = Math.min(into.minMs, from.minMs);
  into.maxMs = Math.max(into.maxMs, from.maxMs);
  for (const [bucket, count] of from.buckets) {
    into.buckets.set(bucket, (into.buckets.get(bucket) ?? 0) + count);
  }
}

/** The delay that `share` of the records do not exceed, to 2 %. Without records it is `maxMs`. */
export function quantileMs(delays: DelayCounts, share: number): number {
  let left = Math.ceil(share * delays.n);
  for (const bucket of [...delays.buckets.keys()].sort((a, b) => a - b)) {
    left -= delays.buckets.get(bucket) ?? 0;
    if (left <= 0) return clamp(delayOf(bucket), delays);
  }
  return delays.maxMs;
}

function clamp(ms: number, { minMs, maxMs }: DelayCounts): number {
  return Math.min(maxMs, Math.max(minMs, ms));
}

/** Below 0 if the vendor's clock is ahead. */
function bucketOf(ms: number): number {
  const bucket = Math.round(Math.log1p(Math.abs(ms)) * BUCKETS_PER_E);
  return ms < 0 ? -bucket : bucket;
}

/** The delay in the middle of a bucket. */
export function delayOf(bucket: number): number {
  const ms = Math.round(Math.expm1(Math.abs(bucket) / BUCKETS_PER_E));
  return bucket < 0 ? -ms : ms;
}
