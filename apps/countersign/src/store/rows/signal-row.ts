/**
 * That a record fits a rule, as the state keeps it until the windows over it were looked at. What
 * the members mean is the business of whoever judges; a body that is erased takes its rows along.
 */
export type SignalRow = {
  /** What looks at it: an alerting rule, or a correlation. */
  readonly stream: string;
  readonly group: string;
  readonly timeMs: number;
  readonly index: number;
  /** Which of the stream's rules it fits. */
  readonly part: number;
  /** As the record states it. */
  readonly tenant: string;
  /** JSON. */
  readonly values: string;
  readonly about: string;
};

/** How often a stream was fitted on a day of event time, kept or not. */
export type SignalCount = {
  readonly stream: string;
  readonly day: number;
  readonly count: number;
  /** Beyond so many a day the stream is throttled: no more of its rows are kept. */
  readonly max: number;
};

export type SignalBatch = {
  readonly rows: readonly SignalRow[];
  readonly counts: readonly SignalCount[];
};

/** A group of a stream of which signals came or went on a day. */
export type TouchedGroup = {
  readonly stream: string;
  readonly group: string;
  readonly day: number;
};

/** A group of a stream in a period, `[fromMs, toMs)`. */
export type SignalSpan = { readonly group: string; readonly fromMs: number; readonly toMs: number };
