import {
  type Answer,
  type EvidenceRef,
  messageOf,
  NOTHING_READ,
  no,
  unknown,
  type Watermark,
  yes,
} from '@countersign/core';
import {
  decodeUtf8,
  leafHash,
  openCheckpoint,
  parseBase64,
  parseCheckpoint,
  parseHashBase64,
  parseNote,
  quorumOfNote,
  type SignedCheckpoint,
  sha256,
  type TrustPolicy,
  verifierOf,
  verifyInclusion,
} from '@countersign/tlog';
import { bodyCommitment, SALT_BYTES } from '../entries/body-commitment.ts';
import { type Leaf, parseLeaf } from '../entries/leaf.ts';
import { type KeyRotation, keysAfter, openRotation } from '../folder/key-rotation.ts';
import { EVIDENCE_BYTES_MAX, EVIDENCE_HEAD, EVIDENCE_HEAD_V1 } from './evidence-file.ts';

/** The result for one entry of an evidence file. */
export type VerifiedItem = {
  readonly index: number;
  readonly leaf: Leaf;
  /** `erased`: the envelope is proven. The body is gone and was not replaced. */
  readonly body: Uint8Array | 'erased';
};

export type EvidenceReport = {
  /**
   * `yes`: every entry is in the log of the pinned key. `no`: some part is false. `unknown`:
   * everything matches, but no key was pinned, so anyone could have made the file.
   */
  readonly answer: Answer;
  /** Whether witnesses have seen this log, by the verifier's own policy, never by the file's. */
  readonly witnessed: Answer;
  readonly problems: readonly string[];
  readonly items: readonly VerifiedItem[];
  readonly checkpoint:
    | { readonly origin: string; readonly size: number; readonly root: string }
    | undefined;
};

const NO_PINNED_KEY = 'no key was pinned, so anyone could have signed';

/**
 * Verifies an evidence file using only the file and the key. All input is hostile: nothing throws,
 * and every byte of the file is checked.
 * @param vkey the log's key from another source, never from the file
 * @param policy the witnesses that the verifier trusts (C2SP tlog-policy)
 */
export function verifyEvidence(
  bytes: Uint8Array,
  vkey: string | undefined,
  policy?: TrustPolicy,
): EvidenceReport {
  const problems: string[] = [];
  const parts = readParts(bytes, problems);
  if (parts === undefined) {
    return {
      ...report(problems, [], undefined, vkey),
      witnessed: unknown(NOTHING_READ, NOT_WITNESSED),
    };
  }
  const checkpoint = readCheckpoint(parts, vkey, problems);
  const items: VerifiedItem[] = [];
  const seen = new Set<number>();
  for (const part of parts.items) {
    const item = checkpoint === undefined ? undefined : verifyItem(part, checkpoint, problems);
    if (item === undefined) continue;
    if (seen.has(item.index)) problems.push(`entry ${item.index} is in the file twice`);
    seen.add(item.index);
    items.push(item);
  }
  const witnessed = witnessesOf(parts.checkpointNote, policy, asOfCheckpoint(checkpoint));
  return { ...report(problems, items, checkpoint, vkey), witnessed };
}

const NOT_WITNESSED = {
  code: 'not-witnessed',
  text: 'not witnessed: only the log itself has signed the checkpoint',
};

/** A checkpoint does not state when it was signed. */
function asOfCheckpoint(checkpoint: KnownCheckpoint | undefined): Watermark {
  if (checkpoint === undefined) return NOTHING_READ;
  const { origin, size } = checkpoint;
  return { origin, size, at: null };
}

function witnessesOf(
  checkpointNote: string,
  policy: TrustPolicy | undefined,
  asOf: Watermark,
): Answer {
  try {
    const note = parseNote(Buffer.from(checkpointNote));
    if (policy !== undefined) return quorumOfNote(note, policy, yes(asOf));
    if (note.signatures.length <= 1) return unknown(asOf, NOT_WITNESSED);
    const text = 'it has cosignatures, but no trust policy states which ones count';
    return unknown(asOf, { code: 'no-policy', text });
  } catch {
    // A note that does not parse is reported as a problem.
    return unknown(asOf, NOT_WITNESSED);
  }
}

