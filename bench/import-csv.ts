import type { BenchOptions, Figure } from './harness.ts';
import { importBenchmark } from './import-ndjson.ts';

/** The same records as `import-ndjson`, as the cmdlet's CSV. */
export function run(options: BenchOptions): Promise<Figure[]> {
  return importBenchmark(options, 'csv');
}
