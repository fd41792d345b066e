import { CountersignError } from '../core/index.ts';

export type PipelineErrorCode =
  /** A worker thread ended by itself, or a defect of ours stopped it. */
  | 'WORKER_DIED'
  | 'WORKER_FAILED'
  /** An erasure that a hold forbids. */
  | 'HELD'
  | 'NO_SUCH_HOLD'
  | 'NOTHING_TO_ERASE'
  | 'EMPTY_SELECTION'
  | 'NOT_AN_ERASURE';

export class PipelineError extends CountersignError<PipelineErrorCode> {
  override readonly name = 'PipelineError';
}
