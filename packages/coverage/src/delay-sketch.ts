import { SKETCH_BUCKETS_MAX, SKETCH_RELATIVE_ERROR } from './limits.ts';

/** Bucket number and count, ascending by number. */
export type Buckets = readonly (readonly [bucket: number, count: number])[];

const GAMMA = (1 + SKETCH_RELATIVE_ERROR) / (1 - SKETCH_RELATIVE_ERROR);
const LOG_GAMMA = Math.log(GAMMA);

/**
 * Quantiles of delays in little memory. Logarithmic buckets, as in DDSketch (Masson, Rim and Lee,
 * VLDB 2019, section 2). Every quantile is within 1 % of the true one for any count, and sketches
 * merge without loss. Bucket 0 holds everything up to 1 ms, including negative delays.
 */
export class DelaySketch {
  readonly #counts = new Map<number, number>();
  #n = 0;
  #maxMs = Number.NEGATIVE_INFINITY;

  get n(): number {
    return this.#n;
  }

  add(ms: number, count: number = 1): void {
    this.#put(bucketOf(ms), count, ms);
  }

  merge(other: DelaySketch): void {
    for (const [bucket, count] of other.#counts) this.#put(bucket, count, other.#maxMs);
  }

  /**
   * Adds the delays of one window. A summary without buckets is treated as the worst case: half of
   * the delays are the median, the rest as long as p99 and the maximum allow.
   */
  addObserved(delays: ObservedDelays): void {
    const { n, p50Ms, p99Ms, maxMs, buckets } = delays;
    if (n === 0) return;
    if (buckets !== undefined) {
      for (const [bucket, count] of buckets) this.#put(bucket, count, maxMs);
      return;
    }
    const below = Math.floor(n * 0.5);
    const middle = Math.floor(n * 0.99) - below;
    for (const [ms, count] of [
      [p50Ms, below],
      [p99Ms, middle],
      [maxMs, n - below - middle],
    ] as const) {
      if (count > 0) this.#put(bucketOf(ms), count, maxMs);
    }
  }

  /** The delay at 1-based `rank`, within 1 %; NaN if there is none. */
  atRank(rank: number): number {
    const bucket = this.#bucketAt(rank);
    if (bucket === undefined) return Number.NaN;
    return Math.min((2 * upperMs(bucket)) / (GAMMA + 1), this.#maxMs);
  }

  quantile(share: number): number {
    return this.atRank(Math.max(1, Math.ceil(share * this.#n)));
  }

  /** At least the delay at `rank`, and at most 2 % more. */
  ceilingAtRank(rank: number): number {
    const bucket = this.#bucketAt(rank);
    return bucket === undefined ? Number.NaN : Math.min(upperMs(bucket), this.#maxMs);
  }

  /** The form for an observation; null if empty. */
  observed(): ObservedDelays | null {
    if (this.#n === 0) return null;
    return {
      n: this.#n,
      p50Ms: Math.round(this.quantile(0.5)),
      p99Ms: Math.round(this.quantile(0.99)),
      maxMs: this.#maxMs,
      buckets: this.#sorted(),
    };
  }

  #put(bucket: number, count: number, maxMs: number): void {
    this.#counts.set(bucket, (this.#counts.get(bucket) ?? 0) + count);
    this.#n += count;
    if (maxMs > this.#maxMs) this.#maxMs = maxMs;
  }

  #bucketAt(rank: number): number | undefined {
    let before = 0;
    for (const [bucket, count] of this.#sorted()) {
      before += count;
      if (before >= rank) return bucket;
    }
    return undefined;
  }

  #sorted(): [number, number][] {
    return [...this.#counts].sort(([a], [b]) => a - b);
  }
}

/** The range of delays `(over, upTo]` of a bucket. The first one has no lower end. */
export function rangeOf(bucket: number): { readonly overMs: number; readonly upToMs: number } {
  const overMs = bucket === 0 ? Number.NEGATIVE_INFINITY : upperMs(bucket - 1);
  const upToMs = bucket >= SKETCH_BUCKETS_MAX - 1 ? Number.POSITIVE_INFINITY : upperMs(bucket);
  return { overMs, upToMs };
}

function bucketOf(ms: number): number {
  if (ms <= 1) return 0;
  return Math.min(Math.ceil(Math.log(ms) / LOG_GAMMA), SKETCH_BUCKETS_MAX - 1);
}

function upperMs(bucket: number): number {
  return GAMMA ** bucket;
}

/** Availability minus event time of the new records of one window. */
export type ObservedDelays = {
  readonly n: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
  /** All delays, in the buckets of a `DelaySketch`: they show which events were late. */
  readonly buckets?: Buckets;
};
