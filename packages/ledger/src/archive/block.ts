import { constants, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { sha256, sha256Into } from '@countersign/tlog';
import { LedgerError } from '../errors.ts';
import { BATCH_ENTRIES_MAX, BLOCK_BODY_BYTES_MAX, BLOCK_META_BYTES_MAX } from '../limits.ts';

/**
 * A block holds the bodies of neighboring entries:
 *
 *     magic 8 | first index 6 | count 4 | meta bytes 4 | body bytes 4 | packed bytes 4
 *     | SHA-256 of meta | SHA-256 of packed | SHA-256 of all of the header before this
 *     | meta | packed = zstd of the bodies, one after the other
 *
 * Numbers are big-endian. Each part has its own digest, so that a reader of the metadata need not
 * read the bodies. Every byte is under one of the three digests.
 */
const MAGIC = Buffer.from('CSBLOCK1', 'latin1');
export const BLOCK_HEADER_BYTES = 126;
const HEADER_DIGEST_AT = 94;
const ZSTD_LEVEL = 1;
/** The table size that fits a block of 320 KiB: a sixth faster for 3 % more bytes. */
const ZSTD_HASH_LOG = 13;
const ZSTD_WINDOW_LOG = 18;

export type BlockHeader = {
  readonly firstIndex: number;
  readonly count: number;
  readonly metaBytes: number;
  readonly bodyBytes: number;
  readonly packedBytes: number;
  readonly metaDigest: Buffer;
  readonly packedDigest: Buffer;
};

/** The position of the bytes, for error messages. */
export type ByteLocation = { readonly path: string; readonly at: number };

export function blockBytes(header: BlockHeader): number {
  return BLOCK_HEADER_BYTES + header.metaBytes + header.packedBytes;
}

/** Returns the whole block as bytes. Compresses `bodies`, unless they are empty. */
export function encodeBlock(parts: {
  readonly firstIndex: number;
  readonly count: number;
  readonly meta: Uint8Array;
  readonly bodies: Uint8Array;
}): Buffer {
  const { firstIndex, count, meta, bodies } = parts;
  const packed = bodies.length === 0 ? Buffer.alloc(0) : pack(bodies);
  const block = Buffer.allocUnsafe(BLOCK_HEADER_BYTES + meta.length + packed.length);
  MAGIC.copy(block);
  block.writeUIntBE(firstIndex, 8, 6);
  block.writeUInt32BE(count, 14);
  block.writeUInt32BE(meta.length, 18);
  block.writeUInt32BE(bodies.length, 22);
  block.writeUInt32BE(packed.length, 26);
  sha256Into(meta, block, 30);
  sha256Into(packed, block, 62);
  sha256Into(block.subarray(0, HEADER_DIGEST_AT), block, HEADER_DIGEST_AT);
  block.set(meta, BLOCK_HEADER_BYTES);
  block.set(packed, BLOCK_HEADER_BYTES + meta.length);
  return block;
}

/** @throws LedgerError SEGMENT_CORRUPT */
export function decodeBlockHeader(bytes: Buffer, place: ByteLocation): BlockHeader {
  if (bytes.length < BLOCK_HEADER_BYTES) throw corrupt(place, 'the header of a block is truncated');
  if (!bytes.subarray(0, 8).equals(MAGIC)) throw corrupt(place, 'no block starts here');
  const digest = bytes.subarray(HEADER_DIGEST_AT, BLOCK_HEADER_BYTES);
  if (!sha256(bytes.subarray(0, HEADER_DIGEST_AT)).equals(digest)) {
    throw corrupt(place, 'the header of a block does not match its digest');
  }
  const header: BlockHeader = {
    firstIndex: bytes.readUIntBE(8, 6),
    count: bytes.readUInt32BE(14),
    metaBytes: bytes.readUInt32BE(18),
    bodyBytes: bytes.readUInt32BE(22),
    packedBytes: bytes.readUInt32BE(26),
    metaDigest: Buffer.from(bytes.subarray(30, 62)),
    packedDigest: Buffer.from(bytes.subarray(62, HEADER_DIGEST_AT)),
  };
  // The author of the file can make the digest match, so the sizes are limited too.
  const withinLimits =
    header.count >= 1 &&
    header.count <= BATCH_ENTRIES_MAX &&
    header.metaBytes <= BLOCK_META_BYTES_MAX &&
    header.bodyBytes <= BLOCK_BODY_BYTES_MAX &&
    header.packedBytes <= 2 * BLOCK_BODY_BYTES_MAX;
  if (!withinLimits) throw corrupt(place, 'a block states a size beyond the limits');
  return header;
}

/** @throws LedgerError SEGMENT_CORRUPT unless `meta` matches the header */
export function checkMetaDigest(header: BlockHeader, meta: Buffer, place: ByteLocation): void {
  if (meta.length !== header.metaBytes || !sha256(meta).equals(header.metaDigest)) {
    throw corrupt(place, 'the description of the entries does not match its digest');
  }
}

/**
 * Returns the bodies, one after the other.
 * @throws LedgerError SEGMENT_CORRUPT
 */
export function unpackBodies(header: BlockHeader, packed: Buffer, place: ByteLocation): Buffer {
  if (packed.length !== header.packedBytes || !sha256(packed).equals(header.packedDigest)) {
    throw corrupt(place, 'the packed bodies do not match their digest');
  }
  if (header.bodyBytes === 0 && header.packedBytes === 0) return Buffer.alloc(0);
  let bodies: Buffer | undefined;
  try {
    // A decompression bomb must not unpack more than the header states. All of it fits one chunk,
    // so that nothing is copied. The extra byte saves a second call for the end of the stream.
    const maxOutputLength = Math.max(1, header.bodyBytes);
    const chunkSize = Math.max(constants.Z_MIN_CHUNK, header.bodyBytes + 1);
    bodies = zstdDecompressSync(packed, { maxOutputLength, chunkSize });
  } catch (cause) {
    throw corrupt(place, 'the packed bodies do not unpack', cause);
  }
  if (bodies.length !== header.bodyBytes) throw corrupt(place, 'the bodies are truncated');
  return bodies;
}

export function corrupt(place: ByteLocation, what: string, cause?: unknown): LedgerError {
  return new LedgerError(
    'SEGMENT_CORRUPT',
    `could not read ${place.path} at byte ${place.at}: ${what}; restore the file from a copy`,
    { cause, data: { path: place.path, at: place.at, what } },
  );
}

function pack(bodies: Uint8Array): Buffer {
  return zstdCompressSync(bodies, {
    // Records compress to a fifth or less, so this needs few calls through the binding. The chunk
    // of a small block is short: each is allocated anew, outside the heap.
    chunkSize: Math.min(64 * 1024, Math.max(constants.Z_MIN_CHUNK, bodies.length)),
    params: {
      [constants.ZSTD_c_compressionLevel]: ZSTD_LEVEL,
      [constants.ZSTD_c_hashLog]: ZSTD_HASH_LOG,
      [constants.ZSTD_c_windowLog]: ZSTD_WINDOW_LOG,
      // The block's own digest covers the packed bytes.
      [constants.ZSTD_c_checksumFlag]: 0,
    },
  });
}
