import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { backup as backupDatabase, DatabaseSync } from 'node:sqlite';
import { type LedgerSnapshot, type SnapshotFile, snapshotLedger } from '@countersign/ledger';
import { LedgerReader } from '@countersign/ledger/reader';
import { isErasing } from '../../ingest/erasure/erasure-target.ts';
import { OperationError } from '../definition/errors.ts';
import { names } from './backup-folder.ts';
import { ChecksumCursor, ChecksumWriter } from './checksum-list.ts';
import {
  copyFile,
  hashFile,
  isUnchanged,
  linkFile,
  type NewNames,
  syncFolders,
  writeBytes,
} from './copy-file.ts';

/** Files at a time: enough to hide the latency of a disk. */
const FILES_AT_ONCE = 16;

/** Derived folders, and those whose files the snapshot of the ledger lists. */
const SEPARATE: ReadonlySet<string> = new Set([
  ...['events', 'fingerprints', 'run', 'keys'],
  ...['bodies', 'journal', 'ledger', 'countersign.json'],
]);

export type SnapshotTask = {
  readonly dataDir: string;
  /** The folder of the backup in progress. */
  readonly folder: string;
  /** The folder of the previous backup. */
  readonly previous: string | undefined;
  readonly keys: 'include' | 'omit';
  readonly signal: AbortSignal;
  /** Called after each group of files. */
  readonly progress: (files: number) => void;
};

export type WrittenSnapshot = {
  readonly snapshot: LedgerSnapshot;
  readonly files: number;
  /** Files that the previous backup has too. */
  readonly reused: number;
  /** SHA-256 of the list of checksums. */
  readonly checksums: string;
};

/** The folder changed so that a copy would not be consistent: copy it again. */
export const MOVED = 'moved';

/**
 * Copies everything that cannot be derived, as of one checkpoint, while another process writes.
 * Continues a copy that was interrupted.
 */
export async function writeSnapshot(task: SnapshotTask): Promise<WrittenSnapshot | typeof MOVED> {
  const { dataDir, folder } = task;
  await removeChanging(folder);
  const reader = await LedgerReader.open(dataDir);
  try {
    const sizeBefore = reader.size;
    if (isErasing(dataDir)) return MOVED;
    const writer = new SnapshotWriter(task);
    // Positions in these databases must not be ahead of the entries in the backup.
    const databases = await writer.copyDatabases();
    const snapshot = snapshotLedger(dataDir);
    const isWhole = await writer.copyAll(snapshot);
    await reader.refresh();
    const hasErased = isErasing(dataDir) || (await erasesIn(reader, sizeBefore));
    if (!isWhole || hasErased) {
      await writer.abandon();
      return MOVED;
    }
    return { snapshot, ...(await writer.finish(databases)) };
  } finally {
    reader.close();
  }
}

/** Entries state an erasure before it changes any file. */
async function erasesIn(reader: LedgerReader, from: number): Promise<boolean> {
  for await (const batch of reader.scan({ from })) {
    for (let i = 0; i < batch.count; i++) {
      if (Buffer.from(batch.leaf(i)).includes('"kind":"erasure"')) return true;
    }
  }
  return false;
}

/**
 * An interrupted run leaves files of an older checkpoint. Full tiles and segments stay, because
 * they are the same in every copy or are compared with the original.
 */
async function removeChanging(folder: string): Promise<void> {
  for (const name of await namesIn(folder)) {
    if (name !== 'ledger' && name !== 'bodies') await rm(join(folder, name), { recursive: true });
  }
  for (const name of await namesIn(join(folder, 'ledger'))) {
    if (name !== 'tile') await rm(join(folder, 'ledger', name), { recursive: true });
  }
  await removePartials(join(folder, 'ledger', 'tile'));
}

async function removePartials(folder: string): Promise<void> {
  for (const item of await itemsIn(folder)) {
    if (!item.isDirectory()) continue;
    const path = join(folder, item.name);
    if (item.name.endsWith('.p')) await rm(path, { recursive: true });
    else await removePartials(path);
  }
}

type Line = { readonly path: string; readonly sha256: string };

class SnapshotWriter {
  readonly #task: SnapshotTask;
  readonly #names: NewNames = new Set();
  readonly #list: ChecksumWriter;
  readonly #listPath: string;
  readonly #earlier: ChecksumCursor | undefined;
  #files = 0;
  #reused = 0;

  constructor(task: SnapshotTask) {
    const { folder, previous } = task;
    this.#task = task;
    this.#listPath = join(folder, names.checksums);
    this.#list = new ChecksumWriter(this.#listPath);
    this.#earlier =
      previous === undefined ? undefined : new ChecksumCursor(join(previous, names.checksums));
  }

