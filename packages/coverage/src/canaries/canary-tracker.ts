import { instantOfMs, type SourceId } from '@countersign/core';
import { DelaySketch, type ObservedDelays } from '../delay-sketch.ts';
import { CANARY_DELAYS_MIN, CANARY_PATIENCE_MS, EXPIRY_MS } from '../limits.ts';
import type { Observation } from '../observation.ts';
import { bears, type CanaryMarker } from './canary-marker.ts';
import { RecentDelays } from './recent-delays.ts';

/** A canary that was sent, in one feed. */
export type CanaryWait = CanaryMarker & {
  readonly tenant: string;
  readonly workload: string;
  readonly sentMs: number;
  readonly periodMs: number;
};

type Waiting = CanaryWait & { readonly isOverdue: boolean };

/** A record that a feed brought, as it was delivered. */
export type CanaryRecord = {
  readonly tenant: string;
  readonly source: SourceId;
  readonly text: string;
  /** When it became available: how long we were away is no delay of the feed. */
  readonly availableMs: number;
};

/**
 * Waits for the records of canaries in every feed, and judges: come back, overdue, come after all.
 * Each judgement is an observation; what is judged again replaces what was said before. What it
 * knows follows from what was sent and judged, in the ledger's order.
 */
export class CanaryTracker {
  readonly #waiting = new Map<string, Waiting>();
  readonly #delays = new Map<string, RecentDelays>();

  get waiting(): readonly CanaryWait[] {
    return [...this.#waiting.values()];
  }

  sent(wait: CanaryWait): void {
    this.#waiting.set(nameOf(wait), { ...wait, isOverdue: false });
  }

  /** It was not sent after all. */
  withdrawn(wait: Pick<CanaryWait, 'tenant' | 'source' | 'text'>): void {
    this.#waiting.delete(nameOf(wait));
  }

  /** Takes in what was judged before: of another life of this process. */
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

  /** Undefined for a record that nobody waits for. */
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
   * Those that are overdue by now and were not before; what has expired is waited for no more. A
   * feed that nobody asked is not silent: `askedMs` tells up to when it was.
   */
  overdue(nowMs: number, askedMs: (feed: Feed) => number = () => nowMs): Observation[] {
    const observations: Observation[] = [];
    for (const [name, wait] of this.#waiting) {
      const untilMs = wait.sentMs + this.patienceMs(wait);
      if (!wait.isOverdue && nowMs >= untilMs && askedMs(wait) >= untilMs) {
        this.#waiting.set(name, { ...wait, isOverdue: true });
        observations.push(observationOf(wait, nowMs, null));
      }
      // What comes later than content is kept does not come.
      if (nowMs >= wait.sentMs + 2 * EXPIRY_MS) this.#waiting.delete(name);
    }
    return observations;
  }

  /** How long a canary of this feed is waited for: its own p99, once that is known. */
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
    // What cannot be read is no record of ours.
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
