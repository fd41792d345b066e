import { CountersignError } from '@countersign/core';

/**
 * - `BUSY`            another process holds the ledger and does not answer: try again
 * - `LOST`            the host ended in the middle: it is unknown whether the work was done
 * - `OTHER_VERSION`   the host speaks another version of this protocol
 * - `INTERRUPTED`     the caller's signal was aborted
 * - `MALFORMED`       a malformed request or answer
 * - `NOT_TAKEN`       the host ends without starting the work: the caller does it later
 * - `UNPROVEN`        the user who calls is unknown
 * - `SOCKET_PATH`     the path of the data folder is too long for a socket
 */
export type HandoverErrorCode =
  | 'BUSY'
  | 'LOST'
  | 'OTHER_VERSION'
  | 'INTERRUPTED'
  | 'MALFORMED'
  | 'NOT_TAKEN'
  | 'UNPROVEN'
  | 'SOCKET_PATH';

export class ForwardingError extends CountersignError<HandoverErrorCode> {
  override readonly name = 'HandoverError';
}

/**
 * - `AMBIGUOUS_USER`  a name that may be any of several people
 * - `WITNESS_NAME`    the state of a witness is that of another
 * - `WITNESS_KEY`     the key of a witness cannot be read
 * - `CALLER_PROOF`    a caller of an enforcement point cannot prove itself, or proves itself as
 *    another
 * - `DISK_LOW`        what is left of the disk is for decisions
 */
export type WorkErrorCode =
  | 'AMBIGUOUS_USER'
  | 'WITNESS_NAME'
  | 'WITNESS_KEY'
  | 'CALLER_PROOF'
  | 'DISK_LOW';

/** Work that cannot be done as requested. */
export class CommandError extends CountersignError<WorkErrorCode> {
  override readonly name = 'WorkError';
}

/** An expected error of the working process, reported as if it had happened here. */
export class RemoteError extends CountersignError {
  override readonly name = 'RemoteError';
}

/** A defect in the process that did the work. */
export class RemoteDefect extends Error {
  override readonly name = 'RemoteDefect';
}
