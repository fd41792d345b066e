import {
  type Answer,
  all,
  type EvidenceRef,
  no,
  unknown,
  type Watermark,
  yes,
} from '@countersign/core';
import {
  decodeUtf8,
  formatBase64,
  parseBase64,
  parseDecimal,
  parseHashBase64,
  quoted,
} from '../canonical-encoding.ts';
import { TlogError, type TlogErrorCode } from '../errors.ts';
import { NOTE_BYTES_MAX, PROOF_EXTRA_BYTES_MAX, PROOF_HASHES_MAX } from '../limits.ts';
import { leafHash } from '../merkle/merkle-hash.ts';
import { verifyInclusion } from '../merkle/merkle-proof.ts';
import { SIGNATURE_TYPES, type SignatureTypes, verifierOf } from '../notes/signature-types.ts';
import {
  formatNote,
  isSignatureBy,
  type Note,
  type NoteVerifier,
  parseNote,
} from '../notes/signed-note.ts';
import { type Checkpoint, openCheckpoint, parseCheckpoint } from './checkpoint.ts';
import { type PolicyWitness, quorumAnswer, type TrustPolicy } from './trust-policy.ts';

const MAGIC = 'c2sp.org/tlog-proof@v1';
/** A note, the extra data and the hashes in base64, and 1 KiB for the lines around them. */
const PROOF_BYTES_MAX = NOTE_BYTES_MAX + 2 * PROOF_EXTRA_BYTES_MAX + 45 * PROOF_HASHES_MAX + 1024;

/**
 * Codes of well-formed notes with a false claim. Keys of an unsupported type are not among them.
 */
const UNTRUE: ReadonlySet<TlogErrorCode> = new Set([
  'BAD_SIGNATURE',
  'UNTRUSTED_NOTE',
  'WRONG_ORIGIN',
]);

/** A proof by C2SP tlog-proof, in one file, that a log contains an entry. */
export type TlogProof = {
  readonly index: number;
  /** From the leaf's sibling up to the root's child. */
  readonly hashes: readonly Uint8Array[];
  /** The signed checkpoint with its cosignatures. */
  readonly checkpoint: Note;
  /** Data from the maker of the proof; not authenticated. */
  readonly extra?: Uint8Array | undefined;
};

export type ProofVerdict = {
  readonly answer: Answer;
  /** The checkpoint of the proof, whether it is believed or not. */
  readonly checkpoint: Checkpoint;
  /** The claim that is false, if the answer is `no`. */
  readonly failed: string | undefined;
};

export function formatProof(proof: TlogProof): string {
  const extra = proof.extra === undefined ? [] : [`extra ${formatBase64(proof.extra)}`];
  const lines = [MAGIC, ...extra, `index ${proof.index}`, ...proof.hashes.map(formatBase64)];
  return `${lines.join('\n')}\n\n${formatNote(proof.checkpoint)}`;
}

/** @throws TlogError MALFORMED_PROOF, MALFORMED_NOTE, MALFORMED_CHECKPOINT */
export function parseProof(bytes: Uint8Array): TlogProof {
  if (bytes.length > PROOF_BYTES_MAX) throw malformed(`it is larger than ${PROOF_BYTES_MAX} bytes`);
  const end = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).indexOf('\n\n');
  const head = end < 0 ? undefined : decodeUtf8(bytes.subarray(0, end));
  const lines = head?.split('\n') ?? [];
  if (lines.shift() !== MAGIC) throw malformed(`its first line is not "${MAGIC}"`);
  let extra: Uint8Array | undefined;
  if (lines[0]?.startsWith('extra ') === true) {
    extra = parseBase64((lines.shift() as string).slice('extra '.length));
    if (extra === undefined || extra.length === 0 || extra.length > PROOF_EXTRA_BYTES_MAX) {
      throw malformed('its "extra" is not base64, or too long');
    }
  }
  const index = /^index (.*)$/.exec(lines.shift() ?? '')?.[1];
  const indexNumber = index === undefined ? undefined : parseDecimal(index);
  if (indexNumber === undefined) throw malformed('it has no "index" line');
  if (lines.length > PROOF_HASHES_MAX) throw malformed('it holds more hashes than any tree needs');
  const hashes = lines.map((line) => {
    const hash = parseHashBase64(line);
    if (hash === undefined) throw malformed('a line of its path is not a SHA-256 hash in base64');
    return hash;
  });
  const checkpoint = parseNote(bytes.subarray(end + 2));
  parseCheckpoint(checkpoint.text);
  return { index: indexNumber, hashes, checkpoint, ...(extra === undefined ? {} : { extra }) };
}

