import { formatBase64, parseBase64, quoted } from '../canonical-encoding.ts';
import { TlogError } from '../errors.ts';
import { sha256 } from '../merkle/merkle-hash.ts';
import { ED25519_KEY_BYTES } from './ed25519.ts';

/** The first byte of a signed-note key: the signature type. */
export const SIGNATURE_TYPE = {
  ed25519: 0x01,
  ecdsa: 0x02,
  cosignatureV1: 0x04,
} as const;

/** A public key as `<name>+<key id>+<base64(type || public key)>` states it. */
export type VerifierKey = {
  readonly name: string;
  /** Eight lower-case hex digits. Name and key id together identify the key of a signature. */
  readonly keyId: string;
  readonly type: number;
  readonly publicKey: Uint8Array;
  /** The text form, which is the only spelling of the key. */
  readonly vkey: string;
};

/** Signed-note: not empty, no Unicode spaces, no plus. Control characters would end up in notes. */
export function isKeyName(name: string): boolean {
  return name !== '' && name.isWellFormed() && !/[\p{White_Space}+\p{Cc}]/u.test(name);
}

/** @throws TlogError MALFORMED_KEY for an impossible name. */
export function verifierKey(name: string, type: number, publicKey: Uint8Array): VerifierKey {
  if (!isKeyName(name)) {
    throw malformed(`${quoted(name)} cannot name a key: use no spaces and no "+"`);
  }
  const keyId = keyIdOf(name, type, publicKey);
  const material = Buffer.concat([Buffer.from([type]), publicKey]);
  return { name, keyId, type, publicKey, vkey: `${name}+${keyId}+${formatBase64(material)}` };
}

/**
 * @throws TlogError MALFORMED_KEY unless `text` is exactly what {@link verifierKey} gives for the
 * same name and bytes. A key id that does not match is a typing error or an attack.
 */
export function parseVkey(text: string): VerifierKey {
  const first = text.indexOf('+');
  const second = text.indexOf('+', first + 1);
  const material = second < 0 ? undefined : parseBase64(text.slice(second + 1));
  const type = material?.[0];
  if (material === undefined || type === undefined || material.length < 2) {
    throw malformed(`${quoted(text)} is not of the form NAME+KEYID+BASE64`);
  }
  const key = verifierKey(text.slice(0, first), type, material.subarray(1));
  const isEd25519 = type === SIGNATURE_TYPE.ed25519 || type === SIGNATURE_TYPE.cosignatureV1;
  if (isEd25519 && key.publicKey.length !== ED25519_KEY_BYTES) {
    throw malformed(
      `${quoted(text)} holds an Ed25519 key that is not ${ED25519_KEY_BYTES} bytes long`,
    );
  }
  if (key.vkey !== text) throw malformed(`the key id of ${quoted(text)} does not match its key`);
  return key;
}

/** First four bytes of SHA-256(name || 0x0A || type || key); for ECDSA of the key alone. */
function keyIdOf(name: string, type: number, publicKey: Uint8Array): string {
  const hashed =
    type === SIGNATURE_TYPE.ecdsa
      ? publicKey
      : Buffer.concat([Buffer.from(`${name}\n`), Buffer.from([type]), publicKey]);
  return sha256(hashed).toString('hex', 0, 4);
}

function malformed(what: string): TlogError {
  return new TlogError('MALFORMED_KEY', `could not read a verifier key: ${what}`);
}
