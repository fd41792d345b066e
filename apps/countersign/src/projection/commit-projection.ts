import type { OwnEntry } from './decision-poster.ts';
import type { LedgerWriter } from './ledger-writer.ts';
import { projectEntry } from './project-entry.ts';

/**
 * The store's cursor goes to the end of the ledger, with what decisions wrote meanwhile. Whatever
 * else was appended MUST be posted before.
 */
export async function commitProjection(writer: LedgerWriter): Promise<void> {
  const { store, decisionLog, decisionPoster } = writer;
  const size = await decisionLog.settledSize();
  const entries = decisionLog.waiting(store.cursor, size);
  await decisionPoster.post(entries.filter(isDecided));
  decisionLog.forget(size);
  for (const entry of entries) {
    if (!isDecided(entry)) store.post({ facts: projectEntry(entry.index, entry) });
  }
  store.commit(size);
}

function isDecided({ kind }: OwnEntry): boolean {
  return kind === 'decision' || kind === 'pass';
}
