import {
  closeSync,
  constants,
  fdatasync,
  fstatSync,
  fsync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmdirSync,
  statfsSync,
  unlinkSync,
  writevSync,
} from 'node:fs';
import { type FileLock, lockFile } from './file-lock.ts';

/** An open file. */
export type FileId = number & { readonly fileId: unique symbol };

/**
 * - `read`    the file must exist
 * - `create`  a new, empty file for reading and writing, in place of one that may be there
 * - `update`  reading and writing; the file must exist
 */
export type OpenMode = 'read' | 'create' | 'update';

export type FolderItem = { readonly name: string; readonly kind: 'file' | 'folder' | 'other' };

/**
 * The disk, as small as the ledger needs it, so that a test can fail or cut any operation. What
 * the page cache answers is synchronous; only what waits for the disk returns a promise. Every
 * method throws the error of the operating system (with `code`) as it came.
 */
export interface Disk {
  open(path: string, mode: OpenMode): FileId;
  close(file: FileId): void;
  size(file: FileId): number;
  inode(file: FileId): bigint;
  /** When the file was made, and when it was last changed. */
  times(file: FileId): { readonly madeNs: bigint; readonly changedNs: bigint };
  /** The permission bits. */
  mode(file: FileId): number;
  /** Reads until `into` is full or the file ends; returns how many bytes were read. */
  read(file: FileId, into: Uint8Array, at: number): number;
  /** MUST write all parts, one after the other from `at` on, or throw. */
  write(file: FileId, parts: readonly Uint8Array[], at: number): void;
  truncate(file: FileId, length: number): void;
  /** MUST replace `to` in one step, so that a reader sees the old file or the new one. */
  rename(from: string, to: string): void;
  /** Removes a file; one that is not there is already removed. */
  remove(path: string): void;
  /** Removes an empty folder; one that is not there, or not empty, is left. */
  removeFolder(path: string): void;
  /** Makes the folder and those above it; returns the topmost one that was made, if any. */
  makeFolder(path: string): string | undefined;
  /** The items of a folder by name, ascending; none if the folder is not there. */
  list(path: string): readonly FolderItem[];
  /** MUST resolve only when data and metadata of the file survive a loss of power. */
  sync(file: FileId): Promise<void>;
  /** As {@link sync}, without times and the like. */
  syncData(file: FileId): Promise<void>;
  /** MUST resolve only when the names in the folder survive a loss of power. */
  syncFolder(path: string): Promise<void>;
  /**
   * Takes the lock that the file stands for, and makes the file; undefined if somebody holds it.
   * It MUST be gone with the process, however that ends.
   */
  lock(path: string): FileLock | undefined;
  /** How much of the disk that holds `path` is free to us, and how much there is. */
  space(path: string): { readonly freeBytes: number; readonly totalBytes: number };
}

/** Private by default: leaves hold nothing personal, bodies do. */
const FILE_MODE = 0o600;
const FOLDER_MODE = 0o700;
/** The kernel's IOV_MAX. */
const PARTS_MAX = 1024;

const FLAGS: Readonly<Record<OpenMode, number>> = {
  read: constants.O_RDONLY,
  create: constants.O_RDWR | constants.O_CREAT | constants.O_TRUNC,
  update: constants.O_RDWR,
};

export const nodeFiles: Disk = {
  open: (path, mode) => openSync(path, FLAGS[mode], FILE_MODE) as FileId,
  close: (file) => closeSync(file),
  size: (file) => fstatSync(file).size,
  inode: (file) => fstatSync(file, { bigint: true }).ino,
  times(file) {
    const { birthtimeNs, ctimeNs } = fstatSync(file, { bigint: true });
    return { madeNs: birthtimeNs, changedNs: ctimeNs };
  },
  mode: (file) => fstatSync(file).mode & 0o777,
  read(file, into, at) {
    let done = 0;
    while (done < into.length) {
      const count = readSync(file, into, done, into.length - done, at + done);
      if (count === 0) break;
      done += count;
    }
    return done;
  },
  write(file, parts, at) {
    let position = at;
    for (let i = 0; i < parts.length; i += PARTS_MAX) {
      position = writeAll(file, parts.slice(i, i + PARTS_MAX), position);
    }
  },
  truncate: (file, length) => ftruncateSync(file, length),
  rename: (from, to) => renameSync(from, to),
  remove: (path) => ignoring(['ENOENT'], () => unlinkSync(path)),
  removeFolder: (path) => ignoring(['ENOENT', 'ENOTEMPTY'], () => rmdirSync(path)),
  makeFolder: (path) => mkdirSync(path, { recursive: true, mode: FOLDER_MODE }),
  list: listFolder,
  sync: (file) => settled((done) => fsync(file, done)),
  syncData: (file) => settled((done) => fdatasync(file, done)),
  async syncFolder(path) {
    const folder = openSync(path, constants.O_RDONLY);
    try {
      await settled((done) => fsync(folder, done));
    } finally {
      closeSync(folder);
    }
  },
  lock: lockFile,
  space(path) {
    const { bavail, blocks, bsize } = statfsSync(path);
    return { freeBytes: bavail * bsize, totalBytes: blocks * bsize };
  },
};

/** A short write is not an error to the kernel (a nearly full disk gives one): go on from there. */
function writeAll(file: FileId, parts: readonly Uint8Array[], at: number): number {
  let rest = parts.filter((part) => part.length > 0);
  let position = at;
  while (rest.length > 0) {
    let count = writevSync(file, rest, position);
    position += count;
    let whole = 0;
    while (whole < rest.length && count >= (rest[whole] as Uint8Array).length) {
      count -= (rest[whole] as Uint8Array).length;
      whole++;
    }
    rest = rest.slice(whole);
    if (count > 0) rest[0] = (rest[0] as Uint8Array).subarray(count);
  }
  return position;
}

function listFolder(path: string): readonly FolderItem[] {
  const items: FolderItem[] = [];
  ignoring(['ENOENT'], () => {
    for (const item of readdirSync(path, { withFileTypes: true })) {
      const kind = item.isFile() ? 'file' : item.isDirectory() ? 'folder' : 'other';
      items.push({ name: item.name, kind });
    }
  });
  return items.sort((a, b) => (a.name < b.name ? -1 : 1));
}

function settled(start: (done: (error: Error | null) => void) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    start((error) => (error ? reject(error) : resolve()));
  });
}

function ignoring(codes: readonly string[], action: () => void): void {
  try {
    action();
  } catch (error) {
    if (!codes.includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  }
}
