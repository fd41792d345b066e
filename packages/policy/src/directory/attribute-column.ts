import { assert } from '@countersign/core';
/** One value with the span in which it was observed, in seconds since 1970. */
export type Cell = {
  readonly value: number;
  readonly source: number;
  readonly firstS: number;
  readonly lastS: number;
};

const ROWS_AT_FIRST = 64;

/**
 * One attribute of every entity of a type: the number of its value, its source, and the span in
 * which it was observed. Fourteen bytes per row. Earlier values are stored separately, because
 * values rarely change.
 */
export class AttributeColumn {
  #values = new Int32Array(ROWS_AT_FIRST).fill(NONE);
  #sources = new Uint16Array(ROWS_AT_FIRST);
  #firstS = new Uint32Array(ROWS_AT_FIRST);
  #lastS = new Uint32Array(ROWS_AT_FIRST);
  readonly #past = new Map<number, Cell[]>();

  /**
   * Observing a value again only makes it younger. `confirmedS`: the previous value was known to
   * hold until then. An observation older than the present one changes nothing.
   */
  set(
    row: number,
    { value, source }: Pick<Cell, 'value' | 'source'>,
    seenS: number,
    confirmedS = 0,
  ): void {
    if (row >= this.#values.length) this.#grow(row);
    const before = this.#cell(row);
    if (before !== undefined && seenS < before.lastS) return;
    if (before !== undefined && before.value === value) {
      this.#lastS[row] = seenS;
      this.#sources[row] = source;
      return;
    }
    if (before !== undefined) {
      const lastS = Math.min(Math.max(before.lastS, confirmedS), seenS);
      const past = this.#past.get(row);
      if (past === undefined) this.#past.set(row, [{ ...before, lastS }]);
      else past.push({ ...before, lastS });
    }
    this.#values[row] = value;
    this.#sources[row] = source;
    this.#firstS[row] = seenS;
    this.#lastS[row] = seenS;
  }

  /** The present value; undefined if none was ever stated. */
  get(row: number): Cell | undefined {
    return this.#cell(row);
  }

  /**
   * The value at a moment: the last one first observed by then, or else the first one ever
   * observed.
   */
  at(row: number, atS: number): Cell | undefined {
    const present = this.#cell(row);
    const past = this.#past.get(row);
    if (present === undefined || past === undefined || present.firstS <= atS) return present;
    return past.findLast(({ firstS }) => firstS <= atS) ?? past[0];
  }

  #cell(row: number): Cell | undefined {
    const value = this.#values[row];
    if (value === undefined || value === NONE) return undefined;
    return {
      value,
      source: this.#sources[row] as number,
      firstS: this.#firstS[row] as number,
      lastS: this.#lastS[row] as number,
    };
  }

  #grow(row: number): void {
    const length = Math.max(row + 1, Math.ceil(this.#values.length * 1.5));
    this.#values = grown(this.#values, new Int32Array(length).fill(NONE));
    this.#sources = grown(this.#sources, new Uint16Array(length));
    this.#firstS = grown(this.#firstS, new Uint32Array(length));
    this.#lastS = grown(this.#lastS, new Uint32Array(length));
  }
}

const NONE = -1;

function grown<T extends { set(from: T): void }>(from: T, into: T): T {
  into.set(from);
  return into;
}

/** Shared values, each stored once and identified by a number. */
export class ValuePool {
  readonly #values: unknown[] = [];
  readonly #numbers = new Map<string, number>();
  readonly #sources: string[] = [];

  /** Accepts plain JSON. */
  of(value: unknown): number {
    const text = JSON.stringify(value) ?? 'null';
    const known = this.#numbers.get(text);
    if (known !== undefined) return known;
    const number = this.#values.push(JSON.parse(text)) - 1;
    this.#numbers.set(text, number);
    return number;
  }

  value(number: number): unknown {
    return this.#values[number];
  }

  source(name: string): number {
    const known = this.#sources.indexOf(name);
    if (known >= 0) return known;
    assert(this.#sources.length < 65_536, 'a directory has few sources');
    return this.#sources.push(name) - 1;
  }

  sourceName(number: number): string {
    return this.#sources[number] ?? '';
  }
}
