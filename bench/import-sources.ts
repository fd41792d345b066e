import type { BenchOptions, Figure } from './harness.ts';
import { importBenchmark } from './import-ndjson.ts';

export const MEASURES_CHECKOUTS = true;

/** Like import-ndjson, with sources that report the same sign-ins: every fifth record is merged. */
export function run(options: BenchOptions): Promise<Figure[]> {
  return importBenchmark(options, { load: 'sources' });
}
