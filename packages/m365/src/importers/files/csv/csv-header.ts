import { COLUMNS_MAX } from '../../../limits.ts';
import {
  CARRIAGE_RETURN,
  COMMA,
  hasBom,
  LINE_FEED,
  SEMICOLON,
  skipSpace,
  TAB,
  VERTICAL_BAR,
} from '../chunks/ascii.ts';
import { columnKey, documentColumn, isTimeColumn } from '../chunks/column-names.ts';
import type { TextWindow } from '../chunks/framer.ts';
import { recordInText } from '../json/nested-records.ts';
import { CsvCells, type CsvDialect, CsvRowScanner } from './csv-row.ts';

const DELIMITERS: readonly number[] = [COMMA, SEMICOLON, TAB, VERTICAL_BAR];

export type CsvStart = {
  readonly dialect: CsvDialect;
  readonly columns: readonly string[];
  /** The start of the first row. */
  readonly position: number;
  /** The bytes of the header row, to recognize it again in concatenated files. */
  readonly header: Buffer;
};

/**
 * Finds the header of a CSV file in its first bytes, after prefixes of spreadsheets (`sep=;`) and
 * PowerShell (`#TYPE …`). Accepts a file without a header if a cell of its first row holds an audit
 * record. Undefined: not a CSV file of records.
 */
export function readCsvStart(window: TextWindow): CsvStart | undefined {
  const { bytes, end } = window;
  let at = hasBom(bytes, 0, end) ? 3 : 0;
  const lineEnd = lineEndOf(bytes, at, end);
  let stated: number | undefined;
  for (let lines = 0; lines < 10; lines++) {
    at = skipSpace(bytes, at, end);
    const line = bytes.toString('latin1', at, Math.min(end, at + 16)).toLowerCase();
    if (line.startsWith('sep=')) stated = bytes[at + 4];
    else if (!line.startsWith('#')) break;
    const next = bytes.indexOf(lineEnd, at);
    if (next < 0 || next >= end) return undefined;
    at = next + 1;
  }
  for (const delimiter of stated === undefined ? DELIMITERS : [stated, ...DELIMITERS]) {
    const start = readHeader(window, at, { delimiter, lineEnd });
    if (start !== undefined) return start;
  }
  return undefined;
}

function readHeader(window: TextWindow, at: number, dialect: CsvDialect): CsvStart | undefined {
  const row = new CsvRowScanner(dialect);
  if (row.run(window, at, -1) !== 'done' || row.cells > COLUMNS_MAX) return undefined;
  const names = cellTexts(window.bytes, at, row, dialect.delimiter);
  const header = Buffer.from(window.bytes.subarray(at, row.contentEnd));
  const isPlain = names.length > 1 && !names.some(isDocument);
  if (isHeader(names) || (isPlain && hasRecordBelow(window, row.next, names.length, dialect))) {
    return { dialect, columns: uniqueNames(names), position: row.next, header };
  }
  const document = names.findIndex(isDocument);
  if (document < 0) return undefined;
  const name = isAuditDocument(names[document] as string) ? 'AuditData' : '_raw';
  const columns = names.map((_, i) => (i === document ? name : `Column${i + 1}`));
  return { dialect, columns, position: at, header: Buffer.alloc(0) };
}

/** Returns true if the next row has a record in a cell: the names alone were not conclusive. */
function hasRecordBelow(
  window: TextWindow,
  at: number,
  cells: number,
  dialect: CsvDialect,
): boolean {
  const row = new CsvRowScanner(dialect);
  if (at >= window.end || row.run(window, at, -1) !== 'done' || row.cells !== cells) return false;
  const texts = cellTexts(window.bytes, at, row, dialect.delimiter);
  return texts.some(isDocument);
}

function isDocument(cell: string): boolean {
  return isAuditDocument(cell) || recordInText(cell) !== undefined;
}

/** Returns true for names that only a header of audit or sign-in records has. */
export function isHeader(names: readonly string[]): boolean {
  if (documentColumn(names) >= 0) return true;
  return (
    names.length > 1 && names.map(columnKey).some(isTimeColumn) && !names.some(isAuditDocument)
  );
}

export function cellTexts(
  bytes: Buffer,
  start: number,
  row: CsvRowScanner,
  delimiter: number,
): string[] {
  const cells = new CsvCells(row.cells, delimiter, -1);
  const into = Buffer.alloc(row.contentEnd - start);
  cells.split(bytes, start, row.contentEnd, into, 0);
  const texts: string[] = [];
  for (let cell = 0; cell < cells.count; cell++) {
    texts.push(into.toString('utf8', 0, cells.decode(bytes, cell, into, 0)).trim());
  }
  return texts;
}

/**
 * The Entra portal repeats some names, which a JSON object cannot. An object also cannot hold a
 * member that would replace its prototype.
 */
export function uniqueNames(names: readonly string[]): string[] {
  const seen = new Map<string, number>([['__proto__', 1]]);
  return names.map((name) => {
    const count = (seen.get(name) ?? 0) + 1;
    seen.set(name, count);
    return count === 1 ? name : `${name} (${count})`;
  });
}

function isAuditDocument(cell: string): boolean {
  return cell.startsWith('{') && cell.includes('"CreationTime"') && cell.includes('"Operation"');
}

/**
 * CR alone for files whose first line ends with it; otherwise LF, with or without CRs before it.
 */
function lineEndOf(bytes: Buffer, from: number, end: number): number {
  const lineFeed = bytes.indexOf(LINE_FEED, from);
  const carriageReturn = bytes.indexOf(CARRIAGE_RETURN, from);
  if (carriageReturn < 0 || carriageReturn >= end) return LINE_FEED;
  // Writing CR LF through a stream that turns each LF into CR LF gives CR CR LF.
  let at = carriageReturn;
  while (at < end && bytes[at] === CARRIAGE_RETURN) at++;
  const isFirst = lineFeed < 0 || lineFeed >= end || at < lineFeed;
  return isFirst ? CARRIAGE_RETURN : LINE_FEED;
}
