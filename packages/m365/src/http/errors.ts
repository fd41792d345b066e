import { CountersignError } from '@countersign/core';

export type HttpErrorCode =
  /** A link, or a redirect, to a host that nobody configured. Not followed, not retried. */
  | 'HOST_NOT_CONFIGURED'
  /** The server's certificate is not for this host, not valid, or of no known authority. */
  | 'CERTIFICATE'
  | 'UNREACHABLE'
  | 'TIMED_OUT'
  /** The body, or what it unpacks to, is beyond its limit. */
  | 'TOO_LARGE'
  /** The body was cut, or its compression is broken. */
  | 'DAMAGED'
  /** Told to slow down, again and again. */
  | 'THROTTLED'
  /** 5xx, again and again. */
  | 'SERVER_FAILED'
  /** 401, or 403 for any other reason than throttling. */
  | 'UNAUTHORISED'
  /** Any other answer that is not the one asked for. */
  | 'REFUSED'
  /** A secret, key or certificate of ours that cannot be read or used. */
  | 'CREDENTIAL'
  | 'ABORTED';

/** What went wrong between us and a service; never holds a header, a query or a secret. */
export class HttpError extends CountersignError<HttpErrorCode> {
  override readonly name = 'HttpError';

  /** The HTTP status, where an answer came. */
  get status(): number | undefined {
    const { status } = this.data;
    return typeof status === 'number' ? status : undefined;
  }

  /** The service's own code, as `AF20023` or `Authorization_RequestDenied`. */
  get serviceCode(): string | undefined {
    const { service } = this.data;
    return typeof service === 'string' ? service : undefined;
  }

  /** What the service said in words. */
  get serviceText(): string | undefined {
    const { text } = this.data;
    return typeof text === 'string' ? text : undefined;
  }
}
