import { createHmac, createPrivateKey, type KeyObject, sign } from 'node:crypto';
import { SinkError } from '../../delivery/sink.ts';

/** A key of Standard Webhooks 1.0.0: symmetric (v1), or Ed25519 (v1a). */
export type WebhookKey =
  | { readonly version: 'v1'; readonly key: Buffer }
  | { readonly version: 'v1a'; readonly key: KeyObject };

/** "Between 24 bytes and 64 bytes" (Standard Webhooks 1.0.0, signature scheme). */
const SYMMETRIC_BYTES_MIN = 24;
const SYMMETRIC_BYTES_MAX = 64;

const SEED_BYTES = 32;
/** Some libraries write the public key behind the seed. */
const SEED_AND_PUBLIC_KEY_BYTES = 64;

/** The PKCS #8 form of an Ed25519 private key, up to the seed (RFC 8410, 7). */
const PKCS8_PREFIX: Buffer = Buffer.from('302e020100300506032b657004220420', 'hex');

/**
 * Reads `whsec_…` (HMAC-SHA256) or `whsk_…` (Ed25519), each with base64 after the prefix.
 * @throws SinkError MISCONFIGURED without repeating the secret
 */
export function parseWebhookKey(secret: string): WebhookKey {
  const [, prefix, encoded = ''] = /^(whsec_|whsk_)([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? [];
  const key = Buffer.from(encoded, 'base64');
  if (prefix === 'whsec_') {
    if (key.length >= SYMMETRIC_BYTES_MIN && key.length <= SYMMETRIC_BYTES_MAX) {
      return { version: 'v1', key };
    }
    throw unusable(`holds ${key.length} bytes instead of 24 to 64`);
  }
  if (prefix === undefined) throw unusable('does not start with whsec_ or whsk_ and base64');
  if (key.length !== SEED_BYTES && key.length !== SEED_AND_PUBLIC_KEY_BYTES) {
    throw unusable(`holds ${key.length} bytes instead of an Ed25519 seed of 32`);
  }
  const der = Buffer.concat([PKCS8_PREFIX, key.subarray(0, SEED_BYTES)]);
  return { version: 'v1a', key: createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }) };
}

/**
 * The value of `webhook-signature`: one signature of each key over `id.timestamp.body`. With the
 * old and the new key in it, a receiver can change its key at any time.
 */
export function signWebhook(
  keys: readonly WebhookKey[],
  message: { readonly id: string; readonly timestamp: number; readonly body: Uint8Array },
): string {
  const { id, timestamp, body } = message;
  const head = Buffer.from(`${id}.${timestamp}.`);
  return keys.map((each) => `${each.version},${signatureOf(each, head, body)}`).join(' ');
}

function signatureOf(each: WebhookKey, head: Uint8Array, body: Uint8Array): string {
  if (each.version === 'v1') {
    return createHmac('sha256', each.key).update(head).update(body).digest('base64');
  }
  return sign(null, Buffer.concat([head, body]), each.key).toString('base64');
}

function unusable(what: string): SinkError {
  const cure = 'create one with "openssl rand -base64 32" and write whsec_ before it';
  return new SinkError('MISCONFIGURED', `could not use a webhook secret: it ${what}; ${cure}`);
}
