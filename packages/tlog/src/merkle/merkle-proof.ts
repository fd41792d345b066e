import { plural } from '@countersign/core';
import { isByteEqual } from '../canonical-encoding.ts';
import { TlogError } from '../errors.ts';
import { PROOF_HASHES_MAX } from '../limits.ts';
import { emptyRoot, HASH_BYTES, nodeHash } from './merkle-hash.ts';
import type { TreeNode } from './tile.ts';

/** A range of entries `[from, to)` whose Merkle tree hash a proof needs. */
export type LeafRange = { readonly from: number; readonly to: number };

/** Returns the hash of a perfect subtree. MUST throw rather than guess. */
export type ReadHash = (level: number, index: number) => Uint8Array;

export type InclusionClaim = {
  readonly index: number;
  readonly size: number;
  readonly root: Uint8Array;
  readonly leafHash: Uint8Array;
  /** From the leaf's sibling up to the root's child. */
  readonly proof: readonly Uint8Array[];
};

export type ConsistencyClaim = {
  readonly oldSize: number;
  readonly oldRoot: Uint8Array;
  readonly newSize: number;
  readonly newRoot: Uint8Array;
  readonly proof: readonly Uint8Array[];
};

/**
 * A count of entries: an integer from 0 to 2^53 - 1. Above that, arithmetic silently loses
 * precision.
 */
export function isTreeSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/**
 * The ranges of PATH(index, D[size]) in RFC 6962 section 2.1.1, the leaf's sibling first.
 * @throws TlogError OUT_OF_RANGE unless `0 <= index < size < 2^53`
 */
export function inclusionRanges(index: number, size: number): LeafRange[] {
  if (!isTreeSize(size) || !isTreeSize(index) || index >= size) {
    throw new TlogError('OUT_OF_RANGE', `a log of ${plural(size, 'entry')} has no entry ${index}`);
  }
  const ranges: LeafRange[] = [];
  let from = 0;
  let to = size;
  while (to - from > 1) {
    const middle = from + splitOf(to - from);
    if (index < middle) {
      ranges.push({ from: middle, to });
      to = middle;
    } else {
      ranges.push({ from, to: middle });
      from = middle;
    }
  }
  return ranges.reverse();
}

/**
 * The ranges of PROOF(oldSize, D[newSize]) in RFC 6962 section 2.1.2. Empty for an old size of 0,
 * which every log extends, and for equal sizes.
 * @throws TlogError OUT_OF_RANGE unless `0 <= oldSize <= newSize < 2^53`
 */
export function consistencyRanges(oldSize: number, newSize: number): LeafRange[] {
  if (!isTreeSize(oldSize) || !isTreeSize(newSize) || oldSize > newSize) {
    throw new TlogError(
      'OUT_OF_RANGE',
      `a log of ${plural(newSize, 'entry')} cannot extend one of ${oldSize}`,
    );
  }
  const ranges: LeafRange[] = [];
  if (oldSize === 0) return ranges;
  let from = 0;
  let to = newSize;
  while (to !== oldSize) {
    const middle = from + splitOf(to - from);
    if (oldSize <= middle) {
      ranges.push({ from: middle, to });
      to = middle;
    } else {
      ranges.push({ from, to: middle });
      from = middle;
    }
  }
  // The verifier knows the old root, but not the root of a part of the old tree.
  if (from !== 0) ranges.push({ from, to });
  return ranges.reverse();
}

/** The perfect subtrees of a valid range, left to right. */
export function nodesOf(range: LeafRange): TreeNode[] {
  const nodes: TreeNode[] = [];
  for (let from = range.from; from < range.to; ) {
    let level = 0;
    let width = 1;
    while (from % (2 * width) === 0 && from + 2 * width <= range.to) {
      width *= 2;
      level++;
    }
    nodes.push({ level, index: from / width });
    from += width;
  }
  return nodes;
}

