import { createHash } from 'node:crypto';

/** A seed as 32 bits, for the cheap mixing below. */
export function keyOf(seed: string | number, ...path: readonly string[]): number {
  return createHash('sha256')
    .update([seed, ...path].join('\u0000'))
    .digest()
    .readUInt32LE(0);
}

/**
 * Mixes integers to 32 bits (the rounds and finalizer of MurmurHash3, Appleby 2011). Traits of a
 * million people are needed every virtual hour; a cryptographic hash would cost minutes.
 */
export function mix(key: number, a: number, b = 0, c = 0): number {
  let hash = round(round(round(key, a), b), c) ^ 12;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

/** The same in [0, 1). */
export function mixUnit(key: number, a: number, b = 0, c = 0): number {
  return mix(key, a, b, c) / 0x1_0000_0000;
}

function round(hash: number, value: number): number {
  let k = Math.imul(value, 0xcc9e2d51);
  k = Math.imul((k << 15) | (k >>> 17), 0x1b873593);
  const mixed = hash ^ k;
  return (Math.imul((mixed << 13) | (mixed >>> 19), 5) + 0xe6546b64) | 0;
}

/** A small, cheap generator, seeded by integers (xorshift32). */
export class QuickRandom {
  #state: number;

  constructor(key: number, a: number, b = 0, c = 0) {
    this.#state = mix(key, a, b, c) || 1;
  }

  /** In [0, 1). */
  float(): number {
    let x = this.#state;
    x ^= x << 13;
    x ^= x >>> 17;
    x ^= x << 5;
    this.#state = x;
    return (x >>> 0) / 0x1_0000_0000;
  }

  /** The number of independent events if `mean` are expected (Knuth). */
  poisson(mean: number): number {
    const limit = Math.exp(-mean);
    let count = 0;
    for (let product = this.float(); product > limit; product *= this.float()) count++;
    return count;
  }
}
