import { isSameBytes, utf8 } from './bytes.ts';
import { checkSignatures, hashText, readCheckpoint } from './check-checkpoint.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { VerifyEd25519 } from './ed25519.ts';
import { type BodyContent, isBodyOf, parseLeaf } from './leaf.ts';
import { climb, leafHash } from './merkle.ts';
import type { ProofStep } from './proof-step.ts';
import { parseProof } from './tlog-proof.ts';
import type { Pins } from './trust.ts';

/** An entry as its holder states it, and the path that should prove it. */
export type EntryClaim = {
  readonly index: number;
  /** The line of the entry, without a newline. */
  readonly leaf: string;
  /** `erased`: only the line is proven. `absent`: the caller may not see it. */
  readonly content: BodyContent | 'erased' | 'absent';
  readonly hashes: readonly Uint8Array[];
};

export type ProofClaim = Pick<EntryClaim, 'leaf' | 'content'> & {
  /** A C2SP tlog-proof. */
  readonly proof: string;
  /** Key rotations of the log, signed notes. */
  readonly rotations: readonly string[];
};

/**
 * Checks that a log has an entry, step by step: each step is reported as soon as it is computed.
 * Hostile input gives a step that is not `yes`, or a ProofError if it is not in its format.
 */
export async function* checkProof(
  { leaf, content, proof, rotations }: ProofClaim,
  pins: Pins,
  verify: VerifyEd25519,
): AsyncGenerator<ProofStep> {
  const { index, hashes, checkpoint } = parseProof(proof);
  yield* checkSigned(
    { entry: { index, leaf, content, hashes }, checkpoint, rotations },
    pins,
    verify,
  );
}

/** An entry with the signed note that states its root. */
export type SignedClaim = {
  readonly entry: EntryClaim;
  readonly checkpoint: string;
  readonly rotations: readonly string[];
};

/** As {@link checkProof}, for the parts of a proof or of an evidence file. */
export async function* checkSigned(
  { entry, checkpoint: text, rotations }: SignedClaim,
  pins: Pins,
  verify: VerifyEd25519,
): AsyncGenerator<ProofStep> {
  const { note, checkpoint } = readCheckpoint(text);
  yield* checkEntry(entry, checkpoint);
  yield* checkSignatures(note, checkpoint, pins, rotations, verify);
}

/** The steps from the bytes of an entry up to the root that a checkpoint states. */
export function* checkEntry(
  { index, leaf: line, content, hashes }: EntryClaim,
  { size, root }: Checkpoint,
): Generator<ProofStep> {
  const leaf = parseLeaf(line);
  const hash = leafHash(utf8(line));
  const notLeaf = { answer: 'no', because: 'The line is not that of an entry.' } as const;
  yield { kind: 'leaf', value: hashText(hash), ...(leaf === undefined ? notLeaf : YES) };
  if (leaf !== undefined && typeof content === 'object') {
    const isFit = isBodyOf(leaf, content);
    const because = 'The body is not the one that the entry commits to.';
    yield { kind: 'body', value: leaf.commitment, ...(isFit ? YES : { answer: 'no', because }) };
  }
  const steps = climb({ index, size, leaf: hash, hashes });
  if (steps === undefined) {
    const because = `A log of ${size} entries has no such path for entry ${index}.`;
    yield { kind: 'path', value: `${hashes.length} hashes`, answer: 'no', because };
    return;
  }
  const sides = steps.map(({ side }) => side[0]).join('');
  yield { kind: 'path', value: `${steps.length} hashes, ${sides}`, ...YES };
  const reached = steps.at(-1)?.parent ?? hash;
  const because = 'The path leads to another root than the one that the log signed.';
  const isRoot = isSameBytes(reached, root);
  yield { kind: 'root', value: hashText(reached), ...(isRoot ? YES : { answer: 'no', because }) };
}

const YES = { answer: 'yes' } as const;
