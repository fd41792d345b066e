import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { type BenchOptions, type Figure, interleaved } from './harness.ts';

const COUNT = { short: 100_000, long: 1_000_000 } as const;

/** Memory of a process that holds a directory, and how long one look-up takes. */
export async function run(options: BenchOptions): Promise<Figure[]> {
  const people = options.size ?? COUNT[options.form];
  const file = join(import.meta.dirname, 'directory-process.ts');
  const variant = {
    name: `${people} people in 10 groups each`,
    units: { memory: 'MiB', load: 's', lookup: 'µs' },
    measure: async () => {
      const text = execFileSync(process.execPath, [file, String(people)], { encoding: 'utf8' });
      return JSON.parse(text) as { memory: number; load: number; lookup: number };
    },
  };
  return interleaved([variant], { ...options, runs: Math.min(options.runs, 3) });
}