type JsonLine = { readonly [name: string]: unknown };

type Parts = {
  readonly rotations: readonly KeyRotation[];
  readonly items: readonly JsonLine[];
  readonly checkpointNote: string;
};

type KnownCheckpoint = {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
};

function readParts(bytes: Uint8Array, problems: string[]): Parts | undefined {
  const lines = readLines(bytes, problems);
  if (lines === undefined) return undefined;
  const [head, ...rest] = lines;
  const digestLine = rest.pop();
  const checkpointLine = rest.pop();
  if (head === EVIDENCE_HEAD_V1) {
    problems.push('its format is 1; verify it with the version of Countersign that wrote it');
    return undefined;
  }
  if (head !== EVIDENCE_HEAD) problems.push('the first line is not that of an evidence file');
  checkDigest(bytes, digestLine, problems);
  const parsed = rest.map((line) => parseLine(line, problems));
  if (parsed.includes(undefined)) return undefined;
  const values = parsed as JsonLine[];
  const rotations: KeyRotation[] = [];
  let at = 0;
  for (; at < values.length && isMembers(values[at] as JsonLine, ['rotation']); at++) {
    const rotation = readRotation((values[at] as JsonLine)['rotation'], problems);
    if (rotation !== undefined) rotations.push(rotation);
  }
  const checkpoint = checkpointLine === undefined ? undefined : parseLine(checkpointLine, problems);
  const note = checkpoint?.['checkpoint'];
  if (
    checkpoint === undefined ||
    !isMembers(checkpoint, ['checkpoint']) ||
    typeof note !== 'string'
  ) {
    problems.push('the line before the last does not hold a checkpoint');
    return undefined;
  }
  if (at === values.length) problems.push('it holds no entry');
  return { rotations, items: values.slice(at), checkpointNote: note };
}

function readLines(bytes: Uint8Array, problems: string[]): string[] | undefined {
  if (bytes.length > EVIDENCE_BYTES_MAX) {
    problems.push(`it is larger than ${EVIDENCE_BYTES_MAX} bytes`);
    return undefined;
  }
  const text = decodeUtf8(bytes);
  const lines = text?.split('\n');
  if (lines === undefined || lines.pop() !== '' || lines.length < 3) {
    problems.push('it is not an evidence file, or it is truncated');
    return undefined;
  }
  return lines;
}

/** The digest covers every byte before it, so accidental damage shows even without a key. */
function checkDigest(bytes: Uint8Array, line: string | undefined, problems: string[]): void {
  const covered = bytes.subarray(0, bytes.length - Buffer.byteLength(line ?? '') - 1);
  const expected = JSON.stringify({ sha256: sha256(covered).toString('hex') });
  if (line !== expected) problems.push('the digest in the last line does not match the file');
}

/**
 * Only one spelling is valid. If `JSON.stringify` would write the line differently, it was tampered
 * with.
 */
function parseLine(line: string, problems: string[]): JsonLine | undefined {
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value === 'object' && value !== null && JSON.stringify(value) === line) {
      return value as JsonLine;
    }
  } catch {
    // Reported below, together with lines that are spelled differently.
  }
  problems.push('a line is not canonical JSON');
  return undefined;
}

function isMembers(value: JsonLine, names: readonly string[]): boolean {
  return Object.keys(value).join() === names.join();
}

function readRotation(note: unknown, problems: string[]): KeyRotation | undefined {
  try {
    return openRotation(Buffer.from(String(note)));
  } catch (error) {
    problems.push(messageOf(error));
    return undefined;
  }
}