/** The Merkle tree hash of a proof range, or of `[0, size)`. The empty root for size 0. */
export function rangeHash(range: LeafRange, readHash: ReadHash): Buffer {
  let right: Buffer | undefined;
  for (const { level, index } of nodesOf(range).reverse()) {
    const left = readHash(level, index);
    right = right === undefined ? Buffer.from(left) : nodeHash(left, right);
  }
  return right ?? emptyRoot();
}

/** @throws TlogError OUT_OF_RANGE */
export function proveInclusion(index: number, size: number, readHash: ReadHash): Buffer[] {
  return inclusionRanges(index, size).map((range) => rangeHash(range, readHash));
}

/** @throws TlogError OUT_OF_RANGE */
export function proveConsistency(oldSize: number, newSize: number, readHash: ReadHash): Buffer[] {
  return consistencyRanges(oldSize, newSize).map((range) => rangeHash(range, readHash));
}

/**
 * RFC 9162 section 2.1.3.2. Every part of the claim may come from an attacker, so it never throws.
 */
export function verifyInclusion(claim: InclusionClaim): boolean {
  const { index, size, root, leafHash, proof } = claim;
  if (!isTreeSize(size) || !isTreeSize(index) || index >= size) return false;
  // A leaf hash of another length (in particular of length 0) is not a leaf of any tree.
  if (!areHashes([root, leafHash]) || !isProof(proof)) return false;
  let node = index;
  let last = size - 1;
  let hash: Uint8Array = leafHash;
  for (const sibling of proof) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      hash = nodeHash(sibling, hash);
      while (node % 2 === 0 && node !== 0) {
        node /= 2;
        last = Math.floor(last / 2);
      }
    } else {
      hash = nodeHash(hash, sibling);
    }
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && isByteEqual(hash, root);
}

/**
 * RFC 9162 section 2.1.4.2. As in C2SP tlog-witness, every log extends the empty log with an empty
 * proof. Every part of the claim may come from an attacker, so it never throws.
 */
export function verifyConsistency(claim: ConsistencyClaim): boolean {
  const { oldSize, oldRoot, newSize, newRoot, proof } = claim;
  if (!isTreeSize(oldSize) || !isTreeSize(newSize) || oldSize > newSize) return false;
  if (!areHashes([oldRoot, newRoot]) || !isProof(proof)) return false;
  if (newSize === 0 && !isByteEqual(newRoot, emptyRoot())) return false;
  if (oldSize === 0) return proof.length === 0 && isByteEqual(oldRoot, emptyRoot());
  if (oldSize === newSize) return proof.length === 0 && isByteEqual(oldRoot, newRoot);
  return proof.length > 0 && isExtension(claim);
}

function isExtension({ oldSize, oldRoot, newSize, newRoot, proof }: ConsistencyClaim): boolean {
  let node = oldSize - 1;
  let last = newSize - 1;
  while (node % 2 === 1) {
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  // If the old size is a power of two, the old root is a node of the new tree and starts the path.
  const path = node === 0 ? [oldRoot, ...proof] : proof;
  let [oldHash, newHash] = [path[0] as Uint8Array, path[0] as Uint8Array];
  for (const sibling of path.slice(1)) {
    if (last === 0) return false;
    if (node % 2 === 1 || node === last) {
      oldHash = nodeHash(sibling, oldHash);
      newHash = nodeHash(sibling, newHash);
      while (node % 2 === 0 && node !== 0) {
        node /= 2;
        last = Math.floor(last / 2);
      }
    } else {
      newHash = nodeHash(newHash, sibling);
    }
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 && isByteEqual(oldHash, oldRoot) && isByteEqual(newHash, newRoot);
}

/** The largest power of two strictly below `count`. */
function splitOf(count: number): number {
  let split = 1;
  while (2 * split < count) split *= 2;
  return split;
}

function isProof(proof: readonly Uint8Array[]): boolean {
  return proof.length <= PROOF_HASHES_MAX && areHashes(proof);
}

function areHashes(hashes: readonly Uint8Array[]): boolean {
  return hashes.every((hash) => hash.length === HASH_BYTES);
}
