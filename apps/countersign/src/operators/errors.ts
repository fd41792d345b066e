import { CountersignError } from '@countersign/core';

/**
 * - `UNUSABLE_EXPIRY`    a token without a usable expiry
 * - `NAME_TAKEN`         a token of this name exists or existed
 * - `UNKNOWN_TOKEN`      no valid token has this name or id
 * - `STATE_UNREADABLE`   the state of operators cannot be opened
 * - `KEY_UNUSABLE`       the key of pseudonyms cannot be used
 */
export type OperatorErrorCode =
  | 'UNUSABLE_EXPIRY'
  | 'NAME_TAKEN'
  | 'UNKNOWN_TOKEN'
  | 'STATE_UNREADABLE'
  | 'KEY_UNUSABLE';

/** Expected errors about operators, tokens and sessions. */
export class OperatorError extends CountersignError<OperatorErrorCode> {
  override readonly name = 'OperatorError';
}
