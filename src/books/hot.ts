import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Engine } from './engine.ts';
import { HOT_FOLDER, hotPath, TEMP_FOLDER } from './layout.ts';
import { copyTsv, syncFile } from './parquet.ts';
import type { RowBuffer, RowSummary } from './row-buffer.ts';

/** A Parquet file that is durable on disk and counts as soon as it is posted and committed. */
export type HotFile = RowSummary & {
  /** Relative to the data folder. */
  readonly path: string;
  readonly bytes: number;
};

/**
 * Writes the rows of a batch as one Parquet file. Needs no lock, so that worker threads do it: no
 * two files share a name, since no two rows share an index. A crash anywhere in here leaves files
 * that nothing lists; the next writer deletes them. The buffer may be cleared once this resolves.
 */
export async function writeHot(dir: string, buffer: RowBuffer): Promise<HotFile> {
  const summary = buffer.summary();
  const path = hotPath(summary.fromIndex, summary.toIndex);
  const temp = join(dir, TEMP_FOLDER, path.slice(HOT_FOLDER.length + 1));
  const tsv = `${temp}.tsv`;
  await mkdir(join(dir, HOT_FOLDER), { recursive: true });
  await mkdir(join(dir, TEMP_FOLDER), { recursive: true });
  const engine = await Engine.open({ threads: 1, tempDir: join(dir, TEMP_FOLDER) });
  try {
    await writeFile(tsv, buffer.bytes());
    await engine.run(copyTsv(tsv, temp));
  } finally {
    engine.close();
    await rm(tsv, { force: true });
  }
  await syncFile(temp);
  const { size } = await stat(temp);
  await rename(temp, join(dir, path));
  return { ...summary, path, bytes: size };
}
