import type { SignalBatch, SignalRow } from '../../store/rows/signal-row.ts';
import type { Signal } from './signal-extractor.ts';

/**
 * Signals of one rule and day of event time that are kept. A rule that fits more often says less
 * by each of them: it is throttled, and says so in a finding about itself.
 */
const RULE_SIGNALS_PER_DAY_MAX = 20_000;

/** The same for the rules under a correlation, which count what no single event tells. */
const CORRELATION_SIGNALS_PER_DAY_MAX = 2_000_000;

export const DAY_MS = 86_400_000;

function dayOf(timeMs: number): number {
  return Math.floor(timeMs / DAY_MS);
}

function signalsMax(kind: 'rule' | 'correlation'): number {
  return kind === 'rule' ? RULE_SIGNALS_PER_DAY_MAX : CORRELATION_SIGNALS_PER_DAY_MAX;
}

/** The row of an action, as far as its signals need it. */
type SignalOrigin = {
  readonly index: number;
  readonly tenant: string;
  readonly event: { readonly timeMs: number };
};

/**
 * Signals of records that are in the ledger by now, until they are posted. A stream that is fitted
 * too often on one day is only counted from there on: what it would say is said once, of itself.
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

  /** All that was added since the last call. */
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
