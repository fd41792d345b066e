import { CountersignError } from '@countersign/core';

export type IncidentErrorCode = 'TOO_MANY_CHANGES' | 'ANSWERS_INVALID' | 'SEED_INVALID';

/** Why the eviction question could not be answered. */
export class EvictionError extends CountersignError<IncidentErrorCode> {
  override readonly name = 'IncidentError';
}
