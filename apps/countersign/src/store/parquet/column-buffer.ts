import {
  BUFFER_ROWS_MIN,
  COLUMN_CHARS_MAX,
  DICTIONARY_SHARE_MAX,
  DICTIONARY_SIZE_MIN,
  RANGE_BYTES_MAX,
} from '../limits.ts';
import type { Column } from './event-columns.ts';
import {
  bitWidth,
  hybrid,
  levels,
  plainBooleans,
  plainInt32,
  plainInt64,
  sameLevels,
  TEXT_LENGTH_BYTES,
  writeText,
} from './parquet-encoding.ts';
import type { ColumnChunk } from './parquet-file.ts';

/**
 * The values of one column of a buffer. Each value is encoded or copied on arrival, while it is in
 * the CPU cache; no row is held. A row without a value is not mentioned: half of all values are
 * null.
 */
export type RowColumn = {
  /** Makes room for so many rows. At first there is room for {@link BUFFER_ROWS_MIN}. */
  reserve(rows: number): void;
  /**
   * Adds the value of a row, by the row's number in the buffer. The caller MUST push values of the
   * column's type, in ascending order of rows below the reserved number.
   */
  push(row: number, value: NonNullable<ReturnType<Column['read']>>): void;
  /** The values of these rows, in this order. */
  chunk(order: Uint32Array): ColumnChunk;
  /** Empties the column. The next row is number 0. */
  clear(): void;
};

/** Working memory of one chunk, for the columns of one buffer in turn. */
export class ChunkScratch {
  /** Definition levels: 1 for each row with a value. */
  levels: Uint8Array = new Uint8Array(BUFFER_ROWS_MIN);
  /** The number of each value: a position in a dictionary, or a text of the column. */
  codes: Uint32Array = new Uint32Array(BUFFER_ROWS_MIN);
  numbers: Float64Array = new Float64Array(BUFFER_ROWS_MIN);
  /** By text: its position in the dictionary of the chunk, plus one. All 0 between chunks. */
  positions: Uint32Array = new Uint32Array(BUFFER_ROWS_MIN);

  /** Makes room for so many rows. */
  reserve(rows: number): void {
    this.levels = new Uint8Array(rows);
    this.codes = new Uint32Array(rows);
    this.numbers = new Float64Array(rows);
    this.positions = new Uint32Array(rows);
  }
}

/**
 * Text values. Repeated values go into a dictionary. A column of unique ids drops it, because its
 * entries would never be reused.
 */
export class TextColumn implements RowColumn {
  readonly #scratch: ChunkScratch;
  readonly #statistics: 'with range' | 'none';
  readonly #codeOf = new Map<string, number>();
  /** By row: the number of its text, plus one. */
  #codes = new Uint32Array(BUFFER_ROWS_MIN);
  /** The texts in PLAIN encoding, each with its length before it. */
  #bytes: Buffer = Buffer.allocUnsafe(16 * 1024);
  /** Where each text starts. */
  #starts = new Uint32Array(BUFFER_ROWS_MIN + 1);
  #texts = 0;
  #stated = 0;
  #checkAt = DICTIONARY_SIZE_MIN;
  #isShared = true;

  constructor(scratch: ChunkScratch, statistics: 'with range' | 'none') {
    this.#scratch = scratch;
    this.#statistics = statistics;
  }

  reserve(rows: number): void {
    this.#codes = grown(this.#codes, new Uint32Array(rows));
    this.#starts = grown(this.#starts, new Uint32Array(rows + 1));
  }

