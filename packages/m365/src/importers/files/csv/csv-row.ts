import { RECORD_BYTES_MAX } from '@countersign/core';
import type { TextWindow } from '../chunks/framer.ts';

/**
 * Scans one row of CSV (RFC 4180 and variants in practice): its end and its cells. The loops use
 * byte values, because every byte of a file passes them: 0x22 `"`, 0x0a LF, 0x0d CR, 0x20 space.
 */
export type RowState =
  | 'done'
  /** The row may continue after the window, or is larger than a record may be. */
  | 'more'
  /** A quoted cell is followed by something other than a delimiter or the end of the row. */
  | 'broken';

export type CsvDialect = {
  readonly delimiter: number;
  /** 0x0a, or 0x0d for files whose lines end with CR alone. */
  readonly lineEnd: number;
};

/** Finds the end of a row. One instance per thread, without garbage. */
export class CsvRowScanner {
  /** The end of the row's content, before its line end. */
  contentEnd = 0;
  /** The start of the next row. */
  next = 0;
  cells = 0;
  /** The content of the wanted cell; -1 if the row has no such cell. */
  cellStart = -1;
  cellEnd = -1;
  /** The position of the break. */
  position = 0;

  readonly #dialect: CsvDialect;

  constructor(dialect: CsvDialect) {
    this.#dialect = dialect;
  }

  /** `wanted`: the cell whose position is recorded. */
  run(window: TextWindow, start: number, wanted: number): RowState {
    const { bytes } = window;
    const end = Math.min(window.end, start + RECORD_BYTES_MAX);
    const isLast = window.isLast && end === window.end;
    const { delimiter, lineEnd } = this.#dialect;
    let at = start;
    let cells = 0;
    this.cellStart = -1;
    for (;;) {
      at = openingQuote(bytes, at, end);
      let cellEnd = -1;
      if (cells === wanted) this.cellStart = at < end && bytes[at] === 0x22 ? at + 1 : at;
      if (at < end && bytes[at] === 0x22) {
        at = closingQuote(bytes, at + 1, end);
        if (at >= end || (at + 1 >= end && !isLast)) {
          this.position = at;
          return isLast ? 'broken' : 'more';
        }
        cellEnd = at;
        at++;
        while (at < end && (bytes[at] === 0x20 || (bytes[at] === 0x0d && lineEnd !== 0x0d))) at++;
      } else {
        while (at < end) {
          const byte = bytes[at] as number;
          if (byte === delimiter || byte === lineEnd) break;
          at++;
        }
      }
      if (cells === wanted) this.cellEnd = cellEnd < 0 ? at : cellEnd;
      cells++;
      if (at >= end) {
        this.position = at;
        if (!isLast) return 'more';
        break;
      }
      if (bytes[at] === lineEnd) break;
      if (bytes[at] !== delimiter) {
        this.position = at;
        return 'broken';
      }
      at++;
    }
    this.cells = cells;
    this.next = Math.min(at + 1, end);
    while (lineEnd === 0x0a && at > start && bytes[at - 1] === 0x0d) at--;
    this.contentEnd = at;
    return 'done';
  }
}

/**
 * The cells of one row. The largest one, the audit record, is decoded during the search for its
 * end; the others on request.
 */
export class CsvCells {
  count = 0;
  /**
   * The end of the decoded bytes of the wanted cell, or their start if the row has no such cell.
   */
  decodedEnd = 0;
  readonly #delimiter: number;
  readonly #wanted: number;
  readonly #starts: Int32Array;
  readonly #ends: Int32Array;
  readonly #quoted: Uint8Array;

  /** Cells after the first `most` are dropped, but still counted. */
  constructor(most: number, delimiter: number, wanted: number) {
    this.#delimiter = delimiter;
    this.#wanted = wanted;
    this.#starts = new Int32Array(most);
    this.#ends = new Int32Array(most);
    this.#quoted = new Uint8Array(most);
  }

  /**
   * `[start, end)` MUST be a row from {@link CsvRowScanner}, without its line end. Decodes the
   * wanted cell into `into`, starting at `to`.
   */
  split(bytes: Uint8Array, start: number, end: number, into: Uint8Array, to: number): void {
    const delimiter = this.#delimiter;
    const most = this.#starts.length;
    let at = start;
    let count = 0;
    this.decodedEnd = to;
    for (;;) {
      let cellStart = openingQuote(bytes, at, end);
      let cellEnd = cellStart;
      let quoted = 0;
      if (cellStart < end && bytes[cellStart] === 0x22) {
        cellStart++;
        quoted = 1;
        cellEnd =
          count === this.#wanted
            ? this.#unquote(bytes, cellStart, end, into, to)
            : closingQuote(bytes, cellStart, end);
        at = cellEnd + 1;
        while (at < end && bytes[at] !== delimiter) at++;
      } else {
        cellStart = at;
        while (at < end && bytes[at] !== delimiter) at++;
        cellEnd = at;
        if (count === this.#wanted) this.decodedEnd = copy(bytes, cellStart, cellEnd, into, to);
      }
      if (count < most) {
        this.#starts[count] = cellStart;
        this.#ends[count] = cellEnd;
        this.#quoted[count] = quoted;
      }
      count++;
      if (at >= end) break;
      at++;
    }
    this.count = count;
  }

  /** Decodes a cell into `into`, starting at `to`. Returns the position after it. */
  decode(bytes: Uint8Array, cell: number, into: Uint8Array, to: number): number {
    const start = this.#starts[cell] as number;
    const end = this.#ends[cell] as number;
    if (this.#quoted[cell] === 0) return copy(bytes, start, end, into, to);
    const before = this.decodedEnd;
    this.#unquote(bytes, start, end, into, to);
    const after = this.decodedEnd;
    this.decodedEnd = before;
    return after;
  }

  /** Sets `decodedEnd`. Returns the position of the closing quote, or `end`. */
  #unquote(bytes: Uint8Array, start: number, end: number, into: Uint8Array, to: number): number {
    let read = start;
    let write = to;
    while (read < end) {
      const byte = bytes[read] as number;
      if (byte === 0x22) {
        if (read + 1 >= end || bytes[read + 1] !== 0x22) break;
        read++;
      }
      into[write++] = byte;
      read++;
    }
    this.decodedEnd = write;
    return read;
  }
}

/** Spaces before an opening quote are tolerated. Before anything else they belong to the cell. */
function openingQuote(bytes: Uint8Array, from: number, end: number): number {
  if (bytes[from] !== 0x20) return from;
  let at = from;
  while (at < end && bytes[at] === 0x20) at++;
  return at < end && bytes[at] === 0x22 ? at : from;
}

/** The quote that closes the cell whose content starts at `from`, or `end`. */
function closingQuote(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  for (;;) {
    while (at < end && bytes[at] !== 0x22) at++;
    if (at + 1 >= end || bytes[at + 1] !== 0x22) return at;
    at += 2;
  }
}

function copy(bytes: Uint8Array, start: number, end: number, into: Uint8Array, to: number): number {
  into.set(bytes.subarray(start, end), to);
  return to + end - start;
}
