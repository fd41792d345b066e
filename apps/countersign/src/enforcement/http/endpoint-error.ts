import { CountersignError } from '@countersign/core';

/**
 * - `MALFORMED`    not JSON, or not of the form that the specification gives it
 * - `OTHER_PAGE`   a page token of another search
 * - `STRANGER`     nobody knows who asks
 * - `NOT_YOURS`    about something that the caller has no business with
 * - `UNKNOWN`      no such thing, or another's: who asks cannot tell which
 * - `TOO_MANY`     one more than there may be
 * - `TOO_LARGE`    beyond a named limit
 * - `TOO_SOON`     too much of one caller at a time
 * - `UNAVAILABLE`  nothing can be answered now, and the message says why
 */
export type EndpointErrorCode =
  | 'MALFORMED'
  | 'OTHER_PAGE'
  | 'STRANGER'
  | 'NOT_YOURS'
  | 'UNKNOWN'
  | 'TOO_MANY'
  | 'TOO_LARGE'
  | 'TOO_SOON'
  | 'UNAVAILABLE';

const STATUS: Readonly<Record<EndpointErrorCode, number>> = {
  MALFORMED: 400,
  OTHER_PAGE: 400,
  STRANGER: 401,
  NOT_YOURS: 403,
  UNKNOWN: 404,
  TOO_MANY: 409,
  TOO_LARGE: 413,
  TOO_SOON: 429,
  UNAVAILABLE: 503,
};

/** Why a request gets no answer. That something is refused is an answer, and no error. */
export class EndpointError extends CountersignError<EndpointErrorCode> {
  override readonly name = 'EndpointError';

  get status(): number {
    return STATUS[this.code];
  }
}

export function malformed(message: string): EndpointError {
  return new EndpointError('MALFORMED', message);
}
