import {
  BUNDLE_BYTES_MAX,
  type BundleId,
  bundlePath,
  cutBundle,
  decodeBundle,
  TILE_WIDTH,
  type TileId,
  tilePath,
  tileWidth,
} from '@countersign/tlog';
import type { Disk } from '../disk/disk.ts';
import { readWholeFile } from '../disk/replace-file.ts';
import { LedgerError } from '../errors.ts';
import { layout } from '../folder/folder-layout.ts';
import { parseLeaf } from './leaf.ts';

/** `seen` of the last entry of a log of `size`; the smallest time for an empty log. */
export function readSeenMs(files: Disk, dir: string, size: number): number {
  if (size === 0) return 0;
  const index = Math.floor((size - 1) / TILE_WIDTH);
  const width = tileWidth(0, index, size);
  const leaf = decodeBundle(cutBundle(readBundle(files, dir, { index, width }), width), width).at(
    -1,
  );
  return Date.parse(parseLeaf(leaf as Uint8Array).seen);
}

/**
 * A tile with at least the required hashes.
 * @throws LedgerError FOLDER_CORRUPT if it is missing
 */
export function readTile(files: Disk, dir: string, tile: TileId): Buffer {
  return readLogFile(files, dir, [tilePath(tile), tilePath({ ...tile, width: TILE_WIDTH })]);
}

/**
 * A bundle with at least the required entries.
 * @throws LedgerError FOLDER_CORRUPT if it is missing
 */
export function readBundle(files: Disk, dir: string, bundle: BundleId): Buffer {
  return readLogFile(files, dir, [
    bundlePath(bundle),
    bundlePath({ ...bundle, width: TILE_WIDTH }),
  ]);
}

/** Reads a partial file, or the full one that has superseded it. */
function readLogFile(files: Disk, dir: string, paths: readonly string[]): Buffer {
  for (const path of paths) {
    const bytes = readWholeFile(files, layout.logFile(dir, path), BUNDLE_BYTES_MAX);
    if (bytes !== undefined) return bytes;
  }
  const path = layout.logFile(dir, paths[0] as string);
  throw new LedgerError(
    'FOLDER_CORRUPT',
    `could not open the ledger in ${dir}: ${path} is missing; restore it from a copy`,
    { data: { path } },
  );
}
