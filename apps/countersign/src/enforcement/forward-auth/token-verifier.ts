import type { Clock } from '@countersign/core';
import { createLocalJWKSet, type JSONWebKeySet, jwtVerify } from 'jose';

/** A token with some groups has 4 KB, and servers limit header lines to 8 to 16 KB. */
export const TOKEN_CHARACTERS_MAX = 16_384;

export type Factor = 'single' | 'multi' | 'phishing-resistant';

/** The identity in a verified token. */
export type Identity = {
  readonly id: string;
  /** The proven factor; undefined if the token does not state it. */
  readonly factor: Factor | undefined;
  /** The device of the sign-in. */
  readonly device: string | undefined;
  /** The pass in the token. */
  readonly pass: string | undefined;
};

export type IdentityOptions = {
  readonly issuer: string;
  readonly audience: string;
  readonly keys: JSONWebKeySet;
  /** The claim that identifies a person as the directory does. */
  readonly claim: string;
  readonly clock: Clock;
};

/** Only public-key algorithms, so that no public key can serve as a shared secret. */
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

/** Tolerates a clock that is a minute ahead. */
const SKEW_S = 60;

/** Verifies tokens of an issuer that the company trusts for its own applications. */
export class TokenVerifier {
  readonly #options: IdentityOptions;
  readonly #keys: ReturnType<typeof createLocalJWKSet>;

  constructor(options: IdentityOptions) {
    this.#options = options;
    this.#keys = createLocalJWKSet(options.keys);
  }

  /** Undefined for every invalid token. A stranger does not learn why. */
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

/** RFC 8176: a hardware key, a smart card. `fido` is Entra's value for a passkey. */
const PHISHING_RESISTANT = ['fido', 'hwk', 'sc'];

function factorOf(methods: unknown): Factor | undefined {
  if (!Array.isArray(methods) || methods.length === 0) return undefined;
  if (PHISHING_RESISTANT.some((method) => methods.includes(method))) return 'phishing-resistant';
  return methods.includes('mfa') ? 'multi' : 'single';
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
