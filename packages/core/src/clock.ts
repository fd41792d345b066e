import { randomFillSync } from 'node:crypto';
import { assert } from './errors.ts';

/** The machine's own randomness. Tests bring theirs. */
export const systemRandom: Random = { fill: (into) => randomFillSync(into) };

/** Wall and monotonic time come in as an argument, so that tests own them. */
export interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z; MAY step backwards, as wall clocks do. */
  now(): number;
  /** Milliseconds from an arbitrary start; MUST NOT step backwards. */
  monotonic(): number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
};

/** A clock that stands still until it is told to move. */
export class ManualClock implements Clock {
  #now: number;
  #monotonic = 0;

  constructor(nowMs: number) {
    this.#now = nowMs;
  }

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#monotonic;
  }

  advance(ms: number): void {
    assert(ms >= 0, 'time passes forwards; step() moves the wall clock back');
    this.#now += ms;
    this.#monotonic += ms;
  }

  /** Steps the wall clock alone, forwards or backwards, as an administrator or NTP would. */
  step(ms: number): void {
    this.#now += ms;
  }
}

/** Randomness comes in as an argument, so that tests can seed it. */
export interface Random {
  /** Fills the whole of `into` and returns it. */
  fill(into: Uint8Array): Uint8Array;
}
