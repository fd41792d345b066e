import { hash } from 'node:crypto';

/** RFC 6962 section 2.1: leaf = SHA-256(0x00 || entry), node = SHA-256(0x01 || left || right). */
export const HASH_BYTES = 32;
export const LEAF_PREFIX = 0x00;
const NODE_PREFIX = 0x01;

/** The root of the empty tree: SHA-256 of no bytes. A fresh copy, because buffers are mutable. */
export function emptyRoot(): Buffer {
  return sha256(Buffer.alloc(0));
}

export function sha256(data: Uint8Array): Buffer {
  return Buffer.from(hash('sha256', data, 'binary'), 'latin1');
}

/**
 * Writes SHA-256(data) at `into[at..at+32)`. The digest is passed as a one-byte string. That costs
 * a quarter of a digest returned as a Buffer, which owns memory outside the heap.
 */
export function sha256Into(data: Uint8Array, into: Buffer, at: number): void {
  into.write(hash('sha256', data, 'binary'), at, HASH_BYTES, 'latin1');
}

export function leafHash(entry: Uint8Array): Buffer {
  const prefixed = Buffer.allocUnsafe(1 + entry.length);
  prefixed[0] = LEAF_PREFIX;
  prefixed.set(entry, 1);
  return sha256(prefixed);
}

export function nodeHash(left: Uint8Array, right: Uint8Array): Buffer {
  const pair = Buffer.allocUnsafe(1 + 2 * HASH_BYTES);
  pair[0] = NODE_PREFIX;
  pair.set(left, 1);
  pair.set(right, 1 + HASH_BYTES);
  return sha256(pair);
}

/** Hashes runs of neighboring nodes without an allocation per node. Not for concurrent use. */
export class NodeHasher {
  readonly #pair: Buffer = Buffer.alloc(1 + 2 * HASH_BYTES, NODE_PREFIX);
  readonly #row: Buffer = Buffer.alloc(128 * HASH_BYTES);

  /** Writes the parent of `from[at..at+64)` at `into[to..to+32)`. Both may be the same buffer. */
  parent(from: Buffer, at: number, into: Buffer, to: number): void {
    from.copy(this.#pair, 1, at, at + 2 * HASH_BYTES);
    sha256Into(this.#pair, into, to);
  }

  /**
   * Writes the root of the perfect subtree over `count` hashes (1, 2, 4 … 256) from `from[at]` to
   * `into[to..to+32)`.
   */
  subtree(from: Buffer, at: number, count: number, into: Buffer, to: number): void {
    if (count === 1) {
      from.copy(into, to, at, at + HASH_BYTES);
      return;
    }
    let width = count / 2;
    for (let i = 0; i < width; i++) {
      this.parent(from, at + i * 2 * HASH_BYTES, this.#row, i * HASH_BYTES);
    }
    for (; width > 1; width /= 2) {
      for (let i = 0; i < width / 2; i++) {
        this.parent(this.#row, i * 2 * HASH_BYTES, this.#row, i * HASH_BYTES);
      }
    }
    this.#row.copy(into, to, 0, HASH_BYTES);
  }
}
