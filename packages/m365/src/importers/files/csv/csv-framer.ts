import { RECORD_BYTES_MAX } from '@countersign/core';
import { RESCAN_FACTOR_MAX } from '../../../limits.ts';
import { DOUBLE_QUOTE, hasBom, OBJECT_CLOSES, OBJECT_OPENS, SPACE } from '../chunks/ascii.ts';
import { documentColumn } from '../chunks/column-names.ts';
import type { Completeness } from '../chunks/completeness.ts';
import type { Frame, FrameForm, Framer, TextWindow } from '../chunks/framer.ts';
import { type CsvStart, cellTexts, isHeader, uniqueNames } from './csv-header.ts';
import { CsvRowScanner, type RowState } from './csv-row.ts';

/** A header between rows is never longer than this; most audit records are. */
const HEADER_BYTES_MAX = 1024;

/**
 * Separates the rows of a CSV file. A broken quote costs only the damaged row. Reading continues at
 * the next line that is a whole row: it has as many cells as the header, and a JSON object as its
 * audit record. Everything in between is one reject.
 */
export class CsvFramer implements Framer {
  form: FrameForm;
  start = 0;
  end = 0;
  rejectFrom = 0;
  rejectTo = 0;
  reason = '';
  readonly completeness: Completeness[] = [];

  #header: Buffer;
  #document = -1;
  readonly #lineEnd: number;
  readonly #delimiter: number;
  readonly #row: CsvRowScanner;
  #position: number;
  #isLost = false;
  /** A row is not scanned again before the window reaches this far. */
  #retryAt = 0;
  /** Whether rows start with a quote, as the first one does. */
  #rowsStartQuoted: boolean | undefined;
  #rescannedBytes = 0;

  constructor(start: CsvStart) {
    this.#header = start.header;
    this.#lineEnd = start.dialect.lineEnd;
    this.#delimiter = start.dialect.delimiter;
    this.#row = new CsvRowScanner(start.dialect);
    this.#position = start.position;
    this.form = this.#formOf(start.columns);
  }

  next(window: TextWindow): Frame {
    for (;;) {
      if (!window.isLast && window.end < this.#retryAt) return 'more';
      const frame = this.#isLost ? this.#lost(window) : this.#rowAt(window);
      if (frame !== undefined) return frame;
    }
  }

  keepFrom(): number {
    return this.#position;
  }

  dropped(count: number): void {
    this.#position -= count;
    this.start -= count;
    this.end -= count;
    this.#retryAt -= count;
  }

  #formOf(columns: readonly string[]): FrameForm {
    this.#document = documentColumn(columns);
    return { form: 'csv', columns, delimiter: this.#delimiter };
  }

  #rowAt(window: TextWindow): Frame | undefined {
    const { bytes, end } = window;
    let at = this.#position;
    if (at + 3 > end && !window.isLast) return 'more';
    const joined = hasBom(bytes, at, end);
    if (joined) at += 3;
    this.#position = at;
    if (at >= end) return window.isLast ? 'end' : 'more';
    const row = this.#row;
    const state = row.run(window, at, this.#document);
    if (state === 'more') {
      if (end - at < RECORD_BYTES_MAX) return this.#wait(window, at);
      return this.#lose(window, at, TOO_LARGE);
    }
    if (state === 'broken') {
      const atEnd = row.position >= end;
      return this.#lose(window, at, atEnd ? 'the file ends inside a quoted cell' : BROKEN_QUOTE);
    }
    if (this.#isBlank(bytes, at, row)) {
      this.#position = row.next;
      return undefined;
    }
    if (row.contentEnd - at < HEADER_BYTES_MAX && this.#isHeaderAgain(window, at, joined)) {
      this.#position = row.next;
      return undefined;
    }
    if (!this.#isWhole(bytes, row) && this.#hasLineEnd(bytes, at, row.contentEnd)) {
      row.position = row.contentEnd;
      return this.#lose(window, at, BROKEN_QUOTE);
    }
    this.#rowsStartQuoted ??= bytes[at] === DOUBLE_QUOTE;
    this.#position = row.next;
    this.start = at;
    this.end = row.contentEnd;
    return 'record';
  }

  /** A row is rescanned from its start. Waiting for twice as many bytes keeps that cheap. */
  #wait(window: TextWindow, start: number): Frame {
    this.#retryAt = window.end + Math.min(window.end - start, RECORD_BYTES_MAX / 4);
    return 'more';
  }

