import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { diskCure, diskTroubleOf } from '@countersign/core';
import { LedgerError } from '../errors.ts';

const SQLITE_BUSY = 5;

/**
 * SQLite's exclusive lock on a file. It is a kernel lock, so a `kill -9` leaves nothing behind. No
 * other code in this process may open and close the file: POSIX drops all locks of a process on a
 * file when the process closes any descriptor of it.
 * @throws LedgerError DISK_FULL, NOT_WRITABLE, WRITER_FAILED
 */
export function lockFile(path: string): FileLock | undefined {
  let database: DatabaseSync | undefined;
  try {
    database = new DatabaseSync(path);
    database.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    database?.close();
    if ((cause as { errcode?: unknown }).errcode === SQLITE_BUSY) return undefined;
    throw lockFailure(path, cause);
  }
  const held = database;
  return { release: () => held.close() };
}

function lockFailure(path: string, cause: unknown): unknown {
  const trouble = diskTroubleOf(errorOfOpening(path)) ?? diskTroubleOf(cause);
  if (trouble === undefined) return cause;
  const message = `could not lock the ledger with ${path}: ${diskCure(trouble)}`;
  const code = LOCK_CODES[trouble];
  return new LedgerError(code, message, { cause, data: { path } });
}

/** SQLite reports only that it could not open a file. The operating system gives the reason. */
function errorOfOpening(path: string): unknown {
  try {
    closeSync(openSync(path, 'a'));
    return undefined;
  } catch (error) {
    return error;
  }
}

const LOCK_CODES = {
  full: 'DISK_FULL',
  unwritable: 'NOT_WRITABLE',
  broken: 'WRITER_FAILED',
} as const;

export interface FileLock {
  release(): void;
}
