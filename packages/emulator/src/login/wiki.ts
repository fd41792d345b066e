import type { RegisteredApp } from './login-directory.ts';

const WIKI_ID = '9c2b7d64-1f0a-4e7b-8a55-6c1f2f3f4a10';
const WIKI_REDIRECT = 'http://localhost/wiki';
/** RFC 7636 requires at least 43 characters. No client redeems the code. */
const CODE_CHALLENGE = 'x'.repeat(43);

/** An application of the company whose sign-in needs a second factor. */
export const WIKI: RegisteredApp = {
  clientId: WIKI_ID,
  objectId: '2b3c4d5e-6f70-4182-93a4-b5c6d7e8f901',
  name: 'Wiki',
  isEnabled: true,
  secrets: [],
  certificates: [],
  roles: {},
  scopes: { 'https://graph.microsoft.com': ['User.Read'] },
  redirectUris: [WIKI_REDIRECT],
  isPublic: true,
};

/** The address at which a person's browser signs in to it. `origin`: the login authority's. */
export function wikiSignIn(
  origin: string,
  person: { readonly tenantId: string; readonly upn: string; readonly correlationId?: string },
): string {
  const { tenantId, upn, correlationId } = person;
  const query = new URLSearchParams({
    ...{ client_id: WIKI_ID, response_type: 'code', redirect_uri: WIKI_REDIRECT },
    ...{ scope: 'openid', state: 'tutorial', login_hint: upn },
    ...{ code_challenge: CODE_CHALLENGE, code_challenge_method: 'S256' },
    ...(correlationId !== undefined && { 'client-request-id': correlationId }),
  });
  return `${origin}/${tenantId}/oauth2/v2.0/authorize?${query}`;
}
