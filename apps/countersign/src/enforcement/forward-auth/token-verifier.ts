import type { Clock } from '@countersign/core';
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';

/** A token with some groups in it has 4 KB; header lines end at 8 to 16 KB. */
export const TOKEN_CHARACTERS_MAX = 16_384;

export type Factor = 'single' | 'multi' | 'phishing-resistant';

/** Who somebody is, as a token says that verifies. */
export type Identity = {
  readonly id: string;
  /** What they proved; undefined where the token does not say. */
  readonly factor: Factor | undefined;
  /** The device on which they did. */
  readonly device: string | undefined;
  /** The pass that the token was stamped with. */
  readonly pass: string | undefined;
};

export type IdentityOptions = {
  readonly issuer: string;
  readonly audience: string;
  readonly keys: JSONWebKeySet;
  /** The claim that names a person as the directory does. */
  readonly claim: string;
  readonly clock: Clock;
};

/** Public keys alone: a token signed with one of these as if it were a shared secret is none. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'EdDSA',
];

/** A token that is a minute ahead was made by a clock that is. */
const SKEW_S = 60;

/** Verifies the tokens of an issuer that the company trusts for its own applications. */
export class TokenVerifier {
  readonly #options: IdentityOptions;
  readonly #keys: ReturnType<typeof createLocalJWKSet>;

  constructor(options: IdentityOptions) {
    this.#options = options;
    this.#keys = createLocalJWKSet(options.keys);
  }

  /** Undefined for every token that does not verify: a stranger is told nothing of why. */
  async of(token: string): Promise<Identity | undefined> {
    if (token.length > TOKEN_CHARACTERS_MAX) return undefined;
    const { issuer, audience, claim, clock } = this.#options;
    try {
      const { payload } = await jwtVerify(token, this.#keys, {
        issuer,
        audience,
        algorithms: ALGORITHMS,
        requiredClaims: ['exp', claim],
        clockTolerance: SKEW_S,
        currentDate: new Date(clock.now()),
      });
      const id = payload[claim];
      if (typeof id !== 'string' || id === '') return undefined;
      const { amr, countersign_pass: pass, deviceid: device } = payload;
      return { id, factor: factorOf(amr), device: textOf(device), pass: textOf(pass) };
    } catch {
      return undefined;
    }
  }
}

/** RFC 8176: a key in hardware, a smart card; `fido` is Entra's word for a passkey. */
const PHISHING_RESISTANT = ['fido', 'hwk', 'sc'];

function factorOf(methods: unknown): Factor | undefined {
  if (!Array.isArray(methods) || methods.length === 0) return undefined;
  if (PHISHING_RESISTANT.some((method) => methods.includes(method))) return 'phishing-resistant';
  return methods.includes('mfa') ? 'multi' : 'single';
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
