import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zstdCompressSync } from 'node:zlib';
import { sha256, sha256Into } from '@countersign/tlog';
import fc from 'fast-check';
import { runs } from '../../../../tools/property.ts';
import { BLOCK_BODY_BYTES_MIN } from '../limits.ts';
import {
  BLOCK_HEADER_BYTES,
  blockBytes,
  decodeBlockHeader,
  encodeBlock,
  unpackBodies,
} from './block.ts';
import { COLUMN_BYTES, decodeMeta, encodeMeta } from './block-metadata.ts';
import { type LoadedBlock, mergeSmallBlocks, openBlock } from './merge-blocks.ts';

const PLACE = { path: 'a segment', at: 48 };

type Entry = { readonly body: Buffer; readonly erased: boolean; readonly hasLocus: boolean };

const entries: fc.Arbitrary<Entry[]> = fc.array(
  fc.record({
    body: fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes)),
    erased: fc.boolean(),
    hasLocus: fc.boolean(),
  }),
  { minLength: 1, maxLength: 40 },
);

function blockOf(list: readonly Entry[], firstIndex: number): LoadedBlock {
  const column = (seed: number): Buffer => Buffer.alloc(list.length * COLUMN_BYTES, seed);
  const meta = encodeMeta({
    count: list.length,
    salts: column(1),
    versions: column(2),
    actions: column(3),
    sizes: Float64Array.from(list.map(({ body }) => body.length)),
    erased: Uint8Array.from(list.map(({ erased }) => (erased ? 1 : 0))),
    offsets: new Float64Array(0),
    loci: list.map(({ hasLocus }, i) =>
      hasLocus ? { importNumber: 3, row: i, offset: 2 ** 40 + i, length: 2 ** 31 } : undefined,
    ),
  });
  const bodies = Buffer.concat(list.filter(({ erased }) => !erased).map(({ body }) => body));
  const bytes = encodeBlock({ firstIndex, count: list.length, meta, bodies });
  return { header: decodeBlockHeader(bytes, PLACE), bytes, place: PLACE };
}

function bodiesOf(block: LoadedBlock): readonly (Buffer | 'erased')[] {
  const { meta, bodies } = openBlock(block);
  return Array.from({ length: meta.count }, (_, i) => {
    const start = meta.offsets[i] as number;
    return meta.erased[i] === 1 ? 'erased' : bodies.subarray(start, start + (meta.sizes[i] ?? 0));
  });
}

const expected = (list: readonly Entry[]): readonly (Buffer | 'erased')[] =>
  list.map(({ body, erased }) => (erased ? 'erased' : body));

test('a block returns bodies, sizes and loci, and nothing of an erased body', () => {
  fc.assert(
    fc.property(entries, fc.nat(2 ** 40), (list, firstIndex) => {
      const block = blockOf(list, firstIndex);
      assert.equal(block.header.firstIndex, firstIndex);
      assert.equal(blockBytes(block.header), block.bytes.length);
      assert.deepEqual(bodiesOf(block), expected(list));
      const { meta } = openBlock(block);
      assert.deepEqual(
        [...meta.sizes],
        list.map(({ body }) => body.length),
      );
      assert.deepEqual(
        meta.loci.map((locus) => locus !== undefined),
        list.map((e) => e.hasLocus),
      );
    }),
    runs(100),
  );
});

test('a block with any changed byte does not open', () => {
  fc.assert(
    fc.property(entries, fc.nat(), fc.integer({ min: 1, max: 255 }), (list, place, flip) => {
      const bytes = Buffer.from(blockOf(list, 7).bytes);
      const at = place % bytes.length;
      bytes[at] = (bytes[at] as number) ^ flip;
      const open = (): unknown =>
        openBlock({ header: decodeBlockHeader(bytes, PLACE), bytes, place: PLACE });
      assert.throws(open, { code: 'SEGMENT_CORRUPT' });
    }),
    runs(300),
  );
});

test('joins small neighboring blocks, keeps large blocks unchanged, and loses nothing', () => {
  const small = (n: number): Entry[] =>
    Array.from({ length: n }, () => ({
      body: Buffer.alloc(500, n),
      erased: n === 3,
      hasLocus: true,
    }));
  const large = [{ body: Buffer.alloc(BLOCK_BODY_BYTES_MIN, 9), erased: false, hasLocus: false }];
  const lists = [
    small(1),
    small(2),
    small(3),
    large,
    small(4),
    ...Array.from({ length: 30 }, () => small(20)),
  ];
  let index = 100;
  const blocks = lists.map((list) => {
    const block = blockOf(list, index);
    index += list.length;
    return block;
  });

  const merged = mergeSmallBlocks(blocks);

  assert.deepEqual(merged.flatMap(bodiesOf), expected(lists.flat()));
  assert.equal(merged[1], blocks[3], 'a large block is unchanged');
  assert.deepEqual(
    merged.map(({ header }) => header.count),
    [6, 1, 544, 60],
  );
  let next = 100;
  for (const { header } of merged) {
    assert.equal(header.firstIndex, next);
    next += header.count;
  }
});

test('does not decompress more than the header states', () => {
  const bomb = zstdCompressSync(Buffer.alloc(50_000_000));
  const header = {
    ...blockOf([{ body: Buffer.alloc(10), erased: false, hasLocus: false }], 0).header,
  };
  const lying = { ...header, packedBytes: bomb.length, packedDigest: sha256(bomb) };
  assert.throws(() => unpackBodies(lying, bomb, PLACE), { code: 'SEGMENT_CORRUPT' });
});

test('refuses sizes beyond the limits even under a matching digest', () => {
  for (const [at, value] of [
    [14, 0],
    [14, 2 ** 31],
    [18, 2 ** 31],
    [22, 2 ** 31],
    [26, 2 ** 31],
  ] as const) {
    const bytes = Buffer.from(
      blockOf([{ body: Buffer.alloc(10), erased: false, hasLocus: false }], 0).bytes,
    );
    bytes.writeUInt32BE(value, at);
    sha256Into(bytes.subarray(0, 94), bytes, 94);
    assert.throws(() => decodeBlockHeader(bytes, PLACE), { code: 'SEGMENT_CORRUPT' });
  }
});

test('every byte of the metadata is checked', () => {
  const block = blockOf([{ body: Buffer.alloc(10), erased: false, hasLocus: true }], 0);
  const meta = block.bytes.subarray(
    BLOCK_HEADER_BYTES,
    BLOCK_HEADER_BYTES + block.header.metaBytes,
  );
  decodeMeta(block.header, meta, PLACE);
  const longer = Buffer.concat([meta, Buffer.from([0])]);
  assert.throws(() => decodeMeta(block.header, longer, PLACE), { code: 'SEGMENT_CORRUPT' });
  const unknownFlag = Buffer.from(meta);
  unknownFlag[3 * COLUMN_BYTES] = 4;
  assert.throws(() => decodeMeta(block.header, unknownFlag, PLACE), { code: 'SEGMENT_CORRUPT' });
  const cut = meta.subarray(0, meta.length - 1);
  assert.throws(() => decodeMeta(block.header, cut, PLACE), { code: 'SEGMENT_CORRUPT' });
});
