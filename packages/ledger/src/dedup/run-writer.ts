import { createHash, type Hash } from 'node:crypto';
import { dirname } from 'node:path';
import { assert } from '@countersign/core';
import type { Disk, FileId } from '../disk/disk.ts';
import { TEMPORARY_SUFFIX } from '../folder/folder-layout.ts';
import {
  BLOCK_WORDS,
  blockCount,
  blockOf,
  bucketOf,
  directoryLength,
  filterAdd,
} from './bloom-filter.ts';
import { PART_COUNT, RECORD_BYTES, RECORD_WORDS } from './key-format.ts';
import { BUFFER_RECORDS, SYNC_EVERY_BYTES } from './limits.ts';
import { encodeHeader, partOffsets, runPath, sha256 } from './run-format.ts';
import { copyRecord } from './sort-records.ts';

export type RunRange = { readonly from: number; readonly to: number };

/**
 * Writes one run from records in order. Needs memory for one buffer and the filter of one part. The
 * file has a temporary name until it is complete and durable, so a crash leaves the whole run or no
 * run.
 */
export class RunWriter {
  readonly #files: Disk;
  readonly #dir: string;
  readonly #range: RunRange;
  readonly #identity: Uint8Array;
  readonly #counts: readonly number[];
  readonly #file: FileId;
  readonly #buffer = new Uint32Array(BUFFER_RECORDS * RECORD_WORDS);
  readonly #recordDigests: Uint8Array[] = [];
  readonly #filterDigests: Uint8Array[] = [];
  #isOpen = true;
  #used = 0;
  #position: number;
  #unsynced = 0;
  #part = -1;
  #left = 0;
  #blocks = 0;
  #filter = new Int32Array(0);
  #bucketSizes = new Uint32Array(0);
  #hash: Hash = createHash('sha256');

  /** `counts` states the number of records for each part. */
  constructor(
    files: Disk,
    options: {
      readonly dir: string;
      readonly range: RunRange;
      readonly identity: Uint8Array;
      readonly counts: readonly number[];
    },
  ) {
    this.#files = files;
    this.#dir = options.dir;
    this.#range = options.range;
    this.#identity = options.identity;
    this.#counts = options.counts;
    this.#position = (partOffsets(options.counts)[0] as { recordsAt: number }).recordsAt;
    this.#file = files.open(this.#temporaryPath, 'create');
    this.#nextPart();
  }

  get #temporaryPath(): string {
    return runPath(this.#dir, this.#range.from, this.#range.to) + TEMPORARY_SUFFIX;
  }

  /** Returns true if enough was written since the last {@link sync} to sync again. */
  get needsSync(): boolean {
    return this.#unsynced >= SYNC_EVERY_BYTES;
  }

  /** Writes the record at `words[at..at + 8)`. It MUST NOT sort before the previous record. */
  push(words: Uint32Array, at: number): void {
    const word0 = words[at] as number;
    const word1 = words[at + 1] as number;
    const word2 = words[at + 2] as number;
    copyRecord(words, at, this.#buffer, this.#used);
    this.#used += RECORD_WORDS;
    const block = blockOf(word0, this.#blocks);
    filterAdd(this.#filter, block, word1, word2);
    const bucket = bucketOf(block);
    this.#bucketSizes[bucket] = (this.#bucketSizes[bucket] as number) + 1;
    if (this.#used === this.#buffer.length) this.#writeRecords();
    if (--this.#left === 0) {
      this.#endPart();
      this.#nextPart();
    }
  }

  async sync(): Promise<void> {
    this.#unsynced = 0;
    await this.#files.syncData(this.#file);
  }

  /** Resolves when the run durably has its final name. */
  async finish(): Promise<void> {
    assert(this.#part === PART_COUNT, 'a run received the announced number of records');
    const header = encodeHeader({
      ...this.#range,
      identity: this.#identity,
      counts: this.#counts,
      recordDigests: this.#recordDigests,
      filterDigests: this.#filterDigests,
    });
    this.#files.write(this.#file, [header], 0);
    await this.#files.sync(this.#file);
    this.#close();
    const path = runPath(this.#dir, this.#range.from, this.#range.to);
    // A crash before the rename leaves a temporary file, which the next opening removes.
    this.#files.rename(this.#temporaryPath, path);
    await this.#files.syncFolder(dirname(path));
  }

  abandon(): void {
    this.#close();
    this.#files.remove(this.#temporaryPath);
  }

  /** Closes only once: after that, the number may belong to another file. */
  #close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#files.close(this.#file);
  }

  #nextPart(): void {
    do {
      this.#part++;
      if (this.#part === PART_COUNT) return;
      this.#left = this.#counts[this.#part] as number;
      this.#blocks = blockCount(this.#left);
      this.#filter = new Int32Array(this.#blocks * BLOCK_WORDS);
      this.#bucketSizes = new Uint32Array(directoryLength(this.#left));
      this.#hash = createHash('sha256');
      if (this.#left === 0) this.#endPart();
    } while (this.#left === 0);
  }

  #endPart(): void {
    if (this.#used > 0) this.#writeRecords();
    this.#recordDigests.push(this.#hash.digest());
    const directory = startsOf(this.#bucketSizes);
    const pieces = Buffer.concat([bytesOf(this.#filter), bytesOf(directory)]);
    this.#filterDigests.push(sha256(pieces));
    this.#write(pieces);
  }

  #writeRecords(): void {
    const bytes = bytesOf(this.#buffer).subarray(0, (this.#used / RECORD_WORDS) * RECORD_BYTES);
    this.#hash.update(bytes);
    this.#write(bytes);
    this.#used = 0;
  }

  #write(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    this.#files.write(this.#file, [bytes], this.#position);
    this.#position += bytes.length;
    this.#unsynced += bytes.length;
  }
}

/** Converts sizes to starts, in place. The last entry, which has no bucket, becomes the end. */
function startsOf(sizes: Uint32Array<ArrayBuffer>): Uint32Array<ArrayBuffer> {
  let sum = 0;
  for (let i = 0; i < sizes.length; i++) {
    const size = sizes[i] as number;
    sizes[i] = sum;
    sum += size;
  }
  return sizes;
}

function bytesOf(words: Int32Array | Uint32Array): Uint8Array {
  return new Uint8Array(words.buffer, words.byteOffset, words.byteLength);
}
