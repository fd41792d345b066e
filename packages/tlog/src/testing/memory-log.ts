import { createHash, createPrivateKey, type KeyObject } from 'node:crypto';
import { leafHash } from '../merkle/merkle-hash.ts';
import { proveConsistency, type ReadHash } from '../merkle/merkle-proof.ts';
import { hashReader, MerkleTree } from '../merkle/merkle-tree.ts';
import { bundlePath, encodeBundle, TILE_WIDTH, tilePath } from '../merkle/tile.ts';

/** A private key that is the same in every run, and obviously not a real one. */
export function testKey(seed: string): KeyObject {
  const raw = createHash('sha256').update(`test key ${seed}`).digest();
  const der = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), raw]);
  return createPrivateKey({ key: der, format: 'der', type: 'pkcs8' });
}

/** A static log in memory: every resource, at every size that the log had. */
export class MemoryLog {
  readonly files: Map<string, Uint8Array> = new Map();
  readonly entries: Uint8Array[] = [];
  readonly #tree = new MerkleTree();

  append(...entries: readonly Uint8Array[]): void {
    this.entries.push(...entries);
    const hashes = Buffer.concat(entries.map((entry) => leafHash(entry)));
    this.#tree.appendLeaves(hashes, (tile, bytes) => {
      this.files.set(tilePath(tile), Uint8Array.from(bytes));
    });
    const size = this.size;
    for (const { tile, hashes: bytes } of this.#tree.edge()) this.files.set(tilePath(tile), bytes);
    for (let i = Math.floor((size - entries.length) / TILE_WIDTH); i * TILE_WIDTH < size; i++) {
      const held = this.entries.slice(i * TILE_WIDTH, (i + 1) * TILE_WIDTH);
      this.files.set(bundlePath({ index: i, width: held.length }), encodeBundle(held));
    }
  }

  get size(): number {
    return this.#tree.size;
  }

  root(): Buffer {
    return this.#tree.root();
  }

  readHash(): ReadHash {
    return hashReader(this.size, (tile) => {
      const bytes = this.files.get(tilePath(tile));
      if (bytes === undefined) throw new Error(`no ${tilePath(tile)}`);
      return bytes;
    });
  }

  consistencyFrom(oldSize: number): Buffer[] {
    return proveConsistency(oldSize, this.size, this.readHash());
  }

  /** Removes each partial tile and bundle that a full one supersedes, as a log may. */
  dropSupersededPartials(): void {
    for (const path of this.files.keys()) {
      if (/\.p\/\d+$/.test(path) && this.files.has(path.replace(/\.p\/\d+$/, ''))) {
        this.files.delete(path);
      }
    }
  }

  readonly fetchTile = async (path: string): Promise<Uint8Array | undefined> =>
    this.files.get(path);
}
