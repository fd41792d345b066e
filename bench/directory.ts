import { join } from 'node:path';
import { runChild } from './child.ts';
import { checkouts } from './countersign.ts';
import { type BenchOptions, type Figure, interleaved } from './harness.ts';

const PEOPLE = 1_000_000;

export const MEASURES_CHECKOUTS = true;

/** A process that holds a directory: its memory, the time to fill it, and one lookup. */
export async function run(options: BenchOptions): Promise<Figure[]> {
  const people = options.size ?? PEOPLE;
  const script = join(import.meta.dirname, 'directory-process.ts');
  const variants = checkouts(options).map(({ checkout, root }) => ({
    ...{ name: `${people} people in 10 groups each`, checkout },
    units: { memory: 'MiB', load: 's', lookup: 'µs' },
    targets: { memory: { atMost: 1024 } },
    measure: async () => {
      const { code, stdout, stderr } = await runChild([script, root, String(people)]);
      if (code !== 0) throw new Error(stderr);
      return JSON.parse(stdout) as { memory: number; load: number; lookup: number };
    },
  }));
  return interleaved(variants, options);
}
