import { CountersignError } from '@countersign/core';

/**
 * - `NO_SUCH_FINDING` a finding to mark does not exist
 * - `REASON_TOO_LONG` the reason for a mark is longer than the limit
 */
export type DetectionErrorCode = 'NO_SUCH_FINDING' | 'REASON_TOO_LONG';

export class DetectionError extends CountersignError<DetectionErrorCode> {
  override readonly name = 'DetectionError';
}
