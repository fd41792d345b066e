import { CountersignError } from '../core/index.ts';

/** Stable codes, grouped by what failed; add yours to the group it belongs to. */
export type LedgerErrorCode =
  // Formats: bytes from outside that do not have the form they must have.
  | 'MALFORMED_NOTE'
  | 'MALFORMED_KEY'
  | 'MALFORMED_CHECKPOINT'
  | 'MALFORMED_PROOF'
  | 'MALFORMED_POLICY'
  | 'MALFORMED_TILE'
  | 'MALFORMED_REQUEST'
  // Verification: well-formed, and not true.
  | 'UNTRUSTED_NOTE'
  | 'BAD_SIGNATURE'
  | 'WRONG_ORIGIN'
  | 'PROOF_FAILED'
  | 'LOG_INCONSISTENT'
  // Arithmetic of the tree.
  | 'OUT_OF_RANGE'
  // Reading a log.
  | 'MISSING_RESOURCE'
  // Witnesses.
  | 'WITNESS_REFUSED'
  | 'WITNESS_UNREACHABLE'
  | 'WITNESS_STATE';

export class LedgerError extends CountersignError<LedgerErrorCode> {
  override readonly name = 'LedgerError';
}
