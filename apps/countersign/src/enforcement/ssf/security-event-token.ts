import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { PolicyError } from '@countersign/policy';
import { calculateJwkThumbprint, exportJWK, type JSONWebKeySet, type JWK, SignJWT } from 'jose';
import type { Json } from '../http/i-json.ts';
import type { SubjectId } from './subject-identifier.ts';

/** A security event token before it is signed (RFC 8417, in the profile of SSF 1.0, 4.1). */
export type SetClaims = {
  readonly iss: string;
  readonly aud: string;
  readonly jti: string;
  /** Seconds. */
  readonly iat: number;
  readonly txn: string;
  readonly sub_id: SubjectId;
  /** Exactly one. */
  readonly events: Readonly<Record<string, Json>>;
};

type SigningKey = { readonly kid: string; readonly key: KeyObject; readonly jwk: JWK };

/** CAEP interoperability profile, 2.6: RS256 with 2048 bits or more. */
const MODULUS_BITS_MIN = 2048;

/**
 * The keys that sign. The first one does; the others are shown for as long as a receiver may hold
 * what they signed, so that a key is changed by putting the new one behind, then in front.
 */
export class SigningKeys {
  readonly #keys: readonly SigningKey[];

  private constructor(keys: readonly SigningKey[]) {
    this.#keys = keys;
  }

  /**
   * `pems`: private keys, the one that signs first.
   * @throws AccessError KEY_INVALID
   */
  static async of(
    pems: readonly { readonly file: string; readonly pem: string }[],
  ): Promise<SigningKeys> {
    return new SigningKeys(await Promise.all(pems.map(keyOf)));
  }

  /** RFC 7517. */
  get jwks(): JSONWebKeySet {
    return { keys: this.#keys.map(({ jwk }) => ({ ...jwk })) };
  }

  /** The compact form. No `sub` and no `exp`: the profile forbids both. */
  async sign(claims: SetClaims): Promise<string> {
    const { kid, key } = this.#keys[0] as SigningKey;
    return new SignJWT({ ...claims })
      .setProtectedHeader({ alg: 'RS256', typ: 'secevent+jwt', kid })
      .sign(key);
  }
}

async function keyOf({
  file,
  pem,
}: {
  readonly file: string;
  readonly pem: string;
}): Promise<SigningKey> {
  const key = privateKey(file, pem);
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (key.asymmetricKeyType !== 'rsa' || bits < MODULUS_BITS_MIN) {
    throw invalid(file, `it is no RSA key of ${MODULUS_BITS_MIN} bits or more`);
  }
  const shown = await exportJWK(createPublicKey(key));
  const kid = await calculateJwkThumbprint(shown);
  return { kid, key, jwk: { ...shown, kid, use: 'sig', alg: 'RS256' } };
}

function privateKey(file: string, pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    // What the library says may show a part of the key.
    throw invalid(file, 'it holds no private key in PEM');
  }
}

function invalid(file: string, what: string): PolicyError {
  return new PolicyError('KEY_INVALID', `could not use the signing key ${file}: ${what}`);
}
