import { plural } from '@countersign/core';
import { isByteEqual, quoted } from '../canonical-encoding.ts';
import { TlogError } from '../errors.ts';
import { TILE_CACHE_TILES_MAX } from '../limits.ts';
import { HASH_BYTES } from '../merkle/merkle-hash.ts';
import { isParentOf, rootOfEdge } from '../merkle/merkle-tree.ts';
import { edgeTiles, TILE_WIDTH, type TileId, tilePath, tileWidth } from '../merkle/tile.ts';
import type { Checkpoint } from './checkpoint.ts';

/**
 * Fetches a resource of a static log by its path below the log's prefix. MUST resolve to undefined
 * if the log has no such resource, and reject on any other failure. MUST undo any content encoding,
 * and MUST limit what it reads: an entry bundle has at most 16 MiB.
 */
export type FetchTile = (path: string) => Promise<Uint8Array | undefined>;

/**
 * The tiles of a log at one checkpoint. Each tile is verified up to the checkpoint's root before it
 * is returned. A server of the tiles can withhold data, but cannot forge it.
 */
export class VerifiedTiles {
  readonly size: number;
  readonly #fetchTile: FetchTile;
  /** The partial tile of each level. Together they give the root. */
  readonly #edge: ReadonlyMap<number, Buffer>;
  /** Full tiles, least recently used first. */
  readonly #full: Map<string, Buffer> = new Map();

  private constructor(size: number, edge: ReadonlyMap<number, Buffer>, fetchTile: FetchTile) {
    this.size = size;
    this.#edge = edge;
    this.#fetchTile = fetchTile;
  }

  /** @throws TlogError MISSING_RESOURCE, MALFORMED_TILE, LOG_INCONSISTENT */
  static async open(checkpoint: Checkpoint, fetchTile: FetchTile): Promise<VerifiedTiles> {
    const { size, root, origin } = checkpoint;
    const tiles = edgeTiles(size);
    const fetched = await Promise.all(tiles.map((tile) => fetchHashes(tile, fetchTile)));
    const edge = new Map(tiles.map(({ level }, i) => [level, fetched[i] as Buffer]));
    if (
      !isByteEqual(
        rootOfEdge(size, (level) => edge.get(level) as Buffer),
        root,
      )
    ) {
      const paths = tiles.map(tilePath);
      throw new TlogError(
        'LOG_INCONSISTENT',
        `could not verify the tiles of ${quoted(origin)} at size ${size}: ` +
          `${paths.join(', ') || 'nothing'} ` +
          'does not hash to the root of its checkpoint',
        { data: { paths } },
      );
    }
    return new VerifiedTiles(size, edge, fetchTile);
  }

  /**
   * The hashes of a tile, as many as it has at this size.
   * @throws TlogError OUT_OF_RANGE, MISSING_RESOURCE, MALFORMED_TILE, LOG_INCONSISTENT
   */
  async tile(level: number, index: number): Promise<Buffer> {
    const tile: TileId = { level, index, width: tileWidth(level, index, this.size) };
    if (tile.width < TILE_WIDTH) {
      const hashes = tile.width > 0 ? this.#edge.get(level) : undefined;
      if (hashes === undefined) {
        throw new TlogError(
          'OUT_OF_RANGE',
          `a log of ${plural(this.size, 'entry')} has no such tile`,
        );
      }
      return hashes;
    }
    const path = tilePath(tile);
    const kept = this.#full.get(path);
    const hashes = kept ?? (await this.#fetchVerified(tile, path));
    this.#full.delete(path);
    this.#full.set(path, hashes);
    if (this.#full.size > TILE_CACHE_TILES_MAX) {
      this.#full.delete(this.#full.keys().next().value as string);
    }
    return hashes;
  }

  async #fetchVerified(tile: TileId, path: string): Promise<Buffer> {
    const hashes = await fetchHashes(tile, this.#fetchTile);
    const parent = await this.tile(tile.level + 1, Math.floor(tile.index / TILE_WIDTH));
    if (!isParentOf(parent, tile.index % TILE_WIDTH, hashes)) {
      throw new TlogError(
        'LOG_INCONSISTENT',
        `could not verify ${path}: its root does not match the level above`,
        { data: { paths: [path] } },
      );
    }
    return hashes;
  }
}

/** C2SP tlog-tiles: a log may delete a partial tile once the full one exists. */
async function fetchHashes(tile: TileId, fetchTile: FetchTile): Promise<Buffer> {
  const path = tilePath(tile);
  const full = { ...tile, width: TILE_WIDTH };
  const exact = await fetchTile(path);
  const bytes = exact ?? (tile.width < TILE_WIDTH ? await fetchTile(tilePath(full)) : undefined);
  if (bytes === undefined) throw missingResource(path);
  const width = exact === undefined ? TILE_WIDTH : tile.width;
  if (bytes.length !== width * HASH_BYTES) {
    throw new TlogError(
      'MALFORMED_TILE',
      `could not read ${path}: it holds ${plural(bytes.length, 'byte')} instead of ` +
        `${width * HASH_BYTES}`,
      { data: { paths: [path] } },
    );
  }
  return Buffer.from(bytes.buffer, bytes.byteOffset, tile.width * HASH_BYTES);
}

export function missingResource(path: string): TlogError {
  return new TlogError('MISSING_RESOURCE', `could not read ${path}: the log does not have it`, {
    data: { paths: [path] },
  });
}
