import type { GroupedSignal, SignalBatch, SignalGroup } from '../../store/rows/signal-row.ts';
import type { Signal } from './signal-extractor.ts';

/**
 * Signals per rule and day of event time. A rule that matches more often is throttled, because each
 * further match says less, and a finding reports that.
 */
const RULE_SIGNALS_PER_DAY_MAX = 20_000;

/** The same for rules under a correlation, which counts many events. */
const CORRELATION_SIGNALS_PER_DAY_MAX = 2_000_000;

/**
 * Shortfalls of a rule and day that one batch keeps. They are never throttled: a flood of records
 * on which a rule throws would hide that it throws. A detector stops after fewer failures.
 */
const SHORTFALLS_PER_DAY_MAX = 100;

/** Full days in memory: years of a hundred rules. Beyond it, they count from zero again. */
const FULL_DAYS_MAX = 50_000;

export const DAY_MS = 86_400_000;

function dayOf(timeMs: number): number {
  return Math.floor(timeMs / DAY_MS);
}

const SIGNALS_PER_DAY_MAX = {
  rule: RULE_SIGNALS_PER_DAY_MAX,
  correlation: CORRELATION_SIGNALS_PER_DAY_MAX,
  shortfall: SHORTFALLS_PER_DAY_MAX,
} as const;

/** The members of an action's row that its signals need. */
type SignalOrigin = {
  readonly index: number;
  readonly tenant: string;
  readonly event: { readonly timeMs: number };
};

/**
 * Signals of stored records that are not posted yet.
 *
 * A stream with too many matches on a day is only counted from then on, and reported once.
 */
export class SignalBuffer {
  /** By stream, then group. */
  readonly #groups = new Map<string, Map<string, GroupedSignal[]>>();
  readonly #counts = new Map<
    string,
    { readonly kind: Signal['kind']; readonly days: Map<number, number> }
  >();
  /** Days of streams that an earlier batch has throttled. */
  readonly #full = new Map<string, Set<number>>();
  #fullDays = 0;

  /** Whether a further signal of a rule is only counted. */
  isFull(stream: string, timeMs: number): boolean {
    const day = dayOf(timeMs);
    const count = this.#counts.get(stream)?.days.get(day) ?? 0;
    return count >= RULE_SIGNALS_PER_DAY_MAX || this.#isThrottled(stream, day);
  }

  add(row: SignalOrigin, signals: readonly Signal[]): void {
    const { index, tenant } = row;
    const { timeMs } = row.event;
    const day = dayOf(timeMs);
    for (const signal of signals) {
      const { stream, kind } = signal;
      const count = this.#count(stream, day, kind);
      if (count > SIGNALS_PER_DAY_MAX[kind] || this.#isThrottled(stream, day)) continue;
      const { group, part, values, about } = signal;
      this.#group(stream, group).push([timeMs, index, part, tenant, values, about]);
    }
  }

  /** Everything added since the last call. */
  take(): SignalBatch {
    const counts = [...this.#counts].flatMap(([stream, { kind, days }]) => {
      const max = SIGNALS_PER_DAY_MAX[kind];
      return kind === 'shortfall'
        ? []
        : [...days].map(([day, count]) => ({ stream, day, count, max }));
    });
    const groups = [...this.#groups].sort(byName).flatMap(([stream, own]) => {
      return [...own].sort(byName).map(([group, signals]): SignalGroup => {
        return { stream, group, signals: signals.sort(byTime) };
      });
    });
    this.#groups.clear();
    this.#counts.clear();
    for (const { stream, day, count, max } of counts) if (count > max) this.#throttle(stream, day);
    return { groups, counts };
  }

  #group(stream: string, group: string): GroupedSignal[] {
    let groups = this.#groups.get(stream);
    if (groups === undefined) {
      groups = new Map();
      this.#groups.set(stream, groups);
    }
    let signals = groups.get(group);
    if (signals === undefined) {
      signals = [];
      groups.set(group, signals);
    }
    return signals;
  }

  #count(stream: string, day: number, kind: Signal['kind']): number {
    let of = this.#counts.get(stream);
    if (of === undefined) {
      of = { kind, days: new Map() };
      this.#counts.set(stream, of);
    }
    const count = (of.days.get(day) ?? 0) + 1;
    of.days.set(day, count);
    return count;
  }

  #isThrottled(stream: string, day: number): boolean {
    return this.#full.get(stream)?.has(day) ?? false;
  }

  #throttle(stream: string, day: number): void {
    if (this.#isThrottled(stream, day)) return;
    if (this.#fullDays++ >= FULL_DAYS_MAX) {
      this.#full.clear();
      this.#fullDays = 1;
    }
    const days = this.#full.get(stream) ?? new Set<number>();
    this.#full.set(stream, days.add(day));
  }
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

function byTime([a]: GroupedSignal, [b]: GroupedSignal): number {
  return a - b;
}
