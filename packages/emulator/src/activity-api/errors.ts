import { HttpError, jsonError } from '../http/http-message.ts';

/**
 * HTTP status by code. The vendor documents none, so it is configurable, and clients must not rely
 * on one.
 */
export type StatusTable = Readonly<Record<string, number>>;

const SAME_RULE =
  'Start time and end time must both be specified (or both omitted) and must be less than or ' +
  'equal to 24 hours apart, with the start time no more than 7 days in the past.';

/** Error texts of the Management Activity API reference, with placeholders `{0}` and `{1}`. */
const MESSAGES: Readonly<Record<string, string>> = {
  AF10001:
    'The permission set ({0}) sent in the request did not include the expected permission ' +
    'ActivityFeed.Read.',
  AF20001: 'Missing parameter: {0}.',
  AF20002: 'Invalid parameter type: {0}. Expected type: {1}',
  AF20003: 'Expiration {0} provided is set to past date and time.',
  AF20010:
    'The tenant ID passed in the URL ({0}) does not match the tenant ID passed in the access ' +
    'token ({1}).',
  AF20011: 'Specified tenant ID ({0}) does not exist in the system or has been deleted.',
  AF20012: 'Specified tenant ID ({0}) is incorrectly configured in the system.',
  AF20013: 'The tenant ID passed in the URL ({0}) is not a valid GUID.',
  AF20020: 'The specified content type is not valid.',
  AF20021: 'The webhook endpoint ({0}) could not be validated. {1}',
  AF20022: 'No subscription found for the specified content type.',
  AF20023: 'The subscription was disabled by {0}.',
  AF20030: SAME_RULE,
  AF20031: 'Invalid nextPage Input: {0}.',
  AF20050: 'The specified content ({0}) does not exist.',
  AF20051:
    'Content requested with the key {0} has already expired. Content older than 7 days cannot ' +
    'be retrieved.',
  AF20052: 'Content ID {0} in the URL is invalid.',
  AF20053: 'Only one language may be present in the Accept-Language header.',
  AF20054: 'Invalid syntax in Accept-Language header.',
  AF20055: `${SAME_RULE} The start time must be before the end time.`,
  AF429: 'Too many requests. Method={0}, PublisherId={1}',
  AF50000: 'An internal server error occurred. Retry the request.',
};

/** Assumed where the vendor documents none: 400 for errors that the client can correct. */
const STATUSES: StatusTable = {
  AF10001: 403,
  AF20010: 403,
  AF20050: 404,
  AF20051: 400,
  // Observed in practice, instead of 429.
  AF429: 403,
  AF50000: 500,
};

/** Ends a request with one of the service's errors. */
export class ActivityApiError extends HttpError {
  readonly code: string;

  constructor(code: string, values: readonly string[] = [], statuses: StatusTable = {}) {
    const status = statuses[code] ?? STATUSES[code] ?? 400;
    const message = (MESSAGES[code] ?? '').replace(/\{(\d)\}/g, (_, n) => values[Number(n)] ?? '');
    super(jsonError(status, code, message));
    this.code = code;
  }
}
