import { isByteEqual } from '../canonical-encoding.ts';
import { TlogError } from '../errors.ts';
import { HASH_BYTES, leafHash } from '../merkle/merkle-hash.ts';
import { bundlePath, entryOffsets, LENGTH_BYTES, TILE_WIDTH } from '../merkle/tile.ts';

/**
 * The entries of one bundle. Each is verified when it is first read: a caller that needs one of 256
 * entries pays for one hash.
 */
export class EntryBundle {
  readonly length: number;
  readonly #index: number;
  readonly #bytes: Uint8Array;
  readonly #offsets: Uint32Array;
  /** The leaf hashes, verified up to the root. */
  readonly #hashes: Uint8Array;
  readonly #isVerified: Uint8Array;

  /**
   * @param bundle `width` entries in `bytes`; the log may have fewer, as many as `hashes`
   * @throws TlogError MALFORMED_TILE
   */
  constructor(
    bundle: { readonly index: number; readonly width: number; readonly bytes: Uint8Array },
    hashes: Uint8Array,
  ) {
    this.#index = bundle.index;
    this.#bytes = bundle.bytes;
    this.#offsets = entryOffsets(bundle.bytes, bundle.width, bundlePath(bundle));
    this.#hashes = hashes;
    this.length = hashes.length / HASH_BYTES;
    this.#isVerified = new Uint8Array(this.length);
  }

  /** @throws TlogError LOG_INCONSISTENT */
  entry(position: number): Uint8Array {
    const from = (this.#offsets[position] as number) + LENGTH_BYTES;
    const entry = this.#bytes.subarray(from, this.#offsets[position + 1]);
    if (this.#isVerified[position] === 1) return entry;
    const at = position * HASH_BYTES;
    if (!isByteEqual(leafHash(entry), this.#hashes.subarray(at, at + HASH_BYTES))) {
      const path = bundlePath({ index: this.#index, width: this.length });
      const index = this.#index * TILE_WIDTH + position;
      throw new TlogError(
        'LOG_INCONSISTENT',
        `could not verify entry ${index}: its bytes in ${path} do not match the tree`,
        { data: { paths: [path], index } },
      );
    }
    this.#isVerified[position] = 1;
    return entry;
  }
}
