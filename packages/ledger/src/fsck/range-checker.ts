import { relative } from 'node:path';
import { CountersignError, messageOf } from '@countersign/core';
import {
  bundlePath,
  entryOffsets,
  HASH_BYTES,
  LEAF_PREFIX,
  sha256Into,
  TILE_WIDTH,
  tileWidth,
} from '@countersign/tlog';
import { ArchiveReader } from '../archive/archive-reader.ts';
import type { ByteLocation } from '../archive/block.ts';
import type { OpenBlock } from '../archive/merge-blocks.ts';
import type { Disk } from '../disk/disk.ts';
import { freeBytes } from '../disk/free-bytes.ts';
import { BodyCommitter, SALT_BYTES } from '../entries/body-commitment.ts';
import { DerivedKeys, type LocalKeys } from '../entries/keyed-hash.ts';
import { RESTARTS_SEEN } from '../entries/leaf.ts';
import { LeafCursor } from '../entries/leaf-cursor.ts';
import { VERSION_BYTES } from '../entries/version-hash.ts';
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

type CheckedBlock = OpenBlock & {
  readonly place: ByteLocation;
  /** The digest of each checked body, and the seed of its fingerprint. */
  readonly digests: Buffer;
  readonly seeds: Uint8Array[];
};

/** In place of a seed: the entry is erased, or is not in the range. */
const UNCHECKED = new Uint8Array(VERSION_BYTES);

/** Checks all entries of ranges, one range after the other; one per thread. */
export class RangeChecker {
  readonly #setup: RangeSetup;
  readonly #archive: ArchiveReader;
  readonly #keys: DerivedKeys | undefined;
  readonly #committer = new BodyCommitter();
  readonly #leaf = new LeafCursor();
  #block: CheckedBlock | undefined;
  #seed: Uint8Array = UNCHECKED;
  #seedOf: LeafCursor['shared'] | undefined;
  #problems: Problem[] = [];
  #own: { index: number; kind: string; body: Uint8Array }[] = [];
  #erased: number[] = [];
  /** Unreadable blocks, so that each is reported once. */
  #badBlocks = new Set<string>();

  constructor(setup: RangeSetup) {
    this.#setup = setup;
    this.#keys = setup.keys === undefined ? undefined : new DerivedKeys(setup.keys);
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
      const bundle = this.#readBundle(index / TILE_WIDTH);
      if (bundle === undefined) continue;
      readable[(index - from) / TILE_WIDTH] = 1;
      this.#leaf.open(bundle.bytes);
      for (let i = index; i < end; i++) {
        const start = bundle.offsets[i - index] as number;
        const next = bundle.offsets[i - index + 1] as number;
        hashLeafInto(bundle.bytes, start + 2, next, hashes, (i - from) * HASH_BYTES);
        if (!this.#readLeaf(i, start, next)) continue;
        const { kind, seen } = this.#leaf.shared;
        const restarts = kind === RESTARTS_SEEN;
        if (seen < seenLast && !restarts) {
          this.#addBundle(i, next, `entry ${i} has an earlier "seen" than the entry before it`);
        }
        // The first leaf of a range is compared with the range before it, unless it may be earlier.
        if (seenLast === '' && !restarts) seenFirst = seen;
        seenLast = seen;
        this.#checkBody(i);
      }
      freeBytes(bundle.bytes);
    }
    this.#checkFingerprints();
    const found = { problems: this.#problems, erased: this.#erased, own: this.#own };
    return { from, to, hashes, readable, ...found, seenFirst, seenLast };
  }

  #readBundle(index: number): { bytes: Buffer; offsets: Uint32Array } | undefined {
    const { files, dir, size } = this.#setup;
    const width = tileWidth(0, index, size);
    const path = bundlePath({ index, width });
    const bytes = readBundleFile(files, dir, { index, width });
    if (bytes === undefined) {
      this.#add(layout.logFile(dir, path), 0, 'the file is missing');
      return undefined;
    }
    try {
      return { bytes, offsets: entryOffsets(bytes, width, path) };
    } catch (error) {
      this.#add(layout.logFile(dir, path), 0, messageOf(error));
      return undefined;
    }
  }

