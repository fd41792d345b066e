import { assert } from '@countersign/core';
import {
  indexOf,
  keyWord,
  RECORD_BYTES,
  RECORD_WORDS,
  VERSION_MASK_6,
  versionEnd,
} from './key-format.ts';
import { MEMTABLE_ENTRIES_MAX } from './limits.ts';

/**
 * A slot holds a row number plus one (22 bits) and ten bits of the key, so that most misses end at
 * the slot.
 */
const ROW_MASK = 0x3f_ffff;
const TAG_MASK = ~ROW_MASK;

/**
 * The newest entries: records in order of arrival, found through two open-addressing slot tables.
 * Rows of one action are chained from the newest back. Versions have their own slots, so that a
 * frequent action stays cheap. The records are in shared memory: a worker sorts and writes them
 * while lookups continue here.
 */
export class Memtable {
  readonly rowCapacity: number;
  readonly shared: SharedArrayBuffer;
  readonly #words: Int32Array;
  readonly #earlier: Int32Array;
  readonly #actionSlots: Int32Array;
  readonly #versionSlots: Int32Array;
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
    this.rowCapacity = entryCapacity;
    this.shared = new SharedArrayBuffer(entryCapacity * RECORD_BYTES);
    this.#words = new Int32Array(this.shared);
    this.#earlier = new Int32Array(entryCapacity);
    const slotCount = 2 ** Math.ceil(Math.log2(entryCapacity * 1.9));
    this.#actionSlots = new Int32Array(slotCount);
    this.#versionSlots = new Int32Array(slotCount);
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
    return this.#rowCount === this.rowCapacity;
  }

  get byteLength(): number {
    const slotBytes = this.#actionSlots.byteLength + this.#versionSlots.byteLength;
    return this.shared.byteLength + this.#earlier.byteLength + slotBytes;
  }

  /** Empties the table for entries from `from` on. */
  reset(from: number): void {
    if (this.#rowCount > 0) {
      this.#actionSlots.fill(0);
      this.#versionSlots.fill(0);
    }
    this.#rowCount = 0;
    this.#from = from;
    this.#to = from;
  }

  insert(
    index: number,
    versions: Uint8Array,
    versionOffset: number,
    actions: Uint8Array,
    actionOffset: number,
  ): void {
    const row = this.#rowCount;
    assert(row < this.rowCapacity, 'a memory table has room for what is inserted');
    const words = this.#words;
    const at = row * RECORD_WORDS;
    for (let i = 0; i < 4; i++) words[at + i] = keyWord(actions, actionOffset + 4 * i);
    words[at + 4] = keyWord(versions, versionOffset);
    words[at + 5] = keyWord(versions, versionOffset + 4);
    words[at + 6] = versionEnd(versions, versionOffset) | Math.floor(index / 0x1_0000_0000);
    words[at + 7] = index;
    const actionSlot = this.#actionSlot(actions, actionOffset);
    this.#earlier[row] = (this.#actionSlots[actionSlot] as number) & ROW_MASK;
    this.#actionSlots[actionSlot] = ((words[at + 2] as number) & TAG_MASK) | (row + 1);
    const versionSlot = this.#versionSlot(versions, versionOffset, actions, actionOffset);
    this.#versionSlots[versionSlot] = ((words[at + 5] as number) & TAG_MASK) | (row + 1);
    this.#rowCount = row + 1;
    this.#to = index + 1;
  }

  hasAction(actions: Uint8Array, actionOffset: number): boolean {
    return this.#actionSlots[this.#actionSlot(actions, actionOffset)] !== 0;
  }

  /** The newest entry with these keys, or -1. */
  newestVersion(
    versions: Uint8Array,
    versionOffset: number,
    actions: Uint8Array,
    actionOffset: number,
  ): number {
    const slot = this.#versionSlot(versions, versionOffset, actions, actionOffset);
    const row = ((this.#versionSlots[slot] as number) & ROW_MASK) - 1;
    return row < 0 ? -1 : indexOf(this.#words, row * RECORD_WORDS);
  }

  /** Adds the entries of the action to `found`, newest first, until `found` holds `limit`. */
  collect(actions: Uint8Array, actionOffset: number, limit: number, found: number[]): void {
    const slot = this.#actionSlots[this.#actionSlot(actions, actionOffset)] as number;
    let row = (slot & ROW_MASK) - 1;
    while (row >= 0 && found.length < limit) {
      found.push(indexOf(this.#words, row * RECORD_WORDS));
      row = (this.#earlier[row] as number) - 1;
    }
  }

  /** The slot of the action, or the empty slot for it. */
  #actionSlot(actions: Uint8Array, offset: number): number {
    const slots = this.#actionSlots;
    const tag = keyWord(actions, offset + 8);
    let at = keyWord(actions, offset + 4) & this.#mask;
    for (let slot = slots[at] as number; slot !== 0; slot = slots[at] as number) {
      const record = ((slot & ROW_MASK) - 1) * RECORD_WORDS;
      if (((slot ^ tag) & TAG_MASK) === 0 && this.#hasAction(record, actions, offset)) break;
      at = (at + 1) & this.#mask;
    }
    return at;
  }

  #versionSlot(
    versions: Uint8Array,
    versionOffset: number,
    actions: Uint8Array,
    actionOffset: number,
  ): number {
    const slots = this.#versionSlots;
    const tag = keyWord(versions, versionOffset + 4);
    let at = keyWord(versions, versionOffset) & this.#mask;
    for (let slot = slots[at] as number; slot !== 0; slot = slots[at] as number) {
      const record = ((slot & ROW_MASK) - 1) * RECORD_WORDS;
      const isEqual =
        ((slot ^ tag) & TAG_MASK) === 0 &&
        this.#hasVersion(record, versions, versionOffset) &&
        this.#hasAction(record, actions, actionOffset);
      if (isEqual) break;
      at = (at + 1) & this.#mask;
    }
    return at;
  }

  #hasAction(at: number, actions: Uint8Array, offset: number): boolean {
    const words = this.#words;
    return (
      words[at] === keyWord(actions, offset) &&
      words[at + 1] === keyWord(actions, offset + 4) &&
      words[at + 2] === keyWord(actions, offset + 8) &&
      words[at + 3] === keyWord(actions, offset + 12)
    );
  }

  #hasVersion(at: number, versions: Uint8Array, offset: number): boolean {
    const words = this.#words;
    return (
      words[at + 4] === keyWord(versions, offset) &&
      words[at + 5] === keyWord(versions, offset + 4) &&
      ((words[at + 6] as number) & VERSION_MASK_6) === versionEnd(versions, offset)
    );
  }
}
