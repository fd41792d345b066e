import type { Answer } from '@countersign/core';
import type { EventRow } from '../../store/rows/event-row.ts';

/** The verdict on one action, in the form that statements print. */
export type ReconciledAction = {
  readonly authorization: Answer;
  readonly verdict: 'accounted' | 'unaccounted' | 'unknown';
};

/** Verdicts of events, by index. */
export type ActionReconciliation = (
  rows: readonly EventRow[],
) => Promise<ReadonlyMap<number, ReconciledAction>>;
