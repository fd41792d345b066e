import { dirname, join, relative, sep } from 'node:path';
import { layout, TEMPORARY_SUFFIX } from '../folder/folder-layout.ts';
import { FILE_SYNCS_AT_ONCE } from '../limits.ts';
import type { Disk, FileId } from './disk.ts';

type StagedFile = { readonly from: string; readonly to: string; readonly file: FileId };

/**
 * Whole files that are staged, made durable, and then moved into place together. All are written
 * before the first is synced, so that the file system commits many of them at once.
 */
export class FileBatch {
  readonly #files: Disk;
  readonly #dir: string;
  readonly #folders: Set<string> = new Set();
  #staged: StagedFile[] = [];

  constructor(files: Disk, dir: string) {
    this.#files = files;
    this.#dir = dir;
  }

  /** The number of files that are not yet in place. */
  get count(): number {
    return this.#staged.length;
  }

  /** Stages the file. The bytes may change after this returns. */
  add(to: string, parts: readonly Uint8Array[]): void {
    // The name comes from the target, so that batches of two owners do not collide.
    const name = relative(this.#dir, to).replaceAll(sep, '_');
    const from = join(layout.staging(this.#dir), name + TEMPORARY_SUFFIX);
    const file = this.#files.open(from, 'create');
    this.#staged.push({ from, to, file });
    this.#files.write(file, parts, 0);
  }

  /**
   * Resolves when every file is in place and durable. Readers always see whole files. If one file
   * fails, none is moved into place, and the next opening removes the staged files.
   */
  async commit(): Promise<void> {
    const staged = this.#staged.splice(0);
    try {
      await this.#syncAll(staged);
    } finally {
      for (const { file } of staged) this.#files.close(file);
    }
    for (const { from, to } of staged) {
      const folder = dirname(to);
      if (!this.#folders.has(folder)) makeFolderNoting(this.#files, folder, this.#folders);
      this.#folders.add(folder);
      this.#files.rename(from, to);
    }
    await syncNewFolders(this.#files, this.#folders);
  }

  /** Closes the staged files after a failure. */
  abandon(): void {
    for (const { file } of this.#staged.splice(0)) this.#files.close(file);
  }

  /** Syncs a few at a time. Settles only when no sync is running, even after a failure. */
  async #syncAll(staged: readonly StagedFile[]): Promise<void> {
    let next = 0;
    const worker = async (): Promise<void> => {
      while (next < staged.length) {
        const { file } = staged[next++] as StagedFile;
        await this.#files.sync(file);
      }
    };
    const workers = await Promise.allSettled(Array.from({ length: FILE_SYNCS_AT_ONCE }, worker));
    for (const result of workers) if (result.status === 'rejected') throw result.reason;
  }
}

/** Replaces one small file in one durable step. */
export async function replaceFile(
  files: Disk,
  target: { readonly dir: string; readonly path: string },
  bytes: Uint8Array,
): Promise<void> {
  const batch = new FileBatch(files, target.dir);
  try {
    batch.add(target.path, [bytes]);
    await batch.commit();
  } catch (error) {
    batch.abandon();
    throw error;
  }
}

/** Reads a whole file; undefined if it does not exist. */
export function readWholeFile(files: Disk, path: string, bytesMax: number): Buffer | undefined {
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

/** Makes the names in these folders durable, and empties the set. */
export async function syncNewFolders(files: Disk, folders: Set<string>): Promise<void> {
  const paths = [...folders];
  await Promise.all(paths.map((path) => files.syncFolder(path)));
  for (const path of paths) folders.delete(path);
}

/** Creates `path` if it is missing, and adds each folder with a new name in it to `folders`. */
export function makeFolderNoting(files: Disk, path: string, folders: Set<string>): void {
  const topmost = files.makeFolder(path);
  if (topmost === undefined) return;
  let folder = dirname(topmost);
  folders.add(folder);
  for (const name of relative(folder, path).split(sep)) {
    folder = join(folder, name);
    folders.add(folder);
  }
}
