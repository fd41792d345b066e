import { CountersignError } from '@countersign/core';

/**
 * - `MALFORMED`   not JSON, or not in the specified form
 * - `OTHER_PAGE`  a page token of another search
 * - `STRANGER`    an unknown caller
 * - `NOT_YOURS`   a resource outside the caller's scope
 * - `UNKNOWN`     missing, or another caller's; the reply does not reveal which
 * - `TOO_MANY`    above the allowed number
 * - `TOO_LARGE`   above a named limit
 * - `TOO_SOON`    too many requests of one caller at a time
 * - `UNAVAILABLE` no answer is possible now; the message says why
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

/** Why a request gets no answer. A denial is an answer, not an error. */
export class EndpointError extends CountersignError<EndpointErrorCode> {
  override readonly name = 'EndpointError';

  get status(): number {
    return STATUS[this.code];
  }
}

export function malformedRequest(message: string): EndpointError {
  return new EndpointError('MALFORMED', message);
}
