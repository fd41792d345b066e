import { json, type Reply } from '../http/http-message.ts';
import { isShared } from './session.ts';

/** OpenID Connect Discovery 1.0 section 3, with the members of the real authority. */
export function discovery(at: { origin: string; tenant: string; version: string }): object {
  const { origin, tenant, version } = at;
  const base = `${origin}/${tenant}`;
  // Literal: the issuer of `common` is a pattern in the real document too.
  const issuing = isShared(tenant) ? `${origin}/{tenantid}` : base;
  return {
    token_endpoint: `${base}/oauth2${version}/token`,
    token_endpoint_auth_methods_supported: [
      'client_secret_post',
      'private_key_jwt',
      'client_secret_basic',
    ],
    jwks_uri: `${base}/discovery${version}/keys`,
    response_modes_supported: ['query', 'fragment', 'form_post'],
    subject_types_supported: ['pairwise'],
    id_token_signing_alg_values_supported: ['RS256'],
    response_types_supported: ['code'],
    scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
    code_challenge_methods_supported: ['plain', 'S256'],
    issuer: `${issuing}/${version === '' ? '' : 'v2.0'}`,
    device_authorization_endpoint: `${base}/oauth2${version}/devicecode`,
    authorization_endpoint: `${base}/oauth2${version}/authorize`,
    claims_supported: ['sub', 'iss', 'aud', 'exp', 'iat', 'nonce', 'tid', 'oid', 'ver', 'sid'],
    tenant_region_scope: 'EU',
    cloud_instance_name: new URL(origin).host,
  };
}

/** Instance discovery: the hosts of one cloud. */
export function instances(origin: string): Reply {
  const { host } = new URL(origin);
  return json(200, {
    tenant_discovery_endpoint: `${origin}/common/v2.0/.well-known/openid-configuration`,
    'api-version': '1.1',
    metadata: [{ preferred_network: host, preferred_cache: host, aliases: [host] }],
  });
}
