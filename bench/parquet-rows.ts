import { join } from 'node:path';
import { runChild } from './child.ts';
import { type BenchOptions, type Figure, interleaved } from './harness.ts';
import type { RowsFigures } from './parquet-rows-process.ts';

const COUNT = { short: 60_000, long: 600_000 } as const;

/**
 * The rows of an import as one Parquet file: by the store's own writer and by DuckDB, on one
 * thread. Each writer runs in its own process, so that its memory can be told from the others'.
 */
export function run(options: BenchOptions): Promise<Figure[]> {
  const count = options.size ?? COUNT[options.form];
  const script = join(import.meta.dirname, 'parquet-rows-process.ts');
  const variants = ['none', 'own', 'duckdb-chunks', 'duckdb-json'].map((name) => ({
    name: `rows to Parquet, ${count} rows, ${name}`,
    units: { processor: 'µs/row', size: 'bytes/row', memory: 'MiB' },
    measure: async () => {
      const { code, stdout, stderr, peakBytes } = await runChild([
        script,
        ...[name, String(count), join(options.folder, `rows-${name}.parquet`)],
      ]);
      if (code !== 0) throw new Error(`${name} ended with ${code}: ${stderr}`);
      const { cpuMicros, bytes } = JSON.parse(stdout) as RowsFigures;
      return { processor: cpuMicros / count, size: bytes / count, memory: peakBytes / 2 ** 20 };
    },
  }));
  return interleaved(variants, options);
}
