import { DISCARDED_BYTES_MAX, DISCARDED_BYTES_PER_SECOND } from './limits.ts';

/**
 * Bodies that nobody wants are read to their end, since many clients see no answer before they have
 * sent all. That costs as much as to take them: so only for short ones, and for so many bytes in a
 * second of all of them together.
 */
export class Discards {
  readonly #nowMs: () => number;
  #atMs: number;
  #left = DISCARDED_BYTES_PER_SECOND;

  /** `nowMs`: of a clock that does not step. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#atMs = nowMs();
  }

  /** Whether one more chunk is read of a body of which `before` bytes were. */
  take(bytes: number, before: number): boolean {
    const nowMs = this.#nowMs();
    const more = ((nowMs - this.#atMs) * DISCARDED_BYTES_PER_SECOND) / 1000;
    this.#atMs = nowMs;
    this.#left = Math.min(DISCARDED_BYTES_PER_SECOND, this.#left + more);
    if (before + bytes > DISCARDED_BYTES_MAX || bytes > this.#left) return false;
    this.#left -= bytes;
    return true;
  }
}
