import { mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { bookFailure } from '../errors.ts';
import { HOT_FOLDER, hotPath, TEMP_FOLDER } from '../store-layout.ts';
import type { RowBuffer, RowSummary } from './row-buffer.ts';

/** A Parquet file that is durable on disk and counts as soon as it is posted and committed. */
export type RecentFile = RowSummary & {
  /** Relative to the data folder. */
  readonly path: string;
  readonly bytes: number;
};

/**
 * Writes the rows of a batch as one Parquet file. Needs no lock, so that worker threads do it: no
 * two files share a name, since no two rows share an index. A crash anywhere in here leaves files
 * that nothing lists; the next writer deletes them. The buffer may be cleared once this resolves.
 * @throws BooksError DISK_FULL, NOT_WRITABLE, DISK_BROKEN
 */
export async function writeHot(dir: string, buffer: RowBuffer): Promise<RecentFile> {
  const summary = buffer.summary();
  const path = hotPath(summary.fromIndex, summary.toIndex);
  const temp = join(dir, TEMP_FOLDER, path.slice(HOT_FOLDER.length + 1));
  try {
    await mkdir(join(dir, HOT_FOLDER), { recursive: true });
    await mkdir(join(dir, TEMP_FOLDER), { recursive: true });
    const bytes = await writeSynced(temp, buffer.parquet());
    await rename(temp, join(dir, path));
    return { ...summary, path, bytes };
  } catch (cause) {
    throw bookFailure(join(dir, path), cause);
  }
}

/** MUST be durable before the file is listed: a listed file without its bytes would be a hole. */
async function writeSynced(path: string, parts: readonly Buffer[]): Promise<number> {
  const file = await open(path, 'w');
  try {
    const whole = Buffer.concat(parts);
    await file.writeFile(whole);
    await file.datasync();
    return whole.length;
  } finally {
    await file.close();
  }
}
