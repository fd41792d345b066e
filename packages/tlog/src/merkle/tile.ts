import { plural } from '@countersign/core';
import { parseDecimal } from '../canonical-encoding.ts';
import { TlogError } from '../errors.ts';
import { ENTRY_BYTES_MAX } from '../limits.ts';
import { HASH_BYTES } from './merkle-hash.ts';

/** C2SP tlog-tiles: a full tile holds 256 hashes, so one tile level is eight tree levels. */
export const TILE_WIDTH = 256;
export const TILE_BYTES: number = TILE_WIDTH * HASH_BYTES;
const TILE_HEIGHT = 8;
/** C2SP tlog-tiles: each entry follows its length, a big-endian 16-bit number. */
export const LENGTH_BYTES = 2;
/** C2SP tlog-tiles: levels go up to 63. */
const TILE_LEVEL_MAX = 63;

/** `width` is the number of hashes (or entries) in the tile, 1 to 256. */
export type TileId = { readonly level: number; readonly index: number; readonly width: number };
export type BundleId = { readonly index: number; readonly width: number };

/** A resource of a static log, parsed from its path. */
export type TileResource =
  | ({ readonly kind: 'tile' } & TileId)
  | ({ readonly kind: 'entries' } & BundleId);

/** A perfect subtree: MTH over the entries `[index * 2^level, (index + 1) * 2^level)`. */
export type TreeNode = { readonly level: number; readonly index: number };

/** `tile/<L>/<N>[.p/<W>]`, without the log's prefix. */
export function tilePath(tile: TileId): string {
  return `tile/${tile.level}/${indexPath(tile)}`;
}

/** `tile/entries/<N>[.p/<W>]`, without the log's prefix. */
export function bundlePath(bundle: BundleId): string {
  return `tile/entries/${indexPath(bundle)}`;
}

/** Returns undefined for every path that {@link tilePath} and {@link bundlePath} never write. */
export function parseTilePath(path: string): TileResource | undefined {
  const parts =
    /^tile\/(entries|0|[1-9][0-9]?)\/((?:x[0-9]{3}\/)*)([0-9]{3})(?:\.p\/([0-9]+))?$/.exec(path);
  if (parts === null) return undefined;
  const [, levelText = '', leading = '', last = '', widthText] = parts;
  // A first element of x000 would give one tile two names.
  if (leading.startsWith('x000')) return undefined;
  const index = parseDecimal((leading.replace(/[x/]/g, '') + last).replace(/^0+(?=[0-9])/, ''));
  const width = widthText === undefined ? TILE_WIDTH : parseDecimal(widthText);
  if (index === undefined || width === undefined || width < 1) return undefined;
  if (widthText !== undefined && width >= TILE_WIDTH) return undefined;
  if (levelText === 'entries') return { kind: 'entries', index, width };
  const level = Number(levelText);
  return level > TILE_LEVEL_MAX ? undefined : { kind: 'tile', level, index, width };
}

/**
 * The number of hashes at tile level `level` in a log of `size` entries: floor(size / 256^level).
 */
export function hashCountAt(level: number, size: number): number {
  return Math.floor(size / 2 ** (TILE_HEIGHT * level));
}

/** The width of tile `index` of `level` in a log of `size` entries; 0 if it does not exist. */
export function tileWidth(level: number, index: number, size: number): number {
  const width = hashCountAt(level, size) - index * TILE_WIDTH;
  return Math.max(0, Math.min(TILE_WIDTH, width));
}

/** The partial tiles of a log of `size` entries, lowest level first. A level may have none. */
export function edgeTiles(size: number): TileId[] {
  const edge: TileId[] = [];
  for (let level = 0; hashCountAt(level, size) > 0; level++) {
    const index = Math.floor(hashCountAt(level, size) / TILE_WIDTH);
    const width = tileWidth(level, index, size);
    if (width > 0) edge.push({ level, index, width });
  }
  return edge;
}

/**
 * The tile of a log of `size` entries that holds `node`, and the position of its `count` hashes.
 */
