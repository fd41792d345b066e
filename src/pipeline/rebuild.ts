import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { layout } from '../ledger/index.ts';
import type { CatchUpProgress } from './catch-up.ts';
import { openWriter, type Writer, type WriterOptions } from './writer.ts';

/** What can be made again from the ledger, and nothing else. */
const DERIVED = ['events', 'state.sqlite', 'state.sqlite-wal', 'state.sqlite-shm'] as const;

/**
 * Throws all derived state away and makes it again from the ledger: the books and the fingerprint
 * index. Appends nothing. A crash in the middle is a folder whose books are behind, and the next
 * opening goes on.
 */
export async function rebuild(
  options: WriterOptions & { readonly onProgress?: (progress: CatchUpProgress) => void },
): Promise<Writer> {
  const { dir } = options;
  // Opened first for the lock: nobody may post while the state goes.
  return openWriter({ ...options, beforeBooks: () => discardDerived(dir) });
}

function discardDerived(dir: string): void {
  for (const name of DERIVED) rmSync(join(dir, name), { recursive: true, force: true });
}

/** The fingerprint index is made again at the next opening. The writer MUST be closed. */
export function discardFingerprints(dir: string): void {
  const path = layout.fingerprints(dir);
  if (existsSync(path)) rmSync(path, { recursive: true, force: true });
}
