import { HttpError, json } from '../http/http-message.ts';
import type { Person } from './login-directory.ts';

/**
 * Refusals of the login authority, by AADSTS code.
 * @see https://learn.microsoft.com/entra/identity-platform/reference-error-codes
 */
const REFUSALS: Readonly<Record<number, readonly [error: string, status: number, text: string]>> = {
  50011: ['invalid_client', 400, 'The redirect URI does not match one of the application.'],
  50034: ['invalid_grant', 400, 'The user account does not exist in the directory.'],
  50057: ['invalid_grant', 400, 'The user account is disabled.'],
  50059: ['invalid_request', 400, 'Neither the request nor its credentials imply a tenant.'],
  50076: ['invalid_grant', 400, 'You must use multi-factor authentication to access it.'],
  50126: ['invalid_grant', 400, 'Invalid username or password.'],
  50173: ['invalid_grant', 400, 'The provided grant has expired due to it being revoked.'],
  50194: ['unauthorized_client', 400, 'The application is not a multi-tenant application.'],
  54005: ['invalid_grant', 400, 'OAuth2 authorization code was already redeemed.'],
  65001: ['invalid_grant', 400, 'The user or administrator has not consented to the application.'],
  65004: ['authorization_declined', 400, 'The user declined the request.'],
  70000: ['invalid_grant', 400, 'The provided grant is invalid or malformed.'],
  70003: ['unsupported_grant_type', 400, 'The app requested an unsupported grant type.'],
  70008: ['invalid_grant', 400, 'The provided authorization code or refresh token has expired.'],
  70011: ['invalid_scope', 400, 'The provided value for the input parameter scope is not valid.'],
  70016: ['authorization_pending', 400, 'The user has not entered the code yet.'],
  70018: ['bad_verification_code', 400, 'The device code is not known.'],
  70019: ['expired_token', 400, 'The device code has expired.'],
  90002: ['invalid_request', 400, 'The tenant was not found.'],
  90014: ['invalid_request', 400, 'A required field is missing.'],
  90023: ['invalid_request', 400, 'Invalid STS request.'],
  500011: ['invalid_resource', 400, 'The resource principal was not found in the tenant.'],
  501481: ['invalid_grant', 400, 'The Code_Verifier does not match the code_challenge.'],
  700016: ['unauthorized_client', 400, 'The application was not found in the directory.'],
  700024: ['invalid_client', 401, 'Client assertion is not within its valid time range.'],
  700027: ['invalid_client', 401, 'The certificate for the client assertion is not registered.'],
  7000112: ['unauthorized_client', 400, 'The application is disabled.'],
  7000215: ['invalid_client', 401, 'Invalid client secret provided.'],
  7000218: ['invalid_client', 401, 'The request body must hold client_assertion or client_secret.'],
};

/** An extension failed or gave an invalid reply (contracts 10.2). */
const OTHER = ['server_error', 400, 'The custom authentication extension failed.'] as const;

/** The digits after AADSTS. */
export type RefusalNumber = number;

/** A refusal that ends the request, in the form of the token endpoint. */
export class LoginRefusal extends HttpError {
  readonly number: RefusalNumber;
  readonly error: string;
  readonly description: string;
  /** The refused person, if known. */
  readonly person: Person | undefined;

  constructor(
    number: RefusalNumber,
    context: {
      readonly nowMs: number;
      readonly traceId: string;
      readonly correlationId: string;
      readonly detail?: string | undefined;
      readonly person?: Person | undefined;
    },
  ) {
    const [error, status, text] = REFUSALS[number] ?? OTHER;
    const { nowMs, traceId, correlationId, detail } = context;
    const timestamp = `${new Date(nowMs).toISOString().slice(0, 19).replace('T', ' ')}Z`;
    const description =
      `AADSTS${number}: ${text}${detail === undefined ? '' : ` ${detail}`} ` +
      `Trace ID: ${traceId} Correlation ID: ${correlationId} Timestamp: ${timestamp}`;
    super(
      json(status, {
        error,
        error_description: description,
        error_codes: [number],
        timestamp,
        trace_id: traceId,
        correlation_id: correlationId,
        // Tells clients that only interaction with the person helps.
        ...(number === 65001 && { suberror: 'consent_required' }),
        error_uri: `https://login.microsoftonline.com/error?code=${number}`,
      }),
    );
    this.number = number;
    this.error = error;
    this.description = description;
    this.person = context.person;
  }
}
