/**
 * Keys and records of the fingerprint index.
 *
 * A key is 16 bytes of a keyed hash, so keys are uniform and nobody outside can choose one. Both
 * key spaces share one order: the lowest bit of the first word makes room for the space. On disk
 * a key keeps 111 of its 128 bits (14 bytes with the space): among 10^8 entries two different
 * records agree in them by accident with probability below 2^-58, less than the hardware's own
 * errors, so a look-up is a confirmation by itself and the body is not read again.
 *
 * A record is five 32-bit words in the order of the machine (the magic of a run file tells a
 * file from a machine of the other order, which is then made again):
 *   0: space (1 bit), key bits 1..31     1: key bytes 4..7     2: key bytes 8..11
 *   3: key bytes 12..13, index bits 32..47     4: index bits 0..31
 * Records sort by their words as unsigned numbers: by space, key, index.
 */
export const KEY_BYTES = 16;
export const RECORD_WORDS = 5;
export const RECORD_BYTES = 20;

/** The first five bits of word 0 name the part: 16 parts for each key space. */
export const PART_COUNT = 32;
export const PART_SHIFT = 27;
export const PART_REST = 0x7ff_ffff;

/** The bits of word 3 that belong to the key. */
export const KEY_MASK_3: number = 0xffff_0000 | 0;

/** 0: version fingerprints; 1: action keys. */
export type KeySpace = 0 | 1;
export const VERSION_SPACE = 0;
export const ACTION_SPACE = 1;

/** Words are passed as signed 32-bit numbers, which the engine keeps in registers. */
export function keyWord0(bytes: Uint8Array, offset: number, space: KeySpace): number {
  return (word(bytes, offset) >>> 1) | (space << 31);
}

export function keyWord1(bytes: Uint8Array, offset: number): number {
  return word(bytes, offset + 4);
}

export function keyWord2(bytes: Uint8Array, offset: number): number {
  return word(bytes, offset + 8);
}

export function keyWord3(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset + 12] as number) << 16) | ((bytes[offset + 13] as number) << 24);
}

/** The entry index in words 3 and 4 of the record that starts at `at`. */
export function indexOf(words: Int32Array | Uint32Array, at: number): number {
  const high = (words[at + 3] as number) & 0xffff;
  return high * 0x1_0000_0000 + ((words[at + 4] as number) >>> 0);
}

function word(bytes: Uint8Array, offset: number): number {
  return (
    (bytes[offset] as number) |
    ((bytes[offset + 1] as number) << 8) |
    ((bytes[offset + 2] as number) << 16) |
    ((bytes[offset + 3] as number) << 24)
  );
}
