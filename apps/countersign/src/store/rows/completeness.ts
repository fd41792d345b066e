import type { Answer } from '@countersign/core';
import type { CoverageRow } from './entry-rows.ts';

export type Coverage = {
  readonly answer: Answer;
  readonly facts: readonly CoverageRow[];
  /** Intervals of the period in which data is or may be missing, in order. */
  readonly holes: readonly CoverageGap[];
};

/** A hole in a period: `[fromMs, toMs)`. */
export type CoverageGap = CoverageRow & { readonly fromMs: number; readonly toMs: number };
