import { hash } from 'node:crypto';

/**
 * A reproducible stream of pseudo-random numbers from a seed and a name (xoshiro128**, Blackman and
 * Vigna 2018; seeded from SHA-256). Person 700,000 of a tenant can be created without the others.
 */
export class SeededRandom {
  #a: number;
  #b: number;
  #c: number;
  #d: number;
  readonly #name: string;

  constructor(seed: string | number, ...path: readonly (string | number)[]) {
    this.#name = [seed, ...path].join('\u0000');
    // A binary string, because creating a Buffer takes twice as long as the rest.
    const digest = hash('sha256', this.#name, 'binary');
    // Not all zeros, which would be a fixed point.
    this.#a = wordOf(digest, 0) | 1;
    this.#b = wordOf(digest, 4);
    this.#c = wordOf(digest, 8);
    this.#d = wordOf(digest, 12);
  }

  /** An independent stream. The same path always gives the same one. */
  fork(...path: readonly (string | number)[]): SeededRandom {
    return new SeededRandom(this.#name, ...path);
  }

  /** An integer in [0, 2^32). */
  next(): number {
    const result = Math.imul(rotateLeft(Math.imul(this.#b, 5), 7), 9) >>> 0;
    const t = this.#b << 9;
    this.#c ^= this.#a;
    this.#d ^= this.#b;
    this.#b ^= this.#c;
    this.#a ^= this.#d;
    this.#c ^= t;
    this.#d = rotateLeft(this.#d, 11);
    return result;
  }

  /** In [0, 1). */
  float(): number {
    return this.next() / 0x1_0000_0000;
  }

  /** An integer in `[from, to)`. */
  int(from: number, to: number): number {
    return from + Math.floor(this.float() * (to - from));
  }

  /** True with probability `p`. */
  chance(p: number): boolean {
    return this.float() < p;
  }

  pick<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError('the list to pick from is empty');
    return items[this.int(0, items.length)] as T;
  }

  /** Exponentially distributed with the given mean, like gaps between independent events. */
  gap(mean: number): number {
    return -Math.log(1 - this.float()) * mean;
  }

  /** A version 4 UUID in lower case. */
  guid(): string {
    const first = hexOf(this.next());
    const second = hexOf((this.next() & 0xff0fffff) | 0x00400000);
    const third = hexOf((this.next() & 0xffffff3f) | 0x00000080);
    const last = hexOf(this.next());
    const [b, c] = [second.slice(0, 4), second.slice(4)];
    return `${first}-${b}-${c}-${third.slice(0, 4)}-${third.slice(4)}${last}`;
  }
}

/**
 * A number in [0, 1) derived from a key and a text (FNV-1a, Fowler, Noll and Vo; the finalizer of
 * MurmurHash3, Appleby 2011). Used per record and read, where a digest is too slow.
 */
export function unitOf(key: number, text: string): number {
  let hash = key;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 0x1_0000_0000;
}

/** 32 bits, little-endian. */
function wordOf(bytes: string, at: number): number {
  const [a, b] = [bytes.charCodeAt(at), bytes.charCodeAt(at + 1)];
  const [c, d] = [bytes.charCodeAt(at + 2), bytes.charCodeAt(at + 3)];
  return (a | (b << 8) | (c << 16) | (d << 24)) >>> 0;
}

function rotateLeft(x: number, k: number): number {
  return (x << k) | (x >>> (32 - k));
}

const HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, '0'),
);

/**
 * A word as eight hex digits. Uses a table, because formatting is slow and ids are most of the
 * output.
 */
export function hex8(word: number): string {
  const [a, b] = [HEX[word >>> 24], HEX[(word >>> 16) & 255]];
  return `${a}${b}${HEX[(word >>> 8) & 255]}${HEX[word & 255]}`;
}

/** Four bytes, little-endian, as the digest's words are read above. */
function hexOf(word: number): string {
  const [a, b] = [HEX[word & 255], HEX[(word >>> 8) & 255]];
  return `${a}${b}${HEX[(word >>> 16) & 255]}${HEX[word >>> 24]}`;
}
