import { constants, zstdCompressSync } from 'node:zlib';
import { COMPRESS_BYTES_MIN } from '../../../store/limits.ts';
import {
  bitWidth,
  levels,
  plainBooleans,
  plainInt32,
  plainInt64,
  TEXT_LENGTH_BYTES,
} from '../../../store/parquet/parquet-encoding.ts';
import { ThriftWriter } from '../../../store/parquet/thrift-writer.ts';
import { PAGE_BYTES_MAX } from './limits.ts';
import type { LeafValues, RowShredder } from './row-shredder.ts';
import type { LeafColumn, LeafType, ShapeNode, ShapeTree } from './shape-node.ts';

/** Enum values of the Parquet format (parquet.thrift). */
const TYPES: Readonly<Record<LeafType, number>> = {
  boolean: 0,
  int32: 1,
  int64: 2,
  double: 5,
  text: 6,
};
const REQUIRED = 0;
const OPTIONAL = 1;
const REPEATED = 2;
const UTF8 = 0;
const MAP = 1;
const MAP_KEY_VALUE = 2;
const LIST = 3;
const UNCOMPRESSED = 0;
const ZSTD = 6;
const PLAIN = 0;
const RLE = 3;
const DATA_PAGE = 0;

const MAGIC = Buffer.from('PAR1');

/**
 * A Parquet file of one row group, with nested columns, zstd and PLAIN encoding. The store's own
 * writer has flat columns only.
 */
export function lakeParquet(tree: ShapeTree, { columns, rows }: RowShredder): Buffer {
  const parts: Buffer[] = [MAGIC];
  let offset = MAGIC.length;
  const chunks = tree.leaves.map((leaf, at): ChunkPlace => {
    const values = columns[at] as LeafValues;
    const start = offset;
    let rawBytes = 0;
    const pages = [...pagesOf(leaf, values)];
    const size = pages.reduce((sum, { raw }) => sum + raw.length, 0);
    const codec = size < COMPRESS_BYTES_MIN ? UNCOMPRESSED : ZSTD;
    for (const page of pages) {
      const { bytes, rawLength } = encodedPage(page, codec);
      parts.push(bytes);
      offset += bytes.length;
      rawBytes += rawLength;
    }
    const nulls = values.definitions.length - values.values.length;
    const levelCount = values.definitions.length;
    return { leaf, codec, levelCount, nulls, offset: start, bytes: offset - start, rawBytes };
  });
  const footer = footerOf(tree, chunks, rows);
  const tail = Buffer.alloc(8);
  tail.writeUInt32LE(footer.length);
  MAGIC.copy(tail, 4);
  return Buffer.concat([...parts, footer, tail]);
}

type ChunkPlace = {
  readonly leaf: LeafColumn;
  readonly codec: number;
  readonly levelCount: number;
  readonly nulls: number;
  readonly offset: number;
  readonly bytes: number;
  readonly rawBytes: number;
};

type Page = { readonly levelCount: number; readonly raw: Buffer };

/** Pages end between rows. */
function* pagesOf(leaf: LeafColumn, column: LeafValues): Iterable<Page> {
  const { repetitions, definitions, values } = column;
  let from = 0;
  let valuesFrom = 0;
  let bytes = 0;
  let value = 0;
  const page = (to: number): Page => {
    const raw = Buffer.concat([
      ...(leaf.repetition === 0 ? [] : [levelBytes(repetitions, from, to, leaf.repetition)]),
      levelBytes(definitions, from, to, leaf.definition),
      plain(leaf.type, values.slice(valuesFrom, value)),
    ]);
    return { levelCount: to - from, raw };
  };
  for (let i = 0; i < definitions.length; i++) {
    if (bytes >= PAGE_BYTES_MAX && (leaf.repetition === 0 || repetitions[i] === 0)) {
      yield page(i);
      from = i;
      valuesFrom = value;
      bytes = 0;
    }
    if (definitions[i] === leaf.definition) bytes += sizeOf(values[value++] as string | number);
    bytes++;
  }
  yield page(definitions.length);
}

/** At most what a value takes. Exact sizes would cost a second pass over all texts. */
function sizeOf(value: string | number): number {
  return typeof value === 'number' ? NUMBER_BYTES : TEXT_LENGTH_BYTES + value.length;
}

const NUMBER_BYTES = 8;

function levelBytes(all: readonly number[], from: number, to: number, max: number): Buffer {
  return levels(Uint8Array.from(all.slice(from, to)), bitWidth(max));
}

