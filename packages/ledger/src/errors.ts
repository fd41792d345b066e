import { CountersignError } from '@countersign/core';

/** Stable codes, grouped by what failed. Add a new code to its group. */
export type LedgerErrorCode =
  // Formats: bytes from outside do not have the required form.
  | 'MALFORMED_NOTE'
  | 'MALFORMED_KEY'
  // Verification: the form is valid, but the claim is false.
  | 'UNTRUSTED_NOTE'
  | 'LOG_INCONSISTENT'
  // Tree arithmetic.
  | 'OUT_OF_RANGE'
  // The data folder, and the right to write to it.
  | 'FOLDER_VERSION'
  | 'FOLDER_CORRUPT'
  | 'NO_LEDGER'
  | 'ORIGIN_MISMATCH'
  | 'LOCKED'
  | 'RESTORED_FOLDER'
  | 'ROLLED_BACK'
  | 'KEY_PERMISSIONS'
  | 'KEY_MISMATCH'
  | 'MISSING_KEY'
  // Appending.
  | 'INVALID_DRAFT'
  | 'BATCH_TOO_LARGE'
  | 'WRITER_FAILED'
  | 'WRITER_CLOSED'
  | 'DISK_FULL'
  /** This process may not write a file of the data folder, or the disk is read-only. */
  | 'NOT_WRITABLE'
  // Files of the folder whose bytes have changed.
  | 'MALFORMED_LEAF'
  | 'JOURNAL_CORRUPT'
  | 'SEGMENT_CORRUPT';

export class LedgerError extends CountersignError<LedgerErrorCode> {
  override readonly name = 'LedgerError';
}
