import { CountersignError } from '@countersign/core';

/**
 * - `UNUSABLE_EXPIRY`    a token without a usable expiry
 * - `NAME_TAKEN`         a token of this name exists or existed
 * - `UNKNOWN_TOKEN`      no valid token has this name or id
 * - `UNKNOWN_OPERATOR`   no operator has this name
 * - `TOO_MANY_PASSKEYS`  both break-glass operators have a passkey
 * - `STATE_UNREADABLE`   the state of operators cannot be opened
 * - `KEY_UNUSABLE`       the key of pseudonyms cannot be used
 * - `PROVIDER_UNUSABLE`  the identity provider cannot be reached, or is another one
 * - `SIGN_IN_REFUSED`    a sign-in that proves no one, or no one with a role
 */
export type OperatorErrorCode =
  | 'UNUSABLE_EXPIRY'
  | 'NAME_TAKEN'
  | 'UNKNOWN_TOKEN'
  | 'UNKNOWN_OPERATOR'
  | 'TOO_MANY_PASSKEYS'
  | 'STATE_UNREADABLE'
  | 'KEY_UNUSABLE'
  | 'PROVIDER_UNUSABLE'
  | 'SIGN_IN_REFUSED';

/** Expected errors about operators, tokens and sessions. */
export class OperatorError extends CountersignError<OperatorErrorCode> {
  override readonly name = 'OperatorError';
}
