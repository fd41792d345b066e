import type { SourceId } from '@countersign/core';

export const COVERAGE_STATES = [
  'corroborated',
  'collected',
  'late',
  'lost',
  'off',
  'unknown',
] as const;

/** The coverage of an interval of a source. */
export type CoverageState = (typeof COVERAGE_STATES)[number];

/** The scope of a coverage statement; null means all. */
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
  /** Upper bound, with 95 % confidence, on the share of randomly lost records; null for holes. */
  readonly bound: number | null;
  /** One sentence. */
  readonly because: string;
  /** Entries that support it, ascending; a sample if there are many. */
  readonly entries: readonly number[];
};
