import type { Clock } from '../../core/index.ts';
import { ATTEMPT_MS, SKEW_MS, TAKEN_MAX } from './limits.ts';

type Kept = { readonly issuedMs: number; readonly untilMs: number };

/**
 * What may be used once: hints and nonces. Kept by a clock that does not step, for as long as a
 * hint is good for. What is forgotten leaves a line behind: whatever the vendor issued before it is
 * refused, so that no step of our own clock makes an old hint new again. The line is of the
 * vendor's time alone, and lies behind all that is still good, so it keeps nobody out.
 */
export class Taken {
  readonly #clock: Clock;
  readonly #kept = new Map<string, Kept>();
  #lineMs = Number.NEGATIVE_INFINITY;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Before this moment of the vendor's nothing is good any more. */
  get lineMs(): number {
    return this.#lineMs;
  }

  /** All of them, or none: `again` if any was taken before, or is older than the line. */
  take(names: readonly string[], issuedMs: number): 'taken' | 'again' {
    const nowMs = this.#clock.monotonic();
    this.#forget(nowMs);
    if (issuedMs <= this.#lineMs || names.some((name) => this.#kept.has(name))) return 'again';
    for (const name of names) this.#kept.set(name, { issuedMs, untilMs: nowMs + KEPT_MS });
    return 'taken';
  }

  /** In the order in which they came, which is that of their ends. */
  #forget(nowMs: number): void {
    for (const [name, { issuedMs, untilMs }] of this.#kept) {
      if (untilMs > nowMs && this.#kept.size < TAKEN_MAX) return;
      this.#kept.delete(name);
      this.#lineMs = Math.max(this.#lineMs, issuedMs);
    }
  }
}

/** A hint from a clock that is ahead is good for its skew longer. */
const KEPT_MS = ATTEMPT_MS + 3 * SKEW_MS;
