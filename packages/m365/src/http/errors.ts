import { CountersignError } from '@countersign/core';

export type HttpErrorCode =
  /** A link or redirect to a host that is not configured. Not followed, not retried. */
  | 'HOST_NOT_CONFIGURED'
  /** The server's certificate is for another host, invalid, or from an unknown authority. */
  | 'CERTIFICATE'
  | 'UNREACHABLE'
  | 'TIMED_OUT'
  /** The body, or its uncompressed form, exceeds its limit. */
  | 'TOO_LARGE'
  /** The body was truncated, or its compression is broken. */
  | 'DAMAGED'
  /** The service throttled every attempt. */
  | 'THROTTLED'
  /** A 5xx status on every attempt. */
  | 'SERVER_FAILED'
  /** 401, or 403 for any reason except throttling. */
  | 'UNAUTHORIZED'
  /** Any other unexpected answer. */
  | 'REFUSED'
  /** One of our own secrets, keys or certificates cannot be read or used. */
  | 'CREDENTIAL'
  | 'ABORTED';

/** An error in an exchange with a service. Never holds a header, a query or a secret. */
export class HttpError extends CountersignError<HttpErrorCode> {
  override readonly name = 'HttpError';

  /** The HTTP status, if there was an answer. */
  get status(): number | undefined {
    const { status } = this.data;
    return typeof status === 'number' ? status : undefined;
  }

  /** The service's own code, such as `AF20023` or `Authorization_RequestDenied`. */
  get serviceCode(): string | undefined {
    const { service } = this.data;
    return typeof service === 'string' ? service : undefined;
  }

  /** The service's error text. */
  get serviceText(): string | undefined {
    const { text } = this.data;
    return typeof text === 'string' ? text : undefined;
  }
}
