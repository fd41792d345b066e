import { checkSignatures, readCheckpoint } from './check-checkpoint.ts';
import { checkEntry, type EntryClaim } from './check-entry.ts';
import type { Checkpoint } from './checkpoint.ts';
import type { VerifyEd25519 } from './ed25519.ts';
import { parseEvidence } from './evidence-file.ts';
import { answerOf, type ProofStep } from './proof-step.ts';
import type { Pins } from './trust.ts';

/** The steps of one entry of an evidence file. */
export type CheckedEntry = { readonly entry: EntryClaim; readonly steps: readonly ProofStep[] };

export type EvidenceCheck = {
  readonly answer: ProofStep['answer'];
  readonly checkpoint: Checkpoint;
  readonly entries: readonly CheckedEntry[];
  /** Who signed: the log, and each pinned witness. */
  readonly signatures: readonly ProofStep[];
};

/**
 * Checks all entries of an evidence file against the keys that the reader pinned.
 * @throws ProofError if it is not an evidence file, or was changed
 */
export async function checkEvidence(
  text: string,
  pins: Pins,
  verify: VerifyEd25519,
): Promise<EvidenceCheck> {
  const file = parseEvidence(text);
  const { note, checkpoint } = readCheckpoint(file.checkpoint);
  const entries = file.entries.map((entry) => {
    return { entry, steps: [...checkEntry(entry, checkpoint)] };
  });
  const signatures: ProofStep[] = [];
  for await (const step of checkSignatures(note, checkpoint, pins, file.rotations, verify)) {
    signatures.push(step);
  }
  const answer = answerOf([...entries.flatMap(({ steps }) => steps), ...signatures]);
  return { answer, checkpoint, entries, signatures };
}
