import { open } from 'node:fs/promises';
import { literal } from '../duckdb/duckdb-engine.ts';
import { SORTED_GROUP_ROWS } from '../limits.ts';

/**
 * A page of events decodes parts of a day's files, and nothing of them can be skipped. LZ4 halves
 * that time against zstd. An event then takes 136 bytes instead of 83.
 */
const FORMAT = `FORMAT parquet, COMPRESSION lz4_raw, ROW_GROUP_SIZE ${SORTED_GROUP_ROWS}`;

/** The order within a file: one person's rows are contiguous and sorted by time. */
export const FILE_ORDER = 'tenant, actor, time, "index"';

export function copyTo(select: string, parquetPath: string): string {
  return `COPY (${select}) TO ${literal(parquetPath)} (${FORMAT})`;
}

export function readParquet(paths: readonly string[], names?: 'with names'): string {
  const options = `hive_partitioning = false${names === undefined ? '' : ', filename = true'}`;
  return `read_parquet([${paths.map(literal).join(', ')}], ${options})`;
}

/**
 * MUST finish before the file is listed. After a crash, a listed file without its bytes would be a
 * hole.
 */
export async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
