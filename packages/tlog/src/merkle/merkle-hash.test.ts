import assert from 'node:assert/strict';
import { test } from 'node:test';
import { naiveRoot, numberedLeaves } from '../testing/naive-tree.ts';
import { emptyRoot, leafHash, NodeHasher, nodeHash, sha256, sha256Into } from './merkle-hash.ts';

const EMPTY_LEAF = '6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d';

test('hashes leaves, nodes and the empty tree by RFC 6962 section 2.1', () => {
  const leaf = leafHash(Buffer.alloc(0));
  assert.equal(leaf.toString('hex'), EMPTY_LEAF);
  assert.equal(
    nodeHash(leaf, leaf).toString('hex'),
    'fe43d66afa4a9a5c4f9c9da89f4ffb52635c8f342e7ffb731d68e36c5982072a',
  );
  assert.equal(
    emptyRoot().toString('hex'),
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  );
});

test('returns a new copy of the empty root to each caller', () => {
  emptyRoot().fill(0);
  assert.equal(emptyRoot()[0], 0xe3);
});

test('writes a digest only at its offset', () => {
  const into = Buffer.alloc(40, 7);
  sha256Into(Buffer.from('x'), into, 4);
  assert.deepEqual(into.subarray(4, 36), sha256(Buffer.from('x')));
  assert.deepEqual([...into.subarray(0, 4), ...into.subarray(36)], Array(8).fill(7));
});

test('hashes every perfect subtree like the naive tree', () => {
  const leaves = numberedLeaves(256);
  const run = Buffer.concat(leaves);
  const hasher = new NodeHasher();
  const root = Buffer.alloc(32);
  for (let count = 1; count <= 256; count *= 2) {
    for (const start of [0, 256 - count]) {
      hasher.subtree(run, start * 32, count, root, 0);
      assert.deepEqual(root, naiveRoot(leaves.slice(start, start + count)));
    }
  }
  assert.deepEqual(run, Buffer.concat(leaves), 'the run itself is unchanged');
});
