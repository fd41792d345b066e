import { formatBase64 } from './bytes.ts';
import { type Checkpoint, parseCheckpoint } from './checkpoint.ts';
import type { VerifyEd25519 } from './ed25519.ts';
import { ProofError } from './proof-error.ts';
import type { ProofStep } from './proof-step.ts';
import {
  cosignatureTime,
  isSignatureOf,
  type Note,
  parseNote,
  parseVkey,
  verifySignatures,
} from './signed-note.ts';
import { type Pins, trustOf } from './trust.ts';

/** @throws ProofError */
export function readCheckpoint(text: string): {
  readonly note: Note;
  readonly checkpoint: Checkpoint;
} {
  const note = parseNote(text);
  return { note, checkpoint: parseCheckpoint(note.text) };
}

/** Checks who signed a checkpoint: the pinned log, then each pinned witness. */
export async function* checkSignatures(
  note: Note,
  { origin }: Checkpoint,
  pins: Pins,
  rotations: readonly string[],
  verify: VerifyEd25519,
): AsyncGenerator<ProofStep> {
  yield await checkLog(note, origin, pins, rotations, verify);
  for (const witness of pins.witnesses) yield await checkWitness(note, witness, verify);
}

async function checkLog(
  note: Note,
  origin: string,
  pins: Pins,
  rotations: readonly string[],
  verify: VerifyEd25519,
): Promise<ProofStep> {
  const kind = 'signature';
  try {
    const trust = await trustOf(pins, rotations, verify);
    if (trust === undefined) {
      const because = 'No key is pinned, so this can be the log of anyone.';
      return { kind, answer: 'unknown', value: origin, because };
    }
    const failed = (because: string): ProofStep => ({ kind, answer: 'no', value: origin, because });
    if (trust.origin !== origin) return failed(`The pinned key is that of ${trust.origin}.`);
    const states = [];
    for (const key of trust.keys) states.push(await verifySignatures(note, key, verify));
    if (states.includes('false')) return failed('The signature of the log is false.');
    const at = states.lastIndexOf('true');
    if (at < 0) return failed('The pinned key has not signed this checkpoint.');
    return { kind, answer: 'yes', value: trust.keys[at]?.vkey ?? '' };
  } catch (error) {
    if (!(error instanceof ProofError)) throw error;
    return { kind, answer: 'no', value: origin, because: error.message };
  }
}

async function checkWitness(note: Note, vkey: string, verify: VerifyEd25519): Promise<ProofStep> {
  const kind = 'witness';
  try {
    const key = parseVkey(vkey);
    const state = await verifySignatures(note, key, verify);
    const value = key.name;
    if (state === 'none') {
      const because = 'This witness has not cosigned the checkpoint.';
      return { kind, answer: 'unknown', value, because };
    }
    if (state === 'false' || key.kind !== 'witness') {
      return { kind, answer: 'no', value, because: 'The cosignature is false.' };
    }
    const payload = note.signatures.find((each) => isSignatureOf(each, key))?.payload;
    const seconds = payload === undefined ? 0n : cosignatureTime(payload);
    return { kind, answer: 'yes', value: `${value}, ${timeText(seconds)}` };
  } catch (error) {
    if (!(error instanceof ProofError)) throw error;
    return { kind, answer: 'no', value: vkey, because: error.message };
  }
}

/** The last second that a JavaScript date can state. */
const DATE_SECONDS_MAX = 8_640_000_000_000n;

function timeText(seconds: bigint): string {
  if (seconds > DATE_SECONDS_MAX) return `${seconds} s after 1970`;
  return new Date(Number(seconds) * 1000).toISOString();
}

/** How a root or a leaf hash is shown. */
export function hashText(hash: Uint8Array): string {
  return formatBase64(hash);
}
