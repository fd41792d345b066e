import type { BenchOptions, Figure } from './harness.ts';
import { importBenchmark } from './import-ndjson.ts';

export const MEASURES_CHECKOUTS = true;

/** Like import-ndjson, from a CSV export. */
export function run(options: BenchOptions): Promise<Figure[]> {
  return importBenchmark(options, { format: 'csv' });
}
