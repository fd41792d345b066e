import type { Clock } from '@countersign/core';

/**
 * The time against which credentials expire. A wall clock that steps back must not revive an
 * expired session or token, so the time is never behind the start plus the time that really passed.
 * A step forward expires credentials only until the clock is corrected.
 */
export class ValidityClock {
  readonly #clock: Clock;
  readonly #startMs: number;
  readonly #startMonotonic: number;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startMs = clock.now();
    this.#startMonotonic = clock.monotonic();
  }

  /** Whole milliseconds since 1970. */
  now(): number {
    const passedMs = Math.floor(this.#clock.monotonic() - this.#startMonotonic);
    return Math.max(this.#clock.now(), this.#startMs + passedMs);
  }
}
