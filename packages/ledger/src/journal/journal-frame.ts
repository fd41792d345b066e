import { HASH_BYTES, leafHash, sha256, sha256Into } from '@countersign/tlog';
import {
  BLOCK_HEADER_BYTES,
  type BlockHeader,
  blockBytes,
  decodeBlockHeader,
} from '../archive/block.ts';
import { BATCH_ENTRIES_MAX } from '../limits.ts';

/**
 * A frame is one batch, ready for integration. Its parts are copied unchanged into tiles, bundles
 * and segments.
 *
 *     magic 8 | first index 6 | count 4 | seen (ms) 6 | leaf bytes 4 | block bytes 4
 *     | SHA-256 of the leaf hashes | SHA-256 of the header before this
 *     | leaf hashes 32·n | leaves as in an entry bundle (length 2, leaf) | blocks
 *
 * The leaf hashes protect the leaves, and blocks have their own digests.
 */
const MAGIC = Buffer.from('CSFRAME1', 'latin1');
export const FRAME_HEADER_BYTES = 96;
const HASHES_DIGEST_AT = 32;
const HEADER_DIGEST_AT = 64;

/** Views of one frame's bytes. */
export type Frame = {
  readonly firstIndex: number;
  readonly count: number;
  readonly seenMs: number;
  readonly hashes: Buffer;
  /** Each leaf after its length in two bytes, big-endian: C2SP tlog-tiles, "Log Entries". */
  readonly leaves: Buffer;
  readonly blocks: readonly FrameBlock[];
  readonly bytes: Buffer;
};

export type FrameBlock = { readonly header: BlockHeader; readonly bytes: Buffer };

export type FrameParts = {
  readonly firstIndex: number;
  readonly count: number;
  readonly seenMs: number;
  readonly hashes: Uint8Array;
  readonly leaves: Uint8Array;
  readonly blocks: readonly Uint8Array[];
};

export function encodeFrame(parts: FrameParts): Buffer<ArrayBuffer> {
  const blockBytesTotal = parts.blocks.reduce((sum, block) => sum + block.length, 0);
  const payloadBytes = parts.hashes.length + parts.leaves.length + blockBytesTotal;
  const frame = Buffer.allocUnsafeSlow(FRAME_HEADER_BYTES + payloadBytes);
  MAGIC.copy(frame);
  frame.writeUIntBE(parts.firstIndex, 8, 6);
  frame.writeUInt32BE(parts.count, 14);
  frame.writeUIntBE(parts.seenMs, 18, 6);
  frame.writeUInt32BE(parts.leaves.length, 24);
  frame.writeUInt32BE(blockBytesTotal, 28);
  let at = FRAME_HEADER_BYTES;
  for (const part of [parts.hashes, parts.leaves, ...parts.blocks]) {
    frame.set(part, at);
    at += part.length;
  }
  sha256Into(parts.hashes, frame, HASHES_DIGEST_AT);
  sha256Into(frame.subarray(0, HEADER_DIGEST_AT), frame, HEADER_DIGEST_AT);
  return frame;
}

export type FrameHeader = {
  readonly firstIndex: number;
  readonly count: number;
  readonly seenMs: number;
  readonly leafBytes: number;
  readonly blockBytes: number;
  readonly frameBytes: number;
};

/** Returns undefined unless an intact header starts at `at`. */
function decodeFrameHeader(bytes: Buffer, at: number): FrameHeader | undefined {
  const header = bytes.subarray(at, at + FRAME_HEADER_BYTES);
  if (header.length < FRAME_HEADER_BYTES || !header.subarray(0, 8).equals(MAGIC)) return undefined;
  const digest = header.subarray(HEADER_DIGEST_AT);
  if (!sha256(header.subarray(0, HEADER_DIGEST_AT)).equals(digest)) return undefined;
  const count = header.readUInt32BE(14);
  const leafBytes = header.readUInt32BE(24);
  const blockBytesTotal = header.readUInt32BE(28);
  if (count < 1 || count > BATCH_ENTRIES_MAX) return undefined;
  return {
    firstIndex: header.readUIntBE(8, 6),
    count,
    seenMs: header.readUIntBE(18, 6),
    leafBytes,
    blockBytes: blockBytesTotal,
    frameBytes: FRAME_HEADER_BYTES + count * HASH_BYTES + leafBytes + blockBytesTotal,
  };
}

