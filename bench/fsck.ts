import { checkouts, countersign, filledFolder } from './countersign.ts';
import { type BenchOptions, type Figure, interleaved, type Variant } from './harness.ts';

const COUNT = { short: 200_000, long: 5_000_000 } as const;

export const MEASURES_CHECKOUTS = true;

/** Rereads and rehashes everything in a data folder. */
export async function run(options: BenchOptions): Promise<Figure[]> {
  const count = options.size ?? COUNT[options.form];
  const variants: Variant[] = [];
  for (const { checkout, root } of checkouts(options)) {
    const data = await filledFolder(root, options, { count });
    variants.push({
      name: `${count} entries`,
      checkout,
      units: { rate: 'entries/s', memory: 'MiB', processor: 'µs/entry' },
      targets: { rate: { atLeast: 300_000 } },
      measure: async () => {
        const result = await countersign(root, ['ledger', 'fsck', '--data', data, '--json']);
        const { ok, size } = JSON.parse(result.stdout) as { ok: boolean; size: number };
        if (!ok || size < count) throw new Error(`fsck found problems: ${result.stdout}`);
        return {
          rate: size / result.seconds,
          memory: result.peakBytes / 2 ** 20,
          processor: (result.cpuSeconds / size) * 1e6,
        };
      },
    });
  }
  return interleaved(variants, options);
}