function readCheckpoint(
  parts: Parts,
  vkey: string | undefined,
  problems: string[],
): KnownCheckpoint | undefined {
  const bytes = Buffer.from(parts.checkpointNote);
  try {
    if (vkey === undefined) return parseCheckpoint(parseNote(bytes).text);
    const origin = verifierOf(vkey).key.name;
    const keys = keysAfter(vkey, origin, parts.rotations);
    const opened: SignedCheckpoint = openCheckpoint(bytes, {
      log: keys.map((k) => verifierOf(k)),
      origin,
    });
    return opened;
  } catch (error) {
    problems.push(messageOf(error));
    return undefined;
  }
}

function verifyItem(
  line: JsonLine,
  checkpoint: KnownCheckpoint,
  problems: string[],
): VerifiedItem | undefined {
  const { index, leaf: leafText, salt, body, proof } = line;
  const where = `entry ${String(index)}`;
  const hashes = Array.isArray(proof) ? proof.map((h) => parseHashBase64(String(h))) : [undefined];
  if (
    !isMembers(line, ['index', 'leaf', 'salt', 'body', 'proof']) ||
    typeof index !== 'number' ||
    typeof leafText !== 'string' ||
    hashes.includes(undefined)
  ) {
    problems.push(`${where} is not in the format of evidence`);
    return undefined;
  }
  const leafBytes = Buffer.from(leafText);
  const claim = {
    index,
    size: checkpoint.size,
    root: checkpoint.root,
    leafHash: leafHash(leafBytes),
    proof: hashes as Buffer[],
  };
  if (!verifyInclusion(claim)) {
    problems.push(`${where} is not in the log: its inclusion proof fails`);
    return undefined;
  }
  const leaf = readLeaf(leafBytes, where, problems);
  if (leaf === undefined) return undefined;
  if (salt === null && body === null) return { index, leaf, body: 'erased' };
  const content = readBody(leaf, salt, body);
  if (content === undefined) {
    problems.push(`${where} holds a body that does not match the log`);
    return undefined;
  }
  return { index, leaf, body: content };
}

function readLeaf(bytes: Buffer, where: string, problems: string[]): Leaf | undefined {
  try {
    return parseLeaf(bytes);
  } catch (error) {
    problems.push(`${where}: ${messageOf(error)}`);
    return undefined;
  }
}

function readBody(leaf: Leaf, salt: unknown, body: unknown): Buffer | undefined {
  const saltBytes = typeof salt === 'string' ? parseBase64(salt) : undefined;
  const bodyBytes = typeof body === 'string' ? parseBase64(body) : undefined;
  if (saltBytes?.length !== SALT_BYTES || bodyBytes?.length !== leaf.size) return undefined;
  return bodyCommitment(saltBytes, bodyBytes) === leaf.commitment ? bodyBytes : undefined;
}

function report(
  problems: readonly string[],
  items: readonly VerifiedItem[],
  checkpoint: KnownCheckpoint | undefined,
  vkey: string | undefined,
): Omit<EvidenceReport, 'witnessed'> {
  const refs: EvidenceRef[] =
    checkpoint === undefined
      ? []
      : items.map(({ index }) => ({ origin: checkpoint.origin, index }));
  const asOf = asOfCheckpoint(checkpoint);
  const because = problems.map((text) => ({ code: 'evidence-problem', text }));
  return {
    answer: because.length > 0 ? no(asOf, because, refs) : answerFor(asOf, refs, vkey),
    problems,
    items,
    checkpoint:
      checkpoint === undefined
        ? undefined
        : {
            origin: checkpoint.origin,
            size: checkpoint.size,
            root: Buffer.from(checkpoint.root).toString('base64'),
          },
  };
}

function answerFor(
  asOf: Watermark,
  refs: readonly EvidenceRef[],
  vkey: string | undefined,
): Answer {
  if (vkey !== undefined) return yes(asOf, refs);
  return unknown(asOf, { code: 'no-pinned-key', text: NO_PINNED_KEY }, [
    { what: 'the key of the log, from a source that the maker of the file does not control' },
  ]);
}
