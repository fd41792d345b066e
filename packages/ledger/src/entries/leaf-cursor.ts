import { assert, LEAF_BYTES_MAX } from '@countersign/core';
import { isEventTime, isSeen, type Leaf, leafHead, parseLeaf } from './leaf.ts';

const AT = '","at":"';
const SEEN = '","seen":"';
const SEEN_CHARS = 24;
const SIZE = '","size":';
/** Digits of the largest size that the format of a leaf allows. */
const SIZE_DIGITS_MAX = 10;
const COMMITMENT = ',"commitment":"';
const COMMITMENT_CHARS = 64;
const END = '"}';

/**
 * Reads leaves in a buffer, one after the other, without an object per leaf. Neighbors share kind,
 * tenant, source and usually the time of arrival, so a value that was checked once is only
 * compared. It accepts exactly what `parseLeaf` accepts, and leaves refusals to it. Belongs to one
 * thread.
 */
export class LeafCursor {
  #bytes: Buffer = Buffer.alloc(0);
  /** The same bytes, one per character: comparing strings is faster than comparing bytes. */
  #text = '';
  #head = '';
  /** The text from the event time to the size. */
  #middle = '';
  #shared: Pick<Leaf, 'kind' | 'tenant' | 'source' | 'seen'> | undefined;
  #idAt = 0;
  #atAt = 0;
  #atEnd = 0;
  #size = 0;
  #commitmentAt = 0;

  /** Selects the buffer that {@link read} reads from. */
  open(bytes: Uint8Array): void {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#text = this.#bytes.toString('latin1');
  }

  /**
   * Moves to the leaf in `[from, to)`.
   * @throws LedgerError MALFORMED_LEAF
   */
  read(from: number, to: number): void {
    if (this.#matches(from, to)) return;
    const leaf = parseLeaf(this.#bytes.subarray(from, to));
    this.#shared = leaf;
    this.#head = leafHead(leaf.kind, leaf.tenant, leaf.source);
    this.#middle = SEEN + leaf.seen + SIZE;
    this.#idAt = from + this.#head.length;
    this.#atAt = this.#idAt + leaf.id.length + AT.length;
    this.#atEnd = this.#atAt + leaf.at.length;
    this.#size = leaf.size;
    this.#commitmentAt = to - END.length - COMMITMENT_CHARS;
  }

  /** The values that neighbors share. */
  get shared(): Pick<Leaf, 'kind' | 'tenant' | 'source' | 'seen'> {
    assert(this.#shared !== undefined, 'a leaf was read');
    return this.#shared;
  }

  get size(): number {
    return this.#size;
  }

  get commitment(): string {
    return this.#text.slice(this.#commitmentAt, this.#commitmentAt + COMMITMENT_CHARS);
  }

  leaf(): Leaf {
    const { kind, tenant, source, seen } = this.shared;
    const id = this.#text.slice(this.#idAt, this.#atAt - AT.length);
    const at = this.#text.slice(this.#atAt, this.#atEnd);
    return { kind, tenant, source, id, at, seen, size: this.#size, commitment: this.commitment };
  }

  /** Returns false in every doubtful case. */
  #matches(from: number, to: number): boolean {
    const text = this.#text;
    const idAt = from + this.#head.length;
    const isLike = this.#shared !== undefined && to - from <= LEAF_BYTES_MAX;
    if (!isLike || text.slice(from, idAt) !== this.#head) return false;
    const idEnd = leafIdEnd(this.#bytes, idAt);
    const atAt = idEnd + AT.length;
    if (idEnd === 0 || text.slice(idEnd, atAt) !== AT) return false;
    const atEnd = text.indexOf('"', atAt);
    if (!isEventTime(text, atAt, atEnd) || !this.#matchesMiddle(atEnd)) return false;
    const sizeAt = atEnd + this.#middle.length;
    const sizeEnd = this.#readSize(sizeAt);
    const commitmentAt = sizeEnd + COMMITMENT.length;
    const commitmentEnd = commitmentAt + COMMITMENT_CHARS;
    const isWhole =
      sizeEnd > sizeAt &&
      commitmentEnd + END.length === to &&
      text.slice(sizeEnd, commitmentAt) === COMMITMENT &&
      isHex(this.#bytes, commitmentAt, commitmentEnd) &&
      text.slice(commitmentEnd, to) === END;
    if (!isWhole) return false;
    this.#idAt = idAt;
    this.#atAt = atAt;
    this.#atEnd = atEnd;
    this.#commitmentAt = commitmentAt;
    return true;
  }

  #matchesMiddle(from: number): boolean {
    const end = from + this.#middle.length;
    if (this.#text.slice(from, end) === this.#middle) return true;
    const seenAt = from + SEEN.length;
    const seen = this.#text.slice(seenAt, seenAt + SEEN_CHARS);
    const middle = SEEN + seen + SIZE;
    if (this.#text.slice(from, end) !== middle || !isSeen(seen)) return false;
    this.#middle = middle;
    this.#shared = { ...this.shared, seen };
    return true;
  }

  /** Returns the end of the digits, or `at` unless they are a decimal number. */
  #readSize(at: number): number {
    let end = at;
    let size = 0;
    for (; end - at <= SIZE_DIGITS_MAX; end++) {
      const digit = (this.#bytes[end] ?? 0) - 0x30;
      if (digit < 0 || digit > 9) break;
      size = size * 10 + digit;
    }
    const isPadded = this.#bytes[at] === 0x30 && end > at + 1;
    this.#size = size;
    return isPadded || end - at > SIZE_DIGITS_MAX ? at : end;
  }
}

/** The end of the leaf id that starts at `at`; 0 if none does. */
function leafIdEnd(bytes: Buffer, at: number): number {
  const form = bytes[at];
  if (form === 0x7e || form === 0x3d) return isHex(bytes, at + 1, at + 33) ? at + 33 : 0;
  const isGuid =
    isHex(bytes, at, at + 8) &&
    bytes[at + 8] === DASH &&
    isHex(bytes, at + 9, at + 13) &&
    bytes[at + 13] === DASH &&
    isHex(bytes, at + 14, at + 18) &&
    bytes[at + 18] === DASH &&
    isHex(bytes, at + 19, at + 23) &&
    bytes[at + 23] === DASH &&
    isHex(bytes, at + 24, at + 36);
  return isGuid ? at + 36 : 0;
}

const DASH = 0x2d;

/** Returns true if `[from, to)` holds only digits and `a` to `f`. */
function isHex(bytes: Buffer, from: number, to: number): boolean {
  let seen = 0;
  for (let i = from; i < to; i++) seen |= NOT_HEX[bytes[i] ?? 0] as number;
  return seen === 0;
}

/** A lookup table: the processor cannot predict whether the next digit is a letter. */
const NOT_HEX: Uint8Array = Uint8Array.from({ length: 256 }, (_, code) =>
  '0123456789abcdef'.includes(String.fromCharCode(code)) ? 0 : 1,
);
