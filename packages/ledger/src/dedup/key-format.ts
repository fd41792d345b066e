/**
 * Keys and records of the fingerprint index.
 *
 * Both keys are 16 bytes of keyed hashes. They are uniform, and an outsider cannot choose one. A
 * version belongs to one action: a sender who delivers the same bytes again delivers the same id.
 * So one record per entry serves both queries and is found by its action. A new action, as nearly
 * every new record has, answers both queries at once.
 *
 * A record is eight 32-bit words in the machine's byte order. (The magic of a run file shows a file
 * from a machine of the other order, which is then rebuilt.)
 *   0 to 3: the action key     4 and 5: version bytes 0 to 7
 *   6: version bytes 8 and 9 (high half), index bits 32 to 47     7: index bits 0 to 31
 * Records sort by their words as unsigned numbers: by action, version, index.
 *
 * The action is stored whole, the version as 80 of its 128 bits. A record is a duplicate only if
 * both agree. By accident, that happens with probability 2^-155 among 10^8 entries (2^52 pairs, 208
 * bits). So the match is a confirmation by itself, and the body need not be read again.
 */
export const KEY_BYTES = 16;
export const RECORD_WORDS = 8;
export const RECORD_BYTES = 32;

/** The first five bits of the action select the part of the key space. */
export const PART_COUNT = 32;
export const PART_SHIFT = 27;
export const PART_REST = 0x7ff_ffff;

/** The bits of word 6 that belong to the version. */
export const VERSION_MASK_6: number = 0xffff_0000 | 0;

/** A whole word of a key. Signed: the engine keeps such numbers in registers. */
export function keyWord(bytes: Uint8Array, offset: number): number {
  return (
    (bytes[offset] as number) |
    ((bytes[offset + 1] as number) << 8) |
    ((bytes[offset + 2] as number) << 16) |
    ((bytes[offset + 3] as number) << 24)
  );
}

/** Version bytes 8 and 9, at their position in word 6. */
export function versionEnd(versions: Uint8Array, offset: number): number {
  return ((versions[offset + 8] as number) << 16) | ((versions[offset + 9] as number) << 24);
}

/** The entry index in words 6 and 7 of the record that starts at `at`. */
export function indexOf(words: Int32Array | Uint32Array, at: number): number {
  const high = (words[at + 6] as number) & 0xffff;
  return high * 0x1_0000_0000 + ((words[at + 7] as number) >>> 0);
}
