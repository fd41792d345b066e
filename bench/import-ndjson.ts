import { join } from 'node:path';
import { checkouts, durableSeconds, importNew, recordFile } from './countersign.ts';
import type { GeneratorOptions } from './generator.ts';
import { type BenchOptions, type Figure, interleaved } from './harness.ts';

const COUNT = { short: 200_000, long: 2_000_000 } as const;
/** A day of a large company. The start of an import is a small part of its time. */
const COUNT_OF_ONE_SOURCE = 1_000_000;

export const MEASURES_CHECKOUTS = true;

/** A new data folder from one file: everything from the first byte to the last fsync. */
export function run(options: BenchOptions): Promise<Figure[]> {
  return importBenchmark({ ...options, size: options.size ?? COUNT_OF_ONE_SOURCE }, {});
}

const TARGETS = {
  all: { atLeast: 45_000 },
  durable: { atLeast: 60_000 },
  memory: { atMost: 1024 },
} as const;

/**
 * `durable`: the records are read, deduplicated and on disk. `all`: they are events in the store
 * too, and rules and detectors have run.
 */
export async function importBenchmark(
  options: BenchOptions,
  { format = 'ndjson', load = 'audit' }: Pick<GeneratorOptions, 'format' | 'load'>,
): Promise<Figure[]> {
  const count = options.size ?? COUNT[options.form];
  const file = recordFile(options.folder, { count, format, load });
  const variants = checkouts(options).map(({ checkout, root }) => ({
    name: `${count} records`,
    checkout,
    units: { all: 'records/s', durable: 'records/s', memory: 'MiB', processor: 'µs/record' },
    targets: TARGETS,
    measure: async () => {
      const data = join(options.folder, `import-${checkout}`);
      const { seconds, peakBytes, cpuSeconds } = await importNew(root, file, data, count);
      return {
        all: count / seconds,
        durable: count / (await durableSeconds(root, data)),
        memory: peakBytes / 2 ** 20,
        processor: (cpuSeconds / count) * 1e6,
      };
    },
  }));
  return interleaved(variants, options);
}