  /** Moves to the leaf that starts at `at`, after its length. */
  #readLeaf(index: number, at: number, end: number): boolean {
    try {
      this.#leaf.read(at + 2, end);
      return true;
    } catch (error) {
      this.#addBundle(index, at, `entry ${index}: ${messageOf(error)}`);
      return false;
    }
  }

  #checkBody(index: number): void {
    const block = this.#blockOf(index);
    if (block === undefined) return;
    const { meta, header, bodies } = block;
    const position = index - header.firstIndex;
    const size = meta.sizes[position] as number;
    if (size !== this.#leaf.size) {
      this.#addBlock(block, `entry ${index} has a size other than its leaf states`);
    }
    if (meta.erased[position] === 1) {
      this.#checkErased(block, index);
      return;
    }
    // A plain Uint8Array: creating a Buffer costs several times as much.
    const start = bodies.byteOffset + (meta.offsets[position] as number);
    const body = new Uint8Array(bodies.buffer, start, size);
    const { digests } = block;
    const digestAt = position * HASH_BYTES;
    sha256Into(body, digests, digestAt);
    const { kind } = this.#leaf.shared;
    const committed = this.#committer.commit(meta.salts, position * SALT_BYTES, digests, digestAt);
    if (committed !== this.#leaf.commitment) {
      this.#addBlock(block, `the body of entry ${index} does not match the log`);
    } else if (kind === 'erasure' || kind === 'key') {
      this.#own.push({ index, kind, body: Uint8Array.from(body) });
    }
    block.seeds[position] = this.#seedOfLeaf();
  }

  /** Neighbors usually share it, so it is looked up once for all of them. */
  #seedOfLeaf(): Uint8Array {
    const { shared } = this.#leaf;
    if (shared === this.#seedOf) return this.#seed;
    this.#seedOf = shared;
    this.#seed = this.#keys?.seed(shared.tenant, shared.source) ?? UNCHECKED;
    return this.#seed;
  }

  #checkErased(block: CheckedBlock, index: number): void {
    this.#erased.push(index);
    const at = (index - block.header.firstIndex) * SALT_BYTES;
    const salt = block.meta.salts.subarray(at, at + SALT_BYTES);
    if (!salt.some((byte) => byte !== 0)) return;
    this.#addBlock(block, `the salt of entry ${index} is still there after its body was erased`);
  }

  /**
   * Compares the fingerprints of the block's checked entries. A false fingerprint would make a new
   * record look known, and so keep it out of the ledger.
   */
  #checkFingerprints(): void {
    const block = this.#block;
    this.#block = undefined;
    if (block === undefined) return;
    freeBytes(block.bodies);
    if (this.#keys === undefined) return;
    const { meta, header, seeds, digests } = block;
    const expected = this.#keys.version.fingerprints(seeds, digests);
    if (expected.equals(meta.versions)) return;
    for (let position = 0; position < seeds.length; position++) {
      const at = position * VERSION_BYTES;
      const isChecked = seeds[position] !== UNCHECKED;
      if (!isChecked || !expected.compare(meta.versions, at, at + 16, at, at + 16)) continue;
      const index = header.firstIndex + position;
      this.#addBlock(block, `the fingerprint of entry ${index} does not match its body`);
    }
  }

  #blockOf(index: number): CheckedBlock | undefined {
    const { header } = this.#block ?? {};
    const isHeld =
      header !== undefined &&
      index >= header.firstIndex &&
      index < header.firstIndex + header.count;
    if (isHeld) return this.#block;
    this.#checkFingerprints();
    this.#block = this.#openBlock(index);
    return this.#block;
  }

  #openBlock(index: number): CheckedBlock | undefined {
    try {
      const block = this.#archive.unkeptBlock(index);
      const { count } = block.header;
      const seeds = new Array<Uint8Array>(count).fill(UNCHECKED);
      return { ...block, seeds, digests: Buffer.alloc(count * HASH_BYTES) };
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

  #addBlock({ place }: CheckedBlock, what: string): void {
    this.#add(place.path, place.at, what);
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
function hashLeafInto(bundle: Buffer, from: number, to: number, into: Buffer, at: number): void {
  const kept = bundle[from - 1] as number;
  bundle[from - 1] = LEAF_PREFIX;
  const start = bundle.byteOffset + from - 1;
  sha256Into(new Uint8Array(bundle.buffer, start, to - from + 1), into, at);
  bundle[from - 1] = kept;
}
