import type { Clock } from '../core/index.ts';
import { formatCheckpoint, openCheckpoint } from './checkpoint.ts';
import type { SignedCheckpoint } from './checkpoint.ts';
import { isByteEqual } from './encoding.ts';
import { LedgerError } from './errors.ts';
import type { Files } from './files.ts';
import { layout } from './layout.ts';
import { CHECKPOINT_KEPT_EVERY_MS, NOTE_BYTES_MAX } from './limits.ts';
import { formatNote, isSignatureBy, parseNote, signNote } from './note.ts';
import type { NoteSignature, NoteSigner } from './note.ts';
import { FileBatch, readWholeFile, replaceFile } from './replace-file.ts';
import { verifierOf } from './verifier.ts';

/** What the log says about itself now; `note` is the text of the checkpoint file. */
export type Published = {
  readonly origin: string;
  readonly size: number;
  readonly root: Uint8Array;
  readonly note: string;
};

/** Signs checkpoints and puts them where readers find them. */
export class Publisher {
  readonly #files: Files;
  readonly #dir: string;
  readonly #signer: NoteSigner;
  readonly #clock: Clock;
  #latest: Published | undefined;
  #keptSize = -1;
  #keptAtMs: number;

  constructor(parts: {
    readonly files: Files;
    readonly dir: string;
    readonly signer: NoteSigner;
    readonly clock: Clock;
    readonly latest: Published | undefined;
  }) {
    this.#files = parts.files;
    this.#dir = parts.dir;
    this.#signer = parts.signer;
    this.#clock = parts.clock;
    this.#latest = parts.latest;
    this.#keptAtMs = parts.clock.monotonic();
  }

  get latest(): Published | undefined {
    return this.#latest;
  }

  /**
   * Signs a checkpoint over the tree and resolves when it is durable. All that it covers MUST be
   * in place and durable before. A log never signs a smaller tree, nor another one of equal size.
   */
  async publish(size: number, root: Uint8Array): Promise<Published> {
    const latest = this.#latest;
    if (latest !== undefined && latest.size === size && isByteEqual(latest.root, root)) {
      return latest;
    }
    if (latest !== undefined && latest.size >= size) {
      throw new LedgerError(
        'LOG_INCONSISTENT',
        `could not sign a checkpoint of ${size} entries: one of ${latest.size} was signed before`,
      );
    }
    const origin = this.#signer.key.name;
    const text = formatCheckpoint({ origin, size, root, extensions: [] });
    const note = formatNote(signNote(text, [this.#signer]));
    const bytes = Buffer.from(note);
    const batch = new FileBatch(this.#files, this.#dir);
    const isDue = this.#clock.monotonic() - this.#keptAtMs >= CHECKPOINT_KEPT_EVERY_MS;
    if (isDue) batch.add(layout.keptCheckpoint(this.#dir, size), [bytes]);
    batch.add(layout.checkpoint(this.#dir), [bytes]);
    await batch.commit();
    this.#latest = { origin, size, root, note };
    if (isDue) this.#markKept(size);
    return this.#latest;
  }

  /**
   * Puts cosignatures under the latest checkpoint. `size` says which one was cosigned: another may
   * have been published meanwhile, and then they are of no use any more.
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

  /** Keeps the latest checkpoint for good, so that a log that was cut back is found out. */
  async keep(): Promise<void> {
    const latest = this.#latest;
    if (latest === undefined || latest.size === this.#keptSize) return;
    const batch = new FileBatch(this.#files, this.#dir);
    batch.add(layout.keptCheckpoint(this.#dir, latest.size), [Buffer.from(latest.note)]);
    await batch.commit();
    this.#markKept(latest.size);
  }

  #markKept(size: number): void {
    this.#keptSize = size;
    this.#keptAtMs = this.#clock.monotonic();
  }
}

/**
 * The checkpoint of a data folder, verified against the keys that the folder names.
 * @throws LedgerError FOLDER_CORRUPT and those of `openCheckpoint`
 */
export function readCheckpoint(
  files: Files,
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

export function publishedOf(checkpoint: SignedCheckpoint): Published {
  const { origin, size, root, note } = checkpoint;
  return { origin, size, root, note: formatNote(note) };
}
