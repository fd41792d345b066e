import { relative } from 'node:path';
import { decodeBundle, TILE_WIDTH, TlogError, tileWidth } from '@countersign/tlog';
import { BLOCK_HEADER_BYTES, blockBytes, decodeBlockHeader } from '../archive/block.ts';
import {
  type BlockPlace,
  encodeSegmentHeader,
  encodeSegmentIndex,
  readAt,
  SEGMENT_HEADER_BYTES,
} from '../archive/segment.ts';
import { listSegments, type SegmentPlace } from '../archive/segment-list.ts';
import type { Disk, FileId } from '../disk/disk.ts';
import { parseLeaf } from '../entries/leaf.ts';
import { readBundle } from '../entries/tile-files.ts';
import { LedgerError } from '../errors.ts';
import { segmentFile } from '../folder/folder-layout.ts';
import type { Problems } from './fsck-report.ts';

/** The required order of segments: contiguous, from entry 0 to at least `size`. */
export type SegmentCheck = {
  readonly files: Disk;
  readonly dir: string;
  readonly size: number;
  /** Entries still in the journal. Blocks up to this index may exist after `size`. */
  readonly end: number;
  readonly problems: Problems;
};

/** Checks the structure of segments. The content of the blocks is checked with their entries. */
export function checkSegments(check: SegmentCheck): void {
  const segments = listSegments(check.files, check.dir);
  let next = 0;
  segments.forEach((segment, i) => {
    const path = relative(check.dir, segment.path);
    if (segment.firstIndex > next) {
      const what = `the bodies of entries ${next} to ${segment.firstIndex} are missing`;
      check.problems.add(nameOfMissing(check, next), 0, what);
    } else if (segment.firstIndex < next) {
      check.problems.add(path, 0, 'its entries are in another segment');
    }
    next = Math.max(
      next,
      checkSegment(check, segment, i === segments.length - 1 ? 'last' : 'inner'),
    );
  });
  if (next < check.size) {
    const what = `the bodies of entries ${next} to ${check.size} are missing`;
    check.problems.add(nameOfMissing(check, next), 0, what);
  }
}

/** The expected path of the segment that begins with entry `firstIndex`, by the day in its leaf. */
function nameOfMissing({ files, dir, size }: SegmentCheck, firstIndex: number): string {
  try {
    const index = Math.floor(firstIndex / TILE_WIDTH);
    const width = tileWidth(0, index, size);
    const leaves = decodeBundle(readBundle(files, dir, { index, width }), width);
    const { seen } = parseLeaf(leaves[firstIndex % TILE_WIDTH] as Uint8Array);
    return relative(dir, segmentFile(dir, seen.slice(0, 10), firstIndex));
  } catch {
    // The leaf cannot be read either. That is reported with its bundle.
    return 'bodies';
  }
}

/** Returns the index after the last entry of the segment. */
function checkSegment(check: SegmentCheck, segment: SegmentPlace, place: 'last' | 'inner'): number {
  const { files, problems, dir } = check;
  const path = relative(dir, segment.path);
  const file = files.open(segment.path, 'read');
  try {
    const header = readAt(files, file, 0, SEGMENT_HEADER_BYTES);
    const wrong = firstDifference(header, encodeSegmentHeader(segment.firstIndex));
    if (wrong >= 0) problems.add(path, wrong, 'the header of the segment has changed');
    const { blocks, at, next } = readChain(check, file, segment);
    const rest = files.size(file) - at;
    if (rest > 0) checkIndex(check, file, { path, at, blocks, rest, next });
    else if (place === 'inner')
      problems.add(path, at, 'the index at the end of the segment is missing');
    return next;
  } finally {
    files.close(file);
  }
}

/** Follows the blocks by their own headers. The index is checked against them, not trusted. */
function readChain(
  { files, dir, problems }: SegmentCheck,
  file: FileId,
  segment: SegmentPlace,
): { readonly blocks: readonly BlockPlace[]; readonly at: number; readonly next: number } {
  const length = files.size(file);
  const blocks: BlockPlace[] = [];
  let at = SEGMENT_HEADER_BYTES;
  let next = segment.firstIndex;
  while (at < length) {
    const bytes = readAt(files, file, at, BLOCK_HEADER_BYTES);
    if (bytes.subarray(0, INDEX_MAGIC.length).equals(INDEX_MAGIC)) break;
    try {
      const header = decodeBlockHeader(bytes, { path: segment.path, at });
      if (header.firstIndex !== next || at + blockBytes(header) > length) {
        problems.add(
          relative(dir, segment.path),
          at,
          `the block of entry ${next} is truncated or displaced`,
        );
        return { blocks, at: length, next };
      }
      blocks.push({ firstIndex: next, count: header.count, at });
      next += header.count;
      at += blockBytes(header);
    } catch (error) {
      if (!(error instanceof LedgerError || error instanceof TlogError)) throw error;
      problems.add(relative(dir, segment.path), at, whatOf(error));
      return { blocks, at: length, next };
    }
  }
  return { blocks, at, next };
}

const INDEX_MAGIC = Buffer.from('CSINDEX1', 'latin1');

function checkIndex(
  { files, problems }: SegmentCheck,
  file: FileId,
  found: {
    readonly path: string;
    readonly at: number;
    readonly blocks: readonly BlockPlace[];
    readonly rest: number;
    readonly next: number;
  },
): void {
  const expected = encodeSegmentIndex(found.blocks);
  const index = readAt(files, file, found.at, found.rest);
  const wrong = firstDifference(index, expected);
  if (wrong < 0) return;
  problems.add(found.path, found.at + wrong, 'the index at the end of the segment has changed');
}

function firstDifference(found: Uint8Array, expected: Uint8Array): number {
  const length = Math.min(found.length, expected.length);
  for (let i = 0; i < length; i++) if (found[i] !== expected[i]) return i;
  return found.length === expected.length ? -1 : length;
}

function whatOf(error: LedgerError | TlogError): string {
  const { what } = error.data;
  return typeof what === 'string' ? what : error.message;
}
