/** The path of each endpoint below the issuer. */
export const EAM_PATHS = {
  keys: '/eam/keys.json',
  authorize: '/eam/authorize',
  passkey: '/eam/passkey',
  enroll: '/eam/enroll',
  register: '/eam/register',
  refuse: '/eam/refuse',
  issuance: '/eam/token-issuance',
} as const;

/** OpenID Connect Discovery 1.0, 4: after the path of the issuer. */
export const EAM_DISCOVERY = '/.well-known/openid-configuration';

/** The metadata that Entra reads from a provider (contracts 9.1), and nothing else. */
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
