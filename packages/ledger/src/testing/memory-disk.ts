import { dirname } from 'node:path';
import type { Disk, FileId, FolderItem, OpenMode } from '../disk/disk.ts';
import type { FileLock } from '../disk/file-lock.ts';

/** Ends a process in a test. Product code must not catch it and continue. */
export class Crash extends Error {
  override readonly name = 'Crash';
}

type Inode = {
  readonly id: number;
  data: Buffer;
  /** The content that survives a loss of power. */
  durable: Buffer;
};

type Change = { readonly name: string; readonly node: Node | undefined };
type Node = { readonly kind: 'file'; readonly inode: Inode } | Folder;
type Folder = {
  readonly kind: 'folder';
  items: Map<string, Node>;
  durable: Map<string, Node>;
  /** Changes of names since the last sync, in order. */
  pending: Change[];
};

/** Returns numbers from 0 to `below - 1`. A test seeds it. */
export type Dice = (below: number) => number;

/**
 * The effect at the operation with this number, counted from 0 over all operations that change the
 * disk.
 */
export type Fault =
  /** The process ends, but the page cache stays. Writes of that moment are truncated. */
  | { readonly at: number; readonly kind: 'kill' }
  /** The machine loses power: each file and folder keeps a random part of what was not synced. */
  | { readonly at: number; readonly kind: 'power' }
  /** The operation fails, and writes are truncated. Later operations succeed. */
  | { readonly at: number; readonly kind: 'ENOSPC' | 'EIO' };

const SECTOR_BYTES = 512;

/**
 * A disk in memory that guarantees no more than POSIX. Names are not durable until their folder is
 * synced, whatever happened to the file. Each folder forgets independently.
 */
export class MemoryDisk implements Disk {
  readonly #root: Folder = emptyFolder();
  readonly #open: Map<number, Inode> = new Map();
  readonly #locks: Set<string> = new Set();
  readonly #dice: Dice;
  #nextId = 3;
  #nextInode = 1;
  #fault: Fault | undefined;
  #isDead = false;
  /** The number of operations so far that changed the disk or made it durable. */
  operations = 0;
  /** Called before each operation, with the disk as others see it. Throws to fail the test. */
  onOperation: (() => void) | undefined;

  constructor(dice: Dice) {
    this.#dice = dice;
  }

  /** Arms a fault; `at` counts from now on. */
  arm(fault: Fault | undefined): void {
    this.#fault = fault === undefined ? undefined : { ...fault, at: this.operations + fault.at };
  }

