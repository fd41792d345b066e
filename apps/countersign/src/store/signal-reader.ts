import type { CurrentRows, HiddenEntries } from './reading/current-rows.ts';
import type {
  SignalCount,
  SignalMinimum,
  SignalRow,
  SignalSpan,
  TouchedGroup,
} from './rows/signal-row.ts';

/** Reads the stored signals: matches of records with rules. */
export class SignalReader {
  readonly #live: CurrentRows;

  constructor(live: CurrentRows) {
    this.#live = live;
  }

  /** Groups with signals that count from a later cursor on, one by one. */
  touchedSince(index: number): Iterable<TouchedGroup> {
    return this.#live.state?.signals.touchedSince(index) ?? [];
  }

  /** The signals of each span in order; none for spans with fewer than `least`. */
  ofSpans(
    stream: string,
    spans: readonly SignalSpan[],
    least: SignalMinimum,
  ): Iterable<SignalRow[]> {
    const { state, hidden } = this.#live;
    const found = state?.signals.ofSpans(stream, spans, least) ?? spans.map(() => []);
    return hidden === undefined ? found : shownOf(found, hidden);
  }

  /** Every group and day with signals of a stream. */
  groupDays(stream: string): readonly TouchedGroup[] {
    return this.#live.state?.signals.groupDays(stream) ?? [];
  }

  /** The groups of a stream with signals in a period. */
  groupsOf(stream: string, period: Omit<SignalSpan, 'group'>): readonly string[] {
    return this.#live.state?.signals.groupsOf(stream, period) ?? [];
  }

  counts(): readonly SignalCount[] {
    return this.#live.state?.signals.counts() ?? [];
  }
}

function* shownOf(
  found: Iterable<SignalRow[]>,
  { entries, from }: HiddenEntries,
): Generator<SignalRow[]> {
  for (const rows of found) yield rows.filter(({ index }) => index < from && !entries.has(index));
}
