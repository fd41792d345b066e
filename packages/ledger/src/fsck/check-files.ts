import { join, relative, sep } from 'node:path';
import {
  BUNDLE_BYTES_MAX,
  HASH_BYTES,
  isByteEqual,
  parseTilePath,
  TILE_WIDTH,
  type TileResource,
  tileWidth,
} from '@countersign/tlog';
import { listSegments } from '../archive/segment-list.ts';
import type { Disk } from '../disk/disk.ts';
import { readWholeFile } from '../disk/replace-file.ts';
import { indexOfName, layout } from '../folder/folder-layout.ts';
import type { Problems } from './fsck-report.ts';
import { bundleBytes, readBundleFile, readTileFile } from './tile-reading.ts';

export type FilesCheck = {
  readonly files: Disk;
  readonly dir: string;
  readonly size: number;
  /** Durable entries, including the journal's. Files up to this index may exist after `size`. */
  readonly end: number;
  readonly problems: Problems;
  /** Collects partial tiles that full ones supersede. A running writer removes them. */
  readonly superseded: string[];
};

/** Checks every name under `ledger/` and `bodies/`: no unchecked file may exist. */
export function checkNames(check: FilesCheck): void {
  for (const path of walk(check, layout.log(check.dir))) checkLogName(check, path);
  const segments = new Set(listSegments(check.files, check.dir).map((segment) => segment.path));
  for (const path of walk(check, layout.bodies(check.dir))) {
    const isKnown = segments.has(path);
    if (!isKnown) reportUnexpected(check, path);
  }
}

/** Reports superseded partial tiles that were not removed in the meantime. */
export function checkSuperseded({ files, dir, problems, superseded }: FilesCheck): void {
  for (const path of superseded) {
    if (readWholeFile(files, path, 0) === undefined) continue;
    const what = 'a partial tile that a full tile supersedes: the next writer removes it';
    problems.add(relative(dir, path), 0, what);
  }
}

function checkLogName(check: FilesCheck, path: string): void {
  const name = relative(layout.log(check.dir), path).split(sep).join('/');
  if (name === 'checkpoint' || name === 'kept') return;
  const kept = /^checkpoints\/(.+)$/.exec(name)?.[1];
  if (kept !== undefined) {
    if (indexOfName(kept, '') === undefined) reportUnexpected(check, path);
    return;
  }
  const resource = parseTilePath(name);
  if (resource === undefined) reportUnexpected(check, path);
  else checkResource(check, path, resource);
}

function checkResource(check: FilesCheck, path: string, resource: TileResource): void {
  const level = resource.kind === 'tile' ? resource.level : 0;
  const { index, width } = resource;
  const current = tileWidth(level, index, check.size);
  // The tree check reads the one form that the checkpoint covers.
  if (width === current) return;
  if (width > current) {
    if (width > tileWidth(level, index, check.end)) reportUnexpected(check, path);
    return;
  }
  if (current === TILE_WIDTH) {
    check.superseded.push(path);
    return;
  }
  checkOlderPartial(check, path, resource, current);
}

/**
 * A partial tile of an earlier checkpoint stays for its readers, and is a prefix of today's tile.
 */
function checkOlderPartial(
  check: FilesCheck,
  path: string,
  resource: TileResource,
  current: number,
): void {
  const { files, dir, problems } = check;
  const older = readWholeFile(files, path, BUNDLE_BYTES_MAX);
  const currentTile = { ...resource, width: current };
  const currentBytes =
    currentTile.kind === 'tile'
      ? readTileFile(files, dir, currentTile)
      : readBundleFile(files, dir, currentTile);
  if (older === undefined || currentBytes === undefined) return;
  const { kind, width } = resource;
  const length = kind === 'tile' ? width * HASH_BYTES : bundleBytes(currentBytes, width);
  if (isByteEqual(older, currentBytes.subarray(0, length))) return;
  let at = 0;
  while (at < older.length && older[at] === currentBytes[at]) at++;
  problems.add(relative(dir, path), at, 'a partial tile of an earlier checkpoint has changed');
}

function reportUnexpected(check: FilesCheck, path: string): void {
  check.problems.add(relative(check.dir, path), 0, 'an unexpected file');
}

function* walk(check: FilesCheck, folder: string): Generator<string> {
  for (const { name, kind } of check.files.list(folder)) {
    const path = join(folder, name);
    if (kind === 'folder') yield* walk(check, path);
    else if (kind === 'file') yield path;
    else check.problems.add(relative(check.dir, path), 0, 'neither a file nor a folder');
  }
}
