import type { Answer } from '@countersign/client';
import { checkSignatures, readCheckpoint } from '../../proof/check-checkpoint.ts';
import { ed25519Of } from '../../proof/ed25519.ts';
import { ProofError } from '../../proof/proof-error.ts';
import { answerOf, type ProofStep } from '../../proof/proof-step.ts';
import type { PinnedKeys } from '../../state/pinned-keys.ts';
import { ledgerTexts as t } from '../../texts/ledger.ts';

export type HeadAnswer = { readonly answer: Answer; readonly text: string };

/** Whose log is it? Computed here, from the note and the keys that the reader pinned. */
export async function headAnswer(noteText: string, keys: PinnedKeys): Promise<HeadAnswer> {
  try {
    const { note, checkpoint } = readCheckpoint(noteText);
    const steps: ProofStep[] = [];
    const verify = ed25519Of(globalThis.crypto?.subtle);
    for await (const step of checkSignatures(note, checkpoint, keys, [], verify)) steps.push(step);
    const because = steps
      .filter((step) => step.answer !== 'yes')
      .map(({ kind, because: text = '' }) => ({ code: kind, text }));
    const kind = answerOf(steps);
    return { answer: { kind, because }, text: textOf(kind, keys, checkpoint.size) };
  } catch (error) {
    if (!(error instanceof ProofError)) throw error;
    const because = [{ code: 'unreadable', text: error.message }];
    return { answer: { kind: 'no', because }, text: t.answers.no };
  }
}

function textOf(kind: Answer['kind'], keys: PinnedKeys, size: number): string {
  if (kind === 'yes') return t.answers.yes(size);
  if (kind === 'no') return t.answers.no;
  return keys.log === undefined ? t.answers.unpinned : t.answers.unwitnessed;
}
