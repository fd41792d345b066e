import { CountersignError } from '@countersign/core';

/**
 * - `STATE_UNREADABLE` the file of the positions is damaged, newer, or of another ledger
 * - `UNKNOWN_FEED`     no feed has this name
 * - `BAD_POSITION`     a position behind the end of the ledger
 */
export type FeedErrorCode = 'STATE_UNREADABLE' | 'UNKNOWN_FEED' | 'BAD_POSITION';

export class FeedError extends CountersignError<FeedErrorCode> {
  override readonly name = 'FeedError';
}
