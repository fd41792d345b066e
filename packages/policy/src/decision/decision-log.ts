import type { RecordDraft } from '@countersign/core';

/** Writes entries into the ledger. */
export interface DecisionLog {
  /**
   * Resolves with the index of each draft when all of them survive a loss of power. MAY be called
   * concurrently; MUST reject when any of them is not durable.
   */
  append(drafts: readonly RecordDraft[]): Promise<readonly number[]>;
}
