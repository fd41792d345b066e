import { CountersignError } from '@countersign/core';

/** Stable codes, grouped by what failed. */
export type TlogErrorCode =
  // Formats: outside bytes that do not have the required form.
  | 'MALFORMED_NOTE'
  | 'MALFORMED_KEY'
  | 'UNSUPPORTED_KEY'
  | 'MALFORMED_CHECKPOINT'
  | 'MALFORMED_PROOF'
  | 'MALFORMED_POLICY'
  | 'MALFORMED_TILE'
  | 'MALFORMED_REQUEST'
  // Verification: the form is valid, but the claim is false.
  | 'UNTRUSTED_NOTE'
  | 'BAD_SIGNATURE'
  | 'WRONG_ORIGIN'
  | 'LOG_INCONSISTENT'
  // Tree arithmetic.
  | 'OUT_OF_RANGE'
  // Reading a log.
  | 'MISSING_RESOURCE'
  // Witnesses.
  | 'WITNESS_ADDRESS'
  | 'WITNESS_STATE';

export class TlogError extends CountersignError<TlogErrorCode> {
  override readonly name = 'TlogError';
}
