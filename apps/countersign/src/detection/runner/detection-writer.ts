import { assert, type Clock, type RecordDraft } from '@countersign/core';
import { commitProjection } from '../../projection/commit-projection.ts';
import type { LedgerWriter } from '../../projection/ledger-writer.ts';
import { projectEntry } from '../../projection/project-entry.ts';
import type { CheckedRange, CheckRow } from '../../store/sqlite/check-table.ts';

/** Runs work that appends while no other work does. */
export type WithExclusiveWriter = <T>(work: () => Promise<T>) => Promise<T>;

/**
 * What detection changes, for a runner on any thread. Every change MUST be in `alone`, and is whole
 * even if the thread of the runner ends during it.
 */
export type DetectionWriter = {
  readonly dir: string;
  readonly clock: Clock;
  /** `evaluated`: rules run, so no finding means no risk. */
  readonly risk: 'evaluated' | 'not evaluated';
  readonly alone: WithExclusiveWriter;
  readonly changes: DetectionChanges;
};

/** Methods whose arguments and results cross threads. */
export type DetectionChanges = {
  /** Readers see every entry that is durable now. Needs no exclusive writer. */
  readonly publish: () => Promise<void>;
  /** Appends entries of our own, and posts them. */
  readonly append: (drafts: readonly RecordDraft[]) => Promise<void>;
  /** As of now. A reader may be in the middle of a snapshot. */
  readonly stageCursor: (stage: string) => Promise<number>;
  readonly setStageCursor: (stage: string, index: number) => Promise<void>;
  readonly forgetTouched: (index: number) => Promise<void>;
  readonly keepChecks: (made: CheckedRange, rows: readonly CheckRow[]) => Promise<void>;
};

/** On the thread that holds the ledger. `alone` MUST run its work after records were posted. */
export function detectionWriter(writer: LedgerWriter, alone: WithExclusiveWriter): DetectionWriter {
  const { dir, clock } = writer;
  const risk = writer.signalSource === undefined ? 'not evaluated' : 'evaluated';
  return { dir, clock, risk, alone, changes: detectionChanges(writer) };
}

export function detectionChanges(writer: LedgerWriter): DetectionChanges {
  const { ledger, store } = writer;
  return {
    publish: async () => void (await ledger.publish()),
    append: async (drafts) => {
      const appended = await ledger.append(drafts);
      for (const [i, { index }] of appended.entries()) {
        const draft = drafts[i];
        assert(draft !== undefined, 'each draft was appended');
        store.post({ facts: projectEntry(index, draft) });
      }
      await commitProjection(writer);
    },
    stageCursor: async (stage) => store.stageCursor(stage),
    setStageCursor: async (stage, index) => store.setStageCursor(stage, index),
    forgetTouched: async (index) => store.forgetTouched(index),
    keepChecks: async (made, rows) => store.keepChecks(made, rows),
  };
}
