/** Unsigned LEB128 up to 2^53 - 1: seven bits per byte, lowest first. */
export const VARINT_BYTES_MAX = 8;

/** Writes `value` at `into[at]` and returns the position after it. */
export function writeVarint(value: number, into: Uint8Array, at: number): number {
  let rest = value;
  let position = at;
  while (rest >= 0x80) {
    into[position++] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  into[position++] = rest;
  return position;
}

/**
 * Reads numbers one after the other. A number that is truncated, too long or padded gives
 * undefined.
 */
export class VarintReader {
  readonly #bytes: Uint8Array;
  position: number;

  constructor(bytes: Uint8Array, position: number = 0) {
    this.#bytes = bytes;
    this.position = position;
  }

  next(): number | undefined {
    let value = 0;
    let scale = 1;
    for (let i = 0; i < VARINT_BYTES_MAX; i++) {
      const byte = this.#bytes[this.position++];
      if (byte === undefined) return undefined;
      value += (byte & 0x7f) * scale;
      if (byte < 0x80) {
        return (byte === 0 && i > 0) || value > Number.MAX_SAFE_INTEGER ? undefined : value;
      }
      scale *= 0x80;
    }
    return undefined;
  }
}
