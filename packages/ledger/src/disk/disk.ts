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
  statSync,
  unlinkSync,
  writevSync,
} from 'node:fs';
import { type FileLock, lockFile } from './file-lock.ts';

/** An open file. */
export type FileId = number & { readonly fileId: unique symbol };

/**
 * - `read`    the file must exist
 * - `create`  a new, empty file for reading and writing; replaces an existing file
 * - `update`  reading and writing; the file must exist
 */
export type OpenMode = 'read' | 'create' | 'update';

export type FolderItem = { readonly name: string; readonly kind: 'file' | 'folder' | 'other' };

/**
 * The disk, reduced to what the ledger needs, so that a test can fail or interrupt any operation.
 * Operations that the page cache answers are synchronous; only those that wait for the disk return
 * a promise. Every method throws the operating system's error (with `code`) unchanged.
 */
export interface Disk {
  open(path: string, mode: OpenMode): FileId;
  close(file: FileId): void;
  size(file: FileId): number;
  inode(file: FileId): bigint;
  /** The inode of the file that has this path now; undefined if there is none. */
  inodeAt(path: string): bigint | undefined;
  /** The creation time and the time of the last change. */
  times(file: FileId): { readonly madeNs: bigint; readonly changedNs: bigint };
  mode(file: FileId): number;
  /** Reads until `into` is full or the file ends. Returns the number of bytes read. */
  read(file: FileId, into: Uint8Array, at: number): number;
  /** MUST write all parts, one after the other from `at` on, or throw. */
  write(file: FileId, parts: readonly Uint8Array[], at: number): void;
  truncate(file: FileId, length: number): void;
  /** MUST replace `to` in one step, so that a reader sees either the old file or the new one. */
  rename(from: string, to: string): void;
  /** Removes a file. Succeeds if the file does not exist. */
  remove(path: string): void;
  /** Removes an empty folder. Does nothing if the folder does not exist or is not empty. */
  removeFolder(path: string): void;
  /** Creates the folder and its parents. Returns the topmost folder that was created, if any. */
  makeFolder(path: string): string | undefined;
  /** The items of a folder by name, ascending. Empty if the folder does not exist. */
  list(path: string): readonly FolderItem[];
  /** MUST resolve only when data and metadata of the file survive a loss of power. */
  sync(file: FileId): Promise<void>;
  /** Like {@link sync}, without timestamps and other metadata. */
  syncData(file: FileId): Promise<void>;
  /** MUST resolve only when the names in the folder survive a loss of power. */
  syncFolder(path: string): Promise<void>;
  /**
   * Takes the lock of the file, and creates the file; undefined if another process holds the lock.
   * The lock MUST end with the process, however the process ends.
   */
  lock(path: string): FileLock | undefined;
  /** Free and total space of the disk that holds `path`. */
  space(path: string): { readonly freeBytes: number; readonly totalBytes: number };
}

/** Private by default: leaves hold no personal data, but bodies do. */
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
  inodeAt: (path) => statSync(path, { bigint: true, throwIfNoEntry: false })?.ino,
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

/**
 * A short write is not an error for the kernel (a nearly full disk causes one): continue from
 * there.
 */
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
