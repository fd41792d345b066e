import { TlogError } from '../errors.ts';
import { cosignatureVerifier } from './cosignature.ts';
import { ed25519Verifier, type NoteVerifier } from './signed-note.ts';
import { parseVkey, SIGNATURE_TYPE, type VerifierKey } from './verifier-key.ts';

/**
 * Verifier factories by the type byte of the key. Another type (such as ML-DSA) is one more line.
 */
export type SignatureTypes = ReadonlyMap<number, (key: VerifierKey) => NoteVerifier>;

export const SIGNATURE_TYPES: SignatureTypes = new Map([
  [SIGNATURE_TYPE.ed25519, ed25519Verifier],
  [SIGNATURE_TYPE.cosignatureV1, cosignatureVerifier],
]);

/** @throws TlogError MALFORMED_KEY, UNSUPPORTED_KEY */
export function verifierOf(
  vkey: string | VerifierKey,
  types: SignatureTypes = SIGNATURE_TYPES,
): NoteVerifier {
  const key = typeof vkey === 'string' ? parseVkey(vkey) : vkey;
  const verifier = types.get(key.type);
  if (verifier === undefined) {
    throw new TlogError(
      'UNSUPPORTED_KEY',
      `could not use the key ${key.name}+${key.keyId}: its type 0x${key.type.toString(16)} is ` +
        'not one that Countersign verifies',
    );
  }
  return verifier(key);
}
