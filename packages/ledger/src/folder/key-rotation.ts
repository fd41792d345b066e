import { assert } from '@countersign/core';
import {
  formatNote,
  isSignatureBy,
  type NoteSigner,
  openNote,
  parseNote,
  parseVkey,
  SIGNATURE_TYPE,
  signNote,
  verifierOf,
} from '@countersign/tlog';
import { LedgerError } from '../errors.ts';

const FORM = 'countersign.dev/key-rotation@v1';

/** One rotation of a log's signing key. */
export type KeyRotation = {
  readonly origin: string;
  readonly oldVkey: string;
  readonly newVkey: string;
};

/**
 * A rotation is a signed note (C2SP signed-note) over four lines: form, origin, old key, new key.
 * The old key signs it, so that a verifier who trusts the old key can trust the new one. The new
 * key signs it too, so that an attacker cannot rotate a log to a key that they do not hold.
 */
export function formatRotation(origin: string, oldKey: NoteSigner, newKey: NoteSigner): string {
  assert(oldKey.key.vkey !== newKey.key.vkey, 'a rotation changes the key');
  const text = `${[FORM, origin, oldKey.key.vkey, newKey.key.vkey].join('\n')}\n`;
  return formatNote(signNote(text, [oldKey, newKey]));
}

/**
 * Reads a rotation and verifies exactly one signature by the old key and exactly one by the new
 * key. Counting two signatures is not enough: a stranger can sign "victim to stranger" twice.
 * @throws LedgerError MALFORMED_NOTE, MALFORMED_KEY, BAD_SIGNATURE, UNTRUSTED_NOTE
 */
export function openRotation(bytes: Uint8Array): KeyRotation {
  const note = parseNote(bytes);
  const [form, origin = '', oldVkey = '', newVkey = '', end, ...rest] = note.text.split('\n');
  if (form !== FORM || origin === '' || end !== '' || rest.length > 0 || oldVkey === newVkey) {
    throw new LedgerError('MALFORMED_NOTE', 'could not read a key rotation: its format is unknown');
  }
  const keys = [oldVkey, newVkey].map((vkey) => parseVkey(vkey));
  if (!keys.every(({ name, type }) => name === origin && type === SIGNATURE_TYPE.ed25519)) {
    throw new LedgerError(
      'MALFORMED_NOTE',
      'could not read a key rotation: one of its keys is not an Ed25519 key of the log that ' +
        'it names',
    );
  }
  openNote(
    note,
    keys.map((key) => verifierOf(key)),
  );
  const isSignedOnceBy = (key: (typeof keys)[number]): boolean =>
    note.signatures.filter((signature) => isSignatureBy(signature, key)).length === 1;
  if (note.signatures.length !== 2 || !keys.every(isSignedOnceBy)) {
    throw new LedgerError(
      'UNTRUSTED_NOTE',
      'could not verify a key rotation: it needs one signature by the old key, one by the new ' +
        'key, and no other',
    );
  }
  return { origin, oldVkey, newVkey };
}

/**
 * The keys that follow from trusting `vkey`, in rotation order, `vkey` first. A rotation from a key
 * that is not trusted yet adds nothing.
 */
export function keysAfter(
  vkey: string,
  origin: string,
  rotations: readonly KeyRotation[],
): readonly string[] {
  const trusted = [vkey];
  for (const rotation of rotations) {
    if (rotation.origin !== origin || !trusted.includes(rotation.oldVkey)) continue;
    if (!trusted.includes(rotation.newVkey)) trusted.push(rotation.newVkey);
  }
  return trusted;
}
