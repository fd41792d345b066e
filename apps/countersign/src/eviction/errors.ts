import { CountersignError } from '@countersign/core';

export type EvictionErrorCode = 'TOO_MANY_CHANGES' | 'ANSWERS_INVALID' | 'SEED_INVALID';

/** Why the eviction question could not be answered. */
export class EvictionError extends CountersignError<EvictionErrorCode> {
  override readonly name = 'EvictionError';
}
