import { sha256 } from '@noble/hashes/sha2.js';
import { formatBase64, hex, joinBytes, parseBase64, utf8 } from './bytes.ts';
import { KEY_BYTES, type VerifyEd25519 } from './ed25519.ts';
import { ProofError } from './proof-error.ts';

/** As in `packages/tlog`: 64 signatures of 5 kB, plus a text. */
const NOTE_CHARS_MAX = 512 * 1024;
const NOTE_SIGNATURES_MAX = 64;

const SIGNATURE_HEAD = '\u2014 ';
const KEY_ID_BYTES = 4;
const TIME_BYTES = 8;
/** C2SP tlog-cosignature: 63 bits. */
const TIME_MAX = 2n ** 63n - 1n;

/** Signed-note allows no ASCII control characters except the newline. */
const FORBIDDEN = /[[\p{Cc}&&\p{ASCII}]--\n]/v;

/** The first byte of a key says what its signatures are. */
const LOG_KEY = 0x01;
const WITNESS_KEY = 0x04;

export type NoteSignature = {
  readonly name: string;
  readonly keyId: string;
  readonly payload: Uint8Array<ArrayBuffer>;
};

/** C2SP signed-note. `text` ends with a newline. */
export type Note = { readonly text: string; readonly signatures: readonly NoteSignature[] };

/** A key as `NAME+KEYID+BASE64`, the form in which logs and witnesses publish it. */
export type VerifierKey = {
  readonly kind: 'log' | 'witness';
  readonly name: string;
  readonly keyId: string;
  readonly publicKey: Uint8Array<ArrayBuffer>;
  readonly vkey: string;
};

/** @throws ProofError unless it is an Ed25519 key of a log or witness, in its only spelling. */
export function parseVkey(text: string): VerifierKey {
  const first = text.indexOf('+');
  const second = text.indexOf('+', first + 1);
  const name = text.slice(0, first);
  const material = second < 0 ? undefined : parseBase64(text.slice(second + 1));
  if (material === undefined || !isKeyName(name)) {
    throw new ProofError('The key is not of the form NAME+KEYID+BASE64. Copy the whole line.');
  }
  const type = material[0];
  if ((type !== LOG_KEY && type !== WITNESS_KEY) || material.length !== 1 + KEY_BYTES) {
    throw new ProofError('The key is not an Ed25519 key of a log or a witness.');
  }
  const keyId = hex(sha256(joinBytes(utf8(`${name}\n`), material)).subarray(0, KEY_ID_BYTES));
  const vkey = `${name}+${keyId}+${formatBase64(material)}`;
  if (vkey !== text) throw new ProofError('The id in the key does not match the key: check it.');
  const kind = type === LOG_KEY ? 'log' : 'witness';
  return { kind, name, keyId, publicKey: material.slice(1), vkey };
}

/** @throws ProofError */
export function parseNote(note: string): Note {
  const end = note.lastIndexOf('\n\n');
  const lines = note.slice(end + 2).split('\n');
  const isWhole = end >= 0 && note.length <= NOTE_CHARS_MAX && note.isWellFormed();
  if (!isWhole || lines.pop() !== '' || lines.length === 0 || FORBIDDEN.test(note)) {
    throw new ProofError('The checkpoint is not a signed note.');
  }
  if (lines.length > NOTE_SIGNATURES_MAX || new Set(lines).size < lines.length) {
    throw new ProofError('The checkpoint has too many signatures, or one of them twice.');
  }
  return { text: note.slice(0, end + 1), signatures: lines.map(parseSignature) };
}

function parseSignature(line: string): NoteSignature {
  const space = line.indexOf(' ', SIGNATURE_HEAD.length);
  const name = line.slice(SIGNATURE_HEAD.length, space);
  const bytes = space < 0 ? undefined : parseBase64(line.slice(space + 1));
  const isSignature = line.startsWith(SIGNATURE_HEAD) && isKeyName(name);
  if (!isSignature || bytes === undefined || bytes.length <= KEY_ID_BYTES) {
    throw new ProofError('A line below the checkpoint is not a signature.');
  }
  const keyId = hex(bytes.subarray(0, KEY_ID_BYTES));
  return { name, keyId, payload: bytes.slice(KEY_ID_BYTES) };
}

export function isSignatureOf({ name, keyId }: NoteSignature, key: VerifierKey): boolean {
  return name === key.name && keyId === key.keyId;
}

/**
 * The lines of a key under a note: `none`, or whether all of them are true. As in C2SP signed-note,
 * one false line by a known key makes the note false.
 */
export async function verifySignatures(
  note: Note,
  key: VerifierKey,
  verify: VerifyEd25519,
): Promise<'none' | 'true' | 'false'> {
  const own = note.signatures.filter((signature) => isSignatureOf(signature, key));
  if (own.length === 0) return 'none';
  for (const { payload } of own) {
    const isTrue =
      key.kind === 'log'
        ? await verify(key.publicKey, utf8(note.text), payload)
        : await isCosignature(note.text, key, payload, verify);
    if (!isTrue) return 'false';
  }
  return 'true';
}

/** C2SP tlog-cosignature, `cosignature/v1`: eight bytes of time, then the signature. */
async function isCosignature(
  text: string,
  key: VerifierKey,
  payload: Uint8Array<ArrayBuffer>,
  verify: VerifyEd25519,
): Promise<boolean> {
  if (payload.length < TIME_BYTES) return false;
  const time = cosignatureTime(payload);
  const message = utf8(`cosignature/v1\ntime ${time}\n${text}`);
  return time <= TIME_MAX && (await verify(key.publicKey, message, payload.slice(TIME_BYTES)));
}

/** Seconds since 1970, as the witness states them. */
export function cosignatureTime(payload: Uint8Array): bigint {
  return new DataView(payload.buffer, payload.byteOffset).getBigUint64(0);
}

/** Signed-note: not empty, no Unicode space, no plus; and no control characters. */
function isKeyName(name: string): boolean {
  return name !== '' && name.isWellFormed() && !/[\p{White_Space}+\p{Cc}]/u.test(name);
}
