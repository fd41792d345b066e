import { CountersignError } from '@countersign/core';

export type AccessErrorCode =
  /** A policy, a schema or a test of them does not hold; `data.problems` names every place. */
  | 'POLICY_INVALID'
  /** A directory or a register that cannot be read. */
  | 'DIRECTORY_INVALID'
  /** A request for a decision that is none. */
  | 'REQUEST_INVALID'
  /** The decision could not be written down, and so is not given. */
  | 'NOT_ACCOUNTED'
  | 'UNKNOWN_PASS'
  /** An invitation to register a passkey that cannot be agreed to. */
  | 'INVITATION'
  | 'UNKNOWN_PASSKEY'
  /** What somebody says of a bypass and may not, or not now. */
  | 'BYPASS_REFUSED'
  /** A key that cannot sign what it is to sign. */
  | 'KEY_INVALID';

export class PolicyError extends CountersignError<AccessErrorCode> {
  override readonly name = 'AccessError';
}
