import { createHash } from 'node:crypto';
import { type Clock, isGuid, type TenantId } from '@countersign/core';
import { compactVerify, decodeProtectedHeader } from 'jose';
import { given, type Json, parseObject } from '../http/i-json.ts';
import type { EntraKeys } from './entra-keys.ts';
import { ATTEMPT_MS, HINT_CHARACTERS_MAX, SKEW_MS, VALUE_CHARACTERS_MAX } from './limits.ts';

/** Who is asked about, as Entra says that signed it. */
export type Hint = {
  readonly tenant: TenantId;
  /** The object id; with the tenant it is the account. */
  readonly person: string;
  /** Another one for each provider; the answer repeats it. */
  readonly subject: string;
  /** As the person knows it; it can change hands. */
  readonly username: string | undefined;
  readonly issuedMs: number;
  /** The same hint has the same, however it is written. */
  readonly digest: string;
};

/**
 * - `malformed`  no token, or without what Entra puts into each
 * - `keys`       nobody can tell now by which keys hints are signed
 * - `signature`  not signed by Entra, by the one algorithm that it uses
 * - `issuer`, `audience`, `tenant`  meant for somebody else
 * - `expired`, `future`             of another time
 */
export type HintFault =
  | 'malformed'
  | 'keys'
  | 'signature'
  | 'issuer'
  | 'audience'
  | 'tenant'
  | 'expired'
  | 'future';

export type HintOptions = {
  readonly authority: string;
  readonly keys: EntraKeys;
  /** Id of the provider's application: hints are for it. */
  readonly appId: string;
  readonly tenants: ReadonlySet<string>;
  readonly clock: Clock;
};

/** Verifies `id_token_hint` (contracts 9.3). */
export class IdTokenHintVerifier {
  readonly #options: HintOptions;

  constructor(options: HintOptions) {
    this.#options = options;
  }

  async verify(token: string): Promise<Hint | HintFault> {
    if (token.length > HINT_CHARACTERS_MAX) return 'malformed';
    let claims: Json;
    try {
      const { kid } = decodeProtectedHeader(token);
      const keys = await this.#options.keys.find(kid);
      if (keys === undefined) return 'keys';
      // One algorithm: neither "none", nor a public key taken for a shared secret.
      const { payload } = await compactVerify(token, keys, { algorithms: ['RS256'] });
      claims = parseObject(payload);
    } catch (error) {
      const isToken = !(error instanceof TypeError) && !isAbout(error, 'ERR_JWS_INVALID');
      return isToken ? 'signature' : 'malformed';
    }
    return this.#hintOf(claims, token);
  }

  #hintOf(claims: Json, token: string): Hint | HintFault {
    const { authority, appId, tenants } = this.#options;
    const [tid, oid, subject] = ['tid', 'oid', 'sub'].map((name) => textOf(claims, name));
    if (tid === undefined || oid === undefined || subject === undefined) return 'malformed';
    if (!isGuid(tid) || !isGuid(oid) || given(claims, 'ver') !== '2.0') return 'malformed';
    // The issuer names the tenant as well: both have to say the same.
    if (given(claims, 'iss') !== `${authority}/${tid}/v2.0`) return 'issuer';
    // One of several audiences could hand the hint on.
    if (given(claims, 'aud') !== appId) return 'audience';
    if (!tenants.has(tid.toLowerCase())) return 'tenant';
    const issuedMs = msOf(claims, 'iat');
    if (issuedMs === undefined) return 'malformed';
    const fault = this.#timeFault(claims, issuedMs);
    if (fault !== undefined) return fault;
    // The signature could be written in several ways, what is signed in one.
    const signed = token.slice(0, token.lastIndexOf('.'));
    return {
      tenant: tid.toLowerCase() as TenantId,
      person: oid.toLowerCase(),
      subject,
      username: textOf(claims, 'preferred_username'),
      issuedMs,
      digest: createHash('sha256').update(signed).digest('base64url'),
    };
  }

  /** Hints come when they are over already, so it is their issue that has to be recent. */
  #timeFault(claims: Json, issuedMs: number): 'malformed' | 'expired' | 'future' | undefined {
    const nowMs = this.#options.clock.now();
    const [endMs, startMs] = [msOf(claims, 'exp'), msOf(claims, 'nbf') ?? issuedMs];
    if (endMs === undefined) return 'malformed';
    if (Math.min(issuedMs, endMs) < nowMs - ATTEMPT_MS - SKEW_MS) return 'expired';
    if (Math.max(issuedMs, startMs) > nowMs + SKEW_MS) return 'future';
    return undefined;
  }
}

function textOf(claims: Json, name: string): string | undefined {
  const value = given(claims, name);
  const isText = typeof value === 'string' && value !== '' && value.length <= VALUE_CHARACTERS_MAX;
  return isText ? value : undefined;
}

/** RFC 7519, 2: seconds, which may have a fraction. */
function msOf(claims: Json, name: string): number | undefined {
  const value = given(claims, name);
  return typeof value === 'number' && Number.isFinite(value) ? value * 1000 : undefined;
}

function isAbout(error: unknown, code: string): boolean {
  return error instanceof Error && (error as { readonly code?: unknown }).code === code;
}
