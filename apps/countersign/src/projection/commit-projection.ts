import type { LedgerWriter } from '../operations/host/open-writer.ts';

/**
 * The books' cursor goes to the end of the ledger, with what decisions wrote meanwhile. Whatever
 * else was appended MUST be posted before.
 */
export async function commitProjection({ books, accountant }: LedgerWriter): Promise<void> {
  const size = await accountant.settledSize();
  for (const facts of accountant.take(books.cursor, size)) books.post({ facts });
  books.commit(size);
}
