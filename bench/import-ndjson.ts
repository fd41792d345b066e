import { join } from 'node:path';
import { checkouts, importNew, recordFile } from './countersign.ts';
import { type BenchOptions, type Figure, interleaved } from './harness.ts';

const COUNT = { short: 200_000, long: 2_000_000 } as const;

/** A new data folder from one file: everything from the first byte to the last fsync. */
export function run(options: BenchOptions): Promise<Figure[]> {
  return importBenchmark(options, 'ndjson');
}

export async function importBenchmark(
  options: BenchOptions,
  format: 'ndjson' | 'csv',
): Promise<Figure[]> {
  const count = options.size ?? COUNT[options.form];
  const file = recordFile(options.folder, { count, format });
  const variants = checkouts(options).map(({ name, root }) => ({
    name: `import ${format}, ${count} records ${name}`.trimEnd(),
    units: { rate: 'records/s', memory: 'MiB', processor: 'µs/record' },
    measure: async () => {
      const data = join(options.folder, `import-${format}-${name}`);
      const { seconds, peakBytes, cpuSeconds } = await importNew(root, file, data, count);
      return {
        rate: count / seconds,
        memory: peakBytes / 2 ** 20,
        processor: (cpuSeconds / count) * 1e6,
      };
    },
  }));
  return interleaved(variants, options);
}
