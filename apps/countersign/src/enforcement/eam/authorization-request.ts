import { isGuid } from '@countersign/core';
import { type Strength, strengthOf } from './authentication-strength.ts';
import type { Form } from './form-body.ts';

/** Entra's request without the hint (contracts 9.3). */
export type Authorization = {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly nonce: string;
  readonly state: string | undefined;
  /** Entra's id of the attempt, which its sign-in log contains too. */
  readonly requestId: string | undefined;
  readonly strength: Strength;
};

/**
 * - `client`, `redirect` unregistered: nothing may be sent there
 * - `response`           an unsupported response mode or type
 * - `scope`, `nonce`     missing
 * - `claims`             a passkey does not prove what is requested
 */
export type AuthorizationFault = 'client' | 'redirect' | 'response' | 'scope' | 'nonce' | 'claims';

export type RegisteredClient = {
  readonly clientId: string;
  /** Compared exactly: no prefix, no case folding, no other port. */
  readonly redirectUris: readonly string[];
};

/** Parses the request. Unknown parameters are ignored, as Entra's documentation requires. */
export function authorizationOf(
  form: Form,
  { clientId, redirectUris }: RegisteredClient,
): Authorization | AuthorizationFault {
  if (form.get('client_id') !== clientId) return 'client';
  const redirectUri = redirectOf(form);
  if (redirectUri === undefined || !redirectUris.includes(redirectUri)) return 'redirect';
  // Other modes put the token into a URL, where logs and referrers expose it.
  if (form.get('response_mode') !== 'form_post') return 'response';
  if (form.get('response_type')?.toLowerCase() !== 'id_token') return 'response';
  if (form.get('scope')?.split(' ').includes('openid') !== true) return 'scope';
  const nonce = form.get('nonce');
  if (nonce === undefined || nonce === '') return 'nonce';
  const strength = strengthOf(form.get('claims'));
  if (strength === undefined) return 'claims';
  const requestId = form.get('client-request-id')?.toLowerCase();
  return {
    ...{ clientId, redirectUri, nonce, strength },
    state: form.get('state'),
    // It goes into the ledger, so only a GUID is accepted; other text may be personal.
    requestId: requestId !== undefined && isGuid(requestId) ? requestId : undefined,
  };
}

/** The documentation has both names. Two different values are refused. */
function redirectOf(form: Form): string | undefined {
  const [uri, url] = [form.get('redirect_uri'), form.get('redirect_url')];
  return uri !== undefined && url !== undefined && uri !== url ? undefined : (uri ?? url);
}
