import type { Answer } from '@countersign/core';
import type { EventRow } from '../../store/rows/event-row.ts';

/** What reconciliation says of one action; the books print it and judge nothing. */
export type ReconciledAction = {
  readonly authorisation: Answer;
  readonly verdict: 'accounted' | 'unaccounted' | 'unknown';
};

/** Of events, by their index. */
export type ActionReconciliation = (
  rows: readonly EventRow[],
) => Promise<ReadonlyMap<number, ReconciledAction>>;
