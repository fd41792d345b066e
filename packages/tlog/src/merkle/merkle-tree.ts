import { assert, plural } from '@countersign/core';
import { isByteEqual } from '../canonical-encoding.ts';
import { TlogError } from '../errors.ts';
import { emptyRoot, HASH_BYTES, NodeHasher, nodeHash } from './merkle-hash.ts';
import { isTreeSize, type ReadHash } from './merkle-proof.ts';
import { edgeTiles, hashCountAt, TILE_BYTES, TILE_WIDTH, type TileId, tileOfNode } from './tile.ts';

/**
 * Receives a tile that just became full. `hashes` (8,192 bytes) is the tree's own memory: it MUST
 * be copied or written before the call returns. The tree is unusable after a sink throws.
 */
export type FullTileSink = (tile: TileId, hashes: Uint8Array) => void;

/** Returns the bytes of a tile, at least `width` hashes. MUST throw rather than guess. */
export type ReadTile = (tile: TileId) => Uint8Array;

/**
 * The right edge of a log's Merkle tree: only the partial tile of each level. Costs about one hash
 * per appended leaf, and 8 KiB per level of 256.
 */
export class MerkleTree {
  readonly #hasher: NodeHasher = new NodeHasher();
  readonly #levels: Buffer[] = [];
  #size = 0;

  /**
   * Restores the tree of `size` entries from the tiles of {@link MerkleTree.edge}.
   * @throws TlogError OUT_OF_RANGE, MALFORMED_TILE
   */
  static restore(size: number, readTile: ReadTile): MerkleTree {
    if (!isTreeSize(size)) throw tooLarge(size);
    const tree = new MerkleTree();
    tree.#size = size;
    for (const tile of edgeTiles(size)) {
      copyTile(readTile(tile), tile, tree.#levelAt(tile.level));
    }
    return tree;
  }

  get size(): number {
    return this.#size;
  }

  /**
   * Appends consecutive leaf hashes and passes each full tile to `onFull`. Within one call, a tile
   * comes before the tiles of higher levels that contain its root.
   * @throws TlogError OUT_OF_RANGE
   */
  appendLeaves(hashes: Uint8Array, onFull: FullTileSink): void {
    assert(hashes.length % HASH_BYTES === 0, 'leaf hashes come whole');
    const count = hashes.length / HASH_BYTES;
    if (!isTreeSize(this.#size + count)) throw tooLarge(this.#size + count);
    const tile = this.#levelAt(0);
    for (let at = 0; at < count; ) {
      const width = this.#size % TILE_WIDTH;
      const taken = Math.min(TILE_WIDTH - width, count - at);
      tile.set(hashes.subarray(at * HASH_BYTES, (at + taken) * HASH_BYTES), width * HASH_BYTES);
      at += taken;
      this.#size += taken;
      if (width + taken === TILE_WIDTH) this.#fill(0, onFull);
    }
  }

  root(): Buffer {
    return rootOfEdge(this.#size, (level) => this.#levelAt(level), this.#hasher);
  }

  /** The partial tiles, lowest level first; the bytes are copies. */
  edge(): { readonly tile: TileId; readonly hashes: Buffer }[] {
    return edgeTiles(this.#size).map((tile) => ({
      tile,
      hashes: Buffer.from(this.#levelAt(tile.level).subarray(0, tile.width * HASH_BYTES)),
    }));
  }

  /** Tile `index` of `level` just became full: its root joins the level above. */
  #fill(level: number, onFull: FullTileSink): void {
    const hashes = this.#levelAt(level);
    const index = hashCountAt(level + 1, this.#size) - 1;
    onFull({ level, index, width: TILE_WIDTH }, hashes);
    const position = index % TILE_WIDTH;
    this.#hasher.subtree(hashes, 0, TILE_WIDTH, this.#levelAt(level + 1), position * HASH_BYTES);
    if (position === TILE_WIDTH - 1) this.#fill(level + 1, onFull);
  }

  #levelAt(level: number): Buffer {
    while (this.#levels.length <= level) this.#levels.push(Buffer.alloc(TILE_BYTES));
    return this.#levels[level] as Buffer;
  }
}

/** The root of a log of `size` entries from its partial tiles. */
export function rootOfEdge(
  size: number,
  hashesOf: (level: number) => Buffer,
  hasher: NodeHasher = new NodeHasher(),
): Buffer {
  let right: Buffer | undefined;
  for (const { level, width } of edgeTiles(size)) {
    let end = width;
    for (let count = 1; count <= end; count *= 2) {
      if (end % (2 * count) === 0) continue;
      end -= count;
      const left = Buffer.allocUnsafe(HASH_BYTES);
      hasher.subtree(hashesOf(level), end * HASH_BYTES, count, left, 0);
      right = right === undefined ? left : nodeHash(left, right);
    }
  }
  return right ?? emptyRoot();
}

/** Reads any node of a log of `size` entries from its tiles. */
export function hashReader(size: number, readTile: ReadTile): ReadHash {
  const hasher = new NodeHasher();
  return (level, index) => {
    const { tile, position, count } = tileOfNode({ level, index }, size);
    const hash = Buffer.allocUnsafe(HASH_BYTES);
    hasher.subtree(wholeTile(readTile(tile), tile), position * HASH_BYTES, count, hash, 0);
    return hash;
  };
}

/** The root of a full tile, which is one hash of the level above. */
export function tileRoot(hashes: Uint8Array): Buffer {
  assert(hashes.length === TILE_BYTES, 'only a full tile has a root');
  const root = Buffer.allocUnsafe(HASH_BYTES);
  new NodeHasher().subtree(asBuffer(hashes), 0, TILE_WIDTH, root, 0);
  return root;
}

/** Returns true if the root of the full tile matches its parent. */
export function isParentOf(parent: Uint8Array, position: number, hashes: Uint8Array): boolean {
  const at = position * HASH_BYTES;
  return isByteEqual(parent.subarray(at, at + HASH_BYTES), tileRoot(hashes));
}

function copyTile(bytes: Uint8Array, tile: TileId, into: Buffer): void {
  into.set(wholeTile(bytes, tile).subarray(0, tile.width * HASH_BYTES));
}

function wholeTile(bytes: Uint8Array, tile: TileId): Buffer {
  if (bytes.length < tile.width * HASH_BYTES) {
    throw new TlogError(
      'MALFORMED_TILE',
      `could not read tile ${tile.index} of level ${tile.level}: it holds ` +
        `${plural(bytes.length, 'byte')} instead of ${tile.width * HASH_BYTES}`,
    );
  }
  return asBuffer(bytes);
}

function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}

function tooLarge(size: number): TlogError {
  return new TlogError('OUT_OF_RANGE', `a log cannot hold ${size} entries: the limit is 2^53 - 1`);
}
