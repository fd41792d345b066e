import { closeSync, fsync, openSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type Disk, nodeFiles } from '@countersign/ledger';

const done = (): Promise<void> => Promise.resolve();

/**
 * The disk of a ledger that is being built. It waits for no write: a demonstration that a loss of
 * power interrupts is unfinished, and is built again. {@link syncAll} MUST follow before the folder
 * counts as finished.
 */
export const UNSYNCED_DISK: Disk = {
  ...nodeFiles,
  sync: done,
  syncData: done,
  syncFolder: done,
};

/** Resolves once all files and names below the folder survive a loss of power. */
export async function syncAll(folder: string): Promise<void> {
  const below = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((item) => item.isFile() || item.isDirectory())
    .map((item) => join(item.parentPath, item.name));
  for (const path of [...below, folder]) {
    const file = openSync(path, 'r');
    try {
      await promisify(fsync)(file);
    } finally {
      closeSync(file);
    }
  }
}
