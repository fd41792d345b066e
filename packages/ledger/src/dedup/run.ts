import { assert } from '@countersign/core';
import type { Disk, FileId } from '../disk/disk.ts';
import { blockCount, blockOf, bucketOf, filterHas } from './bloom-filter.ts';
import {
  indexOf,
  keyWord,
  PART_COUNT,
  RECORD_BYTES,
  RECORD_WORDS,
  versionEnd,
} from './key-format.ts';
import {
  decodeHeader,
  equalBytes,
  HEADER_BYTES,
  type PartPlace,
  partOffsets,
  type RunHeader,
  sha256,
} from './run-format.ts';
import { compareRecords } from './sort-records.ts';

/** One read holds the bucket of an action, unless one action has extremely many entries. */
const WINDOW_RECORDS = 1024;

/** An immutable run file, open for reading. */
export class Run {
  readonly path: string;
  readonly header: RunHeader;
  readonly entryCount: number;
  readonly #files: Disk;
  readonly #file: FileId;
  readonly #places: readonly PartPlace[];

  private constructor(files: Disk, path: string, file: FileId, header: RunHeader) {
    this.#files = files;
    this.#file = file;
    this.path = path;
    this.header = header;
    this.#places = partOffsets(header.counts);
    this.entryCount = header.counts.reduce((sum, count) => sum + count, 0);
  }

  /** Opens the file and checks header and length. Returns a text that says what is wrong. */
  static open(files: Disk, path: string): Run | string {
    const file = files.open(path, 'read');
    const bytes = new Uint8Array(HEADER_BYTES);
    const found = files.read(file, bytes, 0);
    const header = decodeHeader(bytes.subarray(0, found));
    let problem = typeof header === 'string' ? header : undefined;
    if (typeof header !== 'string') {
      const run = new Run(files, path, file, header);
      if (files.size(file) === run.byteLength) return run;
      problem = 'the length of the file does not match its header';
    }
    files.close(file);
    return problem ?? 'the header cannot be read';
  }

  get from(): number {
    return this.header.from;
  }

  get to(): number {
    return this.header.to;
  }

  get byteLength(): number {
    return this.place(PART_COUNT - 1).end;
  }

  close(): void {
    this.#files.close(this.#file);
  }

  place(part: number): PartPlace {
    return this.#places[part] as PartPlace;
  }

  /** Reads filter and directory of a part; undefined if they do not match their digest. */
  loadPart(part: number): RunPart | undefined {
    const { filterAt, filterBytes, directoryBytes } = this.place(part);
    const bytes = new Uint8Array(filterBytes + directoryBytes);
    this.#files.read(this.#file, bytes, filterAt);
    const digest = this.header.filterDigests[part] as Uint8Array;
    if (!equalBytes(sha256(bytes), digest)) return undefined;
    return new RunPart(this, part, bytes.buffer);
  }

  /** Fills `into` with the records of a part, starting at ordinal `first`. */
  readRecords(part: number, first: number, into: Uint8Array): void {
    const at = this.place(part).recordsAt + first * RECORD_BYTES;
    const found = this.#files.read(this.#file, into, at);
    // The file was truncated while open: leftovers of an earlier lookup in the window must not
    // answer.
    if (found < into.length) into.fill(0, found);
  }
}

/** The part of a run that is in memory: the filter and the directory. */
export class RunPart {
  readonly run: Run;
  readonly #part: number;
  readonly #blocks: number;
  readonly #filter: Int32Array;
  readonly #directory: Uint32Array;

  constructor(run: Run, part: number, buffer: ArrayBuffer) {
    const { count, filterBytes } = run.place(part);
    this.run = run;
    this.#part = part;
    this.#blocks = blockCount(count);
    this.#filter = new Int32Array(buffer, 0, filterBytes / 4);
    this.#directory = new Uint32Array(buffer, filterBytes);
  }

  get byteLength(): number {
    return this.#filter.byteLength + this.#directory.byteLength;
  }

