import { plural } from '@countersign/core';
import {
  bundlePath,
  HASH_BYTES,
  isByteEqual,
  MerkleTree,
  TILE_WIDTH,
  type TileId,
  tilePath,
  tileRoot,
  tileWidth,
} from '@countersign/tlog';
import type { Disk } from '../disk/disk.ts';
import type { Problems } from './fsck-report.ts';
import type { RangeReport } from './range-checker.ts';
import { readTileFile } from './tile-reading.ts';

const LOG = 'ledger/';

/** A signed root, and the file that states it. */
export type PromisedRoot = {
  readonly size: number;
  readonly root: Uint8Array;
  readonly path: string;
};

/** Rebuilds the tree from the entries, and compares every tile of the log with it. */
export class TreeChecker {
  readonly #files: Disk;
  readonly #dir: string;
  readonly #size: number;
  readonly #problems: Problems;
  readonly #tree = new MerkleTree();
  /** Ascending by size. One is removed when the tree has reached it. */
  readonly #promises: PromisedRoot[];

  constructor(parts: {
    readonly files: Disk;
    readonly dir: string;
    readonly size: number;
    readonly problems: Problems;
    readonly promises: readonly PromisedRoot[];
  }) {
    this.#files = parts.files;
    this.#dir = parts.dir;
    this.#size = parts.size;
    this.#problems = parts.problems;
    this.#promises = [...parts.promises].sort((a, b) => a.size - b.size);
    this.#keepPromises();
  }

  /** Ranges must come in order. */
  add(range: RangeReport): void {
    const hashes = Buffer.from(range.hashes);
    for (let index = range.from; index < range.to; index += TILE_WIDTH) {
      const width = Math.min(TILE_WIDTH, range.to - index);
      const start = (index - range.from) * HASH_BYTES;
      const found = hashes.subarray(start, start + width * HASH_BYTES);
      const isReadable = range.readable[(index - range.from) / TILE_WIDTH] === 1;
      this.#append(
        this.#checkTile(index / TILE_WIDTH, width, found, isReadable ? 'read' : 'unread'),
      );
    }
  }

  /** Checks the partial tiles of levels above the leaves. */
  end(): void {
    for (const { tile, hashes } of this.#tree.edge()) {
      if (tile.level > 0) this.#compare(tile, hashes);
    }
  }

  #append(hashes: Buffer): void {
    for (let at = 0; at < hashes.length; ) {
      const promised = this.#promises[0]?.size ?? Number.POSITIVE_INFINITY;
      const room = (promised - this.#tree.size) * HASH_BYTES;
      const end = Math.min(hashes.length, at + Math.max(room, HASH_BYTES));
      this.#tree.appendLeaves(hashes.subarray(at, end), (tile, bytes) => {
        if (tile.level > 0) this.#compare(tile, bytes);
      });
      at = end;
      this.#keepPromises();
    }
  }

  #keepPromises(): void {
    while (this.#promises[0]?.size === this.#tree.size) {
      const { size, root, path } = this.#promises.shift() as PromisedRoot;
      if (isByteEqual(root, this.#tree.root())) continue;
      this.#problems.add(
        path,
        0,
        `its root is not that of the first ${plural(size, 'entry')} of the log`,
      );
    }
  }

  /**
   * Returns the leaf hashes to continue with. If bundle and tile disagree, the tile above shows
   * which one is wrong. The other one is used, so that one wrong byte is reported once.
   */
  #checkTile(index: number, width: number, fromBundle: Buffer, bundle: 'read' | 'unread'): Buffer {
    const tile: TileId = { level: 0, index, width };
    const path = LOG + tilePath(tile);
    const inTile = readTileFile(this.#files, this.#dir, tile);
    if (inTile === undefined) this.#problems.add(path, 0, 'the file is missing');
    if (inTile === undefined || inTile.length !== width * HASH_BYTES) {
      if (inTile !== undefined)
        this.#problems.add(path, inTile.length, 'the file has another length');
      return fromBundle;
    }
    if (isByteEqual(inTile, fromBundle)) return fromBundle;
    if (bundle === 'unread') return inTile;
    const at = firstWrongHash(inTile, fromBundle);
    const guilty = this.#guilty(tile, inTile, fromBundle);
    if (guilty !== 'bundle') this.#problems.add(path, at * HASH_BYTES, 'a leaf hash is wrong');
    if (guilty !== 'tile') {
      const what = `entry ${index * TILE_WIDTH + at} does not match the tree`;
      this.#problems.add(LOG + bundlePath(tile), 0, what);
    }
    return guilty === 'bundle' ? inTile : fromBundle;
  }

  #guilty(tile: TileId, inTile: Buffer, fromBundle: Buffer): 'tile' | 'bundle' | 'either' {
    const isRight = (hashes: Buffer): boolean =>
      tile.width === TILE_WIDTH ? this.#fitsParent(tile, hashes) : this.#fitsCheckpoint(hashes);
    const [isTileRight, isBundleRight] = [isRight(inTile), isRight(fromBundle)];
    if (isTileRight === isBundleRight) return 'either';
    return isTileRight ? 'bundle' : 'tile';
  }

  #fitsParent(tile: TileId, hashes: Buffer): boolean {
    const index = Math.floor(tile.index / TILE_WIDTH);
    const width = tileWidth(1, index, this.#size);
    const parent = readTileFile(this.#files, this.#dir, { level: 1, index, width });
    const at = (tile.index % TILE_WIDTH) * HASH_BYTES;
    return (
      parent !== undefined && isByteEqual(parent.subarray(at, at + HASH_BYTES), tileRoot(hashes))
    );
  }

  /** The last, partial tile of leaves: with correct hashes, the tree has the promised root. */
  #fitsCheckpoint(hashes: Buffer): boolean {
    const promise = this.#promises.findLast(({ size }) => size === this.#size);
    const edge = this.#tree.edge();
    const tree = MerkleTree.restore(this.#tree.size, ({ level }) => {
      const found = edge.find(({ tile }) => tile.level === level);
      return found?.hashes ?? Buffer.alloc(0);
    });
    tree.appendLeaves(hashes, () => {});
    return promise !== undefined && isByteEqual(tree.root(), promise.root);
  }

  #compare(tile: TileId, expected: Uint8Array): void {
    const path = LOG + tilePath(tile);
    const found = readTileFile(this.#files, this.#dir, tile);
    if (found === undefined) {
      this.#problems.add(path, 0, 'the file is missing');
      return;
    }
    if (isByteEqual(found, expected)) return;
    const at = firstWrongHash(found, expected) * HASH_BYTES;
    this.#problems.add(
      path,
      Math.min(at, found.length),
      'a hash does not match the entries below it',
    );
  }
}

function firstWrongHash(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) if (a[i] !== b[i]) return Math.floor(i / HASH_BYTES);
  return Math.floor(length / HASH_BYTES);
}