  #isBlank(bytes: Uint8Array, start: number, row: CsvRowScanner): boolean {
    if (row.contentEnd - start > row.cells) return false;
    for (let at = start; at < row.contentEnd; at++) {
      if (bytes[at] !== this.#delimiter && bytes[at] !== SPACE) return false;
    }
    return true;
  }

  #hasLineEnd(bytes: Buffer, start: number, end: number): boolean {
    const found = bytes.indexOf(this.#lineEnd, start);
    return found >= 0 && found < end;
  }

  /** In concatenated files the header appears again, or another one. */
  #isHeaderAgain(window: TextWindow, start: number, joined: boolean): boolean {
    const { bytes } = window;
    const row = this.#row;
    const content = bytes.subarray(start, row.contentEnd);
    if (content.equals(this.#header)) return true;
    if (!joined && !content.includes(AUDIT_DATA)) return false;
    const names = cellTexts(bytes, start, row, this.#delimiter);
    if (!isHeader(names)) return false;
    this.#header = Buffer.from(content);
    this.#rowsStartQuoted = undefined;
    this.form = this.#formOf(uniqueNames(names));
    return true;
  }

  #rejected(window: TextWindow, from: number, to: number, reason: string): Frame {
    this.#isLost = false;
    this.rejectFrom = from;
    this.rejectTo = to + window.base;
    this.reason = reason;
    return 'reject';
  }

  #lose(window: TextWindow, start: number, reason: string): undefined {
    this.#isLost = true;
    this.rejectFrom = start + window.base;
    this.reason = reason;
    this.#rescannedBytes += this.#row.position - start;
    const affordable = RESCAN_FACTOR_MAX * this.rejectFrom + RECORD_BYTES_MAX;
    // Protects against input in which every line is scanned to the end of the file.
    this.#position = this.#rescannedBytes > affordable ? this.#row.position : start;
  }

  #lost(window: TextWindow): Frame | undefined {
    const { bytes, end } = window;
    for (;;) {
      // `#position` is in the damaged region: the next line may be a row.
      const lineEnd = this.#position < end ? bytes.indexOf(this.#lineEnd, this.#position) : -1;
      if (lineEnd < 0 || lineEnd + 1 >= end) {
        if (window.isLast) {
          this.#position = end;
          return this.#rejected(window, this.rejectFrom, end, this.reason);
        }
        this.#position = lineEnd < 0 || lineEnd >= end ? end : lineEnd;
        return 'more';
      }
      const state = this.#startsRow(window, lineEnd + 1);
      this.#position = lineEnd;
      if (state === 'more' && end - lineEnd <= RECORD_BYTES_MAX && !window.isLast)
        return this.#wait(window, lineEnd);
      if (state === 'done') {
        this.#position = lineEnd + 1;
        return this.#rejected(window, this.rejectFrom, lineEnd + 1, this.reason);
      }
      this.#position = lineEnd + 1;
    }
  }

  #startsRow(window: TextWindow, start: number): RowState {
    const { bytes, end } = window;
    const isQuoted = bytes[start] === DOUBLE_QUOTE;
    if (this.#rowsStartQuoted !== undefined && isQuoted !== this.#rowsStartQuoted) return 'broken';
    // In a quoted cell, a line that starts with a quote starts with two.
    if (start + 2 >= end && !window.isLast) return 'more';
    const isEscaped = start + 2 < end && bytes[start + 1] === DOUBLE_QUOTE;
    if (isQuoted && isEscaped && bytes[start + 2] !== this.#delimiter) return 'broken';
    const row = this.#row;
    const state = row.run(window, start, this.#document);
    if (state !== 'done') {
      this.#rescannedBytes += row.position - start;
      const affordable = RESCAN_FACTOR_MAX * (start + window.base) + RECORD_BYTES_MAX;
      return this.#rescannedBytes > affordable ? 'broken' : state;
    }
    if (this.#document < 0) return row.cells === this.form.columns.length ? 'done' : 'broken';
    return this.#hasDocument(bytes, row) ? 'done' : 'broken';
  }

  #isWhole(bytes: Buffer, row: CsvRowScanner): boolean {
    return row.cells === this.form.columns.length || this.#hasDocument(bytes, row);
  }

  #hasDocument(bytes: Buffer, row: CsvRowScanner): boolean {
    if (this.#document < 0 || row.cellStart < 0) return false;
    return bytes[row.cellStart] === OBJECT_OPENS && bytes[row.cellEnd - 1] === OBJECT_CLOSES;
  }
}

const AUDIT_DATA = Buffer.from('AuditData');
const BROKEN_QUOTE = 'a quote is missing or extra';
const TOO_LARGE = `larger than a record may be (${RECORD_BYTES_MAX / 1024 / 1024} MiB)`;
