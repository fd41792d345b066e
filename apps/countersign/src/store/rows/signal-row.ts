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

export type SignalBatch = {
  readonly rows: readonly SignalRow[];
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
