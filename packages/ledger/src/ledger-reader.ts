import { setImmediate as nextTurn } from 'node:timers/promises';
import { type Locus, plural } from '@countersign/core';
import {
  BUNDLE_BYTES_MAX,
  type EntryBundle,
  hashReader,
  NOTE_BYTES_MAX,
  proveConsistency,
  type SignedCheckpoint,
  TILE_WIDTH,
  TlogReader,
  type TlogSnapshot,
  tileWidth,
  verifierOf,
} from '@countersign/tlog';
import { type PublishedCheckpoint, publishedOf, readCheckpoint } from './append/publisher.ts';
import { ArchiveReader } from './archive/archive-reader.ts';
import { corrupt } from './archive/block.ts';
import { COLUMN_BYTES } from './archive/block-metadata.ts';
import type { OpenBlock } from './archive/merge-blocks.ts';
import { type Disk, nodeFiles } from './disk/disk.ts';
import { freeBytes } from './disk/free-bytes.ts';
import { readWholeFile } from './disk/replace-file.ts';
import { bodyCommitment } from './entries/body-commitment.ts';
import { type Leaf, parseLeaf } from './entries/leaf.ts';
import { readTile } from './entries/tile-files.ts';
import { LedgerError } from './errors.ts';
import { layout } from './folder/folder-layout.ts';
import { noLedger, readManifest } from './folder/ledger-manifest.ts';
import { BUNDLES_KEPT_MAX, MANIFEST_BYTES_MAX } from './limits.ts';

/** The body of an entry, or the fact that it was erased. */
export type Body =
  | {
      readonly kind: 'present';
      readonly bytes: Uint8Array;
      /** The 16 random bytes of the leaf's commitment. */
      readonly salt: Uint8Array;
      readonly locus: Locus | undefined;
    }
  | { readonly kind: 'erased'; readonly locus: Locus | undefined };

/** Neighboring entries of one block. Creates no object for an entry that is not read. */
export interface ScanBatch {
  readonly firstIndex: number;
  readonly count: number;
  /** `position` counts from 0 within the batch. The bytes are verified up to the checkpoint. */
  leaf(position: number): Uint8Array;
  body(position: number): Body;
  /** 16 bytes each. */
  version(position: number): Uint8Array;
  action(position: number): Uint8Array;
}

/** One entry with a copy of its body. */
export type ReadEntry = {
  readonly index: number;
  readonly leaf: Uint8Array;
  readonly body: Body;
};

type View = {
  readonly checkpoint: SignedCheckpoint;
  readonly snapshot: TlogSnapshot;
  readonly leaves: LeafWindow;
  /** The key that signs for the log. */
  readonly vkey: string;
  /** The files that all this was read from. */
  readonly source: Buffer;
};

/**
 * Reads a ledger up to its published checkpoint. Takes no lock, writes nothing, and works beside a
 * writer and on a read-only disk.
 */
export class LedgerReader {
  readonly #files: Disk;
  readonly #dir: string;
  readonly #archive: ArchiveReader;
  #view: View;

  private constructor(files: Disk, dir: string, view: View) {
    this.#files = files;
    this.#dir = dir;
    this.#view = view;
    this.#archive = new ArchiveReader(files, dir);
    this.#archive.refresh(this.size);
  }

  /** @throws LedgerError NO_LEDGER, FOLDER_VERSION, FOLDER_CORRUPT, LOG_INCONSISTENT */
  static async open(
    dir: string,
    options: { readonly files?: Disk | undefined } = {},
  ): Promise<LedgerReader> {
    const files = options.files ?? nodeFiles;
    return new LedgerReader(files, dir, await openView(files, dir));
  }

