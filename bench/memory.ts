import { join } from 'node:path';
import { checkouts, importNew, recordFile } from './countersign.ts';
import { type BenchOptions, type Figure, interleaved } from './harness.ts';

const COUNT = { short: 500_000, long: 5_000_000 } as const;

/** The most memory that the import of one large file takes; it must not grow with the file. */
export async function run(options: BenchOptions): Promise<Figure[]> {
  const whole = options.size ?? COUNT[options.form];
  const variants = [];
  for (const count of [Math.floor(whole / 5), whole]) {
    const file = recordFile(options.folder, { count, format: 'ndjson' });
    for (const { name, root } of checkouts(options)) {
      variants.push({
        name: `import of ${count} records ${name}`.trimEnd(),
        units: { memory: 'MiB' },
        measure: async () => {
          const data = join(options.folder, `memory-${name}`);
          const { peakBytes } = await importNew(root, file, data, count);
          return { memory: peakBytes / 2 ** 20 };
        },
      });
    }
  }
  return interleaved(variants, { ...options, runs: Math.min(options.runs, 3) });
}
