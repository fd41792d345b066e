import { dirname, join } from 'node:path';
import type { FileId, Files } from './files.ts';
import { TEMPORARY_SUFFIX, layout } from './layout.ts';
import { makeFolderNoting, syncNewFolders } from './sync-folders.ts';

/** Whole files that are written aside, made durable together, and then put in their places. */
export class FileBatch {
  readonly #files: Files;
  readonly #staging: string;
  #staged: { readonly from: string; readonly to: string; readonly file: FileId }[] = [];
  readonly #folders: Set<string> = new Set();
  #number = 0;

  constructor(files: Files, dir: string) {
    this.#files = files;
    this.#staging = layout.staging(dir);
  }

  get count(): number {
    return this.#staged.length;
  }

  /** Writes the file aside; the bytes may change once this returns. */
  add(to: string, parts: readonly Uint8Array[]): void {
    const from = join(this.#staging, `${this.#number++}${TEMPORARY_SUFFIX}`);
    const file = this.#files.open(from, 'create');
    this.#staged.push({ from, to, file });
    this.#files.write(file, parts, 0);
  }

  /** Resolves when every file is in place and durable. Readers see whole files at all times. */
  async commit(): Promise<void> {
    const staged = this.#staged;
    this.#staged = [];
    await Promise.all(staged.map(({ file }) => this.#files.sync(file)));
    for (const { from, to, file } of staged) {
      this.#files.close(file);
      const folder = dirname(to);
      if (!this.#folders.has(folder)) makeFolderNoting(this.#files, folder, this.#folders);
      this.#folders.add(folder);
      this.#files.rename(from, to);
    }
    await syncNewFolders(this.#files, this.#folders);
  }

  /** Closes what a failure left open; the files stay in the staging folder until the next opening. */
  abandon(): void {
    for (const { file } of this.#staged.splice(0)) this.#files.close(file);
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