  /** Starts the next process, or the machine after a power loss: nothing is open or locked. */
  restart(): void {
    if (this.#fault?.kind === 'power' && this.#isDead) this.#loseUnsynced(this.#root);
    this.#isDead = false;
    this.#fault = undefined;
    this.#open.clear();
    this.#locks.clear();
  }

  get openFiles(): number {
    return this.#open.size;
  }

  open(path: string, mode: OpenMode): FileId {
    this.#alive();
    const { folder, name } = this.#parent(path);
    let node = folder.items.get(name);
    if (mode === 'create') {
      this.#step();
      if (node?.kind !== 'file') {
        node = { kind: 'file', inode: this.#newInode() };
        change(folder, name, node);
      } else {
        node.inode.data = Buffer.alloc(0);
      }
    }
    if (node?.kind !== 'file') throw failure('ENOENT', path);
    const id = this.#nextId++;
    this.#open.set(id, node.inode);
    return id as FileId;
  }

  close(file: FileId): void {
    if (this.#isDead) return;
    this.#inode(file);
    this.#open.delete(file);
  }

  size(file: FileId): number {
    return this.#inode(file).data.length;
  }

  inode(file: FileId): bigint {
    return BigInt(this.#inode(file).id);
  }

  inodeAt(path: string): bigint | undefined {
    this.#alive();
    const node = this.#find(path);
    return node?.kind === 'file' ? BigInt(node.inode.id) : undefined;
  }

  /** An inode is never reused. */
  times(file: FileId): { madeNs: bigint; changedNs: bigint } {
    this.#inode(file);
    return { madeNs: 0n, changedNs: 0n };
  }

  mode(file: FileId): number {
    this.#inode(file);
    return 0o600;
  }

  read(file: FileId, into: Uint8Array, at: number): number {
    const { data } = this.#inode(file);
    const part = data.subarray(at, at + into.length);
    into.set(part);
    return part.length;
  }

  write(file: FileId, parts: readonly Uint8Array[], at: number): void {
    const inode = this.#inode(file);
    this.#cuttable(Buffer.concat(parts), (bytes) => put(inode, bytes, at));
  }

  truncate(file: FileId, length: number): void {
    const inode = this.#inode(file);
    this.#step();
    inode.data = Buffer.from(inode.data.subarray(0, length));
  }

  rename(from: string, to: string): void {
    this.#alive();
    const source = this.#parent(from);
    const target = this.#parent(to);
    const node = source.folder.items.get(source.name);
    if (node === undefined) throw failure('ENOENT', from);
    this.#step();
    change(target.folder, target.name, node);
    change(source.folder, source.name, undefined);
  }

  remove(path: string): void {
    this.#alive();
    const place = this.#find(dirname(path));
    const name = path.slice(path.lastIndexOf('/') + 1);
    if (place?.kind !== 'folder' || !place.items.has(name)) return;
    this.#step();
    change(place, name, undefined);
  }

  removeFolder(path: string): void {
    this.#alive();
    const node = this.#find(path);
    if (node?.kind !== 'folder' || node.items.size > 0) return;
    this.#step();
    const { folder, name } = this.#parent(path);
    change(folder, name, undefined);
  }

  makeFolder(path: string): string | undefined {
    this.#alive();
    let topmost: string | undefined;
    const names = path.split('/').slice(1);
    for (let depth = 1; depth <= names.length; depth++) {
      const at = `/${names.slice(0, depth).join('/')}`;
      if (this.#find(at) !== undefined) continue;
      this.#step();
      const { folder, name } = this.#parent(at);
      change(folder, name, emptyFolder());
      topmost ??= at;
    }
    return topmost;
  }

  list(path: string): readonly FolderItem[] {
    this.#alive();
    const node = this.#find(path);
    if (node?.kind !== 'folder') return [];
    const items = [...node.items].map(([name, { kind }]): FolderItem => ({ name, kind }));
    return items.sort((a, b) => (a.name < b.name ? -1 : 1));
  }

  async sync(file: FileId): Promise<void> {
    const inode = this.#inode(file);
    const { data } = inode;
    await Promise.resolve();
    this.#step();
    // Writes since the call may or may not be included.
    inode.durable = data;
  }

  syncData(file: FileId): Promise<void> {
    return this.sync(file);
  }

  async syncFolder(path: string): Promise<void> {
    this.#alive();
    await Promise.resolve();
    this.#step();
    const node = this.#find(path);
    if (node?.kind !== 'folder') throw failure('ENOENT', path);
    node.durable = new Map(node.items);
    node.pending = [];
  }

  lock(path: string): FileLock | undefined {
    if (this.#locks.has(path)) return undefined;
    this.#locks.add(path);
    return {
      release: () => {
        if (!this.#isDead) this.#locks.delete(path);
      },
    };
  }

  space(): { readonly freeBytes: number; readonly totalBytes: number } {
    return { freeBytes: 2 ** 40, totalBytes: 2 ** 40 };
  }

  #step(): void {
    this.#cuttable(Buffer.alloc(0), () => {});
  }

  /** One operation. If its fault is due, only a part of the bytes is written. */
  #cuttable(bytes: Buffer, apply: (bytes: Buffer) => void): void {
    this.#alive();
    this.onOperation?.();
    const fault = this.#fault;
    const number = this.operations++;
    if (number !== fault?.at) {
      apply(bytes);
      return;
    }
    apply(bytes.subarray(0, this.#dice(bytes.length + 1)));
    if (fault.kind === 'ENOSPC' || fault.kind === 'EIO') throw failure(fault.kind, 'the disk');
    this.#isDead = true;
    throw new Crash('the process has ended');
  }

  #alive(): void {
    if (this.#isDead) throw new Crash('the process has ended');
  }

  /** Each folder keeps a prefix of its changes, and each file something between old and new. */
  #loseUnsynced(folder: Folder): void {
    const kept = this.#dice(folder.pending.length + 1);
    const items = new Map(folder.durable);
    for (const { name, node } of folder.pending.slice(0, kept)) {
      if (node === undefined) items.delete(name);
      else items.set(name, node);
    }
    folder.items = items;
    folder.durable = new Map(items);
    folder.pending = [];
    for (const node of items.values()) {
      if (node.kind === 'folder') this.#loseUnsynced(node);
      else this.#loseWrites(node.inode);
    }
  }

  #loseWrites(inode: Inode): void {
    const { data, durable } = inode;
    if (data === durable) return;
    const isAppended = data.subarray(0, durable.length).equals(durable);
    const choice = this.#dice(4);
    let after = choice === 0 ? durable : data;
    if (choice >= 2 && isAppended) {
      const cutAt = durable.length + this.#dice(data.length - durable.length + 1);
      after = Buffer.from(data.subarray(0, cutAt));
      // The length can be durable before the bytes are: then they read as zeros.
      if (choice === 3) after = Buffer.concat([after, Buffer.alloc(data.length - cutAt)]);
    } else if (choice >= 2) after = this.#sectorsOf(data, durable);
    inode.data = after;
    inode.durable = after;
  }

  /** Sectors that were overwritten become durable in any order. */
  #sectorsOf(data: Buffer, durable: Buffer): Buffer {
    const after = Buffer.from(data);
    for (let at = 0; at < Math.min(data.length, durable.length); at += SECTOR_BYTES) {
      if (this.#dice(2) === 0) durable.copy(after, at, at, at + SECTOR_BYTES);
    }
    return after;
  }

  #inode(file: FileId): Inode {
    this.#alive();
    const inode = this.#open.get(file);
    if (inode === undefined) throw failure('EBADF', String(file));
    return inode;
  }

  #newInode(): Inode {
    return { id: this.#nextInode++, data: Buffer.alloc(0), durable: Buffer.alloc(0) };
  }

  #find(path: string): Node | undefined {
    let node: Node | undefined = this.#root;
    for (const name of path.split('/').filter((part) => part !== '')) {
      node = node?.kind === 'folder' ? node.items.get(name) : undefined;
    }
    return node;
  }

  #parent(path: string): { readonly folder: Folder; readonly name: string } {
    const folder = this.#find(dirname(path)) ?? this.#root;
    const isThere = dirname(path) === '/' || this.#find(dirname(path)) !== undefined;
    if (folder.kind !== 'folder' || !isThere) throw failure('ENOENT', path);
    return { folder, name: path.slice(path.lastIndexOf('/') + 1) };
  }
}

function emptyFolder(): Folder {
  return { kind: 'folder', items: new Map(), durable: new Map(), pending: [] };
}

function change(folder: Folder, name: string, node: Node | undefined): void {
  if (node === undefined) folder.items.delete(name);
  else folder.items.set(name, node);
  folder.pending.push({ name, node });
}

/** A new buffer each time: the old one may be the durable content. */
function put(inode: Inode, bytes: Buffer, at: number): void {
  const data = Buffer.alloc(Math.max(inode.data.length, at + bytes.length));
  inode.data.copy(data);
  bytes.copy(data, at);
  inode.data = data;
}

function failure(code: string, what: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${code}: ${what}`), { code });
}
