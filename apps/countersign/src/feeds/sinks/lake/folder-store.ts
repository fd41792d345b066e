import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { diskCure, diskTroubleOf, messageOf } from '@countersign/core';
import { DuckDbEngine } from '../../../store/duckdb/duckdb-engine.ts';
import { SinkError } from '../../delivery/sink.ts';
import { indicesOfName } from './lake-objects.ts';
import type { ErasedRanges, LakeStore } from './lake-store.ts';

/** Readers of lakes skip names that begin with a dot. */
const TEMPORARY = /^\.[^/]+\.tmp$/;

/** Only the owner reads what names people. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;

/** A folder, of this machine or mounted. */
export class FolderStore implements LakeStore {
  readonly #root: string;

  constructor(root: string) {
    this.#root = root;
  }

  /**
   * Writes under a temporary name in the same folder, so that no reader sees a part of a file:
   * sync, rename, sync the folder. A kill leaves the temporary file, which the next write removes.
   */
  async put(key: string, bytes: Uint8Array): Promise<void> {
    const path = join(this.#root, key);
    const folder = dirname(path);
    const temporary = join(folder, `.${randomUUID()}.tmp`);
    try {
      await this.#makeFolder(folder);
      await removeTemporaryFiles(folder);
      await writeDurably(temporary, bytes);
      await rename(temporary, path);
      await syncFolder(folder);
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => {});
      throw diskError(error, path);
    }
  }

  async erase(ranges: ErasedRanges): Promise<readonly string[]> {
    const paths = await this.#objectsWithin(ranges);
    if (paths.length === 0) return [];
    const engine = await DuckDbEngine.open({ threads: 1, tempDir: this.#root });
    try {
      for (const path of paths) await this.#rewrite(engine, path, ranges);
      return [];
    } catch (error) {
      throw diskError(error, this.#root);
    } finally {
      engine.close();
    }
  }

  close(): void {}

  /** Objects whose names say that they may hold one of these entries. */
  async #objectsWithin(ranges: ErasedRanges): Promise<string[]> {
    if (!existsSync(join(this.#root, 'ext'))) return [];
    const names = await readdir(join(this.#root, 'ext'), { recursive: true });
    return names
      .filter((name) => {
        const own = indicesOfName(name);
        return own !== undefined && ranges.some(([from, to]) => from < own.to && own.from < to);
      })
      .map((name) => join(this.#root, 'ext', name));
  }

  /** DuckDB keeps the types of all columns. A file without rows is removed. */
  async #rewrite(engine: DuckDbEngine, path: string, ranges: ErasedRanges): Promise<void> {
    const erased = ranges.map(([from, to]) => `(cs_index >= ${from} AND cs_index < ${to})`);
    const rows = `read_parquet('${path.replaceAll("'", "''")}')`;
    const isErased = `(${erased.join(' OR ')})`;
    const count = async (where: string): Promise<number> =>
      Number((await engine.rows(`SELECT count(*) FROM ${rows} ${where}`))[0]?.[0]);
    if ((await count(`WHERE ${isErased}`)) === 0) return;
    const folder = dirname(path);
    if ((await count(`WHERE NOT ${isErased}`)) === 0) {
      await rm(path);
    } else {
      const temporary = join(folder, `.${randomUUID()}.tmp`);
      const kept = `SELECT * FROM ${rows} WHERE NOT ${isErased} ORDER BY time, cs_index`;
      const form = '(FORMAT parquet, COMPRESSION zstd)';
      await engine.run(`COPY (${kept}) TO '${temporary.replaceAll("'", "''")}' ${form}`);
      await syncFile(temporary);
      await rename(temporary, path);
    }
    await syncFolder(folder);
  }

  /** Each new folder is durable in its parent, or a power failure could lose all files in it. */
  async #makeFolder(folder: string): Promise<void> {
    if (existsSync(folder)) return;
    const first = await mkdir(folder, { recursive: true, mode: FOLDER_MODE });
    if (first === undefined) return;
    for (let made = folder; !relative(dirname(first), made).startsWith('..'); ) {
      await syncFolder(made);
      if (made === dirname(first)) break;
      made = dirname(made);
    }
  }
}

/** The feed is the only writer here, so a temporary file is from a process that ended. */
async function removeTemporaryFiles(folder: string): Promise<void> {
  const names = await readdir(folder);
  await Promise.all(
    names.filter((name) => TEMPORARY.test(name)).map((name) => rm(join(folder, name))),
  );
}

async function writeDurably(path: string, bytes: Uint8Array): Promise<void> {
  const file = await open(path, 'wx', FILE_MODE);
  try {
    await file.writeFile(bytes);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFile(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.chmod(FILE_MODE);
    await file.sync();
  } finally {
    await file.close();
  }
}

async function syncFolder(path: string): Promise<void> {
  const folder = await open(path, 'r');
  try {
    await folder.sync();
  } finally {
    await folder.close();
  }
}

function diskError(error: unknown, path: string): SinkError {
  if (error instanceof SinkError) return error;
  const trouble = diskTroubleOf(error);
  const reason = trouble === undefined ? messageOf(error) : diskCure(trouble);
  // The next attempt may succeed: an operator frees space while the feed waits.
  return new SinkError('UNAVAILABLE', `could not write ${path}: ${reason}`, { cause: error });
}
