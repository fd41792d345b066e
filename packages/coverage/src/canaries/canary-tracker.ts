import { instantOfMs, type SourceId } from '@countersign/core';
import { DelaySketch, type ObservedDelays } from '../delay-sketch.ts';
import { CANARY_DELAYS_MIN, CANARY_PATIENCE_MS, EXPIRY_MS } from '../limits.ts';
import type { Observation } from '../observation.ts';
import { bears, type CanaryMarker } from './canary-marker.ts';
import { RecentDelays } from './recent-delays.ts';

/** A canary that was sent, expected in one feed. */
export type CanaryWait = CanaryMarker & {
  readonly tenant: string;
  readonly workload: string;
  readonly sentMs: number;
  readonly periodMs: number;
};

type TrackedCanary = CanaryWait & { readonly isOverdue: boolean };

/** A record from a feed, as delivered. */
export type CanaryRecord = {
  readonly tenant: string;
  readonly source: SourceId;
  readonly text: string;
  /** When it became available. An outage of our own is not a delay of the feed. */
  readonly availableMs: number;
};

/**
 * Waits for the records of canaries in every feed, and reports each as returned, overdue, or
 * returned late. Each report is an observation; a later one replaces an earlier one. The state
 * follows from what was sent and reported, in ledger order.
 */
export class CanaryTracker {
  readonly #waiting = new Map<string, TrackedCanary>();
  readonly #delays = new Map<string, RecentDelays>();

  get waiting(): readonly CanaryWait[] {
    return [...this.#waiting.values()];
  }

  sent(wait: CanaryWait): void {
    this.#waiting.set(nameOf(wait), { ...wait, isOverdue: false });
  }

  /** The canary was not sent after all. */
  withdrawn(wait: Pick<CanaryWait, 'tenant' | 'source' | 'text'>): void {
    this.#waiting.delete(nameOf(wait));
  }

  /** Restores an earlier observation after a restart. */
  recall(observation: Observation): void {
    const { tenant, source, workload, canaries, delays } = observation;
    if (canaries === null || workload === null) return;
    const sentMs = Date.parse(observation.from);
    for (const [name, wait] of this.#waiting) {
      const isIt =
        wait.tenant === tenant &&
        wait.source === source &&
        wait.workload === workload &&
        wait.sentMs === sentMs;
      if (!isIt) continue;
      if (canaries.seen === 0) this.#waiting.set(name, { ...wait, isOverdue: true });
      else this.#waiting.delete(name);
    }
    if (delays !== null) this.#recent({ tenant, source, workload }).add(delays);
  }

  /** Returns undefined for a record that is not an expected canary. */
  seen(record: CanaryRecord, atMs: number): Observation | undefined {
    const { tenant, source, text, availableMs } = record;
    let parsed: unknown;
    for (const [name, wait] of this.#waiting) {
      if (wait.tenant !== tenant || wait.source !== source || !text.includes(wait.text)) continue;
      parsed ??= parse(text);
      if (!bears(parsed, wait)) continue;
      this.#waiting.delete(name);
      const sketch = new DelaySketch();
      sketch.add(availableMs - wait.sentMs);
      const delays = sketch.observed();
      if (delays !== null) this.#recent(wait).add(delays);
      return observationOf(wait, atMs, delays);
    }
    return undefined;
  }

  /**
   * Reports newly overdue canaries, and drops expired ones. A feed that was not polled is not
   * silent: `askedMs` returns the time up to which it was polled.
   */
  overdue(nowMs: number, askedMs: (feed: Feed) => number = () => nowMs): Observation[] {
    const observations: Observation[] = [];
    for (const [name, wait] of this.#waiting) {
      const untilMs = wait.sentMs + this.patienceMs(wait);
      if (!wait.isOverdue && nowMs >= untilMs && askedMs(wait) >= untilMs) {
        this.#waiting.set(name, { ...wait, isOverdue: true });
        observations.push(observationOf(wait, nowMs, null));
      }
      // A canary that is later than the retention never arrives.
      if (nowMs >= wait.sentMs + 2 * EXPIRY_MS) this.#waiting.delete(name);
    }
    return observations;
  }

  /** How long to wait for a canary of this feed: the feed's own p99, once known. */
  patienceMs(feed: Feed): number {
    const sketch = this.#recent(feed).sketch();
    if (sketch.n < CANARY_DELAYS_MIN) return CANARY_PATIENCE_MS;
    return sketch.ceilingAtRank(Math.ceil(0.99 * sketch.n));
  }

  #recent(feed: Feed): RecentDelays {
    const name = feedOf(feed);
    let recent = this.#delays.get(name);
    if (recent === undefined) {
      recent = new RecentDelays();
      this.#delays.set(name, recent);
    }
    return recent;
  }
}

type Feed = Pick<CanaryWait, 'tenant' | 'source' | 'workload'>;

function nameOf({ tenant, source, text }: Pick<CanaryWait, 'tenant' | 'source' | 'text'>): string {
  return JSON.stringify([tenant, source, text]);
}

function feedOf({ tenant, source, workload }: Feed): string {
  return JSON.stringify([tenant, source, workload]);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // An unreadable record is not a canary.
    return null;
  }
}

function observationOf(wait: CanaryWait, atMs: number, delays: ObservedDelays | null): Observation {
  const { tenant, source, workload, sentMs, periodMs } = wait;
  const isSeen = delays !== null;
  return {
    v: 2,
    collector: 'canary',
    tenant,
    source,
    workload,
    subject: null,
    from: instantOfMs(sentMs) ?? '',
    to: instantOfMs(sentMs + periodMs) ?? '',
    axis: 'event',
    outcome: isSeen ? 'complete' : 'partial',
    listed: 0,
    fetched: 0,
    records: isSeen ? 1 : 0,
    duplicates: 0,
    quarantined: 0,
    because: isSeen ? null : 'a canary did not come back within its time',
    code: isSeen ? null : 'canary',
    delays,
    canaries: { sent: 1, seen: isSeen ? 1 : 0 },
    at: instantOfMs(atMs) ?? '',
  };
}
