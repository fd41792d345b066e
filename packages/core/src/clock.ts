import { randomFillSync } from 'node:crypto';
import { assert } from './errors.ts';

/** The machine's own random source. Tests pass their own. */
export const systemRandom: Random = { fill: (into) => randomFillSync(into) };

/** Wall clock and monotonic time are arguments, so that tests control them. */
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

/** A clock for tests. It moves only on command. */
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
    assert(ms >= 0, 'time only moves forward; step() moves the wall clock back');
    this.#now += ms;
    this.#monotonic += ms;
  }

  /** Steps only the wall clock, forwards or backwards, as an administrator or NTP does. */
  step(ms: number): void {
    this.#now += ms;
  }
}

/** Randomness is an argument, so that tests can seed it. */
export interface Random {
  /** Fills the whole of `into` and returns it. */
  fill(into: Uint8Array): Uint8Array;
}
