import { createHash, createPrivateKey, type KeyObject, sign, X509Certificate } from 'node:crypto';
import type { Random } from '@countersign/core';
import { HttpError } from '../http/errors.ts';

/** Entra accepts assertions with a lifetime of at most ten minutes. */
const ASSERTION_LIFE_S = 600;
/** Backdates an assertion, because the authority's clock may be behind ours. */
const ASSERTION_BACKDATE_S = 300;

/**
 * Signs client assertions (RFC 7523 section 2.2) in the form that Entra requires: RS256, with the
 * certificate named by `x5t#S256` (RFC 7515 section 4.1.8). The private key never leaves this
 * object.
 */
export class AssertionSigner {
  readonly #key: KeyObject;
  readonly #thumbprint: string;

  /**
   * @param pem private key and certificate, in one text or concatenated
   * @throws HttpError CREDENTIAL
   */
  constructor(pem: string) {
    const certificate = certificateOf(pem);
    this.#key = privateKeyOf(pem);
    if (!certificate.checkPrivateKey(this.#key)) {
      throw unusable('the private key does not belong to the certificate');
    }
    if (this.#key.asymmetricKeyType !== 'rsa') throw unusable('the key is not an RSA key');
    this.#thumbprint = createHash('sha256').update(certificate.raw).digest('base64url');
  }

  /** @param nowMs by the authority's clock */
  sign(claims: {
    readonly audience: string;
    readonly clientId: string;
    readonly nowMs: number;
    readonly random: Random;
  }): string {
    const { audience, clientId, nowMs, random } = claims;
    const nowS = Math.floor(nowMs / 1000);
    const header = { alg: 'RS256', typ: 'JWT', 'x5t#S256': this.#thumbprint };
    const payload = {
      aud: audience,
      iss: clientId,
      sub: clientId,
      jti: Buffer.from(random.fill(new Uint8Array(16))).toString('hex'),
      iat: nowS,
      nbf: nowS - ASSERTION_BACKDATE_S,
      exp: nowS + ASSERTION_LIFE_S - ASSERTION_BACKDATE_S,
    };
    const signed = `${encoded(header)}.${encoded(payload)}`;
    const signature = sign('sha256', Buffer.from(signed), this.#key).toString('base64url');
    return `${signed}.${signature}`;
  }
}

function encoded(value: object): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}

// The parsers' own errors below are not passed on: they may quote the secret.

function certificateOf(pem: string): X509Certificate {
  const [block] = /-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/.exec(pem) ?? [];
  if (block === undefined) throw unusable('there is no PEM certificate');
  try {
    return new X509Certificate(block);
  } catch {
    throw unusable('the certificate cannot be read');
  }
}

function privateKeyOf(pem: string): KeyObject {
  const [block] =
    /-----BEGIN (?:RSA )?PRIVATE KEY-----[\s\S]+?-----END (?:RSA )?PRIVATE KEY-----/.exec(pem) ??
    [];
  if (block === undefined) throw unusable('there is no PEM private key without a passphrase');
  try {
    return createPrivateKey(block);
  } catch {
    throw unusable('the private key cannot be read');
  }
}

function unusable(what: string): HttpError {
  return new HttpError(
    'CREDENTIAL',
    `could not use the certificate of the collector: ${what}; give a PEM certificate and its ` +
      'RSA private key',
  );
}
