const HEX = '0123456789abcdef';
const URL_SAFE = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
const LOWER = 'abcdefghijklmnopqrstuvwxyz0123456789';

/** Seeded randomness (mulberry32): the same seed gives the same company on every machine. */
export class SeededRandom {
  #state: number;

  constructor(seed: number) {
    this.#state = seed >>> 0;
  }

  /** In [0, 1). */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let t = this.#state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  }

  /** A whole number, both ends included. */
  between(min: number, max: number): number {
    return min + Math.floor(this.next() * (max - min + 1));
  }

  chance(probability: number): boolean {
    return this.next() < probability;
  }

  /** A count with mean `mean` (Poisson). */
  often(mean: number): number {
    const floor = Math.exp(-mean);
    let product = this.next();
    let count = 0;
    while (product > floor) {
      count++;
      product *= this.next();
    }
    return count;
  }

  pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.next() * items.length)] as T;
  }

  text(length: number, alphabet: string): string {
    let text = '';
    for (let at = 0; at < length; at++) text += alphabet[Math.floor(this.next() * alphabet.length)];
    return text;
  }

  hex(length: number): string {
    return this.text(length, HEX);
  }

  word(length: number): string {
    return this.text(length, LOWER);
  }

  guid(): string {
    const h = this.hex(30);
    const variant = this.pick(['8', '9', 'a', 'b']);
    const [time, version] = [`${h.slice(0, 8)}-${h.slice(8, 12)}`, `4${h.slice(12, 15)}`];
    return `${time}-${version}-${variant}${h.slice(15, 18)}-${h.slice(18)}`;
  }

  /** A unique token identifier: 16 bytes in URL-safe base64, case-sensitive. */
  tokenId(): string {
    return `${this.text(21, URL_SAFE)}A`;
  }
}
