import { CountersignError } from '@countersign/core';

export type PolicyErrorCode =
  /** A policy, a schema or a policy test is invalid; `data.problems` names every position. */
  | 'POLICY_INVALID'
  /** A directory or a register that cannot be read. */
  | 'DIRECTORY_INVALID'
  /** A malformed decision request. */
  | 'REQUEST_INVALID'
  /** The decision could not be logged, so it is not returned. */
  | 'NOT_ACCOUNTED'
  | 'UNKNOWN_PASS'
  /** An invitation to register a passkey that cannot be accepted. */
  | 'INVITATION'
  | 'UNKNOWN_PASSKEY'
  /** A bypass statement that is not allowed, or not now. */
  | 'BYPASS_REFUSED'
  /** A key that cannot sign. */
  | 'KEY_INVALID';

export class PolicyError extends CountersignError<PolicyErrorCode> {
  override readonly name = 'PolicyError';
}
