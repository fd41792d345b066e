import { isGuid } from '@countersign/core';
import { type Strength, strengthOf } from './authentication-strength.ts';
import type { Form } from './form-body.ts';

/** What Entra asks, without the hint (contracts 9.3). */
export type Authorization = {
  readonly clientId: string;
  readonly redirectUri: string;
  readonly nonce: string;
  readonly state: string | undefined;
  /** Entra's id of the attempt, which its sign-in log names as well. */
  readonly requestId: string | undefined;
  readonly strength: Strength;
};

/**
 * - `client`, `redirect`  somebody else's, or nobody's: nothing is ever sent there
 * - `response`            an answer in another form than Entra's
 * - `scope`, `nonce`      missing
 * - `claims`              what is asked for a passkey does not prove
 */
export type AuthorizationFault = 'client' | 'redirect' | 'response' | 'scope' | 'nonce' | 'claims';

export type RegisteredClient = {
  readonly clientId: string;
  /** Compared by their characters: no prefix, no case, no port of one's own choice. */
  readonly redirectUris: readonly string[];
};

/** Parameters that nobody here knows are passed over, as Entra's documents ask. */
export function authorizationOf(
  form: Form,
  { clientId, redirectUris }: RegisteredClient,
): Authorization | AuthorizationFault {
  if (form.get('client_id') !== clientId) return 'client';
  const redirectUri = redirectOf(form);
  if (redirectUri === undefined || !redirectUris.includes(redirectUri)) return 'redirect';
  // Any other mode puts the token into an address, where logs and referrers have it.
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
    // It is written into the ledger: anything but a GUID is somebody's text.
    requestId: requestId !== undefined && isGuid(requestId) ? requestId : undefined,
  };
}

/** The documents print both names; two that differ are one too many. */
function redirectOf(form: Form): string | undefined {
  const [uri, url] = [form.get('redirect_uri'), form.get('redirect_url')];
  return uri !== undefined && url !== undefined && uri !== url ? undefined : (uri ?? url);
}
