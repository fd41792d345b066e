import type { BenchOptions, Figure } from './harness.ts';
import { askQuestion } from './question.ts';

/** A prime, so that the entries asked for lie all over the tree. */
const STEP = 7_654_321;

/** The inclusion proof of one entry, out of a ledger that was opened for it. */
export function run(options: BenchOptions): Promise<Figure[]> {
  return askQuestion(options, {
    name: 'one proof',
    again: 'proofs',
    args: (count, run) => ['ledger', 'prove', String(((run + 1) * STEP) % count)],
    codes: [0],
    check: ({ stdout }) => {
      if (stdout.trim() === '') throw new Error('there was no proof');
    },
  });
}
