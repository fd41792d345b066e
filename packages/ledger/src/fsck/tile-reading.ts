import {
  BUNDLE_BYTES_MAX,
  type BundleId,
  bundlePath,
  HASH_BYTES,
  TILE_BYTES,
  TILE_WIDTH,
  type TileId,
  tilePath,
} from '@countersign/tlog';
import type { Disk } from '../disk/disk.ts';
import { readWholeFile } from '../disk/replace-file.ts';
import { layout } from '../folder/folder-layout.ts';

/**
 * Reads a tile like any client of the log. A missing partial tile is a prefix of the full one that
 * superseded it, which a writer may do during the check. In a log at rest, a full tile in place of
 * a partial one is a stray file, and is reported.
 */
export function readTileFile(files: Disk, dir: string, tile: TileId): Buffer | undefined {
  const read = (width: number): Buffer | undefined =>
    readWholeFile(files, layout.logFile(dir, tilePath({ ...tile, width })), TILE_BYTES + 1);
  return read(tile.width) ?? read(TILE_WIDTH)?.subarray(0, tile.width * HASH_BYTES);
}

/** Like {@link readTileFile}, for an entry bundle. */
export function readBundleFile(files: Disk, dir: string, bundle: BundleId): Buffer | undefined {
  const read = (width: number): Buffer | undefined =>
    readWholeFile(files, layout.logFile(dir, bundlePath({ ...bundle, width })), BUNDLE_BYTES_MAX);
  const partial = read(bundle.width);
  if (partial !== undefined || bundle.width === TILE_WIDTH) return partial;
  const full = read(TILE_WIDTH);
  return full?.subarray(0, bundleBytes(full, bundle.width));
}

/** The length of the first `count` entries of a bundle. */
export function bundleBytes(bundle: Buffer, count: number): number {
  let at = 0;
  for (let i = 0; i < count && at + 2 <= bundle.length; i++) at += 2 + bundle.readUInt16BE(at);
  return at;
}
