import {
  COLUMN_CHARS_MAX,
  DICTIONARY_SHARE_MAX,
  DICTIONARY_SIZE_MIN,
  ROW_GROUP_ROWS,
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
  writeText,
} from './parquet-encoding.ts';
import type { ColumnChunk } from './parquet-file.ts';

/**
 * The values of one column of a row group. Each value is encoded on arrival, while it is in the CPU
 * cache; only bytes are kept. A row without a value is not mentioned: half of all values are null.
 */
export type RowColumn = {
  /**
   * Adds the value of a row, by the row's number in the group. The caller MUST push values of the
   * column's type, in ascending order of rows below {@link ROW_GROUP_ROWS}.
   */
  push(row: number, value: NonNullable<ReturnType<Column['read']>>): void;
  /** Returns the values of the group's rows and empties the column. */
  take(rows: number): ColumnChunk;
};

/**
 * Text values. Repeated values go into a dictionary. A column of unique ids drops it, because its
 * entries would never be reused.
 */
export class TextColumn implements RowColumn {
  readonly #defined = new DefinitionLevels();
  readonly #codeOf = new Map<string, number>();
  readonly #codes = new Uint32Array(ROW_GROUP_ROWS);
  /** The dictionary, or all values without one; in PLAIN encoding. */
  #bytes: Buffer = Buffer.allocUnsafe(16 * 1024);
  #length = 0;
  #checkAt = DICTIONARY_SIZE_MIN;
  #isShared = true;

  push(row: number, given: string): void {
    const text = given.length > COLUMN_CHARS_MAX ? `${given.slice(0, COLUMN_CHARS_MAX)}…` : given;
    const stated = this.#defined.push(row);
    if (!this.#isShared) {
      this.#append(text);
      return;
    }
    let code = this.#codeOf.get(text);
    if (code === undefined) {
      code = this.#codeOf.size;
      this.#codeOf.set(text, code);
      this.#append(text);
    }
    this.#codes[stated] = code;
    if (code === this.#checkAt) this.#check(stated + 1);
  }

  take(rows: number): ColumnChunk {
    const { stated } = this.#defined;
    const counts = { levelCount: rows, nullCount: rows - stated, range: undefined };
    const head = this.#defined.take(rows);
    const texts = this.#bytes.subarray(0, this.#length);
    const size = this.#codeOf.size;
    const isPlain = !this.#isShared || stated === 0;
    this.#codeOf.clear();
    this.#length = 0;
    this.#checkAt = DICTIONARY_SIZE_MIN;
    this.#isShared = true;
    if (isPlain) return { ...counts, data: Buffer.concat([head, texts]), dictionary: undefined };
    const width = bitWidth(size - 1);
    const codes = hybrid(this.#codes.subarray(0, stated), width);
    const data = Buffer.concat([head, Buffer.of(width), codes]);
    // Copy: small pages enter the file uncompressed, and the next row group reuses this buffer.
    return { ...counts, data, dictionary: { data: Buffer.from(texts), size } };
  }

  /** Drops the dictionary if most texts are distinct, and writes the values out. */
  #check(stated: number): void {
    this.#checkAt *= 2;
    if (this.#codeOf.size < stated * DICTIONARY_SHARE_MAX) return;
    const texts = [...this.#codeOf.keys()];
    this.#codeOf.clear();
    this.#isShared = false;
    this.#length = 0;
    for (let i = 0; i < stated; i++) this.#append(texts[this.#codes[i] as number] as string);
  }

  #append(text: string): void {
    // UTF-8 needs at most three bytes per UTF-16 code unit.
    const needed = this.#length + 4 + text.length * 3;
    if (needed > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.max(needed, this.#bytes.length * 2));
      this.#bytes.copy(larger, 0, 0, this.#length);
      this.#bytes = larger;
    }
    this.#length = writeText(this.#bytes, text, this.#length);
  }
}

/** Numbers and booleans. */
export class NumberColumn implements RowColumn {
  readonly #defined = new DefinitionLevels();
  readonly #values = new Float64Array(ROW_GROUP_ROWS);
  readonly #encode: (values: Float64Array) => Buffer;
  readonly #limit: number;

  constructor(type: 'INTEGER' | 'BIGINT' | 'TIMESTAMPTZ' | 'BOOLEAN') {
    this.#encode = ENCODERS[type];
    this.#limit = type === 'INTEGER' ? INTEGER_MAX : Number.MAX_SAFE_INTEGER;
  }

  push(row: number, value: number | boolean): void {
    const number = Number(value);
    if (!Number.isNaN(number)) this.#values[this.#defined.push(row)] = whole(number, this.#limit);
  }

  take(rows: number): ColumnChunk {
    const { stated } = this.#defined;
    const values = this.#values.subarray(0, stated);
    return {
      levelCount: rows,
      nullCount: rows - stated,
      data: Buffer.concat([this.#defined.take(rows), this.#encode(values)]),
      dictionary: undefined,
      range: this.#range(values),
    };
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
  readonly #repeats: number[] = [];

  push(_row: number, list: readonly number[]): void {
    for (let i = 0; i < list.length; i++) {
      this.#repeats.push(i === 0 ? 0 : 1);
      this.#values.push(list[i] as number);
    }
  }

  take(): ColumnChunk {
    const values = Float64Array.from(this.#values.splice(0));
    const repeats = Uint8Array.from(this.#repeats.splice(0));
    // Level 3: the list exists, has an element, and the element is not null.
    const defined = sameLevels(3, values.length, 2);
    return {
      levelCount: values.length,
      nullCount: 0,
      data: Buffer.concat([levels(repeats, 1), defined, plainInt64(values, 1)]),
      dictionary: undefined,
      range: undefined,
    };
  }
}

/** The definition levels: which rows of a column have a value. */
class DefinitionLevels {
  readonly #levels = new Uint8Array(ROW_GROUP_ROWS);
  stated = 0;

  /** Returns the position of the row's value among the values. */
  push(row: number): number {
    this.#levels[row] = 1;
    return this.stated++;
  }

  take(rows: number): Buffer {
    const { stated } = this;
    const bytes =
      stated === rows || stated === 0
        ? sameLevels(stated === 0 ? 0 : 1, rows, 1)
        : levels(this.#levels.subarray(0, rows), 1);
    this.#levels.fill(0, 0, rows);
    this.stated = 0;
    return bytes;
  }
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
