import type { BenchOptions, Figure } from './harness.ts';
import { importBenchmark } from './import-ndjson.ts';

export const MEASURES_CHECKOUTS = true;

/** Like import-ndjson, with a flood: every second record matches one rule. */
export function run(options: BenchOptions): Promise<Figure[]> {
  return importBenchmark(options, { load: 'flood' });
}
