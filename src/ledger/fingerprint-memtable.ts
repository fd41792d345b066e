import { assert } from '../core/index.ts';
import { indexOf, KEY_MASK_3, RECORD_BYTES, RECORD_WORDS } from './fingerprint-key.ts';
import { MEMTABLE_ENTRIES_MAX } from './fingerprint-limits.ts';

/** A slot holds a row number plus one (22 bits) and ten bits of the key, so misses stay in it. */
const ROW_MASK = 0x3f_ffff;
const TAG_MASK = ~ROW_MASK;

/**
 * The newest keys: records in order of arrival, found through an open-addressing table of slots.
 * Rows of one key are chained from the newest back, so that one key many times stays cheap.
 * The records lie in shared memory: a worker sorts and writes them while look-ups go on here.
 */
export class Memtable {
  readonly rowCapacity: number;
  readonly shared: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #earlier: Int32Array;
  readonly #slots: Int32Array;
  readonly #mask: number;
  #rowCount = 0;
  /** The first entry index that this table may hold, and one past the last that it holds. */
  #from = 0;
  #to = 0;

  constructor(entryCapacity: number) {
    assert(
      entryCapacity >= 1 && entryCapacity <= MEMTABLE_ENTRIES_MAX,
      `a memory table holds between 1 and ${MEMTABLE_ENTRIES_MAX} entries`,
    );
    this.rowCapacity = entryCapacity * 2;
    this.shared = new SharedArrayBuffer(this.rowCapacity * RECORD_BYTES);
    this.#words = new Int32Array(this.shared);
    this.#earlier = new Int32Array(this.rowCapacity);
    const slotCount = 2 ** Math.ceil(Math.log2(this.rowCapacity * 1.9));
    this.#slots = new Int32Array(slotCount);
    this.#mask = slotCount - 1;
  }

  get rowCount(): number {
    return this.#rowCount;
  }

  get from(): number {
    return this.#from;
  }

  get to(): number {
    return this.#to;
  }

  get isFull(): boolean {
    return this.#rowCount + 2 > this.rowCapacity;
  }

  get byteLength(): number {
    return this.shared.byteLength + this.#earlier.byteLength + this.#slots.byteLength;
  }

  /** Empties the table for entries from `from` on. */
  reset(from: number): void {
    if (this.#rowCount > 0) this.#slots.fill(0);
    this.#rowCount = 0;
    this.#from = from;
    this.#to = from;
  }

  /** The newest row of the key, or -1. */
  #find(word0: number, word1: number, word2: number, word3: number): number {
    const slots = this.#slots;
    const mask = this.#mask;
    let at = word1 & mask;
    for (;;) {
      const slot = slots[at] as number;
      if (slot === 0) return -1;
      if (((slot ^ word2) & TAG_MASK) === 0) {
        const row = (slot & ROW_MASK) - 1;
        if (this.#holds(row, word0, word1, word2, word3)) return row;
      }
      at = (at + 1) & mask;
    }
  }

  insert(word0: number, word1: number, word2: number, word3: number, index: number): void {
    const row = this.#rowCount;
    assert(row < this.rowCapacity, 'a memory table has room for what is inserted');
    const slots = this.#slots;
    let at = word1 & this.#mask;
    let earlier = 0;
    for (let slot = slots[at] as number; slot !== 0; slot = slots[at] as number) {
      const other = (slot & ROW_MASK) - 1;
      const tagEqual = ((slot ^ word2) & TAG_MASK) === 0;
      if (tagEqual && this.#holds(other, word0, word1, word2, word3)) {
        earlier = other + 1;
        break;
      }
      at = (at + 1) & this.#mask;
    }
    slots[at] = (word2 & TAG_MASK) | (row + 1);
    this.#earlier[row] = earlier;
    const words = this.#words;
    const base = row * RECORD_WORDS;
    words[base] = word0;
    words[base + 1] = word1;
    words[base + 2] = word2;
    words[base + 3] = word3 | Math.floor(index / 0x1_0000_0000);
    words[base + 4] = index;
    this.#rowCount = row + 1;
    this.#to = index + 1;
  }

  /** Adds the indices under the key to `found`, newest first, until it holds `limit`. */
  collect(
    word0: number,
    word1: number,
    word2: number,
    word3: number,
    limit: number,
    found: number[] | undefined,
  ): number[] | undefined {
    let row = this.#find(word0, word1, word2, word3);
    if (row < 0) return found;
    const into = found ?? [];
    for (; row >= 0 && into.length < limit; row = this.#earlierRow(row)) {
      into.push(indexOf(this.#words, row * RECORD_WORDS));
    }
    return into;
  }

  #earlierRow(row: number): number {
    return (this.#earlier[row] as number) - 1;
  }

  #holds(row: number, word0: number, word1: number, word2: number, word3: number): boolean {
    const words = this.#words;
    const at = row * RECORD_WORDS;
    return (
      words[at] === word0 &&
      words[at + 1] === word1 &&
      words[at + 2] === word2 &&
      ((words[at + 3] as number) & KEY_MASK_3) === word3
    );
  }
}
