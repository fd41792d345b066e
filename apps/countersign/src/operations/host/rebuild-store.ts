import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type HostWriter, openLedgerWriter, type WriterOptions } from './open-writer.ts';

/** What the books can make again from the ledger, and nothing else. */
const Store = ['events', 'state.sqlite', 'state.sqlite-wal', 'state.sqlite-shm'] as const;

/**
 * Throws all derived state away and makes it again from the ledger: the books and the fingerprint
 * index. Appends nothing. Both go under the lock, so that nobody posts or looks up meanwhile; a
 * crash in the middle is a folder whose books and index are behind, and the next opening goes on.
 */
export async function rebuild(options: WriterOptions): Promise<HostWriter> {
  const beforeStore = (): void => discardStore(options.dir);
  return openLedgerWriter({ ...options, fingerprints: 'remake', beforeStore });
}

function discardStore(dir: string): void {
  for (const name of Store) rmSync(join(dir, name), { recursive: true, force: true });
}
