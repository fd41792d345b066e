import { createPublicKey, type KeyObject } from 'node:crypto';
import { TlogError } from '../errors.ts';

export const ED25519_KEY_BYTES = 32;
export const ED25519_SIGNATURE_BYTES = 64;

/** RFC 8410: the bytes before the 32 key bytes in a SubjectPublicKeyInfo. */
const SPKI_HEAD: Buffer = Buffer.from('302a300506032b6570032100', 'hex');

/** @throws TlogError MALFORMED_KEY */
export function ed25519PublicKey(raw: Uint8Array): KeyObject {
  if (raw.length !== ED25519_KEY_BYTES) {
    throw new TlogError('MALFORMED_KEY', `an Ed25519 key has 32 bytes, not ${raw.length}`);
  }
  const key = Buffer.concat([SPKI_HEAD, raw]);
  return createPublicKey({ key, format: 'der', type: 'spki' });
}

/**
 * The 32 bytes of the public half.
 * @throws TlogError MALFORMED_KEY unless `privateKey` is a private Ed25519 key.
 */
export function rawPublicKey(privateKey: KeyObject): Buffer {
  if (privateKey.type !== 'private' || privateKey.asymmetricKeyType !== 'ed25519') {
    throw new TlogError('MALFORMED_KEY', 'a log or witness signs with a private Ed25519 key');
  }
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' });
  return spki.subarray(SPKI_HEAD.length);
}