  push(row: number, given: string): void {
    const text = given.length > COLUMN_CHARS_MAX ? `${given.slice(0, COLUMN_CHARS_MAX)}…` : given;
    this.#stated++;
    if (!this.#isShared) {
      this.#append(text);
      this.#codes[row] = this.#texts;
      return;
    }
    let code = this.#codeOf.get(text);
    if (code === undefined) {
      this.#append(text);
      code = this.#texts;
      this.#codeOf.set(text, code);
      if (code > this.#checkAt) this.#check();
    }
    this.#codes[row] = code;
  }

  chunk(order: Uint32Array): ColumnChunk {
    const { levels: defined, codes } = this.#scratch;
    let stated = 0;
    for (let i = 0; i < order.length; i++) {
      const code = this.#codes[order[i] as number] as number;
      defined[i] = code === 0 ? 0 : 1;
      if (code !== 0) codes[stated++] = code - 1;
    }
    const head = definitionLevels(defined.subarray(0, order.length), stated);
    const counts = { levelCount: order.length, nullCount: order.length - stated };
    const texts = codes.subarray(0, stated);
    if (!this.#isShared || stated === 0) {
      const data = this.#copied(texts, head);
      return { ...counts, data, dictionary: undefined, range: this.#range(texts) };
    }
    const used = this.#renumber(texts);
    const width = bitWidth(used.length - 1);
    const data = Buffer.concat([head, Buffer.of(width), hybrid(texts, width)]);
    const dictionary = { data: this.#copied(used, NO_BYTES), size: used.length };
    return { ...counts, data, dictionary, range: this.#range(used) };
  }

  clear(): void {
    this.#codes.fill(0);
    this.#codeOf.clear();
    this.#texts = 0;
    this.#stated = 0;
    this.#checkAt = DICTIONARY_SIZE_MIN;
    this.#isShared = true;
  }

  /** The rank of each row's text by its bytes; 0 for rows without one. */
  ranks(rows: number): { readonly ranks: Uint32Array; readonly count: number } {
    const texts = Array.from({ length: this.#texts }, (_, text) => this.#bytesOf(text));
    const sorted = [...new Set(texts)].sort(byCodeUnit);
    const rankOf = new Map(sorted.map((text, i) => [text, i + 1]));
    const rankOfCode = Uint32Array.of(0, ...texts.map((text) => rankOf.get(text) as number));
    const ranks = this.#codes.slice(0, rows);
    for (let row = 0; row < rows; row++) ranks[row] = rankOfCode[ranks[row] as number] as number;
    return { ranks, count: sorted.length + 1 };
  }

  /** Replaces each text's number by its position in a dictionary. Returns the texts of that. */
  #renumber(texts: Uint32Array): Uint32Array {
    const { positions } = this.#scratch;
    const used = new Uint32Array(Math.min(texts.length, this.#texts));
    let size = 0;
    for (let i = 0; i < texts.length; i++) {
      const text = texts[i] as number;
      let position = positions[text] as number;
      if (position === 0) {
        used[size++] = text;
        position = size;
        positions[text] = size;
      }
      texts[i] = position - 1;
    }
    for (let i = 0; i < size; i++) positions[used[i] as number] = 0;
    return used.subarray(0, size);
  }

  /** The texts in PLAIN encoding after `head`. */
  #copied(texts: Uint32Array, head: Buffer): Buffer {
    let { length } = head;
    for (let i = 0; i < texts.length; i++) {
      const text = texts[i] as number;
      length += (this.#starts[text + 1] as number) - (this.#starts[text] as number);
    }
    const bytes = Buffer.allocUnsafe(length);
    head.copy(bytes);
    let at = head.length;
    for (let i = 0; i < texts.length; i++) {
      const text = texts[i] as number;
      const start = this.#starts[text] as number;
      at = copyBytes(this.#bytes, start, this.#starts[text + 1] as number, bytes, at);
    }
    return bytes;
  }

  #range(texts: Uint32Array): ColumnChunk['range'] {
    if (this.#statistics === 'none' || texts.length === 0) return undefined;
    let least = this.#bytesOf(texts[0] as number);
    let greatest = least;
    for (const text of texts) {
      const bytes = this.#bytesOf(text);
      if (bytes < least) least = bytes;
      if (bytes > greatest) greatest = bytes;
    }
    if (greatest.length > RANGE_BYTES_MAX || least.length > RANGE_BYTES_MAX) return undefined;
    return [Buffer.from(least, 'latin1'), Buffer.from(greatest, 'latin1')];
  }

  /** The bytes of a text as characters, so that comparing them is comparing the bytes. */
  #bytesOf(text: number): string {
    const start = (this.#starts[text] as number) + TEXT_LENGTH_BYTES;
    return this.#bytes.toString('latin1', start, this.#starts[text + 1]);
  }

  /** Drops the dictionary if most texts are distinct. */
  #check(): void {
    this.#checkAt *= 2;
    if (this.#texts < this.#stated * DICTIONARY_SHARE_MAX) return;
    this.#codeOf.clear();
    this.#isShared = false;
  }

  #append(text: string): void {
    const start = this.#starts[this.#texts] as number;
    // UTF-8 needs at most three bytes per UTF-16 code unit.
    const needed = start + TEXT_LENGTH_BYTES + text.length * 3;
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
      this.#bytes.copy(larger, 0, 0, start);
      this.#bytes = larger;
    }
    this.#starts[++this.#texts] = writeText(this.#bytes, text, start);
  }
}

const NO_BYTES = Buffer.alloc(0);

function byCodeUnit(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}

/** Returns the position after the copy. A call into the engine takes longer than a short loop. */
function copyBytes(from: Buffer, start: number, end: number, into: Buffer, at: number): number {
  const length = end - start;
  if (length > COPY_LOOP_MAX) from.copy(into, at, start, end);
  else for (let i = 0; i < length; i++) into[at + i] = from[start + i] as number;
  return at + length;
}

const COPY_LOOP_MAX = 96;

/** Numbers and booleans. */
export class NumberColumn implements RowColumn {
  readonly #scratch: ChunkScratch;
  /** By row: 1 if it has a value. */
  #defined = new Uint8Array(BUFFER_ROWS_MIN);
  #values = new Float64Array(BUFFER_ROWS_MIN);
  readonly #encode: (values: Float64Array) => Buffer;
  readonly #limit: number;

  constructor(scratch: ChunkScratch, type: 'INTEGER' | 'BIGINT' | 'TIMESTAMPTZ' | 'BOOLEAN') {
    this.#scratch = scratch;
    this.#encode = ENCODERS[type];
    this.#limit = type === 'INTEGER' ? INTEGER_MAX : Number.MAX_SAFE_INTEGER;
  }

  reserve(rows: number): void {
    this.#defined = grown(this.#defined, new Uint8Array(rows));
    this.#values = grown(this.#values, new Float64Array(rows));
  }

  push(row: number, value: number | boolean): void {
    const number = Number(value);
    if (Number.isNaN(number)) return;
    this.#defined[row] = 1;
    this.#values[row] = whole(number, this.#limit);
  }

  chunk(order: Uint32Array): ColumnChunk {
    const { levels: defined, numbers } = this.#scratch;
    let stated = 0;
    for (let i = 0; i < order.length; i++) {
      const row = order[i] as number;
      const level = this.#defined[row] as number;
      defined[i] = level;
      if (level === 1) numbers[stated++] = this.#values[row] as number;
    }
    const head = definitionLevels(defined.subarray(0, order.length), stated);
    const values = numbers.subarray(0, stated);
    return {
      levelCount: order.length,
      nullCount: order.length - stated,
      data: Buffer.concat([head, this.#encode(values)]),
      dictionary: undefined,
      range: this.#range(values),
    };
  }

  clear(): void {
    this.#defined.fill(0);
  }

  #range(values: Float64Array): ColumnChunk['range'] {
    if (values.length === 0 || this.#encode === plainBooleans) return undefined;
    let [least = 0, greatest = 0] = [values[0], values[0]];
    for (const value of values) {
      if (value < least) least = value;
      if (value > greatest) greatest = value;
    }
    return [this.#encode(Float64Array.of(least)), this.#encode(Float64Array.of(greatest))];
  }
}

/** Lists of integers without nulls, each with at least one element. */
export class ListColumn implements RowColumn {
  readonly #values: number[] = [];
  /** By row: where its list starts. The next row's start is its end. */
  #starts = new Uint32Array(BUFFER_ROWS_MIN + 1);

  reserve(rows: number): void {
    this.#starts = grown(this.#starts, new Uint32Array(rows + 1));
  }

  push(row: number, list: readonly number[]): void {
    for (let i = 0; i < list.length; i++) this.#values.push(list[i] as number);
    this.#starts[row + 1] = this.#values.length;
  }

  chunk(order: Uint32Array): ColumnChunk {
    let length = 0;
    for (const row of order) length += this.#endOf(row) - this.#startOf(row);
    const values = new Float64Array(length);
    const repeats = new Uint8Array(length);
    let at = 0;
    for (const row of order) {
      const end = this.#endOf(row);
      for (let i = this.#startOf(row), first = i; i < end; i++, at++) {
        values[at] = this.#values[i] as number;
        repeats[at] = i === first ? 0 : 1;
      }
    }
    // Level 3: the list exists, has an element, and the element is not null.
    const defined = sameLevels(3, length, 2);
    return {
      levelCount: length,
      nullCount: 0,
      data: Buffer.concat([levels(repeats, 1), defined, plainInt64(values, 1)]),
      dictionary: undefined,
      range: undefined,
    };
  }

  clear(): void {
    this.#values.length = 0;
  }

  #startOf(row: number): number {
    return this.#starts[row] as number;
  }

  #endOf(row: number): number {
    return this.#starts[row + 1] as number;
  }
}

/** Returns `larger` with the values of `from`. */
function grown<Values extends Uint8Array | Uint32Array | Float64Array>(
  from: Values,
  larger: Values,
): Values {
  larger.set(from);
  return larger;
}

/** Which rows have a value. */
function definitionLevels(defined: Uint8Array, stated: number): Buffer {
  const isAlike = stated === defined.length || stated === 0;
  return isAlike ? sameLevels(stated === 0 ? 0 : 1, defined.length, 1) : levels(defined, 1);
}

const INTEGER_MAX = 2_147_483_647;

const ENCODERS = {
  INTEGER: plainInt32,
  BIGINT: (values: Float64Array): Buffer => plainInt64(values, 1),
  TIMESTAMPTZ: (values: Float64Array): Buffer => plainInt64(values, 1000),
  BOOLEAN: plainBooleans,
} as const;

/** Clamps hostile numbers (1e300, fractions) to what the column and a reader can hold. */
function whole(value: number, limit: number): number {
  if (value <= limit && value >= -limit) return Math.trunc(value);
  return value < 0 ? -limit : limit;
}
