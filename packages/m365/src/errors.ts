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

export type ImportErrorCode =
  /** No file or folder exists at this path. */
  | 'NOT_FOUND'
  /** The operating system refused to read it, or stopped in the middle. */
  | 'UNREADABLE'
  /** A pipe, socket or device. */
  | 'NOT_A_FILE'
  /** A folder that contains itself, or folders nested beyond the limit. */
  | 'FOLDER_LOOP'
  /** A link in a folder that leads out of it. */
  | 'LINK_OUTSIDE'
  /** The data folder of the import itself. */
  | 'DATA_FOLDER'
  /** No bytes at all. */
  | 'EMPTY'
  /** Nothing but white space. */
  | 'BLANK'
  /** Not text. */
  | 'BINARY'
  /** Text without a record of a known shape. */
  | 'UNKNOWN_FORMAT'
  /** A message (.eml) whose headers do not end, or state no time. */
  | 'MESSAGE_UNREADABLE'
  /** An archive that would unpack to far more than its size. */
  | 'ARCHIVE_BOMB'
  /** A damaged or truncated archive. */
  | 'ARCHIVE_DAMAGED'
  /** An archive, or a member, of an unsupported kind. */
  | 'ARCHIVE_UNSUPPORTED';

/**
 * An input that cannot be read, completely or from some position on. The import continues with the
 * rest.
 */
export class ImportError extends CountersignError<ImportErrorCode> {
  override readonly name = 'ImportError';
}

/** Error codes with which TLS rejects a certificate. */
export function isCertificateCode(code: string): boolean {
  return CERTIFICATE_CODES.has(code) || code.startsWith('CERT_') || code.startsWith('ERR_TLS_CERT');
}
