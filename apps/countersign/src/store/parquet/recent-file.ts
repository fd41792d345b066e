import { mkdir, open, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { bookFailure } from '../errors.ts';
import { HOT_FOLDER, hotPath, TEMP_FOLDER } from '../store-layout.ts';
import type { RowBuffer, RowSummary } from './row-buffer.ts';

/** A durable Parquet file. It counts once it is posted and committed. */
export type RecentFile = RowSummary & {
  /** Relative to the data folder. */
  readonly path: string;
  readonly bytes: number;
};

/**
 * Writes the rows of a batch as one Parquet file.
 *
 * It needs no lock, so worker threads call it: no two rows share an index, so no two files share a
 * name. A crash leaves unlisted files, which the next writer deletes. Empties the buffer before it
 * returns, so the caller can add rows while the file is written.
 * @throws StoreError DISK_FULL, NOT_WRITABLE, DISK_BROKEN
 */
export async function writeHot(dir: string, buffer: RowBuffer): Promise<RecentFile> {
  const summary = buffer.summary();
  const parts = buffer.parquet();
  buffer.clear();
  const path = hotPath(summary.fromIndex, summary.toIndex);
  const temp = join(dir, TEMP_FOLDER, path.slice(HOT_FOLDER.length + 1));
  try {
    await mkdir(join(dir, HOT_FOLDER), { recursive: true });
    await mkdir(join(dir, TEMP_FOLDER), { recursive: true });
    const bytes = await writeSynced(temp, parts);
    await rename(temp, join(dir, path));
    return { ...summary, path, bytes };
  } catch (cause) {
    throw bookFailure(join(dir, path), cause);
  }
}

/**
 * MUST finish before the file is listed. After a crash, a listed file without its bytes would be a
 * hole.
 */
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
