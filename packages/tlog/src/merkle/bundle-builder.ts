import { assert } from '@countersign/core';
import { TlogError } from '../errors.ts';
import { type BundleId, TILE_WIDTH } from './tile.ts';

/** Receives a full bundle. The sink writes the parts in order before the call returns. */
export type FullBundleSink = (bundle: BundleId, parts: readonly Uint8Array[]) => void;

/** Splits leaves, each preceded by a two-byte length, into entry bundles of 256. */
export class BundleBuilder {
  #size = 0;
  /** The leaves of the partial bundle. */
  #edge: Buffer = Buffer.alloc(0);

  /**
   * `bytes` starts with the partial bundle of a log of `size` entries.
   * @throws TlogError MALFORMED_TILE
   */
  static restore(size: number, bytes: Buffer): BundleBuilder {
    const builder = new BundleBuilder();
    builder.#size = size;
    builder.#edge = Buffer.from(cutBundle(bytes, size % TILE_WIDTH));
    return builder;
  }

  append(leaves: Buffer, count: number, onFull: FullBundleSink): void {
    let at = 0;
    for (let left = count; left > 0; ) {
      const width = this.#size % TILE_WIDTH;
      const taken = Math.min(TILE_WIDTH - width, left);
      const end = endOfLeaves(leaves, at, taken);
      const part = leaves.subarray(at, end);
      this.#size += taken;
      if (width + taken === TILE_WIDTH) {
        const index = this.#size / TILE_WIDTH - 1;
        onFull({ index, width: TILE_WIDTH }, [this.#edge, part]);
        this.#edge = Buffer.alloc(0);
      } else {
        // A copy: the leaves belong to a journal frame, which must not stay in memory.
        this.#edge = Buffer.concat([this.#edge, part]);
      }
      at = end;
      left -= taken;
    }
    assert(at === leaves.length, 'a frame holds as many leaves as its header states');
  }

  edge(): { readonly bundle: BundleId; readonly parts: readonly Uint8Array[] } | undefined {
    const width = this.#size % TILE_WIDTH;
    if (width === 0) return undefined;
    return { bundle: { index: Math.floor(this.#size / TILE_WIDTH), width }, parts: [this.#edge] };
  }
}

/**
 * The first `width` entries of a bundle with at least `width` entries.
 * @throws TlogError MALFORMED_TILE
 */
export function cutBundle(bytes: Buffer, width: number): Buffer {
  return bytes.subarray(0, endOfLeaves(bytes, 0, width));
}

function endOfLeaves(bytes: Buffer, from: number, count: number): number {
  let at = from;
  for (let i = 0; i < count; i++) {
    at += 2 + (((bytes[at] ?? 0) << 8) | (bytes[at + 1] ?? 0));
    if (at > bytes.length) {
      throw new TlogError('MALFORMED_TILE', 'could not read an entry bundle: it is truncated');
    }
  }
  return at;
}
