import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  bundlePath,
  decodeBundle,
  edgeTiles,
  encodeBundle,
  parseTilePath,
  tileOfNode,
  tilePath,
  tileWidth,
} from './tile.ts';

const RUNS = process.env.COUNTERSIGN_LONG === '1' ? 10_000 : 200;
const runs = { numRuns: RUNS };

test('writes the paths that C2SP tlog-tiles defines', () => {
  const paths: [string, string][] = [
    [tilePath({ level: 0, index: 1_234_067, width: 256 }), 'tile/0/x001/x234/067'],
    [tilePath({ level: 3, index: 0, width: 256 }), 'tile/3/000'],
    [tilePath({ level: 0, index: 273, width: 112 }), 'tile/0/273.p/112'],
    [tilePath({ level: 0, index: 999, width: 256 }), 'tile/0/999'],
    [tilePath({ level: 0, index: 1000, width: 256 }), 'tile/0/x001/000'],
    [tilePath({ level: 63, index: 1_000_000, width: 1 }), 'tile/63/x001/x000/000.p/1'],
    [bundlePath({ index: 1_234_067, width: 8 }), 'tile/entries/x001/x234/067.p/8'],
  ];
  for (const [written, expected] of paths) assert.equal(written, expected);
});

test('reads back every path that it writes', () => {
  const resource = fc.record({
    level: fc.nat({ max: 63 }),
    index: fc.maxSafeNat(),
    width: fc.integer({ min: 1, max: 256 }),
  });
  fc.assert(
    fc.property(resource, (tile) => {
      const { index, width } = tile;
      assert.deepEqual(parseTilePath(tilePath(tile)), { kind: 'tile', ...tile });
      assert.deepEqual(parseTilePath(bundlePath(tile)), { kind: 'entries', index, width });
    }),
    runs,
  );
});

test('refuses a path that is not the canonical name of a tile', () => {
  const refused = [
    'tile/64/000',
    'tile/00/000',
    'tile/-1/000',
    'tile/0/00',
    'tile/0/0000',
    'tile/0/x000/001',
    'tile/0/x001',
    'tile/0/001/002',
    'tile/0/000.p/0',
    'tile/0/000.p/256',
    'tile/0/000.p/01',
    'tile/0/000.p/',
    'tile/0/000.p',
    'tile/0/000/',
    '/tile/0/000',
    'tile/0/000\n',
    'tile//000',
    'tile/0/x999/x999/x999/x999/x999/999',
    'tile/entry/000',
    'tile/0/../000',
    'tile/0/٠٠٠',
    '',
  ];
  for (const path of refused) assert.equal(parseTilePath(path), undefined, path);
});

test('refuses to name an impossible tile', () => {
  for (const [index, width] of [
    [-1, 1],
    [0.5, 1],
    [2 ** 53, 1],
    [0, 0],
    [0, 257],
  ] as const) {
    assert.throws(() => tilePath({ level: 0, index, width }), { code: 'OUT_OF_RANGE' });
  }
});

test('lists the partial tiles for the example sizes in C2SP tlog-tiles', () => {
  assert.deepEqual(edgeTiles(70_000), [
    { level: 0, index: 273, width: 112 },
    { level: 1, index: 1, width: 17 },
    { level: 2, index: 0, width: 1 },
  ]);
  assert.deepEqual(edgeTiles(256), [{ level: 1, index: 0, width: 1 }]);
  assert.deepEqual(edgeTiles(0), []);
  assert.equal(tileWidth(0, 272, 70_000), 256);
  assert.equal(tileWidth(0, 274, 70_000), 0);
});

test('finds a node in the tile that holds it, and no node beyond the tree', () => {
  assert.deepEqual(tileOfNode({ level: 3, index: 33 }, 300), {
    tile: { level: 0, index: 1, width: 44 },
    position: 8,
    count: 8,
  });
  assert.deepEqual(tileOfNode({ level: 8, index: 0 }, 300), {
    tile: { level: 1, index: 0, width: 1 },
    position: 0,
    count: 1,
  });
  assert.throws(() => tileOfNode({ level: 0, index: 300 }, 300), { code: 'OUT_OF_RANGE' });
  assert.throws(() => tileOfNode({ level: 9, index: 0 }, 300), { code: 'OUT_OF_RANGE' });
});

test('reads back the bundles that it writes, including empty entries', () => {
  const entries = fc.array(fc.uint8Array({ maxLength: 70 }), { minLength: 1, maxLength: 256 });
  fc.assert(
    fc.property(entries, (list) => {
      const read = decodeBundle(encodeBundle(list), list.length);
      assert.deepEqual(
        read.map((entry) => [...entry]),
        list.map((entry) => [...entry]),
      );
    }),
    runs,
  );
  const largest = Buffer.alloc(65_535, 1);
  assert.deepEqual(decodeBundle(encodeBundle([largest]), 1), [largest]);
});

test('refuses an entry that is too long and a bundle that is not whole', () => {
  assert.throws(() => encodeBundle([Buffer.alloc(65_536)]), { code: 'MALFORMED_TILE' });
  const bundle = encodeBundle([Buffer.from('a'), Buffer.from('bc')]);
  const cases: [Uint8Array, number][] = [
    [bundle, 1],
    [bundle, 3],
    [bundle.subarray(0, -1), 2],
    [bundle.subarray(0, 4), 2],
    [Buffer.concat([bundle, Buffer.from([0])]), 2],
    [Buffer.alloc(0), 1],
  ];
  for (const [bytes, width] of cases) {
    assert.throws(() => decodeBundle(bytes, width), { code: 'MALFORMED_TILE' });
  }
});
