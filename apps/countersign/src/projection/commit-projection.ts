import type { LedgerWriter } from './ledger-writer.ts';

/**
 * The store's cursor goes to the end of the ledger, with what decisions wrote meanwhile. Whatever
 * else was appended MUST be posted before.
 */
export async function commitProjection({ store, decisionLog }: LedgerWriter): Promise<void> {
  const size = await decisionLog.settledSize();
  for (const facts of decisionLog.take(store.cursor, size)) store.post({ facts });
  store.commit(size);
}
