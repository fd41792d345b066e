import { checkouts, countersign, filledFolder } from './countersign.ts';
import { type BenchOptions, type Figure, interleaved, type Variant } from './harness.ts';

const RECORDS = 10_000;
/** One start is too short to be measured alone. */
const STARTS = 10;
const TARGETS = { time: { atMost: 120 } } as const;

export const MEASURES_CHECKOUTS = true;

/** A whole process, from its start to its end: `--version`, and small questions. */
export async function run(options: BenchOptions): Promise<Figure[]> {
  const variants: Variant[] = [];
  for (const { checkout, root } of checkouts(options)) {
    const data = await filledFolder(root, options, { count: RECORDS });
    const commands = {
      '--version': ['--version'],
      'ledger prove': ['ledger', 'prove', '1', '--data', data],
      show: ['show', '1', '--data', data],
    };
    for (const [name, args] of Object.entries(commands)) {
      variants.push({
        ...{ name, checkout, units: { time: 'ms', processor: 'ms' } },
        targets: name === 'show' ? {} : TARGETS,
        measure: () => meanOf(() => countersign(root, args, [0, 3])),
      });
    }
  }
  return interleaved(variants, options);
}

async function meanOf(
  start: () => Promise<{ readonly seconds: number; readonly cpuSeconds: number }>,
): Promise<{ time: number; processor: number }> {
  let [seconds, cpuSeconds] = [0, 0];
  for (let n = 0; n < STARTS; n++) {
    const one = await start();
    seconds += one.seconds;
    cpuSeconds += one.cpuSeconds;
  }
  return { time: (seconds / STARTS) * 1000, processor: (cpuSeconds / STARTS) * 1000 };
}
