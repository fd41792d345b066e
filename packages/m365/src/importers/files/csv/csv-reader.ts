import { isFlatName, plural, withNestedMembers } from '@countersign/core';
import { identify } from '../../records/identify-record.ts';
import { OTHER } from '../../records/other-record.ts';
import { type RecordPosition, RecordSink } from '../../records/record-sink.ts';
import { type Identity, nestedObject } from '../../records/shape.ts';
import { identifyAuditData } from '../../records/unified-audit-log.ts';
import type { Chunk, ChunkSink, JsonObject, ReadContext } from '../chunks/chunk.ts';
import { columnKey, documentColumn } from '../chunks/column-names.ts';
import { parseAuditData } from '../json/audit-data.ts';
import { recordInText } from '../json/nested-records.ts';
import { CsvCells } from './csv-row.ts';

/** The positions of the columns that are read in a row with a record; -1 if missing. */
type Columns = {
  readonly document: number;
  /** The document is certainly an AuditData document, regardless of its content. */
  readonly isAudit: boolean;
  readonly id: number;
  readonly at: number;
  readonly resultIndex: number;
  readonly resultCount: number;
};

const UTC = / \[utc\]$/i;

const SILENT = { id: undefined, at: undefined };

/** Reads the rows of one chunk. */
export class CsvReader {
  readonly #bytes: Uint8Array;
  readonly #columns: readonly string[];
  /** Columns whose names the shapes know without the time zone that a portal added. */
  readonly #zoned: readonly (readonly [column: string, name: string])[];
  /** Some columns stand for nested members. */
  readonly #isFlat: boolean;
  readonly #sink: RecordSink;
  readonly #cells: CsvCells;
  readonly #at: Columns;
  /** Decoded cells, one after the other. A decoded cell is never longer than its source. */
  readonly #decoded: Buffer;
  #decodedEnd = 0;

  constructor(chunk: Chunk, context: ReadContext, sink: ChunkSink) {
    this.#bytes = chunk.bytes;
    this.#columns = chunk.columns;
    this.#zoned = chunk.columns
      .filter((column) => UTC.test(column))
      .map((column) => [column, column.replace(UTC, '')]);
    this.#isFlat = chunk.columns.some(isFlatName);
    this.#sink = new RecordSink(chunk, context, sink);
    this.#at = columnsOf(chunk.columns);
    const { document } = this.#at;
    this.#cells = new CsvCells(chunk.columns.length, chunk.delimiter, document);
    this.#decoded = Buffer.allocUnsafeSlow(chunk.bytes.length);
  }

  read(start: number, end: number, row: number): void {
    this.#cells.split(this.#bytes, start, end, this.#decoded, this.#decodedEnd);
    const place = { start, end, row };
    if (this.#at.document < 0) this.#row(place);
    else this.#document(place);
  }

  #document(place: RecordPosition): void {
    const { document, resultIndex, resultCount } = this.#at;
    if (document >= this.#cells.count) {
      this.#sink.reject(
        `the row ends before its AuditData cell, after ${plural(this.#cells.count, 'cell')}`,
        place,
      );
      return;
    }
    const from = this.#decodedEnd;
    this.#decodedEnd = this.#cells.decodedEnd;
    const body = this.#decoded.subarray(from, this.#decodedEnd);
    if (resultIndex >= 0) this.#sink.page(this.#text(resultIndex), this.#text(resultCount));
    const audit = parseAuditData(body.toString('utf8'), body);
    if (audit.kind === 'rejected') {
      this.#sink.reject(audit.reason, place);
      return;
    }
    this.#sink.record(this.#identity(audit.value), audit.body, audit.value, place);
  }

  #identity(value: JsonObject): Identity {
    const { isAudit, id, at } = this.#at;
    if (!isAudit) return identify(value);
    const identity = identifyAuditData(value, SILENT);
    if (identity.id !== undefined && identity.at !== undefined) return identity;
    return identifyAuditData(value, { id: this.#text(id), at: this.#text(at) });
  }

  /** The text of a cell; undefined if the row has no such cell. */
  #text(cell: number): string | undefined {
    if (cell < 0 || cell >= this.#cells.count) return undefined;
    const from = this.#decodedEnd;
    const end = this.#cells.decode(this.#bytes, cell, this.#decoded, from);
    return this.#decoded.toString('utf8', from, end);
  }

  /** A row that is itself the record: its body is an object of its cells by column name. */
  #row(place: RecordPosition): void {
    const columns = this.#columns;
    if (this.#cells.count !== columns.length) {
      const cells = `${plural(this.#cells.count, 'cell')} where the header has ${columns.length}`;
      this.#sink.reject(cells, place);
      return;
    }
    const value: Record<string, string> = {};
    for (let cell = 0; cell < columns.length; cell++) {
      value[columns[cell] as string] = this.#text(cell) as string;
    }
    const identity = identifyRow(this.#named(value));
    if (identity.source === OTHER && this.#isInCell(value, place)) return;
    this.#sink.record(identity, Buffer.from(JSON.stringify(value)), value, place);
  }

  /** Returns true if a cell with an unusual column name held the record, and it was read. */
  #isInCell(row: Readonly<Record<string, string>>, place: RecordPosition): boolean {
    for (const column of this.#columns) {
      const record = recordInText((row[column] as string).trim());
      if (record === undefined) continue;
      this.#sink.record(identify(record.value), record.body, record.value, place);
      return true;
    }
    return false;
  }

  #named(value: JsonObject): JsonObject {
    const nested = this.#isFlat ? withNestedMembers(value) : value;
    if (this.#zoned.length === 0) return nested;
    const named = this.#zoned.map(([column, name]) => [name, value[column]]);
    return { ...nested, ...Object.fromEntries(named) };
  }
}

/** A search engine's table has one column per member of the record in its document. */
function identifyRow(row: JsonObject): Identity {
  const identity = identify(row);
  const inner = identity.source === OTHER ? nestedObject(row['o365'])['audit'] : undefined;
  const audit = inner === undefined ? identity : identify(nestedObject(inner));
  return audit.source === OTHER ? identity : audit;
}

function columnsOf(columns: readonly string[]): Columns {
  const keys = columns.map(columnKey);
  const find = (...names: string[]): number => {
    for (const name of names) if (keys.includes(name)) return keys.indexOf(name);
    return -1;
  };
  return {
    document: documentColumn(columns),
    isAudit: keys.includes('auditdata'),
    id: find('identity', 'recordid', 'id'),
    at: find('creationdate', 'creationtime', 'createddatetime'),
    resultIndex: find('resultindex'),
    resultCount: find('resultcount'),
  };
}
