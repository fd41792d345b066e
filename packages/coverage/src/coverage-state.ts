import type { SourceId } from '@countersign/core';

export const COVERAGE_STATES = [
  'corroborated',
  'collected',
  'late',
  'lost',
  'off',
  'unknown',
] as const;

/** What an interval of a source is worth (design, "The words"). */
export type CoverageState = (typeof COVERAGE_STATES)[number];

/** Of what the completeness is told; null is all of them. */
export type StreamKey = {
  readonly tenant: string;
  readonly source: SourceId;
  readonly workload: string | null;
  /** A mailbox or an app. */
  readonly subject: string | null;
};

/** One state over an interval of event time, `[fromMs, toMs)`. */
export type CoverageInterval = StreamKey & {
  readonly fromMs: number;
  readonly toMs: number;
  readonly state: CoverageState;
  /** Upper bound, with 95 % confidence, on the share of records lost at random; null for holes. */
  readonly bound: number | null;
  /** One sentence. */
  readonly because: string;
  /** Entries that say so, ascending; some of them where there are many. */
  readonly entries: readonly number[];
};
