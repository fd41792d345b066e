import { createHash } from 'node:crypto';
import { type Clock, isGuid, type TenantId } from '@countersign/core';
import { compactVerify, decodeProtectedHeader } from 'jose';
import { given, type Json, parseObject } from '../http/i-json.ts';
import type { EntraKeys } from './entra-keys.ts';
import { ATTEMPT_MS, HINT_CHARACTERS_MAX, SKEW_MS, VALUE_CHARACTERS_MAX } from './limits.ts';

/** The person in a request, as Entra signed it. */
export type Hint = {
  readonly tenant: TenantId;
  /** The object id. With the tenant it identifies the account. */
  readonly person: string;
  /** A pairwise id for this provider, which the answer repeats. */
  readonly subject: string;
  /** The sign-in name, which can be reassigned. */
  readonly username: string | undefined;
  readonly issuedMs: number;
  /** The same for every encoding of the same hint. */
  readonly digest: string;
};

/**
 * - `malformed`                    not a token, or without a required claim
 * - `keys`                         Entra's signing keys are unknown at the moment
 * - `signature`                    not signed by Entra with RS256
 * - `issuer`, `audience`, `tenant` meant for another recipient
 * - `expired`, `future`            outside its time
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
  /** Id of the provider's application, which is the audience of hints. */
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
      // Only RS256: neither "none" nor a public key used as a shared secret.
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
    // The issuer also names the tenant. Both must agree.
    if (given(claims, 'iss') !== `${authority}/${tid}/v2.0`) return 'issuer';
    // With several audiences, another recipient could replay the hint.
    if (given(claims, 'aud') !== appId) return 'audience';
    if (!tenants.has(tid.toLowerCase())) return 'tenant';
    const issuedMs = msOf(claims, 'iat');
    if (issuedMs === undefined) return 'malformed';
    const fault = this.#timeFault(claims, issuedMs);
    if (fault !== undefined) return fault;
    // A signature has several encodings; the signed part has one.
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

  /** Hints arrive already expired, so the time of issue must be recent. */
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

/** RFC 7519, 2: seconds, possibly with a fraction. */
function msOf(claims: Json, name: string): number | undefined {
  const value = given(claims, name);
  return typeof value === 'number' && Number.isFinite(value) ? value * 1000 : undefined;
}

function isAbout(error: unknown, code: string): boolean {
  return error instanceof Error && (error as { readonly code?: unknown }).code === code;
}
