import { CountersignError, diskCure, diskTroubleOf } from '@countersign/core';

export type StoreErrorCode =
  | 'STATE_UNREADABLE'
  | 'DISK_FULL'
  | 'NOT_WRITABLE'
  | 'DISK_BROKEN'
  | 'FILE_UNREADABLE'
  | 'FILTER_INVALID'
  | 'STATEMENT_TOO_LARGE'
  | 'QUERY_REFUSED'
  | 'QUERY_FAILED'
  | 'QUERY_LIMIT';

/** Errors of the store that are not a bug in Countersign. */
export class StoreError extends CountersignError<StoreErrorCode> {
  override readonly name = 'StoreError';
}

const DISK_CODES = {
  full: 'DISK_FULL',
  unwritable: 'NOT_WRITABLE',
  broken: 'DISK_BROKEN',
} as const;

/**
 * Turns a disk error into one with a cure; returns any other unchanged. The unwritten data is
 * derived, so the next writing command rebuilds it from the ledger.
 */
export function bookFailure(path: string, cause: unknown): unknown {
  const trouble = cause instanceof CountersignError ? undefined : diskTroubleOf(cause);
  if (trouble === undefined) return cause;
  const message = `could not write ${path}: ${diskCure(trouble)}. The ledger lost nothing`;
  return new StoreError(DISK_CODES[trouble], message, { cause, data: { path } });
}
