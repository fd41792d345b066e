import { CountersignError } from '../core/index.ts';

export type PipelineErrorCode =
  /** A worker thread ended by itself, or a defect of ours stopped it. */
  | 'WORKER_DIED'
  | 'WORKER_FAILED';

export class PipelineError extends CountersignError<PipelineErrorCode> {
  override readonly name = 'PipelineError';
}
