import { join } from 'node:path';
import { assert, type Random } from '@countersign/core';
import type { Disk, FileId } from '../disk/disk.ts';
import { LedgerError } from '../errors.ts';
import { indexOfName, JOURNAL_SUFFIX, journalFile, layout } from '../folder/folder-layout.ts';
import {
  JOURNAL_FILE_BYTES_TARGET,
  JOURNAL_RESERVE_BYTES,
  JOURNAL_SMALL_GROUP_BYTES,
} from '../limits.ts';
import {
  encodeGroupHeader,
  encodeJournalHeader,
  JOURNAL_NONCE_BYTES,
  readJournal,
} from './journal-format.ts';
import type { Frame } from './journal-frame.ts';

const RESERVE = new Uint8Array(JOURNAL_RESERVE_BYTES);

/** Bytes at the end of the journal that are not a whole group, so they were never acknowledged. */
export type TornTail = { readonly path: string; readonly at: number; readonly bytes: number };

export type JournalFile = { readonly path: string; readonly firstIndex: number };

/**
 * The accepted entries that are not yet integrated. One writer; groups are written strictly one
 * after the other.
 */
export class Journal {
  readonly #files: Disk;
  readonly #dir: string;
  readonly #origin: string;
  readonly #random: Random;
  /** Ascending. The last one is written to while {@link #file} is open. */
  readonly #kept: JournalFile[];
  #file: FileId | undefined;
  #endAt = 0;
  /** The length of the file. What lies behind {@link #endAt} is zero. */
  #reservedAt = 0;
  #nonce: Uint8Array = new Uint8Array(0);
  #appending: Promise<void> | undefined;
  /** A rotation was requested: the next group opens a new file. */
  #rotating = false;

  constructor(folder: JournalFolder) {
    const { files, dir } = folder;
    this.#files = files;
    this.#dir = dir;
    this.#origin = folder.origin;
    this.#random = folder.random;
    this.#kept = [...listJournal(files, dir)];
  }