export function tileOfNode(
  node: TreeNode,
  size: number,
): { readonly tile: TileId; readonly position: number; readonly count: number } {
  const level = Math.floor(node.level / TILE_HEIGHT);
  const count = 2 ** (node.level % TILE_HEIGHT);
  const first = node.index * count;
  const index = Math.floor(first / TILE_WIDTH);
  const width = tileWidth(level, index, size);
  const position = first % TILE_WIDTH;
  if (position + count > width) {
    throw new TlogError(
      'OUT_OF_RANGE',
      `a tree of ${plural(size, 'entry')} has no node ${node.index} at level ${node.level}`,
    );
  }
  return { tile: { level, index, width }, position, count };
}

/**
 * Each entry as a big-endian 16-bit length and the bytes.
 * @throws TlogError MALFORMED_TILE for an entry of more than 65,535 bytes.
 */
export function encodeBundle(entries: readonly Uint8Array[]): Buffer {
  const bytes = Buffer.allocUnsafe(entries.reduce((sum, entry) => sum + 2 + entry.length, 0));
  let at = 0;
  for (const entry of entries) {
    if (entry.length > ENTRY_BYTES_MAX) {
      throw new TlogError(
        'MALFORMED_TILE',
        `could not encode an entry of ${entry.length} bytes: at most ${ENTRY_BYTES_MAX} ` +
          'fit a bundle',
      );
    }
    at = bytes.writeUInt16BE(entry.length, at);
    bytes.set(entry, at);
    at += entry.length;
  }
  return bytes;
}

/**
 * The entries of a bundle as views of `bytes`. Errors name `path`.
 * @throws TlogError MALFORMED_TILE unless it holds exactly `width` whole entries
 */
export function decodeBundle(
  bytes: Uint8Array,
  width: number,
  path: string = 'an entry bundle',
): Uint8Array[] {
  const offsets = entryOffsets(bytes, width, path);
  const entries: Uint8Array[] = [];
  for (let i = 0; i < width; i++) {
    entries.push(bytes.subarray((offsets[i] as number) + LENGTH_BYTES, offsets[i + 1]));
  }
  return entries;
}

/**
 * Where the entries of a bundle begin, with their two-byte lengths, and where the last one ends.
 * For callers that read the entries in place. Errors name `path`.
 * @throws TlogError MALFORMED_TILE unless it holds exactly `width` whole entries
 */
export function entryOffsets(
  bytes: Uint8Array,
  width: number,
  path: string = 'an entry bundle',
): Uint32Array {
  const offsets = new Uint32Array(width + 1);
  let at = 0;
  for (let count = 0; count < width && at < bytes.length; count++) {
    at += LENGTH_BYTES + (bytes[at] ?? 0) * 256 + (bytes[at + 1] ?? 0);
    if (at > bytes.length) {
      throw malformedBundle(path, `entry ${count} ends at byte ${at} of ${bytes.length}`);
    }
    offsets[count + 1] = at;
  }
  if (at !== bytes.length || (width > 0 && offsets[width] === 0)) {
    throw malformedBundle(path, `it does not hold exactly ${plural(width, 'entry')}`);
  }
  return offsets;
}

function indexPath({ index, width }: BundleId): string {
  if (!Number.isSafeInteger(index) || index < 0 || !(width >= 1 && width <= TILE_WIDTH)) {
    throw new TlogError('OUT_OF_RANGE', `there is no tile ${index} of width ${width}`);
  }
  let path = String(index % 1000).padStart(3, '0');
  for (let rest = Math.floor(index / 1000); rest > 0; rest = Math.floor(rest / 1000)) {
    path = `x${String(rest % 1000).padStart(3, '0')}/${path}`;
  }
  return width === TILE_WIDTH ? path : `${path}.p/${width}`;
}

function malformedBundle(path: string, what: string): TlogError {
  return new TlogError('MALFORMED_TILE', `could not read ${path}: ${what}`, {
    data: { paths: [path] },
  });
}
