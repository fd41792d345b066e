import { DatabaseSync } from 'node:sqlite';
import { messageOf } from '@countersign/core';
import { StoreError } from '../errors.ts';

/** Opens the database of the state. @throws StoreError STATE_UNREADABLE */
export function openState(path: string): DatabaseSync {
  try {
    return new DatabaseSync(path, { readOnly: true });
  } catch (cause) {
    throw new StoreError(
      'STATE_UNREADABLE',
      `could not open ${path}: ${messageOf(cause)}; ` +
        'check its permissions, or run "countersign rebuild"',
      { cause },
    );
  }
}

/** Undefined if the file is not our database. The state is derived, so it is rebuilt. */
export function versionOf(path: string): number | undefined {
  let db: DatabaseSync | undefined;
  try {
    db = new DatabaseSync(path, { readOnly: true });
    return Object.values(db.prepare('PRAGMA user_version').get() ?? {})[0] as number;
  } catch {
    return undefined;
  } finally {
    db?.close();
  }
}