function plain(type: LeafType, values: readonly (string | number)[]): Buffer {
  switch (type) {
    case 'text':
      return plainTexts(values as readonly string[]);
    case 'int32':
      return plainInt32(Float64Array.from(values as readonly number[]));
    case 'int64':
      return plainInt64(Float64Array.from(values as readonly number[]), 1);
    case 'double':
      return Buffer.from(Float64Array.from(values as readonly number[]).buffer);
    case 'boolean':
      return plainBooleans(Float64Array.from(values as readonly number[]));
  }
}

/** UTF-8 has at most three bytes for each UTF-16 code unit. */
function plainTexts(texts: readonly string[]): Buffer {
  const most = texts.reduce((sum, text) => sum + TEXT_LENGTH_BYTES + text.length * 3, 0);
  const bytes = Buffer.allocUnsafe(most);
  let at = 0;
  for (const text of texts) {
    const length = bytes.write(text, at + TEXT_LENGTH_BYTES);
    bytes.writeUInt32LE(length, at);
    at += TEXT_LENGTH_BYTES + length;
  }
  return bytes.subarray(0, at);
}

function encodedPage(
  { raw, levelCount }: Page,
  codec: number,
): { bytes: Buffer; rawLength: number } {
  const params = { [constants.ZSTD_c_compressionLevel]: 1 };
  const body = codec === ZSTD ? zstdCompressSync(raw, { params }) : raw;
  const header = new ThriftWriter()
    .i32(1, DATA_PAGE)
    .i32(2, raw.length)
    .i32(3, body.length)
    .struct(5, (page) => page.i32(1, levelCount).i32(2, PLAIN).i32(3, RLE).i32(4, RLE))
    .end();
  return { bytes: Buffer.concat([header, body]), rawLength: header.length + raw.length };
}

type SchemaElement = {
  readonly name: string;
  readonly type?: number;
  readonly repetition?: number;
  readonly children?: number;
  readonly converted?: number;
};

function footerOf(tree: ShapeTree, chunks: readonly ChunkPlace[], rows: number): Buffer {
  const schema: SchemaElement[] = [
    { name: 'ocsf', children: tree.members.size },
    ...[...tree.members.values()].flatMap((node) => elementsOf(node)),
  ];
  const bytes = chunks.reduce((sum, chunk) => sum + chunk.rawBytes, 0);
  return new ThriftWriter()
    .i32(1, 1)
    .structList(2, schema, writeElement)
    .i64(3, rows)
    .structList(4, [chunks], (writer, group) => {
      writer.structList(1, group, writeChunk).i64(2, bytes).i64(3, rows);
    })
    .binary(6, 'countersign')
    .end();
}

function elementsOf(node: ShapeNode, repetition = OPTIONAL): SchemaElement[] {
  const { name } = node;
  switch (node.kind) {
    case 'leaf': {
      const element = { name, type: TYPES[node.type], repetition };
      return [node.type === 'text' ? { ...element, converted: UTF8 } : element];
    }
    case 'struct':
      return [
        { name, repetition, children: node.members.size },
        ...[...node.members.values()].flatMap((each) => elementsOf(each)),
      ];
    case 'list':
      return [
        { name, repetition, children: 1, converted: LIST },
        { name: 'list', repetition: REPEATED, children: 1 },
        ...elementsOf(node.element),
      ];
    case 'map':
      return [
        { name, repetition, children: 1, converted: MAP },
        { name: 'key_value', repetition: REPEATED, children: 2, converted: MAP_KEY_VALUE },
        ...elementsOf(node.key, REQUIRED),
        ...elementsOf(node.value),
      ];
  }
}

function writeElement(writer: ThriftWriter, element: SchemaElement): void {
  const { name, type, repetition, children, converted } = element;
  if (type !== undefined) writer.i32(1, type);
  if (repetition !== undefined) writer.i32(3, repetition);
  writer.binary(4, name);
  if (children !== undefined) writer.i32(5, children);
  if (converted !== undefined) writer.i32(6, converted);
}

function writeChunk(writer: ThriftWriter, chunk: ChunkPlace): void {
  const { leaf, codec, levelCount, nulls, offset, bytes, rawBytes } = chunk;
  writer.i64(2, 0).struct(3, (meta) => {
    meta
      .i32(1, TYPES[leaf.type])
      .i32List(2, [PLAIN, RLE])
      .binaryList(3, leaf.path)
      .i32(4, codec)
      .i64(5, levelCount)
      .i64(6, rawBytes)
      .i64(7, bytes)
      .i64(9, offset)
      .struct(12, (statistics) => statistics.i64(3, nulls));
  });
}
