/** One step of a check, in the order in which it is computed. */
export type ProofStep = {
  readonly kind: 'leaf' | 'body' | 'path' | 'root' | 'signature' | 'witness';
  readonly answer: 'yes' | 'no' | 'unknown';
  /** What was computed or found: a hash, a key, a time. */
  readonly value: string;
  /** Why the answer is not yes. */
  readonly because?: string;
};

/** All steps together, by strong Kleene logic. No step at all is unknown. */
export function answerOf(steps: readonly Pick<ProofStep, 'answer'>[]): ProofStep['answer'] {
  if (steps.some(({ answer }) => answer === 'no')) return 'no';
  const isWhole = steps.length > 0 && steps.every(({ answer }) => answer === 'yes');
  return isWhole ? 'yes' : 'unknown';
}
