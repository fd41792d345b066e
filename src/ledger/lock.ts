import { DatabaseSync } from 'node:sqlite';
import type { FileLock } from './files.ts';

const SQLITE_BUSY = 5;

/**
 * SQLite's exclusive lock on a file, which is one of the kernel's, so that nothing of it survives a
 * `kill -9`. Nobody else in this process may open and close the file: POSIX drops all locks of a
 * process on a file with the first descriptor that it closes.
 */
export function lockFile(path: string): FileLock | undefined {
  const database = new DatabaseSync(path);
  try {
    database.exec('BEGIN EXCLUSIVE');
  } catch (cause) {
    database.close();
    if ((cause as { errcode?: unknown }).errcode !== SQLITE_BUSY) throw cause;
    return undefined;
  }
  return { release: () => database.close() };
}
