/**
 * A record's match with a rule. The state keeps it until the windows over it were evaluated.
 *
 * The detectors define what the members mean. Erasing a body removes its rows.
 */
export type SignalRow = {
  /** The alerting rule or correlation that evaluates it. */
  readonly stream: string;
  readonly group: string;
  readonly timeMs: number;
  readonly index: number;
  /** Which of the stream's rules it matches. */
  readonly part: number;
  /** As the record states it. */
  readonly tenant: string;
  /** JSON. */
  readonly values: string;
  readonly about: string;
};

/** Matches of a stream on a day of event time, kept or not. */
export type SignalCount = {
  readonly stream: string;
  readonly day: number;
  readonly count: number;
  /** Beyond this many a day the stream is throttled and keeps no more rows. */
  readonly max: number;
};

/**
 * Signals of one group of a stream, by time. A flood of one rule crosses threads as JSON, so a
 * signal is a list without names, and stream and group are stated once.
 */
export type SignalGroup = {
  readonly stream: string;
  readonly group: string;
  readonly signals: readonly GroupedSignal[];
};

export type GroupedSignal = readonly [
  timeMs: number,
  index: number,
  part: number,
  tenant: string,
  values: string,
  about: string,
];

export function signalRows({ stream, group, signals }: SignalGroup): SignalRow[] {
  return signals.map(([timeMs, index, part, tenant, values, about]) => {
    return { stream, group, timeMs, index, part, tenant, values, about };
  });
}

export type SignalBatch = {
  /** By stream, then group: the order of the index in the state. */
  readonly groups: readonly SignalGroup[];
  readonly counts: readonly SignalCount[];
};

/** A group of a stream whose signals changed on a day. */
export type TouchedGroup = {
  readonly stream: string;
  readonly group: string;
  readonly day: number;
};

/** A group of a stream in a period, `[fromMs, toMs)`. */
export type SignalSpan = { readonly group: string; readonly fromMs: number; readonly toMs: number };

/** What a span has if it can fulfill a rule. Below it, its signals are not read. */
export type SignalMinimum = {
  readonly rows: number;
  /** Distinct parts: a step of a correlation without the other steps is not complete. */
  readonly parts: number;
};
