import { CountersignError } from '@countersign/core';

/**
 * - `NO_SUCH_FINDING` the finding to mark does not exist
 * - `REASON_TOO_LONG` the reason for a mark exceeds the limit
 */
export type DetectionErrorCode = 'NO_SUCH_FINDING' | 'REASON_TOO_LONG';

export class DetectionError extends CountersignError<DetectionErrorCode> {
  override readonly name = 'DetectionError';
}
