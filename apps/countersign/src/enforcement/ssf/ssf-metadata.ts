import { POLL, PUSH } from './event-stream.ts';

/** The path of each transmitter endpoint below its issuer. */
export const SSF_PATHS = {
  jwks: '/ssf/jwks.json',
  streams: '/ssf/streams',
  status: '/ssf/status',
  addSubject: '/ssf/subjects/add',
  removeSubject: '/ssf/subjects/remove',
  verify: '/ssf/verify',
  poll: '/ssf/poll',
} as const;

const SSF_WELL_KNOWN = '/.well-known/ssf-configuration';

/** The well-known part goes between the issuer's host and path (SSF 1.0, 7.2). */
export function ssfMetadataPath(issuer: string): string {
  return SSF_WELL_KNOWN + new URL(issuer).pathname.replace(/\/+$/, '');
}

/**
 * SSF 1.0, 7.1. `issuer` is returned exactly as configured, because receivers compare it by bytes.
 */
export function ssfMetadata(issuer: string): Readonly<Record<string, unknown>> {
  const at = (path: string): string => issuer.replace(/\/+$/, '') + path;
  return {
    spec_version: '1_0',
    issuer,
    jwks_uri: at(SSF_PATHS.jwks),
    delivery_methods_supported: [PUSH, POLL],
    configuration_endpoint: at(SSF_PATHS.streams),
    status_endpoint: at(SSF_PATHS.status),
    add_subject_endpoint: at(SSF_PATHS.addSubject),
    remove_subject_endpoint: at(SSF_PATHS.removeSubject),
    verification_endpoint: at(SSF_PATHS.verify),
    authorization_schemes: [{ spec_urn: 'urn:ietf:rfc:6749' }, { spec_urn: 'urn:ietf:rfc:8705' }],
    default_subjects: 'ALL',
  };
}
