import { hash } from 'node:crypto';
import { relative } from 'node:path';
import { CountersignError, messageOf } from '@countersign/core';
import {
  bundlePath,
  decodeBundle,
  HASH_BYTES,
  LEAF_PREFIX,
  sha256Into,
  TILE_WIDTH,
  tileWidth,
} from '@countersign/tlog';
import { ArchiveReader } from '../archive/archive-reader.ts';
import { COLUMN_BYTES } from '../archive/block-metadata.ts';
import type { OpenBlock } from '../archive/merge-blocks.ts';
import type { Disk } from '../disk/disk.ts';
import { type LocalKeys, versionKey } from '../entries/keyed-hash.ts';
import { type Leaf, RESTARTS_SEEN } from '../entries/leaf.ts';
import { LeafParser } from '../entries/leaf-parser.ts';
import { layout } from '../folder/folder-layout.ts';
import type { Problem } from './fsck-report.ts';
import { readBundleFile } from './tile-reading.ts';

/** The result of a range check. Made in a worker, evaluated on the main thread. */
export type RangeReport = {
  readonly from: number;
  readonly to: number;
  /** Leaf hashes from the bundles; zero where a bundle cannot be read. */
  readonly hashes: Uint8Array;
  /** 1 for each readable bundle of the range. */
  readonly readable: Uint8Array;
  readonly problems: readonly Problem[];
  /** Indices of erased bodies, ascending. */
  readonly erased: readonly number[];
  /** Entries of Countersign about the ledger itself. */
  readonly own: readonly {
    readonly index: number;
    readonly kind: string;
    readonly body: Uint8Array;
  }[];
  /**
   * `seen` of the first and the last readable entry. `seenFirst` is empty if the first one may be
   * earlier than its predecessor.
   */
  readonly seenFirst: string;
  readonly seenLast: string;
};

export type RangeSetup = {
  readonly files: Disk;
  readonly dir: string;
  readonly size: number;
  /** Undefined if the keys are missing. Then only the digest protects fingerprints. */
  readonly keys: LocalKeys | undefined;
};

/** Checks all entries of ranges, one range after the other; one per thread. */
export class RangeChecker {
  readonly #setup: RangeSetup;
  readonly #archive: ArchiveReader;
  readonly #sources = new Map<string, Buffer>();
  readonly #leaves = new LeafParser();
  readonly #digest = Buffer.alloc(HASH_BYTES);
  #room = Buffer.alloc(0);
  #problems: Problem[] = [];
  #own: { index: number; kind: string; body: Uint8Array }[] = [];
  #erased: number[] = [];
  /** Unreadable blocks, so that each is reported once. */
  #badBlocks = new Set<string>();

  constructor(setup: RangeSetup) {
    this.#setup = setup;
    this.#archive = new ArchiveReader(setup.files, setup.dir);
    this.#archive.refresh(setup.size);
  }

  close(): void {
    this.#archive.close();
  }

  /** `from` is a multiple of 256. */
  check(from: number, to: number): RangeReport {
    this.#problems = [];
    this.#own = [];
    this.#erased = [];
    const hashes = Buffer.alloc((to - from) * HASH_BYTES);
    const readable = new Uint8Array(Math.ceil((to - from) / TILE_WIDTH));
    let seenFirst = '';
    let seenLast = '';
    for (let index = from; index < to; index += TILE_WIDTH) {
      const end = Math.min(to, index + TILE_WIDTH);
      const entries = this.#readBundle(index / TILE_WIDTH);
      if (entries === undefined) continue;
      readable[(index - from) / TILE_WIDTH] = 1;
      let at = 0;
      for (let i = index; i < end; i++) {
        const bytes = entries[i - index] as Uint8Array;
        hashLeafInto(bytes, hashes, (i - from) * HASH_BYTES);
        const leaf = this.#readLeaf(bytes, i, at);
        at += 2 + bytes.length;
        if (leaf === undefined) continue;
        const restarts = leaf.kind === RESTARTS_SEEN;
        if (leaf.seen < seenLast && !restarts) {
          this.#addBundle(i, at, `entry ${i} has an earlier "seen" than the entry before it`);
        }
        // The first leaf of a range is compared with the range before it, unless it may be earlier.
        if (seenLast === '' && !restarts) seenFirst = leaf.seen;
        seenLast = leaf.seen;
        this.#checkBody(i, leaf);
      }
    }
    const found = { problems: this.#problems, erased: this.#erased, own: this.#own };
    return { from, to, hashes, readable, ...found, seenFirst, seenLast };
  }

  #readBundle(index: number): readonly Uint8Array[] | undefined {
    const { files, dir, size } = this.#setup;
    const width = tileWidth(0, index, size);
    const path = bundlePath({ index, width });
    const bytes = readBundleFile(files, dir, { index, width });
    if (bytes === undefined) {
      this.#add(layout.logFile(dir, path), 0, 'the file is missing');
      return undefined;
    }
    try {
      return decodeBundle(bytes, width, path);
    } catch (error) {
      this.#add(layout.logFile(dir, path), 0, messageOf(error));
      return undefined;
    }
  }

