import { HASH_BYTES, sha256, sha256Into } from '@countersign/tlog';
import type { Disk, FileId } from '../disk/disk.ts';
import {
  BLOCK_HEADER_BYTES,
  type BlockHeader,
  type ByteLocation,
  blockBytes,
  corrupt,
  decodeBlockHeader,
} from './block.ts';

/**
 * A segment is a file of blocks:
 *
 *     magic 8 | first index 6 | SHA-256 of these | blocks
 *     | once it is closed: magic 8 | block count 4 | per block: first index 6, count 4, position 6
 *       | SHA-256 of the index before this | magic 8 | bytes of the index 4
 *
 * The last segment has no index, because it still grows. A reader finds the index from the end of
 * the file.
 */
const MAGIC = Buffer.from('CSSEGMT1', 'latin1');
const INDEX_MAGIC = Buffer.from('CSINDEX1', 'latin1');
const END_MAGIC = Buffer.from('CSSEGEND', 'latin1');
const DIGEST_AT = 14;
export const SEGMENT_HEADER_BYTES: number = DIGEST_AT + HASH_BYTES;
const INDEX_HEADER_BYTES = 12;
const INDEX_ROW_BYTES = 16;
const END_BYTES = 12;

export type BlockPlace = {
  readonly firstIndex: number;
  readonly count: number;
  readonly at: number;
};

export type SegmentIndex = {
  readonly path: string;
  readonly firstIndex: number;
  readonly blocks: BlockPlace[];
  /** The end of the blocks. */
  endAt: number;
  /** A closed segment has an index and does not grow. */
  readonly closed: boolean;
};

export function encodeSegmentHeader(firstIndex: number): Buffer {
  const header = Buffer.alloc(SEGMENT_HEADER_BYTES);
  MAGIC.copy(header);
  header.writeUIntBE(firstIndex, 8, 6);
  sha256Into(header.subarray(0, DIGEST_AT), header, DIGEST_AT);
  return header;
}

export function encodeSegmentIndex(blocks: readonly BlockPlace[]): Buffer {
  const rowsEnd = INDEX_HEADER_BYTES + blocks.length * INDEX_ROW_BYTES;
  const index = Buffer.alloc(rowsEnd + HASH_BYTES + END_BYTES);
  INDEX_MAGIC.copy(index);
  index.writeUInt32BE(blocks.length, 8);
  blocks.forEach((block, i) => {
    const at = INDEX_HEADER_BYTES + i * INDEX_ROW_BYTES;
    index.writeUIntBE(block.firstIndex, at, 6);
    index.writeUInt32BE(block.count, at + 6);
    index.writeUIntBE(block.at, at + 10, 6);
  });
  sha256Into(index.subarray(0, rowsEnd), index, rowsEnd);
  END_MAGIC.copy(index, rowsEnd + HASH_BYTES);
  index.writeUInt32BE(index.length, index.length - 4);
  return index;
}

/**
 * Reads the positions of a segment's blocks from its index, or else from block to block. Without an
 * index it stops at entry `size`: later blocks are not published and may be truncated.
 * @throws LedgerError SEGMENT_CORRUPT
 */
export function readSegmentIndex(
  files: Disk,
  file: FileId,
  segment: { readonly path: string; readonly firstIndex: number; readonly size: number },
): SegmentIndex {
  const { path, firstIndex } = segment;
  checkSegmentHeader(files, file, segment);
  const length = files.size(file);
  const closed = readClosedIndex(files, file, length);
  if (closed !== undefined) return { path, firstIndex, ...closed, closed: true };
  const growing = { path, firstIndex, blocks: [], endAt: SEGMENT_HEADER_BYTES, closed: false };
  extendSegmentIndex(files, file, growing, segment.size);
  return growing;
}

/**
 * Adds the blocks that the segment has got since its index was read, up to entry `size`. Reads no
 * block that is known: a segment of small blocks has tens of thousands.
 * @throws LedgerError SEGMENT_CORRUPT
 */
