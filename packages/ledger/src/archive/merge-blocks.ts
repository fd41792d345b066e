import { BATCH_ENTRIES_MAX, BLOCK_BODY_BYTES_MIN } from '../limits.ts';
import {
  BLOCK_HEADER_BYTES,
  type BlockHeader,
  type ByteLocation,
  checkMetaDigest,
  decodeBlockHeader,
  encodeBlock,
  unpackBodies,
} from './block.ts';
import { type BlockMeta, decodeMeta, encodeMeta } from './block-metadata.ts';

/** One whole block in memory, with its position. */
export type LoadedBlock = {
  readonly header: BlockHeader;
  readonly bytes: Buffer;
  readonly place: ByteLocation;
};

export type OpenBlock = {
  readonly header: BlockHeader;
  readonly meta: BlockMeta;
  readonly bodies: Buffer;
};

/** @throws LedgerError SEGMENT_CORRUPT unless every digest holds. */
export function openBlock({ header, bytes, place }: LoadedBlock): OpenBlock {
  const metaEnd = BLOCK_HEADER_BYTES + header.metaBytes;
  const metaBytes = bytes.subarray(BLOCK_HEADER_BYTES, metaEnd);
  checkMetaDigest(header, metaBytes, place);
  return {
    header,
    meta: decodeMeta(header, metaBytes, place),
    bodies: unpackBodies(header, bytes.subarray(metaEnd), place),
  };
}

/**
 * Joins neighboring small blocks into blocks of at least {@link BLOCK_BODY_BYTES_MIN}, if there are
 * enough. Large blocks stay as they are.
 */
export function mergeSmallBlocks(blocks: readonly LoadedBlock[]): readonly LoadedBlock[] {
  const merged: LoadedBlock[] = [];
  let small: LoadedBlock[] = [];
  let bodyBytes = 0;
  let count = 0;
  const flush = (): void => {
    if (small.length > 0) merged.push(small.length === 1 ? (small[0] as LoadedBlock) : join(small));
    small = [];
    bodyBytes = 0;
    count = 0;
  };
  for (const block of blocks) {
    const large = block.header.bodyBytes >= BLOCK_BODY_BYTES_MIN;
    if (large || count + block.header.count > BATCH_ENTRIES_MAX) flush();
    if (large) {
      merged.push(block);
      continue;
    }
    small.push(block);
    bodyBytes += block.header.bodyBytes;
    count += block.header.count;
    if (bodyBytes >= BLOCK_BODY_BYTES_MIN) flush();
  }
  flush();
  return merged;
}

function join(blocks: readonly LoadedBlock[]): LoadedBlock {
  const first = blocks[0] as LoadedBlock;
  const opened = blocks.map(openBlock);
  const metas = opened.map(({ meta }) => meta);
  const meta = encodeMeta({
    count: metas.reduce((sum, { count }) => sum + count, 0),
    salts: Buffer.concat(metas.map(({ salts }) => salts)),
    versions: Buffer.concat(metas.map(({ versions }) => versions)),
    actions: Buffer.concat(metas.map(({ actions }) => actions)),
    sizes: Float64Array.from(metas.flatMap(({ sizes }) => [...sizes])),
    erased: Uint8Array.from(metas.flatMap(({ erased }) => [...erased])),
    offsets: new Float64Array(0),
    loci: metas.flatMap(({ loci }) => loci),
  });
  const bytes = encodeBlock({
    firstIndex: first.header.firstIndex,
    count: metas.reduce((sum, { count }) => sum + count, 0),
    meta,
    bodies: Buffer.concat(opened.map(({ bodies }) => bodies)),
  });
  return { header: decodeBlockHeader(bytes, first.place), bytes, place: first.place };
}
