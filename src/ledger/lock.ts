import { DatabaseSync } from 'node:sqlite';
import { LedgerError } from './errors.ts';
import { layout } from './layout.ts';

/** The right to write to a data folder, held until released or until the process ends. */
export interface WriterLock {
  release(): void;
}

const SQLITE_BUSY = 5;

/**
 * Takes the writer's lock: SQLite's exclusive lock on a file, which is one of the kernel's, so that
 * nothing of it survives a `kill -9`. Nobody else in this process may open and close the lock file:
 * POSIX drops all locks of a process on a file with the first descriptor that it closes.
 * @throws LedgerError LOCKED
 */
export function takeLock(dir: string): WriterLock {
  const database = new DatabaseSync(layout.lock(dir));
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    database.close();
    if ((cause as { errcode?: unknown }).errcode !== SQLITE_BUSY) throw cause;
    throw new LedgerError(
      'LOCKED',
      `could not write to the ledger in ${dir}: another process is writing to it; ` +
        'wait for it to end, or stop it',
      { cause, data: { dir } },
    );
  }
  return { release: () => database.close() };
}
