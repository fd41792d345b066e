import { parseAuditData } from './audit-data.ts';
import type { Chunk, ChunkSink, ReadContext } from './chunk.ts';
import { columnKey } from './columns.ts';
import { CsvCells } from './csv-row.ts';
import { type Place, RecordSink } from './record-sink.ts';
import { identify } from './shapes/shapes.ts';
import { identifyAuditData } from './shapes/unified-audit-log.ts';

/** Where the columns stand that an audit record's row is read for; -1 where there is none. */
type AuditColumns = {
  readonly auditData: number;
  readonly id: number;
  readonly at: number;
  readonly resultIndex: number;
  readonly resultCount: number;
};

const SILENT = { id: undefined, at: undefined };

/** Reads the rows of one chunk. */
export class CsvReader {
  readonly #bytes: Uint8Array;
  readonly #columns: readonly string[];
  /** Names as the shapes know them: the portal of Log Analytics adds the time zone. */
  readonly #names: readonly string[];
  readonly #sink: RecordSink;
  readonly #cells: CsvCells;
  readonly #audit: AuditColumns;
  /** Decoded cells, one after the other; a cell is never longer decoded than it stands. */
  readonly #decoded: Buffer;
  #decodedEnd = 0;

  constructor(chunk: Chunk, context: ReadContext, sink: ChunkSink) {
    this.#bytes = chunk.bytes;
    this.#columns = chunk.columns;
    this.#names = chunk.columns.map((name) => name.replace(/ \[utc\]$/i, ''));
    this.#sink = new RecordSink(chunk, context, sink);
    this.#audit = auditColumns(chunk.columns);
    const { auditData } = this.#audit;
    this.#cells = new CsvCells(chunk.columns.length, chunk.delimiter, auditData);
    this.#decoded = Buffer.allocUnsafeSlow(chunk.bytes.length);
  }

  read(start: number, end: number, row: number): void {
    this.#cells.split(this.#bytes, start, end, this.#decoded, this.#decodedEnd);
    const place = { start, end, row };
    if (this.#audit.auditData < 0) this.#row(place);
    else this.#auditRow(place);
  }

  #auditRow(place: Place): void {
    const { auditData, id, at, resultIndex, resultCount } = this.#audit;
    if (auditData >= this.#cells.count) {
      this.#sink.reject(`the row ends before AuditData, after ${this.#cells.count} cells`, place);
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
    let identity = identifyAuditData(audit.value, SILENT);
    if (identity.id === undefined || identity.at === undefined) {
      identity = identifyAuditData(audit.value, { id: this.#text(id), at: this.#text(at) });
    }
    this.#sink.record(identity, audit.body, audit.value, place);
  }

  /** The text of a cell; undefined when the row has no such cell. */
  #text(cell: number): string | undefined {
    if (cell < 0 || cell >= this.#cells.count) return undefined;
    const from = this.#decodedEnd;
    const end = this.#cells.decode(this.#bytes, cell, this.#decoded, from);
    return this.#decoded.toString('utf8', from, end);
  }

  /** A row that is the record itself: its body is an object of its cells by column name. */
  #row(place: Place): void {
    const columns = this.#columns;
    if (this.#cells.count !== columns.length) {
      const cells = `${this.#cells.count} cells where the header has ${columns.length}`;
      this.#sink.reject(cells, place);
      return;
    }
    const value: Record<string, string> = {};
    const named: Record<string, string> = {};
    for (let cell = 0; cell < columns.length; cell++) {
      const text = this.#text(cell) as string;
      value[columns[cell] as string] = text;
      named[this.#names[cell] as string] = text;
    }
    this.#sink.record(identify(named), Buffer.from(JSON.stringify(value)), value, place);
  }
}

function auditColumns(columns: readonly string[]): AuditColumns {
  const keys = columns.map(columnKey);
  const find = (...names: string[]): number => {
    for (const name of names) if (keys.includes(name)) return keys.indexOf(name);
    return -1;
  };
  return {
    auditData: find('auditdata'),
    id: find('identity', 'recordid', 'id'),
    at: find('creationdate', 'creationtime', 'createddatetime'),
    resultIndex: find('resultindex'),
    resultCount: find('resultcount'),
  };
}
