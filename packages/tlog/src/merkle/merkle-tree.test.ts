import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { naiveInclusion, naiveRoot, numberedLeaves } from '../testing/naive-tree.ts';
import { proveInclusion, rangeHash } from './merkle-proof.ts';
import { hashReader, isParentOf, MerkleTree } from './merkle-tree.ts';
import { type TileId, tilePath } from './tile.ts';

const IS_LONG = process.env.COUNTERSIGN_LONG === '1';
const runs = { numRuns: IS_LONG ? 500 : 25 };
const LEAVES = numberedLeaves(IS_LONG ? 4000 : 1500);

test('has the root of the naive tree after every append', () => {
  const tree = new MerkleTree();
  for (let size = 0; size <= 600; size++) {
    assert.deepEqual(tree.root(), naiveRoot(LEAVES.slice(0, size)), `size ${size}`);
    tree.appendLeaves(LEAVES[size] as Buffer, () => {});
  }
});

test('gives the same result for any split of leaves into batches', () => {
  const cuts = fc.array(fc.integer({ min: 0, max: 700 }), { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(cuts, (counts) => {
      const { tree, tiles } = grown(counts);
      const size = Math.min(
        LEAVES.length,
        counts.reduce((a, b) => a + b, 0),
      );
      assert.equal(tree.size, size);
      assert.deepEqual(tree.root(), naiveRoot(LEAVES.slice(0, size)));
      assert.equal(tiles.size, Math.floor(size / 256));
    }),
    runs,
  );
});

test('writes tiles that give every hash of the tree', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: LEAVES.length }), fc.nat(), (size, at) => {
      const { tree, tiles } = grown([size]);
      for (const { tile, hashes } of tree.edge()) tiles.set(tilePath(tile), hashes);
      const readHash = hashReader(size, (tile) => tiles.get(tilePath(tile)) as Buffer);
      assert.deepEqual(rangeHash({ from: 0, to: size }, readHash), tree.root());
      const index = at % size;
      const expected = naiveInclusion(index, LEAVES.slice(0, size));
      assert.deepEqual(proveInclusion(index, size, readHash), expected);
    }),
    runs,
  );
});

test('continues correctly after it is restored from its edge', () => {
  const sizes = fc.tuple(fc.nat({ max: 800 }), fc.nat({ max: 700 }));
  fc.assert(
    fc.property(sizes, ([before, after]) => {
      const edge = new Map(
        grown([before])
          .tree.edge()
          .map((e) => [tilePath(e.tile), e.hashes]),
      );
      const tree = MerkleTree.restore(before, (tile) => edge.get(tilePath(tile)) as Buffer);
      assert.deepEqual(tree.root(), naiveRoot(LEAVES.slice(0, before)));
      tree.appendLeaves(Buffer.concat(LEAVES.slice(before, before + after)), () => {});
      assert.deepEqual(tree.root(), naiveRoot(LEAVES.slice(0, before + after)));
    }),
    runs,
  );
});

test('carries over several levels at once and writes each tile before its parent', () => {
  const edge = [
    { tile: { level: 0, index: 65_535, width: 255 }, bytes: Buffer.alloc(255 * 32, 1) },
    { tile: { level: 1, index: 255, width: 255 }, bytes: Buffer.alloc(255 * 32, 2) },
    { tile: { level: 2, index: 0, width: 255 }, bytes: Buffer.alloc(255 * 32, 3) },
  ];
  const tree = MerkleTree.restore(2 ** 24 - 1, ({ level }) => edge[level]?.bytes as Buffer);
  const full: { tile: TileId; bytes: Buffer }[] = [];
  tree.appendLeaves(Buffer.alloc(32, 9), (tile, bytes) => {
    full.push({ tile, bytes: Buffer.from(bytes) });
  });
  assert.deepEqual(
    full.map(({ tile }) => tilePath(tile)),
    ['tile/0/x065/535', 'tile/1/255', 'tile/2/000'],
  );
  assert.ok(isParentOf(full[1]?.bytes as Buffer, 255, full[0]?.bytes as Buffer));
  assert.ok(isParentOf(full[2]?.bytes as Buffer, 255, full[1]?.bytes as Buffer));
  assert.ok(!isParentOf(full[2]?.bytes as Buffer, 254, full[1]?.bytes as Buffer));
  assert.deepEqual(
    tree.edge().map(({ tile }) => tile),
    [{ level: 3, index: 0, width: 1 }],
  );
});

test('reports every tile once and in order', () => {
  const { order } = grown([1, 255, 256, 500, 300]);
  assert.deepEqual(order, ['tile/0/000', 'tile/0/001', 'tile/0/002', 'tile/0/003', 'tile/0/004']);
});

test('refuses to be restored from a tile that is too short', () => {
  const short = (): Buffer => Buffer.alloc(31);
  assert.throws(() => MerkleTree.restore(1, short), { code: 'MALFORMED_TILE' });
});

test('refuses to grow past 2^53 - 1 entries', () => {
  assert.throws(() => MerkleTree.restore(2 ** 53, () => Buffer.alloc(8192)), {
    code: 'OUT_OF_RANGE',
  });
  const tree = MerkleTree.restore(Number.MAX_SAFE_INTEGER, () => Buffer.alloc(8192));
  assert.throws(() => tree.appendLeaves(Buffer.alloc(32), () => {}), { code: 'OUT_OF_RANGE' });
  assert.throws(() => tree.appendLeaves(Buffer.alloc(31), () => {}), { name: 'AssertionFailure' });
});

function grown(counts: readonly number[]): {
  tree: MerkleTree;
  tiles: Map<string, Buffer>;
  order: string[];
} {
  const tree = new MerkleTree();
  const tiles = new Map<string, Buffer>();
  const order: string[] = [];
  for (const count of counts) {
    const batch = LEAVES.slice(tree.size, tree.size + count);
    tree.appendLeaves(Buffer.concat(batch), (tile, bytes) => {
      tiles.set(tilePath(tile), Buffer.from(bytes));
      order.push(tilePath(tile));
    });
  }
  return { tree, tiles, order };
}
