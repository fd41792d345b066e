import { CountersignError } from '@countersign/core';

/**
 * - `unknown`   the answer is unknown: the same question again does not help
 * - `transient` another process or the machine is in the way: a retry may succeed
 * - `refused`   another request would succeed
 * - `defect`    a bug in Countersign
 */
export type FailureKind = 'unknown' | 'transient' | 'refused' | 'defect';

const UNKNOWN: ReadonlySet<string> = new Set([
  'CANNOT_TELL',
  // The caller's user is unknown.
  'UNPROVEN',
  'QUERY_LIMIT',
  // Our own bytes differ from what was written; fsck names them.
  'LOG_INCONSISTENT',
  'MISSING_RESOURCE',
  'JOURNAL_CORRUPT',
  'SEGMENT_CORRUPT',
  'MALFORMED_LEAF',
  'MALFORMED_TILE',
  'FILE_UNREADABLE',
  'STATE_UNREADABLE',
  // The person is ambiguous.
  'AMBIGUOUS_USER',
]);

const TRANSIENT: ReadonlySet<string> = new Set([
  // Another process is in the way, or ended meanwhile.
  'LOCKED',
  'BUSY',
  'LOST',
  // The machine failed.
  'DISK_FULL',
  'DISK_LOW',
  'DISK_BROKEN',
  'WRITER_FAILED',
  'THREAD_OUT_OF_MEMORY',
]);

/** Codes that only a bug in Countersign can cause in an operation. */
const DEFECTS: ReadonlySet<string> = new Set([
  'INVALID_DRAFT',
  'BATCH_TOO_LARGE',
  'WRITER_CLOSED',
  'WORKER_FAILED',
  'THREAD_DIED',
  'THREAD_SILENT',
]);

/** What a failed operation means for its caller. Each adapter has its form for each kind. */
export function failureKind(error: unknown): FailureKind {
  if (!(error instanceof CountersignError) || DEFECTS.has(error.code)) return 'defect';
  if (UNKNOWN.has(error.code)) return 'unknown';
  return TRANSIENT.has(error.code) ? 'transient' : 'refused';
}
