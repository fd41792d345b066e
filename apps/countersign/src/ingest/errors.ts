import { CountersignError } from '@countersign/core';

export type IngestErrorCode =
  /** A bug in Countersign stopped a worker thread. */
  | 'WORKER_FAILED'
  | 'DISK_FULL'
  | 'NOT_WRITABLE'
  | 'DISK_BROKEN'
  /** A hold forbids the erasure. */
  | 'HELD'
  | 'NO_SUCH_HOLD'
  /** The last entry's `seen` is not in the future. */
  | 'CLOCK_NOT_AHEAD'
  | 'NOTHING_TO_ERASE'
  | 'EMPTY_SELECTION'
  | 'NOT_AN_ERASURE';

export class IngestError extends CountersignError<IngestErrorCode> {
  override readonly name = 'IngestError';
}
