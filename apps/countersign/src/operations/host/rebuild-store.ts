import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { type HostWriter, openLedgerWriter, type WriterOptions } from './open-writer.ts';

/** The state that can be derived from the ledger, and nothing else. */
const Store = ['events', 'state.sqlite', 'state.sqlite-wal', 'state.sqlite-shm'] as const;

/**
 * Deletes all derived state and builds it again from the ledger: the store and the fingerprint
 * index. Appends nothing. Both steps run under the lock, so no other process writes or looks up
 * meanwhile. After a crash in the middle, store and index are behind, and the next opening
 * continues.
 */
export async function rebuild(options: WriterOptions): Promise<HostWriter> {
  const beforeStore = (): void => discardStore(options.dir);
  return openLedgerWriter({ ...options, fingerprints: 'remake', beforeStore });
}

function discardStore(dir: string): void {
  for (const name of Store) rmSync(join(dir, name), { recursive: true, force: true });
}
