/** A refused body is read up to this size: twice the largest accepted body. */
const DISCARDED_BYTES_MAX: number = 8 * 1024 * 1024;

/** All refused bodies together: a hundredth of what one processor can read. */
const DISCARDED_BYTES_PER_SECOND: number = 16 * 1024 * 1024;

/**
 * Reads refused bodies to their end, because many clients read no reply before they have sent all.
 *
 * That costs as much as accepting them. So only short bodies qualify, within a byte rate that all
 * of them share.
 */
export class Discards {
  readonly #nowMs: () => number;
  #atMs: number;
  #left = DISCARDED_BYTES_PER_SECOND;

  /** `nowMs`: a monotonic clock. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#atMs = nowMs();
  }

  /** Whether to read one more chunk of a body after `before` bytes. */
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
