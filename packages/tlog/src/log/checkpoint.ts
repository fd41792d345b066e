import { formatBase64, parseDecimal, parseHashBase64, quoted } from '../canonical-encoding.ts';
import { TlogError } from '../errors.ts';
import { HASH_BYTES } from '../merkle/merkle-hash.ts';
import { isTreeSize } from '../merkle/merkle-proof.ts';
import {
  isSignatureBy,
  type Note,
  type NoteSignature,
  type NoteVerifier,
  openNote,
  parseNote,
} from '../notes/signed-note.ts';

/** A checkpoint by C2SP tlog-checkpoint. */
export type Checkpoint = {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
  /** Further lines, none empty. A log of Countersign writes none. */
  readonly extensions: readonly string[];
};

/** A checkpoint whose log signature was verified. */
export type SignedCheckpoint = Checkpoint & {
  readonly note: Note;
  /** Verified signatures by the other requested keys, such as witnesses. */
  readonly cosignatures: readonly NoteSignature[];
  /** Signatures by keys that were not requested. They prove nothing. */
  readonly unverified: readonly NoteSignature[];
};

export type CheckpointTrust = {
  /** The keys of the log: one of them must have signed. */
  readonly log: NoteVerifier | readonly NoteVerifier[];
  /** The expected origin. Default: the name of the log's first key. */
  readonly origin?: string | undefined;
  /** Keys whose signatures are also verified, if present. */
  readonly witnesses?: readonly NoteVerifier[] | undefined;
};

export function formatCheckpoint(checkpoint: Checkpoint): string {
  const { origin, size, root, extensions } = checkpoint;
  const lines = [origin, String(size), formatBase64(root), ...extensions];
  if (!isTreeSize(size) || root.length !== HASH_BYTES || lines.some((l) => /^$|\n/.test(l))) {
    throw malformed('it has an impossible size, root or line');
  }
  return lines.map((line) => `${line}\n`).join('');
}

/**
 * Reads the text of a note, with its last newline.
 * @throws TlogError MALFORMED_CHECKPOINT
 */
export function parseCheckpoint(text: string): Checkpoint {
  const [origin = '', sizeText = '', rootText = '', ...rest] = text.split('\n');
  if (origin === '') throw malformed('its first line must name the log');
  if (rest.pop() !== '') throw malformed('it has fewer than three lines');
  if (rest.includes('')) throw malformed('it holds an empty line');
  const size = parseDecimal(sizeText);
  if (size === undefined) throw malformed('its second line is not a decimal number below 2^53');
  const root = parseHashBase64(rootText);
  if (root === undefined) throw malformed('its third line is not a SHA-256 hash in base64');
  return { origin, size, root, extensions: rest };
}

/**
 * Reads a signed checkpoint and verifies the log's signature. A witness's valid signature alone
 * does not make it a checkpoint of the log.
 * @throws TlogError MALFORMED_NOTE, MALFORMED_CHECKPOINT, BAD_SIGNATURE, UNTRUSTED_NOTE,
 * WRONG_ORIGIN
 */
export function openCheckpoint(bytes: Uint8Array, trust: CheckpointTrust): SignedCheckpoint {
  const note = parseNote(bytes);
  const logs = [trust.log].flat() as readonly NoteVerifier[];
  const opened = openNote(note, [...logs, ...(trust.witnesses ?? [])]);
  const checkpoint = parseCheckpoint(note.text);
  const origin = trust.origin ?? logs[0]?.key.name;
  if (checkpoint.origin !== origin) {
    throw new TlogError(
      'WRONG_ORIGIN',
      `could not verify a checkpoint: it is from the log ${quoted(checkpoint.origin)}, ` +
        `not from ${quoted(origin ?? '')}`,
    );
  }
  const isByLog = (s: NoteSignature): boolean => logs.some((log) => isSignatureBy(s, log.key));
  if (!opened.verified.some(isByLog)) {
    throw new TlogError(
      'UNTRUSTED_NOTE',
      `could not verify a checkpoint: the log ${quoted(checkpoint.origin)} has not signed it`,
    );
  }
  const cosignatures = opened.verified.filter((signature) => !isByLog(signature));
  return { ...checkpoint, note, cosignatures, unverified: opened.unverified };
}

function malformed(what: string): TlogError {
  return new TlogError('MALFORMED_CHECKPOINT', `could not read a checkpoint: ${what}`);
}