/**
 * The frame at `at` from a worker of this process, without recomputing its digests. Undefined if
 * the bytes are not exactly one frame with its blocks.
 */
export function viewFrame(bytes: Buffer, at: number): Frame | undefined {
  const header = decodeFrameHeader(bytes, at);
  if (header === undefined || at + header.frameBytes > bytes.length) return undefined;
  const hashesAt = at + FRAME_HEADER_BYTES;
  const leavesAt = hashesAt + header.count * HASH_BYTES;
  const blocksAt = leavesAt + header.leafBytes;
  const blocks = viewBlocks(bytes.subarray(blocksAt, blocksAt + header.blockBytes), header);
  if (blocks === undefined) return undefined;
  return {
    firstIndex: header.firstIndex,
    count: header.count,
    seenMs: header.seenMs,
    hashes: bytes.subarray(hashesAt, leavesAt),
    leaves: bytes.subarray(leavesAt, blocksAt),
    blocks,
    bytes: bytes.subarray(at, at + header.frameBytes),
  };
}

/** The frame at `at` as read from disk; undefined if any bit has changed. */
export function readFrame(bytes: Buffer, at: number): Frame | undefined {
  const frame = viewFrame(bytes, at);
  if (frame === undefined) return undefined;
  const digest = frame.bytes.subarray(HASHES_DIGEST_AT, HEADER_DIGEST_AT);
  const isWhole =
    sha256(frame.hashes).equals(digest) && hasLeaves(frame) && frame.blocks.every(isWholeBlock);
  return isWhole ? frame : undefined;
}

/** Returns true if the hashes are those of the leaves, and nothing else is between the leaves. */
function hasLeaves({ leaves, hashes, count }: Frame): boolean {
  let at = 0;
  for (let i = 0; i < count; i++) {
    const start = at + 2;
    if (start > leaves.length) return false;
    at = start + leaves.readUInt16BE(at);
    const expected = hashes.subarray(i * HASH_BYTES, (i + 1) * HASH_BYTES);
    if (at > leaves.length || !leafHash(leaves.subarray(start, at)).equals(expected)) return false;
  }
  return at === leaves.length;
}

function viewBlocks(bytes: Buffer, frame: FrameHeader): readonly FrameBlock[] | undefined {
  const blocks: FrameBlock[] = [];
  let at = 0;
  let index = frame.firstIndex;
  while (at < bytes.length) {
    const header = readBlockHeader(bytes.subarray(at, at + BLOCK_HEADER_BYTES));
    if (header === undefined) return undefined;
    const end = at + blockBytes(header);
    if (header.firstIndex !== index || end > bytes.length) return undefined;
    blocks.push({ header, bytes: bytes.subarray(at, end) });
    index += header.count;
    at = end;
  }
  return index === frame.firstIndex + frame.count ? blocks : undefined;
}

function readBlockHeader(bytes: Buffer): BlockHeader | undefined {
  try {
    return decodeBlockHeader(bytes, { path: 'a frame', at: 0 });
  } catch {
    return undefined;
  }
}

function isWholeBlock({ header, bytes }: FrameBlock): boolean {
  const metaEnd = BLOCK_HEADER_BYTES + header.metaBytes;
  return (
    sha256(bytes.subarray(BLOCK_HEADER_BYTES, metaEnd)).equals(header.metaDigest) &&
    sha256(bytes.subarray(metaEnd)).equals(header.packedDigest)
  );
}
