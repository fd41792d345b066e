import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  naiveConsistency,
  naiveInclusion,
  naiveRoot,
  numberedLeaves,
} from '../testing/naive-tree.ts';
import { emptyRoot, leafHash } from './merkle-hash.ts';
import {
  type ConsistencyClaim,
  consistencyRanges,
  type InclusionClaim,
  inclusionRanges,
  nodesOf,
  proveConsistency,
  proveInclusion,
  type ReadHash,
  rangeHash,
  verifyConsistency,
  verifyInclusion,
} from './merkle-proof.ts';

const IS_LONG = process.env.COUNTERSIGN_LONG === '1';
const SIZES_ALL = IS_LONG ? 140 : 70;
const runs = { numRuns: IS_LONG ? 3000 : 60 };
const LEAVES = numberedLeaves(1100);
const ROOTS = Array.from({ length: LEAVES.length + 1 }, (_, n) => naiveRoot(LEAVES.slice(0, n)));

test('agrees with the RFC 6962 roots over the entries "0", "1", …', () => {
  const roots: [number, string][] = [
    [0, '47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU='],
    [1, '2zQm6HgGjSjSabbIcXIyLOU3K2V1bQeJAB00g19gHAM='],
    [2, 'ywCYnZSlacCmeK4EK2Pc1GJduWRAUX83put5duok7Us='],
    [3, 'cl1SMNto9VdHDcNfHYhlgTrNfrsHrRUndBQd7LrnEyc='],
    [7, 'o+I7Msy2v5bQktFl2KpUbgmCnejwOw6JV1gdHha5K98='],
    [256, 'goUV0DPBnYyQHzfsy4rtkZZncDSG+NL/8c9wQDIcXbE='],
    [257, 'HtoEmkNR2G92JSvX7At3Rq11t/oDFq1fVB29pFijEsQ='],
  ];
  for (const [size, root] of roots) {
    assert.equal(rangeHash({ from: 0, to: size }, readNaively).toString('base64'), root);
  }
});

test('proves and verifies inclusion of every entry of every small tree as RFC 6962 does', () => {
  for (let size = 1; size <= SIZES_ALL; size++) {
    for (let index = 0; index < size; index++) {
      const claim = inclusionOf(index, size);
      assert.deepEqual(claim.proof, naiveInclusion(index, LEAVES.slice(0, size)));
      assert.ok(verifyInclusion(claim), `entry ${index} of ${size}`);
    }
  }
});

test('proves and verifies consistency of every pair of small trees as RFC 6962 does', () => {
  for (let newSize = 0; newSize <= SIZES_ALL; newSize++) {
    for (let oldSize = 0; oldSize <= newSize; oldSize++) {
      const claim = consistencyOf(oldSize, newSize);
      const expected = oldSize === 0 ? [] : naiveConsistency(oldSize, LEAVES.slice(0, newSize));
      assert.deepEqual(claim.proof, expected);
      assert.ok(verifyConsistency(claim), `${oldSize} to ${newSize}`);
    }
  }
});

const pair = fc
  .integer({ min: 1, max: LEAVES.length })
  .chain((size) => fc.tuple(fc.constant(size), fc.nat({ max: size - 1 })));

test('proves and verifies inclusion and consistency in larger trees', () => {
  fc.assert(
    fc.property(pair, ([size, smaller]) => {
      assert.ok(verifyInclusion(inclusionOf(smaller, size)));
      assert.ok(verifyConsistency(consistencyOf(smaller, size)));
    }),
    runs,
  );
});

test('refuses an inclusion proof with any change', () => {
  fc.assert(
    fc.property(pair, fc.nat(), ([size, index], at) => {
      const claim = inclusionOf(index, size);
      const { proof } = claim;
      const changed: InclusionClaim[] = [
        { ...claim, root: flip(claim.root, at) },
        { ...claim, leafHash: flip(claim.leafHash, at) },
        { ...claim, root: emptyRoot() },
        { ...claim, index: index + 1 },
        { ...claim, index: index - 1 },
        { ...claim, index: size },
        { ...claim, size: index },
        { ...claim, size: 2 * size },
        { ...claim, proof: [...proof, LEAVES[0] as Buffer] },
        { ...claim, proof: [LEAVES[0] as Buffer, ...proof] },
        ...mutationsOf(proof, at).map((mutated) => ({ ...claim, proof: mutated })),
      ];
      for (const lie of changed) assert.ok(!verifyInclusion(lie), JSON.stringify(lie));
    }),
    runs,
  );
});

test('refuses a consistency proof with any change', () => {
  fc.assert(
    fc.property(pair, fc.nat(), ([newSize, smaller], at) => {
      const claim = consistencyOf(Math.max(1, smaller), newSize);
      const { proof } = claim;
      const changed: ConsistencyClaim[] = [
        { ...claim, oldRoot: flip(claim.oldRoot, at) },
        { ...claim, newRoot: flip(claim.newRoot, at) },
        { ...claim, oldSize: newSize + 1 },
        { ...claim, oldSize: 0 },
        { ...claim, proof: [...proof, LEAVES[0] as Buffer] },
        { ...claim, proof: [LEAVES[0] as Buffer, ...proof] },
        ...mutationsOf(proof, at).map((mutated) => ({ ...claim, proof: mutated })),
      ];
      for (const lie of changed) assert.ok(!verifyConsistency(lie), JSON.stringify(lie));
    }),
    runs,
  );
});