  /** SQLite copies a database that another process writes to. */
  async copyDatabases(): Promise<readonly Line[]> {
    const { dataDir, folder } = this.#task;
    const lines: Line[] = [];
    for await (const path of walk(dataDir, '', isOwned)) {
      if (!path.endsWith('.sqlite')) continue;
      const [from, to] = [join(dataDir, path), join(folder, path)];
      // Also creates the folder, and makes its name durable later.
      await writeBytes(to, Buffer.alloc(0), this.#names);
      const source = new DatabaseSync(from, { readOnly: true });
      try {
        await backupDatabase(source, to);
      } finally {
        source.close();
      }
      lines.push({ path, sha256: (await hashFile(to)) ?? '' });
    }
    return lines;
  }

  /** False if the folder changed in between. */
  async copyAll(snapshot: LedgerSnapshot): Promise<boolean> {
    const { dataDir, keys } = this.#task;
    let group: SnapshotFile[] = [];
    for (const file of snapshot.files()) {
      group.push(file);
      if (group.length < FILES_AT_ONCE) continue;
      if (!(await this.#copyGroup(group))) return false;
      group = [];
    }
    if (!(await this.#copyGroup(group))) return false;
    if (keys === 'include') {
      for await (const path of walk(join(dataDir, 'keys'), 'keys', () => true)) {
        if (!(await this.#copyGroup([{ path, kind: 'whole' }]))) return false;
      }
    }
    for await (const path of walk(dataDir, '', isOwned)) {
      if (/\.(?:sqlite(?:-wal|-shm|-journal)?|tmp)$/.test(path)) continue;
      // An import may remove its own leftovers meanwhile: a missing file is not part of the backup.
      await this.#copyGroup([{ path, kind: 'whole' }]);
    }
    return true;
  }

  async finish(more: readonly Line[]): Promise<Omit<WrittenSnapshot, 'snapshot'>> {
    for (const line of more) await this.#add(line);
    await this.#end();
    await syncFolders(this.#names);
    const checksums = (await hashFile(this.#listPath)) ?? '';
    return { files: this.#files, reused: this.#reused, checksums };
  }

  async abandon(): Promise<void> {
    await this.#end();
  }

  async #end(): Promise<void> {
    await this.#list.close();
    await this.#earlier?.close();
  }

  async #copyGroup(files: readonly SnapshotFile[]): Promise<boolean> {
    const { signal, progress } = this.#task;
    if (signal.aborted) {
      await this.#end();
      throw new OperationError('INTERRUPTED', 'interrupted: run the same command to continue');
    }
    const known: (string | undefined)[] = [];
    for (const { kind, path } of files) {
      known.push(kind === 'whole' ? await this.#earlier?.find(path) : undefined);
    }
    const hashes = await Promise.all(files.map((file, i) => this.#copyOne(file, known[i])));
    for (const [i, { path }] of files.entries()) {
      const sha256 = hashes[i];
      if (sha256 === undefined) return false;
      await this.#add({ path, sha256 });
    }
    progress(this.#files);
    return true;
  }

  async #add(line: Line): Promise<void> {
    this.#files += 1;
    await this.#list.add(line);
  }

  async #copyOne(file: SnapshotFile, known: string | undefined): Promise<string | undefined> {
    const { dataDir, folder, previous } = this.#task;
    const [from, to] = [join(dataDir, file.path), join(folder, file.path)];
    if (file.kind === 'bytes') return writeBytes(to, file.bytes, this.#names);
    if (file.kind === 'whole') {
      const earlier = previous === undefined ? undefined : join(previous, file.path);
      if (known !== undefined && earlier !== undefined && (await isUnchanged(from, earlier))) {
        if (await linkFile(earlier, to, this.#names)) {
          this.#reused += 1;
          return known;
        }
      }
      // Reads the copy of an interrupted run, because its bytes must be right, not only its size.
      if (await isUnchanged(from, to)) return hashFile(to);
    }
    const sizeBytes = file.kind === 'start' ? file.sizeBytes : undefined;
    // A hard link to the previous backup must not be written through.
    await rm(to, { force: true });
    return copyFile({ from, to, sizeBytes }, this.#names);
  }
}

function isOwned(name: string): boolean {
  return !SEPARATE.has(name) && !name.startsWith('state.sqlite');
}

/** Regular files below a folder, in order, with `/`. Links are not followed. */
async function* walk(
  folder: string,
  below: string,
  isWanted: (name: string) => boolean,
): AsyncGenerator<string> {
  for (const item of await itemsIn(folder)) {
    if (!isWanted(item.name)) continue;
    const path = below === '' ? item.name : `${below}/${item.name}`;
    if (item.isDirectory()) yield* walk(join(folder, item.name), path, () => true);
    else if (item.isFile()) yield path;
  }
}

async function itemsIn(folder: string) {
  try {
    const items = await readdir(folder, { withFileTypes: true });
    return items.sort((one, other) => (one.name < other.name ? -1 : 1));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}

async function namesIn(folder: string): Promise<readonly string[]> {
  return (await itemsIn(folder)).map(({ name }) => name);
}
