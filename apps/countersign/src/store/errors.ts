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

/** What can go wrong with the books without a defect of ours. */
export class StoreError extends CountersignError<StoreErrorCode> {
  override readonly name = 'BooksError';
}

const DISK_CODES = {
  full: 'DISK_FULL',
  unwritable: 'NOT_WRITABLE',
  broken: 'DISK_BROKEN',
} as const;

/**
 * An error of the disk as one that says what to do; any other as it came. What was to be written
 * is derived, so the next writing command makes it from the ledger.
 */
export function bookFailure(path: string, cause: unknown): unknown {
  const trouble = cause instanceof CountersignError ? undefined : diskTroubleOf(cause);
  if (trouble === undefined) return cause;
  const message = `could not write ${path}: ${diskCure(trouble)}; the ledger has lost nothing`;
  return new StoreError(DISK_CODES[trouble], message, { cause, data: { path } });
}
