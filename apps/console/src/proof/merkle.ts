import { sha256 } from '@noble/hashes/sha2.js';
import { joinBytes } from './bytes.ts';

const HASH_BYTES = 32;
/** C2SP tlog-witness: no tree of 2^53 entries needs more. */
export const PROOF_HASHES_MAX = 63;

const LEAF = Uint8Array.of(0);
const NODE = Uint8Array.of(1);

/** RFC 6962 section 2.1: SHA-256(0x00 || entry). */
export function leafHash(entry: Uint8Array): Uint8Array {
  return sha256(joinBytes(LEAF, entry));
}

/** One step up the tree: the sibling, its side, and the hash of their parent. */
export type PathStep = {
  readonly sibling: Uint8Array;
  readonly side: 'left' | 'right';
  readonly parent: Uint8Array;
};

export type PathClaim = {
  readonly index: number;
  readonly size: number;
  readonly leaf: Uint8Array;
  /** From the leaf's sibling up to the root's child. */
  readonly hashes: readonly Uint8Array[];
};

/**
 * The steps of RFC 9162 section 2.1.3.2 from a leaf to the root; the last parent is the root.
 * Undefined if a tree of this size has no such path. All parts of the claim may be hostile.
 */
export function climb({ index, size, leaf, hashes }: PathClaim): PathStep[] | undefined {
  if (!isSize(size) || !isSize(index) || index >= size) return undefined;
  if (hashes.length > PROOF_HASHES_MAX) return undefined;
  if (![leaf, ...hashes].every((hash) => hash.length === HASH_BYTES)) return undefined;
  const steps: PathStep[] = [];
  let [node, last, hash] = [index, size - 1, leaf];
  for (const sibling of hashes) {
    if (last === 0) return undefined;
    const isRight = node % 2 === 1 || node === last;
    hash = sha256(isRight ? joinBytes(NODE, sibling, hash) : joinBytes(NODE, hash, sibling));
    steps.push({ sibling, side: isRight ? 'left' : 'right', parent: hash });
    while (isRight && node % 2 === 0 && node !== 0) {
      node /= 2;
      last = Math.floor(last / 2);
    }
    node = Math.floor(node / 2);
    last = Math.floor(last / 2);
  }
  return last === 0 ? steps : undefined;
}

function isSize(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
