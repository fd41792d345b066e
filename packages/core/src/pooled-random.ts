import type { Random } from './clock.ts';

/** A request to the system costs about 5 µs, however few bytes it asks for. */
const POOL_BYTES = 4096;

/**
 * Draws random bytes ahead. An id takes 16, and a decision draws several times.
 *
 * Each byte is handed out once and then cleared, so that memory does not hold a secret twice.
 */
export class PooledRandom implements Random {
  readonly #source: Random;
  readonly #pool = new Uint8Array(POOL_BYTES);
  #at = POOL_BYTES;

  constructor(source: Random) {
    this.#source = source;
  }

  fill(into: Uint8Array): Uint8Array {
    const { length } = into;
    if (length > POOL_BYTES) return this.#source.fill(into);
    if (this.#at + length > POOL_BYTES) {
      this.#source.fill(this.#pool);
      this.#at = 0;
    }
    const end = this.#at + length;
    into.set(this.#pool.subarray(this.#at, end));
    this.#pool.fill(0, this.#at, end);
    this.#at = end;
    return into;
  }
}
