import { type KeyObject, sign, verify } from 'node:crypto';
import type { Clock } from '@countersign/core';
import { ED25519_SIGNATURE_BYTES, ed25519PublicKey, rawPublicKey } from './ed25519.ts';
import { checkText, type NoteSigner, type NoteVerifier } from './signed-note.ts';
import { SIGNATURE_TYPE, type VerifierKey, verifierKey } from './verifier-key.ts';

/** C2SP tlog-cosignature: eight bytes of time, then the signature. */
const TIME_BYTES = 8;
/** The time is an unsigned number. C2SP allows 63 bits. */
const TIME_MAX = 2n ** 63n - 1n;

/** Type 0x04, `cosignature/v1`: a statement that the signer saw the log at this time. */
export function cosignatureVerifier(key: VerifierKey): NoteVerifier {
  const publicKey = ed25519PublicKey(key.publicKey);
  return {
    key,
    verify(text, payload) {
      if (payload.length !== TIME_BYTES + ED25519_SIGNATURE_BYTES) return false;
      const time = readTime(payload);
      const signature = payload.subarray(TIME_BYTES);
      return time <= TIME_MAX && verify(null, messageOf(time, text), publicKey, signature);
    },
  };
}

/**
 * Signs with the current time. A cosigner that is also a log, or two cosigners under one key, could
 * be confused. Each cosigner MUST have its own key.
 * @throws TlogError MALFORMED_KEY
 */
export function cosignatureSigner(name: string, privateKey: KeyObject, clock: Clock): NoteSigner {
  const key = verifierKey(name, SIGNATURE_TYPE.cosignatureV1, rawPublicKey(privateKey));
  return {
    key,
    sign(text) {
      checkText(text);
      const time = BigInt(Math.floor(clock.now() / 1000));
      const payload = Buffer.alloc(TIME_BYTES + ED25519_SIGNATURE_BYTES);
      payload.writeBigUInt64BE(time);
      payload.set(sign(null, messageOf(time, text), privateKey), TIME_BYTES);
      return { name, keyId: key.keyId, payload };
    },
  };
}

/** The time of a verified cosignature, in seconds since the epoch. */
export function cosignatureTime(payload: Uint8Array): number {
  return Number(readTime(payload));
}

function messageOf(time: bigint, text: string): Buffer {
  return Buffer.from(`cosignature/v1\ntime ${time}\n${text}`);
}

function readTime(payload: Uint8Array): bigint {
  return new DataView(payload.buffer, payload.byteOffset).getBigUint64(0);
}
