import { CountersignError } from '@countersign/core';

/**
 * - `INVALID_INPUT` the input is unusable, or names something that does not exist
 * - `CANNOT_TELL`   the message completes "cannot tell, because …"
 * - `INTERRUPTED`   the caller stopped the operation
 */
export type OperationErrorCode = 'INVALID_INPUT' | 'CANNOT_TELL' | 'INTERRUPTED';

export class OperationError extends CountersignError<OperationErrorCode> {
  override readonly name = 'OperationError';
}

export function invalidInput(message: string, cause?: unknown): OperationError {
  return new OperationError('INVALID_INPUT', message, { cause });
}

export function cannotTell(because: string, cause?: unknown): OperationError {
  return new OperationError('CANNOT_TELL', because, { cause });
}
