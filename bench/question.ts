import type { ChildResult } from './child.ts';
import { checkouts, countersign, filledFolder } from './countersign.ts';
import { type BenchOptions, type Figure, interleaved, type Variant } from './harness.ts';

const COUNT = { short: 200_000, long: 10_000_000 } as const;

/** A question to a large data folder. */
export type Question = {
  readonly name: string;
  readonly args: (count: number, run: number) => readonly string[];
  /** The exit codes of a good answer. */
  readonly codes: readonly number[];
  /** @throws Error unless the answer is one */
  readonly check: (result: ChildResult) => void;
};

/**
 * The time of a whole process that answers one question, and that of one that does nothing: the
 * difference is what the answer takes.
 */
export async function askQuestion(options: BenchOptions, question: Question): Promise<Figure[]> {
  const count = options.size ?? COUNT[options.form];
  const units = { time: 'ms' };
  const variants: Variant[] = [];
  for (const { name, root } of checkouts(options)) {
    const data = await filledFolder(root, options, { count });
    variants.push({
      name: `${question.name} out of ${count} ${name}`.trimEnd(),
      units,
      measure: async (run) => {
        const args = [...question.args(count, run), '--data', data, '--json'];
        const result = await countersign(root, args, question.codes);
        question.check(result);
        return { time: result.seconds * 1000 };
      },
    });
    variants.push({
      name: `start and end of a process ${name}`.trimEnd(),
      units,
      measure: async () => ({ time: (await countersign(root, ['--version'])).seconds * 1000 }),
    });
  }
  return interleaved(variants, options);
}
