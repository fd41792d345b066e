import { createHash } from 'node:crypto';

/** RFC 6962 section 2.1 word for word, without any code under test: slow, recursive and simple. */
function naiveLeafHash(entry: Uint8Array): Buffer {
  return digest(Buffer.from([0]), entry);
}

/** MTH(D[n]) over leaf hashes. */
export function naiveRoot(leaves: readonly Uint8Array[]): Buffer {
  if (leaves.length === 0) return digest();
  if (leaves.length === 1) return Buffer.from(leaves[0] as Uint8Array);
  const k = splitOf(leaves.length);
  return digest(Buffer.from([1]), naiveRoot(leaves.slice(0, k)), naiveRoot(leaves.slice(k)));
}

/** PATH(m, D[n]) of section 2.1.1. */
export function naiveInclusion(m: number, leaves: readonly Uint8Array[]): Buffer[] {
  if (leaves.length === 1) return [];
  const k = splitOf(leaves.length);
  return m < k
    ? [...naiveInclusion(m, leaves.slice(0, k)), naiveRoot(leaves.slice(k))]
    : [...naiveInclusion(m - k, leaves.slice(k)), naiveRoot(leaves.slice(0, k))];
}

/** PROOF(m, D[n]) of section 2.1.2, for 0 < m <= n. */
export function naiveConsistency(m: number, leaves: readonly Uint8Array[]): Buffer[] {
  return subproof(m, leaves, true);
}

/** Leaf hashes of the entries "0", "1", … in ASCII. */
export function numberedLeaves(count: number): Buffer[] {
  return Array.from({ length: count }, (_, i) => naiveLeafHash(Buffer.from(String(i))));
}

function subproof(m: number, leaves: readonly Uint8Array[], isComplete: boolean): Buffer[] {
  if (m === leaves.length) return isComplete ? [] : [naiveRoot(leaves)];
  const k = splitOf(leaves.length);
  return m <= k
    ? [...subproof(m, leaves.slice(0, k), isComplete), naiveRoot(leaves.slice(k))]
    : [...subproof(m - k, leaves.slice(k), false), naiveRoot(leaves.slice(0, k))];
}

function splitOf(count: number): number {
  let k = 1;
  while (k * 2 < count) k *= 2;
  return k;
}

function digest(...parts: Uint8Array[]): Buffer {
  const sha256 = createHash('sha256');
  for (const part of parts) sha256.update(part);
  return sha256.digest();
}
