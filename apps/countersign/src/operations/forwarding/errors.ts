import { CountersignError } from '@countersign/core';

/**
 * - `BUSY`          another process holds the ledger and does not answer: try again
 * - `LOST`          the host ended meanwhile, and the result of the command is unknown
 * - `OTHER_VERSION` the host speaks another version of this protocol
 * - `INTERRUPTED`   the caller's signal was aborted
 * - `MALFORMED`     a request or a reply is invalid
 * - `NOT_TAKEN`     the host ends and has not begun the command: the caller runs it later
 * - `UNPROVEN`      the user of the caller is unknown
 * - `SOCKET_PATH`   the data folder's path is too long for a socket
 */
export type ForwardingErrorCode =
  | 'BUSY'
  | 'LOST'
  | 'OTHER_VERSION'
  | 'INTERRUPTED'
  | 'MALFORMED'
  | 'NOT_TAKEN'
  | 'UNPROVEN'
  | 'SOCKET_PATH';

export class ForwardingError extends CountersignError<ForwardingErrorCode> {
  override readonly name = 'ForwardingError';
}

/**
 * - `AMBIGUOUS_USER` a name of several people
 * - `WITNESS_NAME`   the state belongs to another witness
 * - `WITNESS_KEY`    the key of a witness is unreadable
 * - `CALLER_PROOF`   a caller of an enforcement point has no proof, or that of another
 * - `DISK_LOW`       the rest of the disk is reserved for decisions
 */
export type CommandErrorCode =
  | 'AMBIGUOUS_USER'
  | 'WITNESS_NAME'
  | 'WITNESS_KEY'
  | 'CALLER_PROOF'
  | 'DISK_LOW';

/** Work that cannot be done as requested. */
export class CommandError extends CountersignError<CommandErrorCode> {
  override readonly name = 'CommandError';
}

/** An expected error of the working process, reported as if it had happened here. */
export class RemoteError extends CountersignError {
  override readonly name = 'RemoteError';
}

/** A defect in the process that did the work. */
export class RemoteDefect extends Error {
  override readonly name = 'RemoteDefect';
}
