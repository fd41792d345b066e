import { checkouts, filledFolder, importAgain, recordFile } from './countersign.ts';
import { type BenchOptions, type Figure, interleaved } from './harness.ts';

const COUNT = { short: 200_000, long: 10_000_000 } as const;

/** The same file once more: every record is looked up, and none is new. */
export async function run(options: BenchOptions): Promise<Figure[]> {
  const count = options.size ?? COUNT[options.form];
  const variants = [];
  for (const { name, root } of checkouts(options)) {
    const data = await filledFolder(root, options, { count });
    const file = recordFile(options.folder, { count, format: 'ndjson' });
    variants.push({
      name: `import of ${count} known records ${name}`.trimEnd(),
      units: { rate: 'records/s', memory: 'MiB', processor: 'µs/record' },
      measure: async () => {
        const { seconds, peakBytes, cpuSeconds } = await importAgain(root, file, data, count);
        return {
          rate: count / seconds,
          memory: peakBytes / 2 ** 20,
          processor: (cpuSeconds / count) * 1e6,
        };
      },
    });
  }
  return interleaved(variants, options);
}
