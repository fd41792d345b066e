import { basename, dirname, join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Disk, FileId } from '../disk/disk.ts';
import { layout, TEMPORARY_SUFFIX } from '../folder/folder-layout.ts';
import { blockBytes, encodeBlock } from './block.ts';
import { COLUMN_BYTES, encodeMeta } from './block-metadata.ts';
import { type LoadedBlock, type OpenBlock, openBlock } from './merge-blocks.ts';
import {
  type BlockPlace,
  encodeSegmentHeader,
  encodeSegmentIndex,
  readBlockHeader,
  SEGMENT_HEADER_BYTES,
  type SegmentIndex,
} from './segment.ts';

export type RewrittenSegment = { readonly blocks: BlockPlace[]; readonly endAt: number };

export type OpenSegment = { readonly file: FileId; readonly index: SegmentIndex };

/**
 * Rewrites a segment without the bodies and salts of `erase`, and replaces the old segment in one
 * step. A crash leaves the old one or the new one, and the same call again completes the work.
 * Returns undefined, and writes nothing, if all of them are already erased.
 */
export async function rewriteSegment(
  disk: { readonly files: Disk; readonly dir: string },
  old: OpenSegment,
  erase: ReadonlySet<number>,
): Promise<RewrittenSegment | undefined> {
  const { files, dir } = disk;
  const { path } = old.index;
  if (!holdsBodyOf(files, old, erase)) return undefined;
  const staged = join(layout.staging(dir), basename(path) + TEMPORARY_SUFFIX);
  const file = files.open(staged, 'create');
  try {
    files.write(file, [encodeSegmentHeader(old.index.firstIndex)], 0);
    const blocks: BlockPlace[] = [];
    let endAt = SEGMENT_HEADER_BYTES;
    for (const place of old.index.blocks) {
      const bytes = await rewriteBlock(files, old, place, erase);
      files.write(file, [bytes], endAt);
      blocks.push({ ...place, at: endAt });
      endAt += bytes.length;
    }
    if (old.index.closed) files.write(file, [encodeSegmentIndex(blocks)], endAt);
    await files.sync(file);
    files.rename(staged, path);
    await files.syncFolder(dirname(path));
    return { blocks, endAt };
  } finally {
    files.close(file);
  }
}

function holdsBodyOf(files: Disk, old: OpenSegment, erase: ReadonlySet<number>): boolean {
  return old.index.blocks.some((place) => {
    if (!touches(place, erase)) return false;
    const { meta } = openBlock(loadBlock(files, old, place));
    return positionsOf(place, erase).some((position) => meta.erased[position] === 0);
  });
}

async function rewriteBlock(
  files: Disk,
  old: OpenSegment,
  place: BlockPlace,
  erase: ReadonlySet<number>,
): Promise<Buffer> {
  // A segment takes a while, so yield to commits and readers on this thread between its blocks.
  await nextTurn();
  const loaded = loadBlock(files, old, place);
  if (!touches(place, erase)) return loaded.bytes;
  return withoutBodies(openBlock(loaded), positionsOf(place, erase));
}

/**
 * Returns the block without these bodies and salts, so that guesses cannot be tested against it.
 */
function withoutBodies(block: OpenBlock, positions: readonly number[]): Buffer {
  const { header, meta } = block;
  const salts = Buffer.from(meta.salts);
  const erased = Uint8Array.from(meta.erased);
  for (const position of positions) {
    erased[position] = 1;
    salts.fill(0, position * COLUMN_BYTES, (position + 1) * COLUMN_BYTES);
  }
  const kept: Buffer[] = [];
  for (let i = 0; i < header.count; i++) {
    if (erased[i] === 1) continue;
    const start = meta.offsets[i] as number;
    kept.push(block.bodies.subarray(start, start + (meta.sizes[i] as number)));
  }
  return encodeBlock({
    firstIndex: header.firstIndex,
    count: header.count,
    meta: encodeMeta({ ...meta, salts, erased }),
    bodies: Buffer.concat(kept),
  });
}

function loadBlock(files: Disk, { file, index }: OpenSegment, { at }: BlockPlace): LoadedBlock {
  const place = { path: index.path, at };
  const header = readBlockHeader(files, file, place);
  const bytes = Buffer.allocUnsafe(blockBytes(header));
  return { header, bytes: bytes.subarray(0, files.read(file, bytes, at)), place };
}

function touches({ firstIndex, count }: BlockPlace, erase: ReadonlySet<number>): boolean {
  for (let index = firstIndex; index < firstIndex + count; index++) {
    if (erase.has(index)) return true;
  }
  return false;
}

function positionsOf({ firstIndex, count }: BlockPlace, erase: ReadonlySet<number>): number[] {
  const positions: number[] = [];
  for (let i = 0; i < count; i++) if (erase.has(firstIndex + i)) positions.push(i);
  return positions;
}
