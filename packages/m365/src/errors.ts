import { CountersignError } from '@countersign/core';

const CERTIFICATE_CODES: ReadonlySet<string> = new Set([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'INVALID_CA',
  'INVALID_PURPOSE',
  'HOSTNAME_MISMATCH',
]);

export type IntakeErrorCode =
  /** There is nothing at this path. */
  | 'NOT_FOUND'
  /** The operating system refused to read it, or stopped half way. */
  | 'UNREADABLE'
  /** A pipe, socket or device. */
  | 'NOT_A_FILE'
  /** A folder that contains itself, or folders nested beyond the limit. */
  | 'FOLDER_LOOP'
  /** A link in a folder that leads out of it. */
  | 'LINK_OUTSIDE'
  /** The folder that is imported into. */
  | 'DATA_FOLDER'
  /** No bytes at all. */
  | 'EMPTY'
  /** Nothing but white space. */
  | 'BLANK'
  /** Not text. */
  | 'BINARY'
  /** Text in which no record of any known shape was found. */
  | 'UNKNOWN_FORMAT'
  /** A message (.eml) whose headers do not end, or hold no time. */
  | 'MESSAGE_UNREADABLE'
  /** An archive that would unpack to far more than it is. */
  | 'ARCHIVE_BOMB'
  /** An archive that is damaged or cut. */
  | 'ARCHIVE_DAMAGED'
  /** An archive, or a member of one, of a kind that is not read. */
  | 'ARCHIVE_UNSUPPORTED';

/** An input that cannot be read, wholly or from some point on. The rest of an import goes on. */
export class ImportError extends CountersignError<IntakeErrorCode> {
  override readonly name = 'IntakeError';
}

/** Codes by which TLS says that it does not believe a certificate. */
export function isCertificateCode(code: string): boolean {
  return CERTIFICATE_CODES.has(code) || code.startsWith('CERT_') || code.startsWith('ERR_TLS_CERT');
}
