import { type KeyObject, sign, verify } from 'node:crypto';
import { decodeUtf8, formatBase64, parseBase64 } from '../canonical-encoding.ts';
import { TlogError } from '../errors.ts';
import { NOTE_BYTES_MAX, NOTE_SIGNATURES_MAX } from '../limits.ts';
import { ED25519_SIGNATURE_BYTES, ed25519PublicKey, rawPublicKey } from './ed25519.ts';
import { isKeyName, SIGNATURE_TYPE, type VerifierKey, verifierKey } from './verifier-key.ts';

/** One line below a note: `— <name> <base64(key id || payload)>`. */
export type NoteSignature = {
  readonly name: string;
  readonly keyId: string;
  /** The bytes after the key id. Their form depends on the key type. */
  readonly payload: Uint8Array;
};

export type Note = {
  /** Ends with a newline; excludes the blank line after it. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
};

/** A note with at least one valid signature, and no false signature by a known key. */
export type OpenedNote = {
  readonly text: string;
  /** Valid signatures, at most one per key: one key can sign a text in many ways. */
  readonly verified: readonly NoteSignature[];
  /** Signatures by unknown keys. They prove nothing, and any party can add one. */
  readonly unverified: readonly NoteSignature[];
};

/** Verifies the signatures of one key. The key's type byte selects the implementation. */
export interface NoteVerifier {
  readonly key: VerifierKey;
  /** MUST NOT throw on hostile input. */
  verify(text: string, payload: Uint8Array): boolean;
}

export interface NoteSigner {
  readonly key: VerifierKey;
  sign(text: string): NoteSignature;
}

const SIGNATURE_HEAD = '\u2014 ';

/** Signed-note allows no ASCII control characters except the newline. */
const FORBIDDEN_IN_NOTE = /[[\p{Cc}&&\p{ASCII}]--\n]/v;

/**
 * Reads C2SP signed-note strictly. Each note has one spelling, so the verified bytes are the bytes
 * that are stored and compared.
 * @throws TlogError MALFORMED_NOTE
 */
export function parseNote(bytes: Uint8Array): Note {
  if (bytes.length > NOTE_BYTES_MAX) throw malformed(`it is larger than ${NOTE_BYTES_MAX} bytes`);
  const note = decodeUtf8(bytes);
  if (note === undefined) throw malformed('it is not UTF-8');
  if (FORBIDDEN_IN_NOTE.test(note)) throw malformed('it holds a control character');
  // The text may contain blank lines; only the last one ends it.
  const end = note.lastIndexOf('\n\n');
  const lines = note.slice(end + 2).split('\n');
  if (end < 0 || lines.pop() !== '' || lines.length === 0) {
    throw malformed('a blank line and signature lines must follow its text');
  }
  if (lines.length > NOTE_SIGNATURES_MAX) {
    throw malformed(`it has ${lines.length} signatures; at most ${NOTE_SIGNATURES_MAX} are read`);
  }
  // One signature must never count as two.
  if (new Set(lines).size < lines.length) throw malformed('it has the same signature line twice');
  return { text: note.slice(0, end + 1), signatures: lines.map(parseSignatureLine) };
}

/**
 * @param line without its newline
 * @throws TlogError MALFORMED_NOTE
 */
export function parseSignatureLine(line: string): NoteSignature {
  const space = line.indexOf(' ', SIGNATURE_HEAD.length);
  const name = line.slice(SIGNATURE_HEAD.length, space);
  const bytes = space < 0 ? undefined : parseBase64(line.slice(space + 1));
  if (!line.startsWith(SIGNATURE_HEAD) || !isKeyName(name) || bytes === undefined) {
    throw malformed('a signature line is not of the form "— NAME BASE64"');
  }
  if (bytes.length < 5) throw malformed(`the signature of ${name} is empty`);
  return { name, keyId: bytes.toString('hex', 0, 4), payload: bytes.subarray(4) };
}

/** Returns the line without its newline. */
export function formatSignatureLine(signature: NoteSignature): string {
  const bytes = Buffer.concat([Buffer.from(signature.keyId, 'hex'), signature.payload]);
  return `${SIGNATURE_HEAD}${signature.name} ${formatBase64(bytes)}`;
}

export function formatNote(note: Note): string {
  return `${note.text}\n${note.signatures.map((s) => `${formatSignatureLine(s)}\n`).join('')}`;
}

/**
 * Applies the rules of signed-note. Signatures by unknown (name, key id) pairs are ignored but
 * listed. One false signature by a known pair makes the whole note invalid. At least one must be
 * valid. If one key has several valid signatures, the first is kept, as in the Go implementation of
 * signed-note.
 * @throws TlogError BAD_SIGNATURE, UNTRUSTED_NOTE, MALFORMED_KEY
 */
export function openNote(note: Note, verifiers: readonly NoteVerifier[]): OpenedNote {
  const known = byPair(verifiers);
  const verified = new Map<NoteVerifier, NoteSignature>();
  const unverified: NoteSignature[] = [];
  for (const signature of note.signatures) {
    const verifier = known.get(pairOf(signature));
    if (verifier === undefined) {
      unverified.push(signature);
    } else if (verifier.verify(note.text, signature.payload)) {
      if (!verified.has(verifier)) verified.set(verifier, signature);
    } else {
      throw new TlogError(
        'BAD_SIGNATURE',
        `could not verify a note: the signature by ${signature.name}+${signature.keyId} does ` +
          'not verify',
        { data: { name: signature.name, keyId: signature.keyId } },
      );
    }
  }
  if (verified.size === 0) {
    throw new TlogError(
      'UNTRUSTED_NOTE',
      'could not verify a note: none of its signatures is by a known key',
    );
  }
  return { text: note.text, verified: [...verified.values()], unverified };
}

export function isSignatureBy(signature: NoteSignature, key: VerifierKey): boolean {
  return pairOf(signature) === pairOf(key);
}

/** Type 0x01: the signature covers the text with its last newline. */
export function ed25519Verifier(key: VerifierKey): NoteVerifier {
  const publicKey = ed25519PublicKey(key.publicKey);
  return {
    key,
    verify: (text, payload) =>
      payload.length === ED25519_SIGNATURE_BYTES &&
      verify(null, Buffer.from(text), publicKey, payload),
  };
}

/** @throws TlogError MALFORMED_KEY */
export function ed25519Signer(name: string, privateKey: KeyObject): NoteSigner {
  const key = verifierKey(name, SIGNATURE_TYPE.ed25519, rawPublicKey(privateKey));
  return {
    key,
    sign(text) {
      checkText(text);
      const payload = sign(null, Buffer.from(text), privateKey);
      return { name, keyId: key.keyId, payload };
    },
  };
}

/**
 * Creates a note over `text` with one signature per signer.
 * @throws TlogError MALFORMED_NOTE for a text that cannot be in a note
 */
export function signNote(text: string, signers: readonly NoteSigner[]): Note {
  checkText(text);
  return { text, signatures: signers.map((signer) => signer.sign(text)) };
}

/** Refuses to sign what {@link parseNote} would refuse. */
export function checkText(text: string): void {
  const isSignable = text.endsWith('\n') && text.isWellFormed() && !FORBIDDEN_IN_NOTE.test(text);
  if (!isSignable) {
    throw new TlogError(
      'MALFORMED_NOTE',
      'could not sign a text: it must end in a newline and hold no other control character',
    );
  }
}

/**
 * Two keys with the same name and 32-bit key id could impersonate each other, so neither is
 * trusted.
 */
function byPair(verifiers: readonly NoteVerifier[]): ReadonlyMap<string, NoteVerifier> {
  const known = new Map<string, NoteVerifier>();
  for (const verifier of verifiers) {
    const { name, keyId, vkey } = verifier.key;
    const other = known.get(pairOf(verifier.key));
    if (other !== undefined && other.key.vkey !== vkey) {
      throw new TlogError('MALFORMED_KEY', `two keys share the key id ${name}+${keyId}`);
    }
    known.set(pairOf(verifier.key), verifier);
  }
  return known;
}

function pairOf({ name, keyId }: { readonly name: string; readonly keyId: string }): string {
  return `${keyId} ${name}`;
}

function malformed(what: string): TlogError {
  return new TlogError('MALFORMED_NOTE', `could not read a signed note: ${what}`);
}
