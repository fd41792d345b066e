import { BATCH_SCRATCH_BYTES_MAX } from '../limits.ts';

/**
 * Buffers that a thread uses again for batch after batch: megabytes of fresh memory per batch cost
 * page faults, and make the garbage collector run far more often. One user at a time.
 */
export class BatchScratch {
  readonly #rooms: Map<string, Buffer<ArrayBuffer>> = new Map();

  /** At least `bytes` long; holds whatever was in it. Valid until the same `use` asks again. */
  room(use: 'bodies' | 'leaves' | 'hashes' | 'meta', bytes: number): Buffer<ArrayBuffer> {
    const known = this.#rooms.get(use);
    if (known !== undefined && known.length >= bytes) return known;
    // A quarter more, since the next batch is about as long and not quite.
    const fresh = Buffer.allocUnsafeSlow(bytes + (bytes >>> 2));
    if (fresh.length <= BATCH_SCRATCH_BYTES_MAX) this.#rooms.set(use, fresh);
    return fresh;
  }
}
