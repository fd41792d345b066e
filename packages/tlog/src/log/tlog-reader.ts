import { HASH_BYTES } from '../merkle/merkle-hash.ts';
import {
  consistencyRanges,
  inclusionRanges,
  isTreeSize,
  type LeafRange,
  nodesOf,
  rangeHash,
  verifyConsistency,
} from '../merkle/merkle-proof.ts';
import { hashReader } from '../merkle/merkle-tree.ts';
import { bundlePath, TILE_WIDTH, tileOfNode, tilePath, tileWidth } from '../merkle/tile.ts';
import {
  type Checkpoint,
  type CheckpointTrust,
  openCheckpoint,
  type SignedCheckpoint,
} from './checkpoint.ts';
import { EntryBundle } from './entry-bundle.ts';
import { type FetchTile, missingResource, VerifiedTiles } from './verified-tiles.ts';

export type TlogReaderOptions = {
  readonly fetchTile: FetchTile;
  readonly trust: CheckpointTrust;
};

export type LogEntry = { readonly index: number; readonly entry: Uint8Array };

/** Reads any static C2SP tlog-tiles log. Accepts only what the checkpoint covers. */
export class TlogReader {
  readonly #fetchTile: FetchTile;
  readonly #trust: CheckpointTrust;

  constructor(options: TlogReaderOptions) {
    this.#fetchTile = options.fetchTile;
    this.#trust = options.trust;
  }

  /**
   * The checkpoint that the log serves now, with its signature verified. {@link
   * TlogSnapshot.isExtensionOf} checks whether it extends an earlier one.
   * @throws TlogError MISSING_RESOURCE and those of {@link openCheckpoint}
   */
  async checkpoint(): Promise<SignedCheckpoint> {
    const bytes = await this.#fetchTile('checkpoint');
    if (bytes === undefined) throw missingResource('checkpoint');
    return openCheckpoint(bytes, this.#trust);
  }

  /** @throws TlogError MISSING_RESOURCE, MALFORMED_TILE, LOG_INCONSISTENT */
  async snapshot(checkpoint: Checkpoint): Promise<TlogSnapshot> {
    const tiles = await VerifiedTiles.open(checkpoint, this.#fetchTile);
    return new TlogSnapshot(checkpoint, tiles, this.#fetchTile);
  }
}

/** A log at the size of one checkpoint. */
export class TlogSnapshot {
  readonly checkpoint: Checkpoint;
  readonly #tiles: VerifiedTiles;
  readonly #fetchTile: FetchTile;

  constructor(checkpoint: Checkpoint, tiles: VerifiedTiles, fetchTile: FetchTile) {
    this.checkpoint = checkpoint;
    this.#tiles = tiles;
    this.#fetchTile = fetchTile;
  }

  /** @throws TlogError OUT_OF_RANGE, MISSING_RESOURCE, MALFORMED_TILE, LOG_INCONSISTENT */
  async entry(index: number): Promise<Uint8Array> {
    inclusionRanges(index, this.checkpoint.size);
    const bundle = await this.bundle(Math.floor(index / TILE_WIDTH));
    return bundle.entry(index % TILE_WIDTH);
  }

  /** The entries of `[from, to)` in order, each verified. */
  async *entries(range: LeafRange): AsyncGenerator<LogEntry, void, undefined> {
    const to = Math.min(range.to, this.checkpoint.size);
    for (let index = range.from; index < to; ) {
      const bundle = await this.bundle(Math.floor(index / TILE_WIDTH));
      for (let at = index % TILE_WIDTH; at < bundle.length && index < to; at++, index++) {
        yield { index, entry: bundle.entry(at) };
      }
    }
  }

  /**
   * The entries of one bundle, up to the size of this snapshot. Each is verified when it is read.
   * @throws TlogError OUT_OF_RANGE, MISSING_RESOURCE, MALFORMED_TILE, LOG_INCONSISTENT
   */
  async bundle(index: number): Promise<EntryBundle> {
    const hashes = await this.#tiles.tile(0, index);
    const width = tileWidth(0, index, this.checkpoint.size);
    const path = bundlePath({ index, width });
    const exact = await this.#fetchTile(path);
    const isFull = exact === undefined && width < TILE_WIDTH;
    const bytes = isFull ? await this.#fetchTile(bundlePath({ index, width: TILE_WIDTH })) : exact;
    if (bytes === undefined) throw missingResource(path);
    const held = isFull ? TILE_WIDTH : width;
    return new EntryBundle({ index, width: held, bytes }, hashes);
  }

  /** @throws TlogError OUT_OF_RANGE, MISSING_RESOURCE, MALFORMED_TILE, LOG_INCONSISTENT */
  async leafHash(index: number): Promise<Buffer> {
    inclusionRanges(index, this.checkpoint.size);
    const hashes = await this.#tiles.tile(0, Math.floor(index / TILE_WIDTH));
    const at = (index % TILE_WIDTH) * HASH_BYTES;
    return Buffer.from(hashes.subarray(at, at + HASH_BYTES));
  }

  /** @throws TlogError OUT_OF_RANGE, MISSING_RESOURCE, MALFORMED_TILE, LOG_INCONSISTENT */
  async proveInclusion(index: number): Promise<Buffer[]> {
    return this.#hashRanges(inclusionRanges(index, this.checkpoint.size));
  }

  /** @throws TlogError OUT_OF_RANGE, MISSING_RESOURCE, MALFORMED_TILE, LOG_INCONSISTENT */
  async proveConsistency(oldSize: number): Promise<Buffer[]> {
    return this.#hashRanges(consistencyRanges(oldSize, this.checkpoint.size));
  }

  /**
   * Returns false for a log that was rolled back or forked. Then `older` and this checkpoint
   * together are evidence against their signer.
   * @throws TlogError MISSING_RESOURCE, MALFORMED_TILE, LOG_INCONSISTENT
   */
  async isExtensionOf(older: Checkpoint): Promise<boolean> {
    const { origin, size, root } = this.checkpoint;
    if (older.origin !== origin || !isTreeSize(older.size) || older.size > size) return false;
    const proof = await this.proveConsistency(older.size);
    const oldAndNew = { oldSize: older.size, oldRoot: older.root, newSize: size, newRoot: root };
    return verifyConsistency({ ...oldAndNew, proof });
  }

  async #hashRanges(ranges: readonly LeafRange[]): Promise<Buffer[]> {
    const { size } = this.checkpoint;
    const tiles = new Map<string, Buffer>();
    for (const node of ranges.flatMap(nodesOf)) {
      const { tile } = tileOfNode(node, size);
      const path = tilePath(tile);
      if (!tiles.has(path)) tiles.set(path, await this.#tiles.tile(tile.level, tile.index));
    }
    const readHash = hashReader(size, (tile) => tiles.get(tilePath(tile)) as Buffer);
    return ranges.map((range) => rangeHash(range, readHash));
  }
}
