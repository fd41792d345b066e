import type { LiveRows } from './live.ts';
import type { SignalCount, SignalRow, SignalSpan, TouchedGroup } from './signals.ts';

/** What records say to rules, as far as it is kept. */
export class SignalBooks {
  readonly #live: LiveRows;

  constructor(live: LiveRows) {
    this.#live = live;
  }

  /** Groups with signals that count from a cursor on that is higher, group by group. */
  touchedSince(index: number): Iterable<TouchedGroup> {
    return this.#live.state?.signals.touchedSince(index) ?? [];
  }

  /** The signals of each span in order; none where there are fewer than `atLeast`. */
  ofSpans(stream: string, spans: readonly SignalSpan[], atLeast: number): Iterable<SignalRow[]> {
    return this.#live.state?.signals.ofSpans(stream, spans, atLeast) ?? spans.map(() => []);
  }

  /** The groups of a stream with signals in a period. */
  groupsOf(stream: string, period: Omit<SignalSpan, 'group'>): readonly string[] {
    return this.#live.state?.signals.groupsOf(stream, period) ?? [];
  }

  counts(): readonly SignalCount[] {
    return this.#live.state?.signals.counts() ?? [];
  }
}
