import { CountersignError } from '../core/index.ts';

export type PipelineErrorCode = 'WORKER_DIED' | 'NOTHING_READ' | 'INTERRUPTED';

export class PipelineError extends CountersignError<PipelineErrorCode> {
  override readonly name = 'PipelineError';
}