  /**
   * Yields what earlier processes left, file by file, for integration before the first append. A
   * torn end is skipped and reported. Any other changed byte is an error, because it had been
   * acknowledged.
   * @throws LedgerError JOURNAL_CORRUPT
   */
  *recover(
    size: number,
  ): Generator<{ readonly frames: readonly Frame[]; readonly torn?: TornTail }> {
    let next: number | undefined;
    for (const [i, { path, firstIndex }] of this.#kept.entries()) {
      if (firstIndex > (next ?? size) || (next !== undefined && firstIndex !== next)) {
        throw corrupt(path, 0, `entry ${next ?? size} belongs here, not entry ${firstIndex}`);
      }
      const bytes = this.#read(path);
      const content = readJournal(bytes, { firstIndex, origin: this.#origin });
      const { frames, brokenAt } = content;
      const last = frames.at(-1);
      next = last === undefined ? firstIndex : last.firstIndex + last.count;
      if (brokenAt === undefined) {
        yield { frames };
        continue;
      }
      if (content.isFollowed || i < this.#kept.length - 1) {
        throw corrupt(path, brokenAt, 'an accepted batch has changed');
      }
      yield { frames, torn: { path, at: brokenAt, bytes: bytes.length - brokenAt } };
    }
  }

  /** Resolves when all frames are durable: one write and one fdatasync. */
  append(frames: readonly Uint8Array[], entries: JournalEntries): Promise<void> {
    assert(this.#appending === undefined, 'groups go one after the other');
    this.#appending = this.#append(frames, entries).finally(() => {
      this.#appending = undefined;
    });
    return this.#appending;
  }

  /** Resolves when no group is being written; rejects if a write fails. */
  async settled(): Promise<void> {
    await this.#appending;
  }

  async #append(frames: readonly Uint8Array[], entries: JournalEntries): Promise<void> {
    if (this.#file === undefined || this.#rotating || this.#endAt >= JOURNAL_FILE_BYTES_TARGET) {
      await this.#startFile(entries.firstIndex);
    }
    const file = this.#file as FileId;
    const frameBytes = frames.reduce((sum, frame) => sum + frame.length, 0);
    const header = encodeGroupHeader({ ...entries, frameBytes }, this.#nonce);
    const parts = [header, ...frames];
    const endAt = this.#endAt + header.length + frameBytes;
    // A sync of a file that grows waits for the file system's own journal, which other syncs
    // occupy. Within the reserve, only the group itself is written.
    if (endAt > this.#reservedAt && frameBytes <= JOURNAL_SMALL_GROUP_BYTES) parts.push(RESERVE);
    this.#files.write(file, parts, this.#endAt);
    this.#reservedAt = Math.max(
      this.#reservedAt,
      parts.reduce((at, { length }) => at + length, this.#endAt),
    );
    this.#endAt = endAt;
    await this.#files.syncData(file);
  }

  /**
   * The next group opens a new file, so that the previous one can be released. Returns the names of
   * the current files.
   */
  rotate(): readonly string[] {
    this.#rotating = true;
    return this.#kept.map(({ path }) => path);
  }

  holdsAny(paths: readonly string[]): boolean {
    return this.#kept.some(({ path }) => paths.includes(path));
  }

  /**
   * Removes the files that hold only entries below `size`. These entries MUST be durable elsewhere.
   * The oldest file goes first, so that the rest after a crash has no gap.
   */
  release(size: number, end: number): void {
    while (this.#kept.length > 0) {
      const next = this.#kept[1]?.firstIndex ?? end;
      const isCurrent = this.#kept.length === 1 && this.#file !== undefined;
      // While a file is being written, its last entry is unknown.
      const mayEnd = this.#rotating && this.#appending === undefined;
      if (next > size || (isCurrent && !mayEnd)) return;
      if (isCurrent) this.close();
      this.#files.remove((this.#kept.shift() as JournalFile).path);
    }
  }

  close(): void {
    if (this.#file !== undefined) this.#files.close(this.#file);
    this.#file = undefined;
  }

  async #startFile(firstIndex: number): Promise<void> {
    this.close();
    const path = journalFile(this.#dir, firstIndex);
    assert(
      this.#kept.every((kept) => kept.path !== path),
      'a journal file is written once',
    );
    const file = this.#files.open(path, 'create');
    this.#file = file;
    this.#rotating = false;
    this.#nonce = this.#random.fill(new Uint8Array(JOURNAL_NONCE_BYTES));
    const header = encodeJournalHeader({ firstIndex, origin: this.#origin, nonce: this.#nonce });
    this.#files.write(file, [header], 0);
    this.#endAt = header.length;
    this.#reservedAt = header.length;
    this.#kept.push({ path, firstIndex });
    // Before the first group, so that an incomplete header means a crash, not damage.
    await this.#files.syncData(file);
    // Without its name on disk, a group in the file would be lost with it.
    await this.#files.syncFolder(layout.journal(this.#dir));
  }

  #read(path: string): Buffer {
    const file = this.#files.open(path, 'read');
    try {
      const bytes = Buffer.allocUnsafe(this.#files.size(file));
      return bytes.subarray(0, this.#files.read(file, bytes, 0));
    } finally {
      this.#files.close(file);
    }
  }
}

export type JournalFolder = {
  readonly files: Disk;
  readonly dir: string;
  readonly origin: string;
  readonly random: Random;
};

export type JournalEntries = { readonly firstIndex: number; readonly count: number };

/** The files of the journal, oldest first. Stray files are ignored. */
export function listJournal(files: Disk, dir: string): readonly JournalFile[] {
  const folder = layout.journal(dir);
  return files.list(folder).flatMap(({ name }) => {
    const firstIndex = indexOfName(name, JOURNAL_SUFFIX);
    return firstIndex === undefined ? [] : [{ path: join(folder, name), firstIndex }];
  });
}

function corrupt(path: string, at: number, what: string): LedgerError {
  return new LedgerError(
    'JOURNAL_CORRUPT',
    `could not read ${path} at byte ${at}: ${what}; restore the file from a copy`,
    { data: { path, at, what } },
  );
}
