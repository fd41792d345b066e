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
 * A tile as any client of the log reads it: a partial one that is gone is the beginning of the full
 * one that has taken its place, which a writer may do while we look. In a log at rest a full tile
 * where a partial one must be is a stray, and told as one.
 */
export function readTileFile(files: Disk, dir: string, tile: TileId): Buffer | undefined {
  const read = (width: number): Buffer | undefined =>
    readWholeFile(files, layout.logFile(dir, tilePath({ ...tile, width })), TILE_BYTES + 1);
  return read(tile.width) ?? read(TILE_WIDTH)?.subarray(0, tile.width * HASH_BYTES);
}

/** As {@link readTileFile}, of an entry bundle. */
export function readBundleFile(files: Disk, dir: string, bundle: BundleId): Buffer | undefined {
  const read = (width: number): Buffer | undefined =>
    readWholeFile(files, layout.logFile(dir, bundlePath({ ...bundle, width })), BUNDLE_BYTES_MAX);
  const partial = read(bundle.width);
  if (partial !== undefined || bundle.width === TILE_WIDTH) return partial;
  const full = read(TILE_WIDTH);
  return full?.subarray(0, bundleBytes(full, bundle.width));
}

/** How long the first `count` entries of a bundle are. */
export function bundleBytes(bundle: Buffer, count: number): number {
  let at = 0;
  for (let i = 0; i < count && at + 2 <= bundle.length; i++) at += 2 + bundle.readUInt16BE(at);
  return at;
}
