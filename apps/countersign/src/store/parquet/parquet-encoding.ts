/** Encodings of values and levels inside a Parquet page (Parquet format, "Encodings"). */

/**
 * RLE/bit-packing hybrid: values of `width` bits in groups of eight, low bits first. One RLE run if
 * all are equal.
 */
export function hybrid(values: Uint32Array | Uint8Array, width: number): Buffer {
  const { length } = values;
  const first = values[0] ?? 0;
  if (areEqual(values)) return runOf(first, length, width);
  const groups = Math.ceil(length / 8);
  const header = varint(groups * 2 + 1);
  const bytes = Buffer.alloc(header.length + groups * width);
  header.copy(bytes);
  let at = header.length;
  let bits = 0;
  let held = 0;
  for (let i = 0; i < length; i++) {
    // Widths stay below 25 bits, so that the pending bits and a value fit into 32 bits.
    held |= (values[i] as number) << bits;
    bits += width;
    while (bits >= 8) {
      bytes[at++] = held & 0xff;
      held >>>= 8;
      bits -= 8;
    }
  }
  if (bits > 0) bytes[at] = held & 0xff;
  return bytes;
}

function areEqual(values: Uint32Array | Uint8Array): boolean {
  for (let i = 1; i < values.length; i++) if (values[i] !== values[0]) return false;
  return true;
}

/** An RLE run: one value, `count` times. */
function runOf(value: number, count: number, width: number): Buffer {
  const header = varint(count * 2);
  const bytes = Buffer.alloc(header.length + Math.ceil(width / 8));
  header.copy(bytes);
  for (let i = header.length, rest = value; i < bytes.length; i++, rest >>>= 8) {
    bytes[i] = rest & 0xff;
  }
  return bytes;
}

/** Bits for every value up to `max`. Parquet readers expect at least one. */
export function bitWidth(max: number): number {
  return Math.max(1, 32 - Math.clz32(max));
}

/** Levels of a version 1 data page: length in bytes, then a hybrid of `width` bits. */
export function levels(values: Uint8Array, width: number): Buffer {
  return withLength(hybrid(values, width));
}

export function sameLevels(level: number, count: number, width: number): Buffer {
  return withLength(runOf(level, count, width));
}

function withLength(bytes: Buffer): Buffer {
  const head = Buffer.alloc(4);
  head.writeUInt32LE(bytes.length);
  return Buffer.concat([head, bytes]);
}

/**
 * BYTE_ARRAY: four bytes of length, then the bytes. Returns the position after them.
 *
 * It encodes short ASCII itself, because a call into the engine takes longer than the characters.
 */
export function writeText(bytes: Buffer, text: string, at: number): number {
  const start = at + TEXT_LENGTH_BYTES;
  const { length } = text;
  let i = length <= ASCII_LOOP_MAX ? 0 : length + 1;
  for (; i < length; i++) {
    const code = text.charCodeAt(i);
    if (code > 0x7f) break;
    bytes[start + i] = code;
  }
  const written = i === length ? length : bytes.write(text, start);
  bytes[at] = written & 0xff;
  bytes[at + 1] = (written >>> 8) & 0xff;
  bytes[at + 2] = (written >>> 16) & 0xff;
  bytes[at + 3] = written >>> 24;
  return start + written;
}

const ASCII_LOOP_MAX = 128;

export const TEXT_LENGTH_BYTES = 4;

export function plainInt32(values: Float64Array): Buffer {
  const bytes = Buffer.allocUnsafe(values.length * 4);
  const view = viewOf(bytes);
  for (let i = 0; i < values.length; i++) view.setInt32(i * 4, values[i] as number, true);
  return bytes;
}

/** INT64 of `value * scale`. The product may exceed the safe integers. */
export function plainInt64(values: Float64Array, scale: 1 | 1000): Buffer {
  const bytes = Buffer.allocUnsafe(values.length * 8);
  const view = viewOf(bytes);
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    const product = value * scale;
    if (Number.isSafeInteger(product)) {
      const high = Math.floor(product / 0x1_0000_0000);
      view.setUint32(i * 8, product - high * 0x1_0000_0000, true);
      view.setInt32(i * 8 + 4, high, true);
    } else {
      view.setBigInt64(i * 8, BigInt(value) * BigInt(scale), true);
    }
  }
  return bytes;
}

/** Buffer's own writers check each value; the calls of a DataView are inlined. */
function viewOf({ buffer, byteOffset, length }: Buffer): DataView {
  return new DataView(buffer, byteOffset, length);
}

export function plainBooleans(values: Float64Array): Buffer {
  const bytes = Buffer.alloc(Math.ceil(values.length / 8));
  for (let i = 0; i < values.length; i++) {
    if (values[i] === 1) bytes[i >> 3] = (bytes[i >> 3] as number) | (1 << (i & 7));
  }
  return bytes;
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) | 0x80);
    rest = Math.floor(rest / 0x80);
  }
  bytes.push(rest);
  return Buffer.from(bytes);
}