  /**
   * Picks up what was published and erased since the last refresh. Calls may overlap. Costs little
   * if nothing was published: readers that wait for new entries call this several times a second.
   */
  async refresh(): Promise<void> {
    if (!viewSource(this.#files, this.#dir).equals(this.#view.source)) {
      const view = await openView(this.#files, this.#dir);
      // A call that read earlier and finishes last must not set the view back.
      if (view.checkpoint.size < this.size) return;
      this.#view = view;
    }
    this.#archive.refresh(this.size);
  }

  close(): void {
    this.#archive.close();
  }

  get size(): number {
    return this.#view.checkpoint.size;
  }

  get origin(): string {
    return this.#view.checkpoint.origin;
  }

  /** The key that signs for the log now. */
  get vkey(): string {
    return this.#view.vkey;
  }

  get checkpoint(): SignedCheckpoint {
    return this.#view.checkpoint;
  }

  get published(): PublishedCheckpoint {
    return publishedOf(this.#view.checkpoint);
  }

  /** @throws LedgerError OUT_OF_RANGE, LOG_INCONSISTENT and those of `parseLeaf` */
  async leaf(index: number): Promise<{ readonly bytes: Uint8Array; readonly leaf: Leaf }> {
    this.#checkIndex(index);
    const leafAt = await this.#view.leaves.range(index, index + 1);
    const bytes = leafAt(index);
    return { bytes, leaf: parseLeaf(bytes) };
  }

  /**
   * The body, compared with the hash that the tree commits to. Detects a change of the body even if
   * all digests in its file match.
   * @throws LedgerError OUT_OF_RANGE, SEGMENT_CORRUPT, LOG_INCONSISTENT
   */
  async body(index: number): Promise<Body> {
    this.#checkIndex(index);
    const block = this.#archive.block(index, index + 1);
    const body = bodyOf(block, index - block.header.firstIndex);
    const { leaf } = await this.leaf(index);
    if (body.kind === 'erased' || isBodyOf(leaf, body)) return body;
    const { path, at } = this.#archive.facts(index).place;
    throw corrupt({ path, at }, `the body of entry ${index} does not match its leaf`);
  }

  /**
   * The entries of `[from, to)` in order, block by block, in constant memory. Bodies are compared
   * only with the digests of their block. `body` compares one with its leaf.
   */
  async *scan(
    range: { readonly from?: number; readonly to?: number } = {},
  ): AsyncGenerator<ScanBatch, void, undefined> {
    const { leaves } = this.#view;
    const to = Math.min(range.to ?? this.size, this.size);
    for (let index = range.from ?? 0; index < to; ) {
      // Reading is synchronous, so yield to other work on this thread between blocks.
      await nextTurn();
      const block = this.#archive.block(index, to);
      const end = Math.min(to, block.header.firstIndex + block.header.count);
      yield scanBatch(block, { from: index, to: end }, await leaves.range(index, end));
      index = end;
    }
  }

  /**
   * Single entries, by ascending index. Unpacks each block once and frees it, where `scan` would
   * keep it: a person's events lie in hundreds of blocks. Bodies are copies, and are compared only
   * with the digests of their block.
   */
  async *entries(ascending: readonly number[]): AsyncGenerator<ReadEntry, void, undefined> {
    const { leaves } = this.#view;
    for (let at = 0; at < ascending.length; ) {
      await nextTurn();
      const block = this.#archive.unkeptBlock(ascending[at] as number);
      const end = block.header.firstIndex + block.header.count;
      const read: ReadEntry[] = [];
      for (; at < ascending.length && (ascending[at] as number) < end; at++) {
        const index = ascending[at] as number;
        const leafAt = await leaves.range(index, index + 1);
        const body = bodyOf(block, index - block.header.firstIndex);
        const copy = body.kind === 'erased' ? body : { ...body, bytes: new Uint8Array(body.bytes) };
        read.push({ index, leaf: leafAt(index), body: copy });
      }
      freeBytes(block.bodies);
      yield* read;
    }
  }

  /** From the leaf's sibling up to the root's child, against {@link checkpoint}. */
  proveInclusion(index: number): Promise<Buffer[]> {
    return this.#view.snapshot.proveInclusion(index);
  }

  /** The proof that the log of `oldSize` entries is a prefix of the log of `newSize`. */
  async proveConsistency(oldSize: number, newSize: number = this.size): Promise<Buffer[]> {
    const { size } = this;
    if (newSize === size) return this.#view.snapshot.proveConsistency(oldSize);
    if (newSize > size) this.#checkIndex(newSize - 1);
    const readWidest = hashReader(newSize, (tile) => {
      const width = tileWidth(tile.level, tile.index, size);
      return readTile(this.#files, this.#dir, { ...tile, width });
    });
    return proveConsistency(oldSize, newSize, readWidest);
  }

  #checkIndex(index: number): void {
    if (Number.isSafeInteger(index) && index >= 0 && index < this.size) return;
    throw new LedgerError(
      'OUT_OF_RANGE',
      `could not read entry ${index}: the ledger has published ${plural(this.size, 'entry')}`,
      { data: { index, size: this.size } },
    );
  }
}

/** The bytes of the two files that name a view. A missing file is as if it were empty. */
function viewSource(files: Disk, dir: string): Buffer {
  const manifest = readWholeFile(files, layout.manifest(dir), MANIFEST_BYTES_MAX);
  const checkpoint = readWholeFile(files, layout.checkpoint(dir), NOTE_BYTES_MAX);
  return Buffer.concat([manifest ?? Buffer.alloc(0), checkpoint ?? Buffer.alloc(0)]);
}

async function openView(files: Disk, dir: string): Promise<View> {
  // If the files are replaced after this, the next refresh finds them different.
  const source = viewSource(files, dir);
  const manifest = readManifest(files, dir);
  if (manifest === undefined) throw noLedger(dir);
  const checkpoint = readCheckpoint(files, dir, manifest);
  const reader = new TlogReader({
    fetchTile: async (path) => readWholeFile(files, layout.logFile(dir, path), BUNDLE_BYTES_MAX),
    trust: { log: manifest.vkeys.map((vkey) => verifierOf(vkey)), origin: manifest.origin },
  });
  const snapshot = await reader.snapshot(checkpoint);
  const leaves = new LeafWindow(snapshot);
  return { checkpoint, snapshot, leaves, vkey: manifest.vkeys.at(-1) as string, source };
}

/** Leaves, verified as they are read. Keeps a few bundles: a caller often reads neighbors next. */
class LeafWindow {
  readonly #snapshot: TlogSnapshot;
  /** Least recently used first. */
  readonly #bundles: Map<number, EntryBundle> = new Map();

  constructor(snapshot: TlogSnapshot) {
    this.#snapshot = snapshot;
  }

  /** Reads the leaves of `[from, to)`; the result returns each by its index. */
  async range(from: number, to: number): Promise<(index: number) => Uint8Array> {
    const first = Math.floor(from / TILE_WIDTH);
    const bundles: EntryBundle[] = [];
    for (let at = first; at * TILE_WIDTH < to; at++) bundles.push(await this.#bundle(at));
    return (index) => {
      const bundle = bundles[Math.floor(index / TILE_WIDTH) - first] as EntryBundle;
      return bundle.entry(index % TILE_WIDTH);
    };
  }

  async #bundle(index: number): Promise<EntryBundle> {
    const bundle = this.#bundles.get(index) ?? (await this.#snapshot.bundle(index));
    this.#bundles.delete(index);
    this.#bundles.set(index, bundle);
    const oldest = this.#bundles.keys().next().value;
    const isFull = this.#bundles.size > BUNDLES_KEPT_MAX;
    if (isFull && oldest !== undefined) this.#bundles.delete(oldest);
    return bundle;
  }
}

/** Returns true if the leaf commits to these bytes. */
function isBodyOf(leaf: Leaf, body: Body & { readonly kind: 'present' }): boolean {
  if (body.bytes.length !== leaf.size) return false;
  return bodyCommitment(body.salt, body.bytes) === leaf.commitment;
}

function scanBatch(
  block: OpenBlock,
  { from, to }: { readonly from: number; readonly to: number },
  leafAt: (index: number) => Uint8Array,
): ScanBatch {
  const skipped = from - block.header.firstIndex;
  return {
    firstIndex: from,
    count: to - from,
    leaf: (position) => leafAt(from + position),
    body: (position) => bodyOf(block, skipped + position),
    version: (position) => column(block.meta.versions, skipped + position),
    action: (position) => column(block.meta.actions, skipped + position),
  };
}

function bodyOf({ meta, bodies }: OpenBlock, position: number): Body {
  const locus = meta.loci[position];
  if (meta.erased[position] === 1) return { kind: 'erased', locus };
  const start = meta.offsets[position] as number;
  const bytes = bodies.subarray(start, start + (meta.sizes[position] as number));
  return { kind: 'present', bytes, salt: column(meta.salts, position), locus };
}

function column(bytes: Buffer, position: number): Uint8Array {
  return bytes.subarray(position * COLUMN_BYTES, (position + 1) * COLUMN_BYTES);
}