/**
 * Answers whether a log that the policy trusts contains `entry`. Checks the log's signature, the
 * inclusion path and the quorum of witnesses. Without a key for the log the answer is unknown. A
 * missing cosignature makes the answer unknown; a false one makes it no.
 */
export function verifyProof(
  proof: TlogProof,
  entry: Uint8Array,
  policy: TrustPolicy,
  types: SignatureTypes = SIGNATURE_TYPES,
): ProofVerdict {
  const checkpoint = parseCheckpoint(proof.checkpoint.text);
  const { origin, size, root } = checkpoint;
  const asOf: Watermark = { origin, size, at: null };
  const evidence: EvidenceRef[] = [{ origin, index: proof.index }];
  const logs = policy.logs.filter(({ key }) => key.name === origin && types.has(key.type));
  if (logs.length === 0) {
    const answer = unknown(
      asOf,
      {
        code: 'log-key-missing',
        text: `no usable key is pinned for the log ${quoted(origin)}`,
      },
      [{ what: 'the verifier key of the log, from a source that is not the log' }],
    );
    return { answer, checkpoint, failed: undefined };
  }
  const failed = (what: string): ProofVerdict => ({
    answer: no(asOf, { code: 'proof-failed', text: what }, evidence),
    checkpoint,
    failed: what,
  });
  const witnesses = verifiersOf(policy.witnesses, types);
  try {
    openCheckpoint(Buffer.from(formatNote(proof.checkpoint)), {
      log: logs.map(({ key }) => verifierOf(key, types)),
      witnesses: [...witnesses.values()],
    });
  } catch (error) {
    if (error instanceof TlogError && UNTRUE.has(error.code)) return failed(error.message);
    throw error;
  }
  const claim = { index: proof.index, size, root, leafHash: leafHash(entry), proof: proof.hashes };
  if (!verifyInclusion(claim)) {
    return failed(`the path of entry ${proof.index} does not lead to the root of the checkpoint`);
  }
  const included = yes(asOf, evidence);
  const quorum = quorumOfNote(proof.checkpoint, policy, included, types);
  return { answer: all([included, quorum]), checkpoint, failed: undefined };
}

/**
 * Answers whether the witnesses that a policy requires have cosigned. A false line alone is a `no`.
 * `included` is the answer about the log itself, and the result if the policy requires no witness.
 */
export function quorumOfNote(
  note: Note,
  policy: TrustPolicy,
  included: Answer & { readonly kind: 'yes' },
  types: SignatureTypes = SIGNATURE_TYPES,
): Answer {
  const { asOf, evidence } = included;
  const verifiers = verifiersOf(policy.witnesses, types);
  return quorumAnswer(
    policy,
    (witness) => {
      const verifier = verifiers.get(witness);
      if (verifier === undefined) {
        return unknown(asOf, {
          code: 'key-type-unsupported',
          text:
            `the key of witness "${witness.name}" is of a type that Countersign does not ` +
            'verify',
        });
      }
      const lines = note.signatures.filter((s) => isSignatureBy(s, witness.key));
      if (lines.length === 0) {
        return unknown(
          asOf,
          { code: 'not-cosigned', text: `witness "${witness.name}" has not cosigned` },
          [{ what: `a cosignature of the checkpoint by witness "${witness.name}"` }],
        );
      }
      const isTrue = lines.every((line) => verifier.verify(note.text, line.payload));
      if (isTrue) return yes(asOf, evidence);
      const text = `the cosignature of witness "${witness.name}" does not verify`;
      return no(asOf, { code: 'cosignature-false', text }, evidence);
    },
    included,
  );
}

function verifiersOf(
  witnesses: readonly PolicyWitness[],
  types: SignatureTypes,
): ReadonlyMap<PolicyWitness, NoteVerifier> {
  const supported = witnesses.filter(({ key }) => types.has(key.type));
  return new Map(supported.map((witness) => [witness, verifierOf(witness.key, types)]));
}

function malformed(what: string): TlogError {
  return new TlogError('MALFORMED_PROOF', `could not read a proof file: ${what}`);
}
