import { createPrivateKey, createPublicKey, generateKeyPair, X509Certificate } from 'node:crypto';
import { promisify } from 'node:util';
import { PolicyError } from '@countersign/policy';
import { exportJWK, type JSONWebKeySet, type JWK, type JWTPayload, SignJWT } from 'jose';
import { isObject } from '../http/i-json.ts';
import {
  CERTIFICATE_MS,
  KEY_AGE_MAX_MS,
  MODULUS_BITS,
  PUBLISHED_BEFORE_MS,
  SHOWN_AFTER_MS,
} from './limits.ts';

/** A key that nodes share. Its start time is stored, so that all nodes switch together. */
export type RingKey = {
  readonly kid: string;
  /** PKCS #8 in PEM. */
  readonly key: string;
  /** X.509 in PEM. Entra requires a certificate for each key (contracts 9.1). */
  readonly certificate: string;
  readonly madeMs: number;
  readonly signsFromMs: number;
};

/**
 * The keys of the provider, oldest first.
 *
 * A new key is published for as long as Entra may cache the old list, and signs afterwards. The
 * previous one stays published for as long again.
 */
export class KeyRing {
  readonly keys: readonly RingKey[];

  private constructor(keys: readonly RingKey[]) {
    this.keys = keys;
  }

  /** No client has read any keys yet, so the first one signs at once. */
  static async begin(nowMs: number): Promise<KeyRing> {
    return new KeyRing([await makeKey({ nowMs, signsFromMs: nowMs })]);
  }

  /** @throws PolicyError KEY_INVALID */
  static parse(text: string, file: string): KeyRing {
    try {
      const value: unknown = JSON.parse(text);
      const listed: unknown = isObject(value) && value['v'] === 1 ? value['keys'] : undefined;
      const keys = (Array.isArray(listed) ? listed : []).filter(isRingKey);
      if (keys.length > 0) return new KeyRing(keys);
    } catch {
      // Drop the cause: a library's message may contain part of a key.
    }
    throw new PolicyError(
      'KEY_INVALID',
      `could not use the keys in ${file}: its format is unknown. Move it away ` +
        'and start again: Countersign creates new keys, which Entra reads within two days',
    );
  }

  get text(): string {
    return `${JSON.stringify({ v: 1, keys: this.keys }, null, 2)}\n`;
  }

  /** With a clock behind all keys, the oldest signs. */
  signing(nowMs: number): RingKey {
    const [oldest] = this.keys;
    return this.keys.findLast(({ signsFromMs }) => signsFromMs <= nowMs) ?? (oldest as RingKey);
  }

  /** The ring with the due changes; undefined if there are none. */
  async rolled(nowMs: number): Promise<KeyRing | undefined> {
    const kept = this.keys.filter((_, at) => {
      const next = this.keys[at + 1];
      return next === undefined || next.signsFromMs + SHOWN_AFTER_MS > nowMs;
    });
    const last = kept.at(-1) as RingKey;
    const isOld = nowMs - last.madeMs > KEY_AGE_MAX_MS;
    if (!isOld) return kept.length === this.keys.length ? undefined : new KeyRing(kept);
    const signsFromMs = nowMs + PUBLISHED_BEFORE_MS;
    return new KeyRing([...kept, await makeKey({ nowMs, signsFromMs })]);
  }

  async jwks(): Promise<JSONWebKeySet> {
    return { keys: await Promise.all(this.keys.map(shown)) };
  }

  async sign(claims: JWTPayload, nowMs: number): Promise<string> {
    const { kid, key } = this.signing(nowMs);
    const header = { alg: 'RS256', typ: 'JWT', kid };
    return new SignJWT(claims).setProtectedHeader(header).sign(createPrivateKey(key));
  }
}

function isRingKey(value: unknown): value is RingKey {
  if (!isObject(value)) return false;
  const { kid, key, certificate, madeMs, signsFromMs } = value;
  if (typeof kid !== 'string' || typeof key !== 'string' || typeof certificate !== 'string') {
    return false;
  }
  const details = createPrivateKey(key).asymmetricKeyDetails;
  const isItsOwn = new X509Certificate(certificate).checkPrivateKey(createPrivateKey(key));
  const isLarge = (details?.modulusLength ?? 0) >= MODULUS_BITS;
  return isItsOwn && isLarge && Number.isFinite(madeMs) && Number.isFinite(signsFromMs);
}

/** Members as in the documentation's example: kty, use, kid, x5t, n, e, x5c. */
async function shown({ kid, certificate }: RingKey): Promise<JWK> {
  const { raw, fingerprint, publicKey } = new X509Certificate(certificate);
  const { n = '', e = '' } = await exportJWK(publicKey);
  const x5t = Buffer.from(fingerprint.replaceAll(':', ''), 'hex').toString('base64url');
  return { kty: 'RSA', use: 'sig', alg: 'RS256', kid, x5t, n, e, x5c: [raw.toString('base64')] };
}

async function makeKey({
  nowMs,
  signsFromMs,
}: {
  readonly nowMs: number;
  readonly signsFromMs: number;
}): Promise<RingKey> {
  const made = await promisify(generateKeyPair)('rsa', {
    modulusLength: MODULUS_BITS,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  });
  const [privateKey, publicKey] = [
    createPrivateKey(made.privateKey),
    createPublicKey(made.publicKey),
  ];
  const algorithm = { name: 'RSASSA-PKCS1-v1_5', hash: 'SHA-256' };
  // The certificate library needs it but does not load it. Both are loaded only when a key is
  // created.
  await import('reflect-metadata');
  const { X509CertificateGenerator } = await import('@peculiar/x509');
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=Countersign external authentication method',
    notBefore: new Date(nowMs - PUBLISHED_BEFORE_MS),
    notAfter: new Date(nowMs + CERTIFICATE_MS),
    signingAlgorithm: algorithm,
    keys: {
      privateKey: privateKey.toCryptoKey(algorithm, false, ['sign']),
      publicKey: publicKey.toCryptoKey(algorithm, true, ['verify']),
    },
  });
  const pem = certificate.toString('pem');
  const kid = new X509Certificate(pem).fingerprint256
    .replaceAll(':', '')
    .slice(0, 32)
    .toLowerCase();
  return { kid, key: made.privateKey, certificate: `${pem}\n`, madeMs: nowMs, signsFromMs };
}
