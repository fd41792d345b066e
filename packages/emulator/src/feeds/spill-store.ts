import { closeSync, mkdtempSync, openSync, readSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Limit of packed batches in memory: a few million records, a quarter of a small machine. */
const VAULT_MEMORY_BYTES: number = 1024 * 1024 * 1024;
/**
 * Size of a spill file. Its space is freed once all its content has expired: about an hour of a
 * large tenant.
 */
const SPILL_FILE_BYTES: number = 1024 * 1024 * 1024;

type SpillFile = { readonly fd: number; bytes: number; held: number };

/** Location of bytes: in memory or on disk. */
export type Slot = {
  bytes: Buffer | undefined;
  file: SpillFile | undefined;
  offset: number;
  readonly length: number;
};

/**
 * Keeps bytes in memory up to a limit, and the oldest on disk beyond it.
 *
 * Files are unlinked before they are written, so nothing remains however the process ends.
 */
export class SpillStore {
  readonly #memoryBytes: number;
  /** Slots in memory, oldest first. A freed slot has neither bytes nor file. */
  #young: Slot[] = [];
  #youngBytes = 0;
  #freedYoung = 0;
  #file: SpillFile | undefined;
  readonly #files = new Set<SpillFile>();

  constructor(options: { readonly memoryBytes?: number } = {}) {
    this.#memoryBytes = options.memoryBytes ?? VAULT_MEMORY_BYTES;
  }

  /** Keeps a copy. A small buffer is part of Node's pool, and would keep all of that alive. */
  keep(bytes: Buffer): Slot {
    const copy = Buffer.allocUnsafeSlow(bytes.length);
    bytes.copy(copy);
    const slot: Slot = { bytes: copy, file: undefined, offset: 0, length: bytes.length };
    this.#young.push(slot);
    this.#youngBytes += bytes.length;
    if (this.#youngBytes > this.#memoryBytes) this.#spill();
    return slot;
  }

  read(slot: Slot): Buffer {
    if (slot.bytes !== undefined) return slot.bytes;
    if (slot.file === undefined) throw new RangeError('these bytes were freed');
    const bytes = Buffer.allocUnsafe(slot.length);
    const count = readSync(slot.file.fd, bytes, 0, slot.length, slot.offset);
    if (count !== slot.length) throw new RangeError('the spill file is shorter than it was');
    return bytes;
  }

  free(slot: Slot): void {
    if (slot.bytes !== undefined) this.#forgetYoung(slot);
    const { file } = slot;
    slot.file = undefined;
    if (file === undefined) return;
    file.held--;
    this.#close(file);
  }

  /** Closes all files. Their content can no longer be read. */
  end(): void {
    for (const file of this.#files) closeSync(file.fd);
    this.#files.clear();
    this.#file = undefined;
  }

  #forgetYoung(slot: Slot): void {
    this.#youngBytes -= slot.length;
    slot.bytes = undefined;
    if (++this.#freedYoung * 2 < this.#young.length) return;
    this.#young = this.#young.filter(({ bytes }) => bytes !== undefined);
    this.#freedYoung = 0;
  }

  /** Writes the older half to disk at once. */
  #spill(): void {
    let at = 0;
    for (let left = this.#youngBytes; left > this.#memoryBytes / 2; at++) {
      left -= this.#young[at]?.bytes?.length ?? 0;
    }
    const old = this.#young.slice(0, at).filter(({ bytes }) => bytes !== undefined);
    this.#young = this.#young.slice(at).filter(({ bytes }) => bytes !== undefined);
    this.#freedYoung = 0;
    const file = this.#spillFile();
    let offset = file.bytes;
    const whole = Buffer.concat(old.map(({ bytes }) => bytes as Buffer));
    writeAll(file.fd, whole, offset);
    for (const slot of old) {
      slot.file = file;
      slot.offset = offset;
      slot.bytes = undefined;
      offset += slot.length;
    }
    file.held += old.length;
    file.bytes += whole.length;
    this.#youngBytes -= whole.length;
  }

  #spillFile(): SpillFile {
    const before = this.#file;
    if (before !== undefined && before.bytes < SPILL_FILE_BYTES) return before;
    const folder = mkdtempSync(join(tmpdir(), 'countersign-emulator-'));
    try {
      this.#file = { fd: openSync(join(folder, 'spill'), 'w+', 0o600), bytes: 0, held: 0 };
    } finally {
      rmSync(folder, { recursive: true });
    }
    this.#files.add(this.#file);
    if (before !== undefined) this.#close(before);
    return this.#file;
  }

  /** A full file without used slots frees its space. */
  #close(file: SpillFile): void {
    if (file.held > 0 || file === this.#file || !this.#files.delete(file)) return;
    closeSync(file.fd);
  }
}

function writeAll(fd: number, bytes: Buffer, position: number): void {
  for (let at = 0; at < bytes.length; ) at += writeSync(fd, bytes, at, undefined, position + at);
}