  /** Releases the memory now: if the collector ran later, two copies would exist at once. */
  release(): void {
    (this.#filter.buffer as ArrayBuffer).transfer(0);
  }

  mayHold(word0: number, word1: number, word2: number): boolean {
    if (this.#blocks === 0) return false;
    return filterHas(this.#filter, blockOf(word0, this.#blocks), word1, word2);
  }

  /** The largest index that matches the probe, or -1. */
  newest(probe: Probe): number {
    const { start, end } = this.#bucket(probe);
    let words: Uint32Array;
    let past: number;
    if (end - start <= WINDOW_RECORDS) {
      words = this.#load(probe, start, end);
      past = boundOf(words, end - start, probe.high);
    } else {
      const ordinal = this.#seek(probe, start, end, probe.high);
      past = ordinal === start ? 0 : 1;
      words = this.#load(probe, ordinal - past, ordinal);
    }
    const at = (past - 1) * RECORD_WORDS;
    if (past === 0 || compareRecords(words, at, probe.low, 0) < 0) return -1;
    return indexOf(words, at);
  }

  /** Adds the indices that match the probe to `found`, until `found` holds `limit`. */
  collect(probe: Probe, limit: number, found: number[]): void {
    const { start, end } = this.#bucket(probe);
    const isWide = end - start > WINDOW_RECORDS;
    const first = isWide ? this.#seek(probe, start, end, probe.low) : start;
    const last = isWide ? Math.min(end, first + WINDOW_RECORDS) : end;
    const words = this.#load(probe, first, last);
    for (let i = boundOf(words, last - first, probe.low); i < last - first; i++) {
      const at = i * RECORD_WORDS;
      if (found.length === limit || compareRecords(words, at, probe.high, 0) > 0) return;
      found.push(indexOf(words, at));
    }
  }

  /** The records that contain the action if it is present. */
  #bucket(probe: Probe): { start: number; end: number } {
    const bucket = bucketOf(blockOf(probe.low[0] as number, this.#blocks));
    return {
      start: this.#directory[bucket] as number,
      end: this.#directory[bucket + 1] as number,
    };
  }

  /** Like {@link boundOf}, on disk: only for a bucket with extremely many entries of one action. */
  #seek(probe: Probe, start: number, end: number, target: Uint32Array): number {
    let low = start;
    let high = end;
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      const words = this.#load(probe, middle, middle + 1);
      if (compareRecords(words, 0, target, 0) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  #load(probe: Probe, start: number, end: number): Uint32Array {
    assert(end - start <= WINDOW_RECORDS, 'a window holds what is read at once');
    const bytes = probe.windowBytes.subarray(0, (end - start) * RECORD_BYTES);
    this.run.readRecords(this.#part, start, bytes);
    return probe.window;
  }
}

/** The target of a lookup, and its buffers. One object serves all lookups. */
export class Probe {
  /** The lowest and the highest possible record. The highest index is never assigned. */
  readonly low: Uint32Array = new Uint32Array(RECORD_WORDS);
  readonly high: Uint32Array = new Uint32Array(RECORD_WORDS);
  readonly window: Uint32Array<ArrayBuffer> = new Uint32Array(WINDOW_RECORDS * RECORD_WORDS);
  readonly windowBytes: Uint8Array = new Uint8Array(this.window.buffer);

  setAction(actions: Uint8Array, offset: number): void {
    const { low, high } = this;
    for (let i = 0; i < 4; i++) low[i] = high[i] = keyWord(actions, offset + 4 * i);
    low.fill(0, 4);
    high.fill(0xffff_ffff, 4);
  }

  setVersion(
    versions: Uint8Array,
    versionOffset: number,
    actions: Uint8Array,
    actionOffset: number,
  ): void {
    const { low, high } = this;
    this.setAction(actions, actionOffset);
    low[4] = high[4] = keyWord(versions, versionOffset);
    low[5] = high[5] = keyWord(versions, versionOffset + 4);
    low[6] = versionEnd(versions, versionOffset);
    high[6] = versionEnd(versions, versionOffset) | 0xffff;
  }
}

/** The number of records, of `count`, that sort before `target`. */
function boundOf(words: Uint32Array, count: number, target: Uint32Array): number {
  let low = 0;
  let high = count;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (compareRecords(words, middle * RECORD_WORDS, target, 0) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