export function extendSegmentIndex(
  files: Disk,
  file: FileId,
  index: SegmentIndex,
  size: number,
): void {
  if (index.closed) return;
  const { path, blocks } = index;
  const length = files.size(file);
  const last = blocks.at(-1);
  let next = last === undefined ? index.firstIndex : last.firstIndex + last.count;
  while (next < size && index.endAt < length) {
    const at = index.endAt;
    const place = { path, at };
    const bytes = readAt(files, file, at, BLOCK_HEADER_BYTES);
    if (bytes.subarray(0, 8).equals(INDEX_MAGIC)) return;
    const header = decodeBlockHeader(bytes, place);
    if (header.firstIndex !== next) throw corrupt(place, `entry ${next} belongs here`);
    if (at + blockBytes(header) > length) throw corrupt(place, 'a published block is truncated');
    blocks.push({ firstIndex: header.firstIndex, count: header.count, at });
    next += header.count;
    index.endAt = at + blockBytes(header);
  }
}

/**
 * The header and all bytes of one block.
 * @throws LedgerError SEGMENT_CORRUPT
 */
export function readBlockHeader(files: Disk, file: FileId, place: ByteLocation): BlockHeader {
  return decodeBlockHeader(readAt(files, file, place.at, BLOCK_HEADER_BYTES), place);
}

export function readMetaBytes(
  files: Disk,
  file: FileId,
  block: { readonly header: BlockHeader; readonly at: number },
): Buffer {
  return readAt(files, file, block.at + BLOCK_HEADER_BYTES, block.header.metaBytes);
}

export function readPackedBytes(
  files: Disk,
  file: FileId,
  block: { readonly header: BlockHeader; readonly at: number },
): Buffer {
  const at = block.at + BLOCK_HEADER_BYTES + block.header.metaBytes;
  return readAt(files, file, at, block.header.packedBytes);
}

function checkSegmentHeader(
  files: Disk,
  file: FileId,
  { path, firstIndex }: { readonly path: string; readonly firstIndex: number },
): void {
  const header = readAt(files, file, 0, SEGMENT_HEADER_BYTES);
  if (!header.equals(encodeSegmentHeader(firstIndex))) {
    throw corrupt({ path, at: 0 }, 'the header of the segment has changed');
  }
}

/** Returns undefined unless the file ends with an intact index. */
function readClosedIndex(
  files: Disk,
  file: FileId,
  length: number,
): { readonly blocks: BlockPlace[]; readonly endAt: number } | undefined {
  const end = readAt(files, file, Math.max(0, length - END_BYTES), END_BYTES);
  if (end.length < END_BYTES || !end.subarray(0, 8).equals(END_MAGIC)) return undefined;
  const indexBytes = end.readUInt32BE(8);
  const rowsBytes = indexBytes - INDEX_HEADER_BYTES - HASH_BYTES - END_BYTES;
  const endAt = length - indexBytes;
  if (rowsBytes < 0 || rowsBytes % INDEX_ROW_BYTES !== 0 || endAt < SEGMENT_HEADER_BYTES) {
    return undefined;
  }
  const index = readAt(files, file, endAt, indexBytes);
  const rowsEnd = INDEX_HEADER_BYTES + rowsBytes;
  const digest = index.subarray(rowsEnd, rowsEnd + HASH_BYTES);
  if (!sha256(index.subarray(0, rowsEnd)).equals(digest)) return undefined;
  const blocks: BlockPlace[] = [];
  for (let at = INDEX_HEADER_BYTES; at < rowsEnd; at += INDEX_ROW_BYTES) {
    blocks.push({
      firstIndex: index.readUIntBE(at, 6),
      count: index.readUInt32BE(at + 6),
      at: index.readUIntBE(at + 10, 6),
    });
  }
  const whole = index.equals(encodeSegmentIndex(blocks));
  return whole ? { blocks, endAt } : undefined;
}

export function readAt(files: Disk, file: FileId, at: number, count: number): Buffer {
  const bytes = Buffer.allocUnsafe(count);
  return bytes.subarray(0, files.read(file, bytes, at));
}
