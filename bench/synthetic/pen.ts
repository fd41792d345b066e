const HEX = Buffer.from('0123456789abcdef');
const BASE64URL = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_');
const DASH = 0x2d;
const ZERO = 0x30;

/** Two hexadecimal digits of each byte, as one little-endian number. */
const HEX_PAIRS = Uint16Array.from(
  { length: 256 },
  (_, byte) => (HEX[byte >>> 4] as number) | ((HEX[byte & 15] as number) << 8),
);

/** Below this many bytes a loop is faster than a call out of the engine. */
const COPY_BY_LOOP_MAX = 24;

/** Writes bytes one after another into a buffer, without making strings. */
export class Pen {
  #into: Buffer = Buffer.alloc(0);
  at = 0;

  start(into: Buffer): void {
    this.#into = into;
    this.at = 0;
  }

  bytes(bytes: Buffer): void {
    const into = this.#into;
    const { at } = this;
    if (bytes.length > COPY_BY_LOOP_MAX) into.set(bytes, at);
    else for (let i = 0; i < bytes.length; i++) into[at + i] = bytes[i] as number;
    this.at = at + bytes.length;
  }

  byte(byte: number): void {
    this.#into[this.at++] = byte;
  }

  /** A GUID of version 4, of four words. */
  guid(a: number, b: number, c: number, d: number): void {
    this.#hexWord(a);
    this.byte(DASH);
    this.#hexHalf(b >>> 16);
    this.byte(DASH);
    this.#hexHalf((b & 0x0fff) | 0x4000);
    this.byte(DASH);
    this.#hexHalf(((c >>> 16) & 0x3fff) | 0x8000);
    this.byte(DASH);
    this.#hexHalf(c & 0xffff);
    this.#hexWord(d);
  }

  /** Five characters out of 30 bits. */
  base64(word: number): void {
    const into = this.#into;
    const { at } = this;
    for (let i = 0; i < 5; i++) into[at + i] = BASE64URL[(word >>> (i * 6)) & 63] as number;
    this.at = at + 5;
  }

  decimal(value: number): void {
    let digits = 1;
    for (let bound = 10; value >= bound; bound *= 10) digits++;
    this.digits(value, digits);
  }

  /** With leading zeros. */
  digits(value: number, count: number): void {
    const into = this.#into;
    let rest = value;
    for (let at = this.at + count - 1; at >= this.at; at--) {
      const tens = Math.floor(rest / 10);
      into[at] = ZERO + rest - tens * 10;
      rest = tens;
    }
    this.at += count;
  }

  #hexWord(word: number): void {
    this.#hexHalf(word >>> 16);
    this.#hexHalf(word & 0xffff);
  }

  #hexHalf(half: number): void {
    const into = this.#into;
    const { at } = this;
    const high = HEX_PAIRS[half >>> 8] as number;
    const low = HEX_PAIRS[half & 0xff] as number;
    into[at] = high & 0xff;
    into[at + 1] = high >>> 8;
    into[at + 2] = low & 0xff;
    into[at + 3] = low >>> 8;
    this.at = at + 4;
  }
}
