import { hashes, verify as verifyInScript } from '@noble/ed25519';
import { sha512 } from '@noble/hashes/sha2.js';

export const KEY_BYTES = 32;
const SIGNATURE_BYTES = 64;

/** Verifies a signature (RFC 8032). Never rejects: a signature that cannot be read is false. */
export type VerifyEd25519 = (
  key: Uint8Array<ArrayBuffer>,
  message: Uint8Array<ArrayBuffer>,
  signature: Uint8Array<ArrayBuffer>,
) => Promise<boolean>;

/**
 * WebCrypto where the browser has Ed25519 and allows it, else JavaScript. A page from a file is no
 * secure context in every browser, and older browsers have no Ed25519.
 */
export function ed25519Of(subtle: SubtleCrypto | undefined): VerifyEd25519 {
  return async (key, message, signature) => {
    if (key.length !== KEY_BYTES || signature.length !== SIGNATURE_BYTES) return false;
    const imported = await importedKey(subtle, key);
    if (subtle !== undefined && imported !== undefined) {
      return subtle.verify('Ed25519', imported, signature, message);
    }
    return verifiedInScript(key, message, signature);
  };
}

type SubtleCrypto = typeof globalThis.crypto.subtle;
type PublicKey = Awaited<ReturnType<SubtleCrypto['importKey']>>;

async function importedKey(
  subtle: SubtleCrypto | undefined,
  key: Uint8Array<ArrayBuffer>,
): Promise<PublicKey | undefined> {
  try {
    return await subtle?.importKey('raw', key, 'Ed25519', false, ['verify']);
  } catch {
    return undefined;
  }
}

function verifiedInScript(key: Uint8Array, message: Uint8Array, signature: Uint8Array): boolean {
  hashes.sha512 = sha512;
  try {
    // FIPS 186-5, as WebCrypto: the rules of ZIP 215 accept more.
    return verifyInScript(signature, message, key, { zip215: false });
  } catch {
    return false;
  }
}