  #readLeaf(bytes: Uint8Array, index: number, at: number): Leaf | undefined {
    try {
      return this.#leaves.parse(bytes);
    } catch (error) {
      this.#addBundle(index, at, `entry ${index}: ${messageOf(error)}`);
      return undefined;
    }
  }

  #checkBody(index: number, leaf: Leaf): void {
    const opened = this.#openBlock(index);
    if (opened === undefined) return;
    const { block, place } = opened;
    const { meta, header } = block;
    const position = index - header.firstIndex;
    const salt = meta.salts.subarray(position * COLUMN_BYTES, (position + 1) * COLUMN_BYTES);
    const add = (what: string): void => this.#add(place.path, place.at, what);
    if (meta.sizes[position] !== leaf.size)
      add(`entry ${index} has a size other than its leaf states`);
    if (meta.erased[position] === 1) {
      this.#erased.push(index);
      if (salt.some((byte) => byte !== 0))
        add(`the salt of entry ${index} is still there after its body was erased`);
      return;
    }
    const start = meta.offsets[position] as number;
    const body = block.bodies.subarray(start, start + (meta.sizes[position] as number));
    const salted = this.#saltedRoom(body);
    salted.set(salt);
    if (hash('sha256', salted, 'hex') !== leaf.sha256) {
      add(`the body of entry ${index} does not match the log`);
    } else if (leaf.kind !== 'record') {
      this.#noteOwn(index, leaf, body);
    }
    const known = meta.versions.subarray(position * COLUMN_BYTES, (position + 1) * COLUMN_BYTES);
    if (!this.#isFingerprint(known, leaf, salted)) {
      add(`the fingerprint of entry ${index} does not match its body`);
    }
  }

  /** The body with 16 bytes before it: for the salt, then for the fingerprint key. */
  #saltedRoom(body: Buffer): Buffer {
    const length = COLUMN_BYTES + body.length;
    if (this.#room.length < length) this.#room = Buffer.allocUnsafe(2 * length);
    this.#room.set(body, COLUMN_BYTES);
    return this.#room.subarray(0, length);
  }

  #noteOwn(index: number, { kind }: Leaf, body: Buffer): void {
    if (kind === 'erasure' || kind === 'key') {
      this.#own.push({ index, kind, body: Uint8Array.from(body) });
    }
  }

  /** A false fingerprint would make a new record look known, and so keep it out of the ledger. */
  #isFingerprint(known: Uint8Array, leaf: Leaf, salted: Buffer): boolean {
    const { keys } = this.#setup;
    if (keys === undefined) return true;
    const name = `${leaf.tenant}\n${leaf.source}`;
    let source = this.#sources.get(name);
    if (source === undefined) {
      source = versionKey(keys, leaf.tenant, leaf.source);
      this.#sources.set(name, source);
    }
    salted.set(source);
    sha256Into(salted, this.#digest, 0);
    return this.#digest.compare(known, 0, COLUMN_BYTES, 0, COLUMN_BYTES) === 0;
  }

  #openBlock(index: number): { block: OpenBlock; place: { path: string; at: number } } | undefined {
    try {
      const { place } = this.#archive.facts(index);
      return { block: this.#archive.block(index), place };
    } catch (error) {
      if (!(error instanceof CountersignError)) throw error;
      const {
        path = layout.bodies(this.#setup.dir),
        at = 0,
        what = error.message,
      } = error.data as { path?: string; at?: number; what?: string };
      const key = `${path}\n${at}\n${what}`;
      if (!this.#badBlocks.has(key)) this.#add(path, at, what);
      this.#badBlocks.add(key);
      return undefined;
    }
  }

  #addBundle(index: number, at: number, what: string): void {
    const bundle = Math.floor(index / TILE_WIDTH);
    const path = bundlePath({ index: bundle, width: tileWidth(0, bundle, this.#setup.size) });
    this.#add(layout.logFile(this.#setup.dir, path), at, what);
  }

  #add(path: string, at: number, what: string): void {
    this.#problems.push({ path: relative(this.#setup.dir, path), at, what });
  }
}

/**
 * The leaf follows its length in the bundle. The byte before it becomes the RFC 6962 prefix during
 * the hash, so that no leaf is copied.
 */
function hashLeafInto(leaf: Uint8Array, into: Buffer, at: number): void {
  const prefixed = Buffer.from(leaf.buffer, leaf.byteOffset - 1, leaf.length + 1);
  const kept = prefixed[0] as number;
  prefixed[0] = LEAF_PREFIX;
  sha256Into(prefixed, into, at);
  prefixed[0] = kept;
}
