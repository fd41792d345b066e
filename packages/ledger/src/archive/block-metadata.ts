import type { Locus } from '@countersign/core';
import { VARINT_BYTES_MAX, VarintReader, writeVarint } from '../entries/varint.ts';
import { BATCH_BODY_BYTES_MAX } from '../limits.ts';
import { type BlockHeader, type ByteLocation, corrupt } from './block.ts';

/**
 * The metadata of a block's entries, in columns:
 *
 *     salts 16·n | version fingerprints 16·n | action fingerprints 16·n
 *     | per entry: flags 1, size, and with a locus: import number, row, offset, length
 *
 * (numbers as varints). An erased entry keeps everything except its bytes and its salt, which is
 * zero.
 */
export const COLUMN_BYTES = 16;
const COLUMNS = 3;
const ERASED = 1;
const HAS_LOCUS = 2;

/** The largest possible row. */
export const ROW_BYTES_MAX: number = 1 + 5 * VARINT_BYTES_MAX;

export type BlockMeta = {
  readonly count: number;
  readonly salts: Buffer;
  readonly versions: Buffer;
  readonly actions: Buffer;
  /** Lengths of the delivered bodies, including erased ones. */
  readonly sizes: Float64Array;
  /** 1 if the body was erased. */
  readonly erased: Uint8Array;
  /** The offset of each body in the block's uncompressed bodies. */
  readonly offsets: Float64Array;
  readonly loci: readonly (Locus | undefined)[];
};

export function writeRow(
  entry: { readonly size: number; readonly erased: 0 | 1; readonly locus: Locus | undefined },
  into: Uint8Array,
  at: number,
): number {
  const { size, erased, locus } = entry;
  into[at] = (erased === 1 ? ERASED : 0) | (locus === undefined ? 0 : HAS_LOCUS);
  let position = writeVarint(size, into, at + 1);
  if (locus === undefined) return position;
  position = writeVarint(locus.importNumber, into, position);
  position = writeVarint(locus.row, into, position);
  position = writeVarint(locus.offset, into, position);
  return writeVarint(locus.length, into, position);
}

export function encodeMeta(meta: BlockMeta): Buffer {
  const rows = Buffer.allocUnsafe(meta.count * ROW_BYTES_MAX);
  let end = 0;
  for (let i = 0; i < meta.count; i++) {
    const erased = meta.erased[i] === 1 ? 1 : 0;
    end = writeRow({ size: meta.sizes[i] ?? 0, erased, locus: meta.loci[i] }, rows, end);
  }
  return Buffer.concat([meta.salts, meta.versions, meta.actions, rows.subarray(0, end)]);
}

/** @throws LedgerError SEGMENT_CORRUPT unless every byte of `bytes` is accounted for */
export function decodeMeta(header: BlockHeader, bytes: Buffer, place: ByteLocation): BlockMeta {
  const { count } = header;
  const columnBytes = count * COLUMN_BYTES;
  if (bytes.length < COLUMNS * columnBytes)
    throw corrupt(place, 'the columns of a block are truncated');
  const sizes = new Float64Array(count);
  const offsets = new Float64Array(count);
  const erased = new Uint8Array(count);
  const loci: (Locus | undefined)[] = [];
  const reader = new VarintReader(bytes, COLUMNS * columnBytes);
  let offset = 0;
  for (let i = 0; i < count; i++) {
    const flags = bytes[reader.position++] ?? 0xff;
    const size = reader.next();
    if (flags > (ERASED | HAS_LOCUS) || size === undefined || size > BATCH_BODY_BYTES_MAX) {
      throw corrupt(place, `the row of entry ${header.firstIndex + i} is malformed`);
    }
    sizes[i] = size;
    offsets[i] = offset;
    erased[i] = flags & ERASED;
    if (erased[i] === 0) offset += size;
    loci.push((flags & HAS_LOCUS) === 0 ? undefined : readLocus(reader, place));
  }
  if (reader.position !== bytes.length) throw corrupt(place, 'a block has extra bytes');
  if (offset !== header.bodyBytes) throw corrupt(place, 'sizes and bodies of a block disagree');
  return {
    count,
    salts: bytes.subarray(0, columnBytes),
    versions: bytes.subarray(columnBytes, 2 * columnBytes),
    actions: bytes.subarray(2 * columnBytes, 3 * columnBytes),
    sizes,
    erased,
    offsets,
    loci,
  };
}

function readLocus(reader: VarintReader, place: ByteLocation): Locus {
  const importNumber = reader.next();
  const row = reader.next();
  const offset = reader.next();
  const length = reader.next();
  const whole =
    importNumber !== undefined && row !== undefined && offset !== undefined && length !== undefined;
  if (!whole) throw corrupt(place, 'the place of an entry in its import is malformed');
  return { importNumber, row, offset, length };
}
