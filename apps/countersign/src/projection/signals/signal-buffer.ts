import type { SignalBatch, SignalRow } from '../../store/rows/signal-row.ts';
import type { Signal } from './signal-extractor.ts';

/**
 * Signals per rule and day of event time. A rule that matches more often is throttled, because each
 * further match says less, and a finding reports that.
 */
const RULE_SIGNALS_PER_DAY_MAX = 20_000;

/** The same for rules under a correlation, which counts many events. */
const CORRELATION_SIGNALS_PER_DAY_MAX = 2_000_000;

export const DAY_MS = 86_400_000;

function dayOf(timeMs: number): number {
  return Math.floor(timeMs / DAY_MS);
}

function signalsMax(kind: 'rule' | 'correlation'): number {
  return kind === 'rule' ? RULE_SIGNALS_PER_DAY_MAX : CORRELATION_SIGNALS_PER_DAY_MAX;
}

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
  #rows: SignalRow[] = [];
  readonly #counts = new Map<
    string,
    { readonly max: number; readonly days: Map<number, number> }
  >();

  add(row: SignalOrigin, signals: readonly Signal[]): void {
    const { index, tenant } = row;
    const { timeMs } = row.event;
    for (const { stream, kind, group, part, values, about } of signals) {
      const max = signalsMax(kind);
      if (this.#count(stream, dayOf(timeMs), max) > max) continue;
      this.#rows.push({ stream, group, timeMs, index, part, tenant, values, about });
    }
  }

  /** Everything added since the last call. */
  take(): SignalBatch {
    const counts = [...this.#counts].flatMap(([stream, { max, days }]) =>
      [...days].map(([day, count]) => ({ stream, day, count, max })),
    );
    const rows = this.#rows;
    this.#rows = [];
    this.#counts.clear();
    return { rows, counts };
  }

  #count(stream: string, day: number, max: number): number {
    let of = this.#counts.get(stream);
    if (of === undefined) {
      of = { max, days: new Map() };
      this.#counts.set(stream, of);
    }
    const count = (of.days.get(day) ?? 0) + 1;
    of.days.set(day, count);
    return count;
  }
}
