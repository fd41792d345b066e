import { closeSync, openSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import { diskCure, diskTroubleOf } from '@countersign/core';
import { LedgerError } from '../errors.ts';

const SQLITE_BUSY = 5;

/**
 * SQLite's exclusive lock on a file, which is one of the kernel's, so that nothing of it survives a
 * `kill -9`. Nobody else in this process may open and close the file: POSIX drops all locks of a
 * process on a file with the first descriptor that it closes.
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
  const message = `could not lock the ledger by ${path}: ${diskCure(trouble)}`;
  const code = LOCK_CODES[trouble];
  return new LedgerError(code, message, { cause, data: { path } });
}

/** SQLite only says that it could not open a file; the operating system says why. */
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
