import { dirname, join, relative, sep } from 'node:path';
import type { FileId, Files } from './files.ts';
import { TEMPORARY_SUFFIX, layout } from './layout.ts';
import { FILE_WRITES_AT_ONCE } from './limits.ts';
import { makeFolderNoting, syncNewFolders } from './sync-folders.ts';

type Staged = { readonly from: string; readonly to: string; readonly bytes: Uint8Array };

/** Whole files that are written aside, made durable, and then put in their places together. */
export class FileBatch {
  readonly #files: Files;
  readonly #dir: string;
  readonly #folders: Set<string> = new Set();
  #lanes: Promise<void>[] = [];
  #busyLanes = 0;
  #waiting: Staged[] = [];
  #written: Staged[] = [];

  constructor(files: Files, dir: string) {
    this.#files = files;
    this.#dir = dir;
  }

  /** Files that are not yet in their places. */
  get count(): number {
    return this.#waiting.length + this.#written.length;
  }

  /** Begins to write the file aside; the bytes may change once this returns. */
  add(to: string, parts: readonly Uint8Array[]): void {
    // The name comes from the target, so that batches of two owners do not meet.
    const name = relative(this.#dir, to).replaceAll(sep, '_');
    const from = join(layout.staging(this.#dir), name + TEMPORARY_SUFFIX);
    this.#waiting.push({ from, to, bytes: Buffer.concat(parts) });
    if (this.#busyLanes >= FILE_WRITES_AT_ONCE) return;
    const lane = this.#writeWaiting();
    // Its failure is told by `commit`, which may be a while away.
    lane.catch(() => {});
    this.#lanes.push(lane);
  }

  /** Resolves when every file is in place and durable. Readers see whole files at all times. */
  async commit(): Promise<void> {
    const lanes = await Promise.allSettled(this.#lanes);
    this.#lanes = [];
    for (const lane of lanes) if (lane.status === 'rejected') throw lane.reason;
    const written = this.#written.splice(0);
    for (const { from, to } of written) {
      const folder = dirname(to);
      if (!this.#folders.has(folder)) makeFolderNoting(this.#files, folder, this.#folders);
      this.#folders.add(folder);
      this.#files.rename(from, to);
    }
    await syncNewFolders(this.#files, this.#folders);
  }

  /** Resolves when nothing is being written any more, whether or not it could be. */
  async settled(): Promise<void> {
    this.#waiting = [];
    await Promise.allSettled(this.#lanes);
  }

  async #writeWaiting(): Promise<void> {
    this.#busyLanes++;
    try {
      for (let next = this.#waiting.shift(); next !== undefined; next = this.#waiting.shift()) {
        this.#written.push(next);
        await this.#files.writeWhole(next.from, next.bytes);
      }
    } catch (error) {
      this.#waiting = [];
      throw error;
    } finally {
      this.#busyLanes--;
    }
  }
}

/** Replaces one small file in one durable step. */
export async function replaceFile(
  files: Files,
  target: { readonly dir: string; readonly path: string },
  bytes: Uint8Array,
): Promise<void> {
  const batch = new FileBatch(files, target.dir);
  batch.add(target.path, [bytes]);
  await batch.commit();
}

/** All of a file; undefined if there is none. */
export function readWholeFile(files: Files, path: string, bytesMax: number): Buffer | undefined {
  let file: FileId;
  try {
    file = files.open(path, 'read');
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw error;
  }
  try {
    const bytes = Buffer.allocUnsafe(Math.min(files.size(file), bytesMax));
    return bytes.subarray(0, files.read(file, bytes, 0));
  } finally {
    files.close(file);
  }
}
