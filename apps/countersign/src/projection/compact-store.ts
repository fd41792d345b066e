import { messageOf } from '@countersign/core';
import type { LedgerWriter } from './ledger-writer.ts';

/**
 * Compacts the store after something large came in. Everything is in by then, and no answer depends
 * on it: a failure is said, in the sentence that this resolves to, and is nothing more.
 */
export async function compactStore({
  store,
}: Pick<LedgerWriter, 'store'>): Promise<string | undefined> {
  try {
    await store.compact();
    return undefined;
  } catch (error) {
    const [reason] = messageOf(error).split('\n');
    return `the store was not compacted, so queries take longer: ${reason}`;
  }
}
