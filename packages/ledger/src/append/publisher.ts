import { type Clock, plural } from '@countersign/core';
import {
  formatCheckpoint,
  formatNote,
  isByteEqual,
  isSignatureBy,
  NOTE_BYTES_MAX,
  type NoteSignature,
  type NoteSigner,
  openCheckpoint,
  parseNote,
  type SignedCheckpoint,
  signNote,
  verifierOf,
} from '@countersign/tlog';
import type { Disk } from '../disk/disk.ts';
import { readWholeFile, replaceFile } from '../disk/replace-file.ts';
import { LedgerError } from '../errors.ts';
import { layout } from '../folder/folder-layout.ts';
import { type RetainedFileList, writeKeptList } from '../folder/retained-file-list.ts';
import { CHECKPOINT_KEPT_EVERY_MS } from '../limits.ts';

/** The current checkpoint of the log; `note` is the text of the checkpoint file. */
export type PublishedCheckpoint = {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
  readonly note: string;
};

/** Signs checkpoints and writes them to their place in the folder. */
export class Publisher {
  readonly #files: Disk;
  readonly #dir: string;
  #signer: NoteSigner;
  readonly #clock: Clock;
  #latest: PublishedCheckpoint | undefined;
  /** The files to list as retained; undefined if the list is not as Countersign wrote it. */
  #kept: RetainedFileList | undefined;
  #keptSize = -1;
  #keptAtMs: number;

  constructor(parts: {
    readonly files: Disk;
    readonly dir: string;
    readonly signer: NoteSigner;
    readonly clock: Clock;
    readonly latest: PublishedCheckpoint | undefined;
    readonly kept: RetainedFileList | undefined;
  }) {
    this.#files = parts.files;
    this.#dir = parts.dir;
    this.#signer = parts.signer;
    this.#clock = parts.clock;
    this.#latest = parts.latest;
    this.#kept = parts.kept;
    this.#keptAtMs = parts.clock.monotonic();
  }

  get latest(): PublishedCheckpoint | undefined {
    return this.#latest;
  }

  /** The key that signs now. */
  get vkey(): string {
    return this.#signer.key.vkey;
  }

  /**
   * Signs with another key from now on, including the latest checkpoint. A reader who pinned that
   * key must not have to wait for the next entry. MUST follow the entry that rotates the log to the
   * key.
   */
  async signWith(signer: NoteSigner): Promise<void> {
    this.#signer = signer;
    if (this.#latest === undefined) return;
    const { size } = await this.publish(this.#latest.size, this.#latest.root);
    await this.list(size);
  }

  /**
   * Signs a checkpoint over the tree and resolves when it is durable. Everything that it covers
   * MUST be in place and durable before. A log never signs a smaller tree, nor a different tree of
   * equal size.
   */
  async publish(size: number, root: Uint8Array): Promise<PublishedCheckpoint> {
    const latest = this.#latest;
    const isSame = latest?.size === size && isByteEqual(latest.root, root);
    if (isSame && this.#isSigned(latest)) return latest;
    if (latest !== undefined && latest.size >= size && !isSame) {
      throw new LedgerError(
        'LOG_INCONSISTENT',
        `could not sign a checkpoint of ${plural(size, 'entry')}: ` +
          `one of ${latest.size} was signed before`,
      );
    }
    const origin = this.#signer.key.name;
    const text = formatCheckpoint({ origin, size, root, extensions: [] });
    const signed = signNote(text, [this.#signer]);
    const cosignatures = isSame ? cosignaturesOf(latest) : [];
    const note = formatNote({ text, signatures: [...signed.signatures, ...cosignatures] });
    const target = { dir: this.#dir, path: layout.checkpoint(this.#dir) };
    await replaceFile(this.#files, target, Buffer.from(note));
    const published = { origin, size, root, note };
    this.#latest = published;
    // Never earlier: a retained checkpoint of a longer log would mean that this log was truncated.
    const isDue = this.#clock.monotonic() - this.#keptAtMs >= CHECKPOINT_KEPT_EVERY_MS;
    if (isDue) await this.keep();
    return published;
  }

  /** Returns false after a rotation, until the first checkpoint by the new key. */
  #isSigned({ note }: PublishedCheckpoint): boolean {
    const { signatures } = parseNote(Buffer.from(note));
    return signatures.some((signature) => isSignatureBy(signature, this.#signer.key));
  }

  /**
   * Adds cosignatures to the latest checkpoint. `size` states which checkpoint was cosigned. If
   * another was published since then, they are of no use.
   */
  async addCosignatures(size: number, signatures: readonly NoteSignature[]): Promise<void> {
    const latest = this.#latest;
    if (latest === undefined || latest.size !== size || signatures.length === 0) return;
    const { text, signatures: own } = parseNote(Buffer.from(latest.note));
    const logs = own.filter((signature) => isSignatureBy(signature, this.#signer.key));
    const note = formatNote({ text, signatures: [...logs, ...signatures] });
    const target = { dir: this.#dir, path: layout.checkpoint(this.#dir) };
    await replaceFile(this.#files, target, Buffer.from(note));
    this.#latest = { ...latest, note };
    this.#keptSize = -1;
  }

  /** Retains the latest checkpoint permanently, so that truncation of the log is detected. */
  async keep(): Promise<void> {
    const latest = this.#latest;
    if (latest === undefined || latest.size === this.#keptSize) return;
    const path = layout.keptCheckpoint(this.#dir, latest.size);
    await replaceFile(this.#files, { dir: this.#dir, path }, Buffer.from(latest.note));
    await this.list(latest.size);
    this.#keptSize = latest.size;
    this.#keptAtMs = this.#clock.monotonic();
  }

  /**
   * Writes the list of retained files. A list that was tampered with stays, so that fsck reports
   * it.
   */
  async list(size: number): Promise<void> {
    if (this.#kept === undefined) return;
    const { files, dir, signer } = { files: this.#files, dir: this.#dir, signer: this.#signer };
    this.#kept = await writeKeptList({ files, dir, signer, size, before: this.#kept });
  }
}

/** The signatures that are not by a key of the log. All keys of the log have its name. */
function cosignaturesOf({ note, origin }: PublishedCheckpoint): readonly NoteSignature[] {
  return parseNote(Buffer.from(note)).signatures.filter(({ name }) => name !== origin);
}

/**
 * The checkpoint of a data folder, verified against the keys in the folder's manifest.
 * @throws LedgerError FOLDER_CORRUPT and those of `openCheckpoint`
 */
export function readCheckpoint(
  files: Disk,
  dir: string,
  facts: { readonly origin: string; readonly vkeys: readonly string[] },
): SignedCheckpoint {
  const path = layout.checkpoint(dir);
  const bytes = readWholeFile(files, path, NOTE_BYTES_MAX);
  if (bytes === undefined) {
    throw new LedgerError(
      'FOLDER_CORRUPT',
      `could not open the ledger in ${dir}: ${path} is missing; restore it from a copy`,
      { data: { path } },
    );
  }
  const log = facts.vkeys.map((vkey) => verifierOf(vkey));
  return openCheckpoint(bytes, { log, origin: facts.origin });
}

export function publishedOf(checkpoint: SignedCheckpoint): PublishedCheckpoint {
  const { origin, size, root, note } = checkpoint;
  return { origin, size, root, note: formatNote(note) };
}
