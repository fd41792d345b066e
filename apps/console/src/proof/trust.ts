import type { VerifyEd25519 } from './ed25519.ts';
import { ProofError } from './proof-error.ts';
import {
  isSignatureOf,
  parseNote,
  parseVkey,
  type VerifierKey,
  verifySignatures,
} from './signed-note.ts';

const ROTATION = 'countersign.dev/key-rotation@v1';

/** What the reader believes, from a source outside the data to check. */
export type Pins = {
  /** The key of the log. Undefined: the reader has none, so it is unknown whose log it is. */
  readonly log: string | undefined;
  /** Keys of the witnesses that the reader believes. */
  readonly witnesses: readonly string[];
};

export type Trust = {
  /** The name of the pinned log. */
  readonly origin: string;
  /** The pinned key, and the keys that it handed the log over to. */
  readonly keys: readonly VerifierKey[];
};

/**
 * The keys that follow from the pinned one. Undefined without a pinned key.
 * @param rotations signed notes: in each, a key hands the log over to the next
 * @throws ProofError for a pinned key that is not one, or a rotation that is false
 */
export async function trustOf(
  { log }: Pins,
  rotations: readonly string[],
  verify: VerifyEd25519,
): Promise<Trust | undefined> {
  const opened = [];
  for (const rotation of rotations) opened.push(await openRotation(rotation, verify));
  if (log === undefined) return undefined;
  const pinned = parseVkey(log);
  if (pinned.kind !== 'log') throw new ProofError('The pinned key is that of a witness.');
  const keys = [pinned];
  for (const { oldKey, newKey } of opened) {
    const isTrusted = oldKey.name === pinned.name && keys.some(({ vkey }) => vkey === oldKey.vkey);
    if (isTrusted && !keys.some(({ vkey }) => vkey === newKey.vkey)) keys.push(newKey);
  }
  return { origin: pinned.name, keys };
}

/**
 * Needs exactly one signature by the old key and one by the new key. Counting two signatures is
 * not enough: a stranger can sign "victim to stranger" twice.
 */
async function openRotation(
  text: string,
  verify: VerifyEd25519,
): Promise<{ readonly oldKey: VerifierKey; readonly newKey: VerifierKey }> {
  const note = parseNote(text);
  const [form, origin = '', old = '', next = '', end, ...rest] = note.text.split('\n');
  if (form !== ROTATION || origin === '' || end !== '' || rest.length > 0 || old === next) {
    throw new ProofError('A key rotation is not in its format.');
  }
  const [oldKey, newKey] = [parseVkey(old), parseVkey(next)];
  for (const key of [oldKey, newKey]) {
    const isOnce = note.signatures.filter((each) => isSignatureOf(each, key)).length === 1;
    const isSigned = isOnce && (await verifySignatures(note, key, verify)) === 'true';
    if (!isSigned || key.name !== origin || key.kind !== 'log' || note.signatures.length !== 2) {
      throw new ProofError('A key rotation is not signed once by the old and once by the new key.');
    }
  }
  return { oldKey, newKey };
}
