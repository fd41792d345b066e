/** Where each endpoint lies beneath the issuer. */
export const EAM_PATHS = {
  keys: '/eam/keys.json',
  authorize: '/eam/authorize',
  passkey: '/eam/passkey',
  enrol: '/eam/enrol',
  register: '/eam/register',
  refuse: '/eam/refuse',
  issuance: '/eam/token-issuance',
} as const;

/** OpenID Connect Discovery 1.0, 4: behind the path of the issuer. */
export const EAM_DISCOVERY = '/.well-known/openid-configuration';

/** Contracts 9.1: what Entra asks of a provider, and nothing that it has no use for. */
export function eamMetadata(issuer: string): Readonly<Record<string, unknown>> {
  return {
    issuer,
    authorization_endpoint: issuer + EAM_PATHS.authorize,
    jwks_uri: issuer + EAM_PATHS.keys,
    scopes_supported: ['openid'],
    response_types_supported: ['id_token'],
    response_modes_supported: ['form_post'],
    grant_types_supported: ['implicit'],
    subject_types_supported: ['public'],
    id_token_signing_alg_values_supported: ['RS256'],
    claim_types_supported: ['normal'],
  };
}
