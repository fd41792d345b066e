import { X509Certificate } from 'node:crypto';
import type { JWK } from 'jose';
import type { JsonObject } from '../../core/json-object.ts';

import type { OutboundCalls } from './outbound-calls.ts';

/** Entra caches a provider's metadata and keys for a day (contracts 9.1). */
const METADATA_KEPT_MS = 86_400_000;
/** Real time. The real service's timeout is not documented. */
const METADATA_TIMEOUT_MS = 5_000;
/** A discovery document or key set has a few kilobytes. */
const METADATA_BYTES_MAX = 262_144;

/** A provider as its own documents describe it. */
export type Provider = {
  readonly issuer: string;
  readonly authorizationEndpoint: string;
  /** Keys with a certificate for the same key. */
  readonly keys: readonly JWK[];
};

/** Why a provider is unusable: an AADSTS code and a text. */
export type Unusable = { readonly number: number; readonly why: string };

/** The documents of providers, each cached for a day of virtual time (contracts 9.1). */
export class ProviderCatalog {
  readonly #outbound: OutboundCalls;
  readonly #kept = new Map<string, { readonly provider: Provider; readonly fromMs: number }>();

  constructor(outbound: OutboundCalls) {
    this.#outbound = outbound;
  }

  async find(discoveryUrl: string, nowMs: number): Promise<Provider | Unusable> {
    const kept = this.#kept.get(discoveryUrl);
    if (kept !== undefined && nowMs - kept.fromMs < METADATA_KEPT_MS) return kept.provider;
    const provider = await this.#read(discoveryUrl);
    if ('issuer' in provider) this.#kept.set(discoveryUrl, { provider, fromMs: nowMs });
    return provider;
  }

  async #read(discoveryUrl: string): Promise<Provider | Unusable> {
    const found = await this.#document(discoveryUrl);
    if ('unusable' in found) return found.unusable;
    const { document } = found;
    const why = wrongIn(document, discoveryUrl);
    if (why !== undefined) return { number: INVALID_METADATA, why };
    const keys = await this.#document(String(document['jwks_uri']));
    if ('unusable' in keys) return keys.unusable;
    const usable = list(keys.document['keys']).filter(isCertified) as JWK[];
    if (usable.length === 0) {
      return { number: INVALID_METADATA, why: 'no key has a certificate (x5c) of its own' };
    }
    return {
      issuer: String(document['issuer']),
      authorizationEndpoint: String(document['authorization_endpoint']),
      keys: usable,
    };
  }

  async #document(url: string): Promise<{ document: JsonObject } | { unusable: Unusable }> {
    const unusable = (number: number, why: string): { unusable: Unusable } => ({
      unusable: { number, why: `${url} ${why}` },
    });
    const timing = { timeoutMs: METADATA_TIMEOUT_MS, bytesMax: METADATA_BYTES_MAX };
    const answer = await this.#outbound.ask({ method: 'GET', url, ...timing });
    if (answer.kind !== 'answer') return unusable(UNREACHABLE, `was not read: ${answer.kind}`);
    if (answer.status !== 200) return unusable(UNREACHABLE, `answered ${answer.status}`);
    if (answer.headers['content-length'] === undefined) {
      return unusable(INVALID_METADATA, 'was sent without Content-Length');
    }
    try {
      const document: unknown = JSON.parse(answer.body.toString('utf8'));
      if (typeof document === 'object' && document !== null) {
        return { document: document as JsonObject };
      }
    } catch {
      // Refused below, like any reply that is not an object.
    }
    return unusable(INVALID_METADATA, 'is no JSON object');
  }
}

/** "Failed to send the request to the claims provider": from general knowledge, not contracts. */
const UNREACHABLE = 50166;
/** "Failed to validate authorization url of external claims provider", and related problems. */
const INVALID_METADATA = 50161;

/** OpenID Connect Discovery 1.0 section 3, as strictly as Entra applies it (contracts 9.1). */
function wrongIn(found: JsonObject, discoveryUrl: string): string | undefined {
  const { issuer, authorization_endpoint: endpoint, jwks_uri: keys } = found;
  const host = URL.parse(String(issuer))?.host;
  if (host === undefined || host !== URL.parse(discoveryUrl)?.host) return 'issuer is elsewhere';
  if (URL.parse(String(endpoint)) === null) return 'authorization_endpoint is no address';
  if (URL.parse(String(keys)) === null) return 'jwks_uri is no address';
  const needs: readonly (readonly [member: string, value: string | undefined])[] = [
    ['scopes_supported', 'openid'],
    ['response_types_supported', 'id_token'],
    ['id_token_signing_alg_values_supported', 'RS256'],
    ['subject_types_supported', undefined],
  ];
  for (const [member, value] of needs) {
    const listed = list(found[member]);
    if (listed.length === 0 || (value !== undefined && !listed.includes(value))) {
      return `${member} lacks ${value ?? 'anything'}`;
    }
  }
  const types = found['claim_types_supported'];
  if (types !== undefined && !list(types).includes('normal')) return 'claim_types lack normal';
  return undefined;
}

/** The certificate MUST contain the key itself; otherwise it proves nothing. */
function isCertified(value: unknown): boolean {
  const key = value as JWK;
  const [first] = list(key.x5c);
  if (key.kty !== 'RSA' || typeof first !== 'string' || typeof key.kid !== 'string') return false;
  try {
    const stated = new X509Certificate(Buffer.from(first, 'base64')).publicKey.export({
      format: 'jwk',
    });
    return stated.n === key.n && stated.e === key.e;
  } catch {
    // Not a certificate.
    return false;
  }
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
