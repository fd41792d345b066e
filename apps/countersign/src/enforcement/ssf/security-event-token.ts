import { createPrivateKey, createPublicKey, type KeyObject } from 'node:crypto';
import { PolicyError } from '@countersign/policy';
import { calculateJwkThumbprint, exportJWK, type JSONWebKeySet, type JWK, SignJWT } from 'jose';
import type { Json } from '../http/i-json.ts';
import type { SubjectId } from './subject-identifier.ts';

/** An unsigned security event token (RFC 8417, in the profile of SSF 1.0, 4.1). */
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

/** CAEP Interoperability Profile, 2.6: RS256 with at least 2048 bits. */
const MODULUS_BITS_MIN = 2048;

/**
 * Signing keys. The first one signs. The others stay published, because receivers may still verify
 * their signatures. To change a key, append the new one, then move it to the front.
 */
export class SigningKeys {
  readonly #keys: readonly SigningKey[];

  private constructor(keys: readonly SigningKey[]) {
    this.#keys = keys;
  }

  /**
   * `pems`: private keys, the signing one first.
   * @throws PolicyError KEY_INVALID
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

  /** The compact form. Without `sub` and `exp`, which the profile forbids. */
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
    throw invalid(file, `it is not an RSA key of ${MODULUS_BITS_MIN} bits or more`);
  }
  const publicJwk = await exportJWK(createPublicKey(key));
  const kid = await calculateJwkThumbprint(publicJwk);
  return { kid, key, jwk: { ...publicJwk, kid, use: 'sig', alg: 'RS256' } };
}

function privateKey(file: string, pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    // The library's message may contain part of the key.
    throw invalid(file, 'it does not hold a private key in PEM');
  }
}

function invalid(file: string, what: string): PolicyError {
  return new PolicyError('KEY_INVALID', `could not use the signing key ${file}: ${what}`);
}
