import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type ChildResult, runChild } from './child.ts';
import { checkouts, countersign, filledFolder } from './countersign.ts';
import { type BenchOptions, type Figure, interleaved, type Variant } from './harness.ts';

const COUNT = { short: 200_000, long: 10_000_000 } as const;

/** A question to a large data folder. */
export type Question = {
  readonly name: string;
  readonly args: (count: number, run: number) => readonly string[];
  /** The exit codes of a good answer. */
  readonly codes: readonly number[];
  /** What `question-process.ts` calls it. */
  readonly again: 'days' | 'proofs';
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
    const script = join(root, 'bench', 'question-process.ts');
    // An older checkout to compare with may not have it.
    if (existsSync(script)) variants.push(againOf(script, data, question, { name, count }));
    variants.push({
      name: `start and end of a process ${name}`.trimEnd(),
      units,
      measure: async () => ({ time: (await countersign(root, ['--version'])).seconds * 1000 }),
    });
  }
  return interleaved(variants, options);
}

function againOf(
  script: string,
  data: string,
  question: Question,
  { name, count }: { readonly name: string; readonly count: number },
): Variant {
  return {
    name: `asked again of an open folder ${name}`.trimEnd(),
    units: { first: 'ms', 'median of 20': 'ms' },
    measure: async () => {
      const asked = [script, data, question.again, '21', String(count)];
      const { code, stdout, stderr } = await runChild(asked);
      if (code !== 0) throw new Error(stderr);
      const [first = Number.NaN, ...more] = JSON.parse(stdout) as number[];
      const sorted = more.toSorted((a, b) => a - b);
      return { first, 'median of 20': sorted[sorted.length >> 1] ?? Number.NaN };
    },
  };
}
