import { CountersignError } from '@countersign/core';

/** Stable codes, grouped by what failed; add yours to the group it belongs to. */
export type LedgerErrorCode =
  // Formats: bytes from outside that do not have the form they must have.
  | 'MALFORMED_NOTE'
  | 'MALFORMED_KEY'
  // Verification: well-formed, and not true.
  | 'UNTRUSTED_NOTE'
  | 'LOG_INCONSISTENT'
  // Arithmetic of the tree.
  | 'OUT_OF_RANGE'
  // The data folder, and who may write to it.
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
  // Taking in.
  | 'INVALID_DRAFT'
  | 'BATCH_TOO_LARGE'
  | 'WRITER_FAILED'
  | 'WRITER_CLOSED'
  | 'DISK_FULL'
  /** A file of the data folder that this process may not write, or a read-only disk. */
  | 'NOT_WRITABLE'
  // Bytes of our own files that are not what was written.
  | 'MALFORMED_LEAF'
  | 'JOURNAL_CORRUPT'
  | 'SEGMENT_CORRUPT';

export class LedgerError extends CountersignError<LedgerErrorCode> {
  override readonly name = 'LedgerError';
}
