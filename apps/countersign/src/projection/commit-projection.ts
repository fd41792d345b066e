import type { CommitThread } from '../store/commit/commit-thread.ts';
import type { OwnEntry } from './decision-poster.ts';
import type { LedgerWriter } from './ledger-writer.ts';
import { projectEntry } from './project-entry.ts';

/** A commit on another thread, up to a durable entry. */
export type CommitBeside = { readonly thread: CommitThread; readonly cut: number };

/**
 * The store's cursor goes to the end of the ledger, or to the cut, with what decisions wrote
 * meanwhile. Whatever else was appended before MUST be posted.
 */
export async function commitProjection(writer: LedgerWriter, beside?: CommitBeside): Promise<void> {
  const { store, decisionLog, decisionPoster } = writer;
  const size = await decisionLog.settledSize();
  const cursor = beside?.cut ?? size;
  const entries = decisionLog.waiting(store.cursor, cursor);
  await decisionPoster.post(entries.filter(isDecided));
  decisionLog.forget(cursor);
  for (const entry of entries) {
    if (!isDecided(entry)) store.post({ facts: projectEntry(entry.index, entry) });
  }
  if (beside === undefined) store.commit(cursor);
  else await store.commitOn(beside.thread, cursor);
}

function isDecided({ kind }: OwnEntry): boolean {
  return kind === 'decision' || kind === 'pass';
}