test('refuses hashes of another length, in particular an empty leaf under an empty root', () => {
  const none = Buffer.alloc(0);
  const claim = inclusionOf(0, 1);
  const refused: InclusionClaim[] = [
    { index: 0, size: 1, root: none, leafHash: none, proof: [] },
    { index: 0, size: 0, root: emptyRoot(), leafHash: none, proof: [] },
    { ...claim, root: none },
    { ...claim, leafHash: none },
    { ...claim, leafHash: Buffer.concat([claim.leafHash, none, Buffer.from([0])]) },
    { ...inclusionOf(0, 2), proof: [none] },
  ];
  for (const lie of refused) assert.equal(verifyInclusion(lie), false);
  assert.equal(
    verifyConsistency({ oldSize: 1, oldRoot: none, newSize: 1, newRoot: none, proof: [] }),
    false,
  );
});

test('refuses sizes and indices that are negative, fractional or above 2^53', () => {
  const claim = inclusionOf(0, 1);
  const growth = consistencyOf(1, 2);
  for (const bad of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 53]) {
    assert.equal(verifyInclusion({ ...claim, index: bad, size: 2 ** 53 }), false);
    assert.equal(verifyInclusion({ ...claim, size: bad }), false);
    assert.equal(verifyConsistency({ ...growth, newSize: bad }), false);
    assert.equal(verifyConsistency({ ...growth, oldSize: bad }), false);
    assert.throws(() => inclusionRanges(bad, 2 ** 53), { code: 'OUT_OF_RANGE' });
    assert.throws(() => consistencyRanges(bad, 2 ** 53), { code: 'OUT_OF_RANGE' });
  }
  assert.throws(() => inclusionRanges(3, 3), { code: 'OUT_OF_RANGE' });
  assert.throws(() => consistencyRanges(4, 3), { code: 'OUT_OF_RANGE' });
});

test('splits the largest possible tree without losing an entry', () => {
  const size = Number.MAX_SAFE_INTEGER;
  const ranges = inclusionRanges(size - 1, size);
  assert.equal(
    ranges.reduce((sum, range) => sum + range.to - range.from, 1),
    size,
  );
  for (const range of ranges) assert.equal(nodesOf(range).length, 1);
  assert.ok(consistencyRanges(2 ** 52 + 1, size).length <= 63);
});

test('every log extends the empty log, whose root is fixed', () => {
  const growth = consistencyOf(0, 5);
  assert.ok(verifyConsistency(growth));
  assert.equal(verifyConsistency({ ...growth, oldRoot: LEAVES[0] as Buffer }), false);
  assert.equal(verifyConsistency({ ...growth, proof: [LEAVES[0] as Buffer] }), false);
  const still = { oldSize: 0, newSize: 0, oldRoot: emptyRoot(), proof: [] };
  assert.ok(verifyConsistency({ ...still, newRoot: emptyRoot() }));
  assert.equal(verifyConsistency({ ...still, newRoot: LEAVES[0] as Buffer }), false);
});

const VECTORS = join(import.meta.dirname, '../../../../../shared/data/merkle/inclusion');

test('agrees with the inclusion vectors of transparency-dev/merkle', {
  skip: existsSync(VECTORS) ? false : '../shared/data/merkle/inclusion is not here',
}, () => {
  const files = readdirSync(VECTORS, { recursive: true, encoding: 'utf8' });
  const cases = files.filter((file) => file.endsWith('.json'));
  assert.ok(cases.length >= 90, `${cases.length} vectors`);
  for (const file of cases) {
    const vector = JSON.parse(readFileSync(join(VECTORS, file), 'utf8'));
    const claim: InclusionClaim = {
      index: vector.leafIdx,
      size: vector.treeSize,
      root: Buffer.from(vector.root ?? '', 'base64'),
      leafHash: Buffer.from(vector.leafHash ?? '', 'base64'),
      proof: (vector.proof ?? []).map((hash: string) => Buffer.from(hash, 'base64')),
    };
    assert.equal(verifyInclusion(claim), !vector.wantErr, `${file}: ${vector.desc}`);
  }
});

const readNaively: ReadHash = (level, index) => {
  const width = 2 ** level;
  return naiveRoot(LEAVES.slice(index * width, (index + 1) * width));
};

function inclusionOf(index: number, size: number): InclusionClaim {
  return {
    index,
    size,
    root: ROOTS[size] as Buffer,
    leafHash: leafHash(Buffer.from(String(index))),
    proof: proveInclusion(index, size, readNaively),
  };
}

function consistencyOf(oldSize: number, newSize: number): ConsistencyClaim {
  return {
    oldSize,
    oldRoot: ROOTS[oldSize] as Buffer,
    newSize,
    newRoot: ROOTS[newSize] as Buffer,
    proof: proveConsistency(oldSize, newSize, readNaively),
  };
}

function flip(hash: Uint8Array, at: number): Buffer {
  const copy = Buffer.from(hash);
  copy[at % 32] = (copy[at % 32] as number) ^ (1 << (at % 8));
  return copy;
}

/** Flips, drops, doubles or swaps one hash. */
function mutationsOf(proof: readonly Uint8Array[], at: number): Uint8Array[][] {
  if (proof.length === 0) return [];
  const i = at % proof.length;
  const hash = proof[i] as Uint8Array;
  const mutations = [
    proof.with(i, flip(hash, at)),
    proof.toSpliced(i, 1),
    proof.toSpliced(i, 0, hash),
    proof.with(i, hash.subarray(1)),
  ];
  if (i > 0) mutations.push(proof.with(i, proof[i - 1] as Uint8Array).with(i - 1, hash));
  return mutations;
}
