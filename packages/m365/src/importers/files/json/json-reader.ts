import { assert, JSON_DEPTH_MAX, plural } from '@countersign/core';
import type { DeliveredAs } from '../../../collectors/collector.ts';
import { isAuditLogQuery } from '../../records/graph-audit-log-query.ts';
import { identifyDelivered } from '../../records/identify-delivered.ts';
import { identify } from '../../records/identify-record.ts';
import { OTHER } from '../../records/other-record.ts';
import { type RecordPosition, RecordSink } from '../../records/record-sink.ts';
import { auditRowOf, identifyAuditData } from '../../records/unified-audit-log.ts';
import type { Chunk, ChunkSink, JsonObject, ReadContext } from '../chunks/chunk.ts';
import { isObject, parseAuditData, parseJson } from './audit-data.ts';
import { LIMIT_EXCEEDED } from './envelope-completeness.ts';
import { JsonScanner } from './json-scanner.ts';
import { JsonSlices, type Slice } from './json-slices.ts';
import {
  auditDataName,
  isDocument,
  recordInText,
  recordsWithin,
  WRAPPERS,
} from './nested-records.ts';

/** Lists of records in an envelope that the framer did not open. */
const LISTS: readonly string[] = ['value', 'records', 'results', 'Results'];

/** Reads the JSON items of one chunk. */
export class JsonReader {
  readonly #bytes: Buffer;
  readonly #words: Int32Array;
  readonly #columns: readonly string[];
  readonly #isCells: boolean;
  readonly #sink: RecordSink;
  readonly #delivered: DeliveredAs | undefined;
  readonly #slices = new JsonSlices();
  readonly #scanner = new JsonScanner();

  constructor(chunk: Chunk, context: ReadContext, sink: ChunkSink) {
    const { buffer, byteOffset, length } = chunk.bytes;
    assert(byteOffset === 0, 'a chunk starts where its buffer starts');
    this.#bytes = Buffer.from(buffer, 0, length);
    this.#words = new Int32Array(buffer, 0, buffer.byteLength >> 2);
    this.#columns = chunk.columns;
    this.#isCells = chunk.form === 'json-cells';
    this.#sink = new RecordSink(chunk, context, sink);
    this.#delivered = context.delivered;
  }

  read(start: number, end: number, row: number): void {
    const place = { start, end, row };
    if (mayNestDeeper(JSON_DEPTH_MAX, this.#words, start, end) && this.#isTooDeep(start, end)) {
      this.#sink.reject(`nested deeper than a record may be (${JSON_DEPTH_MAX} levels)`, place);
      return;
    }
    const parsed = parseJson(this.#bytes.toString('utf8', start, end));
    if (parsed === undefined) this.#unparsed(place);
    else if (this.#isCells) this.#cells(parsed.value, place);
    else this.#item(parsed.value, place);
  }

  #isTooDeep(start: number, end: number): boolean {
    this.#scanner.begin(start);
    this.#scanner.run(this.#bytes, end);
    return this.#scanner.deepest > JSON_DEPTH_MAX;
  }

  /** Either several values on one line, or a damaged value. */
  #unparsed(place: RecordPosition): void {
    const values = this.#slices.values(this.#bytes, place.start, place.end);
    const [first] = values;
    if (first === undefined || first.end === place.end) {
      this.#sink.reject('not JSON: damaged or cut', place);
      return;
    }
    for (const { start, end } of values) this.read(start, end, place.row);
    const rest = { ...place, start: values.at(-1)?.end ?? place.end };
    if (/[^\s,]/.test(this.#bytes.toString('latin1', rest.start, rest.end))) {
      this.#sink.reject('not JSON: damaged or cut', rest);
    }
  }

  #item(value: unknown, place: RecordPosition): void {
    if (this.#delivered !== undefined) this.#deliveredItem(value, this.#delivered, place);
    else if (isObject(value)) this.#object(value, place);
    else if (typeof value === 'string') this.#auditText(value, {}, place);
    else this.#sink.reject('not an object', place);
  }

  #deliveredItem(value: unknown, as: DeliveredAs, place: RecordPosition): void {
    if (!isObject(value)) {
      this.#sink.reject('not an object', place);
      return;
    }
    const found = identifyDelivered(value, as);
    if (found.kind === 'rejected') this.#sink.reject(found.reason, place);
    else this.#sink.record(found.identity, this.#body(place), value, place);
  }

  #object(item: JsonObject, place: RecordPosition): void {
    const name = auditDataName(item);
    if (name !== undefined) {
      this.#sink.page(item['ResultIndex'], item['ResultCount']);
      this.#auditRow(item, name, place);
      return;
    }
    const identity = identify(item);
    if (identity.source === OTHER && this.#opened(item, identity.at, place)) return;
    if (identity.at === undefined) this.#unidentified(item, place);
    else this.#sink.record(identity, this.#body(place), item, place);
  }

  /** Returns true if the item was not a record itself, and the records in it were read. */
  #opened(item: JsonObject, at: string | undefined, place: RecordPosition): boolean {
    if (this.#unwrapped(item, place)) return true;
    const inner = this.#within(item, at, place);
    for (const { start, end } of inner) this.read(start, end, place.row);
    return inner.length > 0;
  }

  #within(item: JsonObject, at: string | undefined, place: RecordPosition): Slice[] {
    const { start, end } = place;
    if (!isDocument(item['_source'])) {
      return recordsWithin(item, at, this.#bytes, place, this.#slices);
    }
    const document = this.#slices.member(this.#bytes, start, end, '_source');
    return document === undefined ? [] : [document];
  }

  /** Returns true if the item was another system's envelope around a record, and was read. */
  #unwrapped(item: JsonObject, place: RecordPosition): boolean {
    for (const name of WRAPPERS) {
      const inner = item[name];
      const record = typeof inner === 'string' ? recordInText(inner) : undefined;
      if (record !== undefined) {
        this.#sink.record(identify(record.value), record.body, record.value, place);
        return true;
      }
      if (!isObject(inner)) continue;
      const slice = this.#slices.member(this.#bytes, place.start, place.end, name);
      if (slice !== undefined && this.#isInside(inner, { ...slice, row: place.row })) return true;
    }
    return false;
  }

  #isInside(inner: JsonObject, place: RecordPosition): boolean {
    const name = auditDataName(inner);
    const identity = name === undefined ? identify(inner) : undefined;
    if (identity?.source === OTHER) return this.#unwrapped(inner, place);
    this.#object(inner, place);
    return true;
  }

  #body({ start, end }: Slice): Uint8Array {
    return this.#bytes.subarray(start, end);
  }

  #auditRow(item: JsonObject, name: string, place: RecordPosition): void {
    const data = item[name];
    if (typeof data === 'string') this.#auditText(data, item, place);
    else if (isObject(data)) this.#auditObject(item, data, name, place);
    else this.#sink.reject('AuditData is empty', place);
  }

  #auditText(text: string, item: JsonObject, place: RecordPosition): void {
    const audit = parseAuditData(text, Buffer.from(text));
    if (audit.kind === 'rejected') {
      this.#sink.reject(audit.reason, place);
      return;
    }
    const identity = identifyAuditData(audit.value, auditRowOf(item));
    this.#sink.record(identity, audit.body, audit.value, place);
  }

  #auditObject(item: JsonObject, data: JsonObject, name: string, place: RecordPosition): void {
    let value = data;
    let slice = this.#slices.member(this.#bytes, place.start, place.end, name);
    // Graph's PowerShell module nests untyped members one level deeper.
    const deeper = data['AdditionalProperties'];
    if (slice !== undefined && isObject(deeper) && data['Operation'] === undefined) {
      value = deeper;
      slice = this.#slices.member(this.#bytes, slice.start, slice.end, 'AdditionalProperties');
    }
    if (slice === undefined || Object.keys(value).length === 0) {
      this.#sink.reject('AuditData is empty', place);
      return;
    }
    this.#sink.record(identifyAuditData(value, auditRowOf(item)), this.#body(slice), value, place);
  }

  /**
   * Rejects an envelope in place of a record, a query in place of its records, or an unknown item.
   */
  #unidentified(item: JsonObject, place: RecordPosition): void {
    const list = LISTS.find((name) => Array.isArray(item[name]));
    const slice =
      list === undefined
        ? undefined
        : this.#slices.member(this.#bytes, place.start, place.end, list);
    const items = slice && this.#slices.items(this.#bytes, slice.start, slice.end);
    if (items !== undefined && items.length > 0) {
      for (const { start, end } of items) this.read(start, end, place.row);
      return;
    }
    if (isAuditLogQuery(item)) {
      if (item['isRecordCountLimitExceeded'] === true) this.#sink.addCompleteness(LIMIT_EXCEEDED);
      this.#sink.reject('an audit log query, not its records: export the records, too', place);
      return;
    }
    const error = item['error'];
    const reason = isObject(error)
      ? 'an error message where records should be: the export failed'
      : 'no event time in any known member';
    this.#sink.reject(reason, place);
  }

  /** One row of a table with separate columns: an object is built from the cells' own bytes. */
  #cells(cells: unknown, place: RecordPosition): void {
    const columns = this.#columns;
    if (!Array.isArray(cells) || cells.length !== columns.length) {
      const count = Array.isArray(cells) ? cells.length : 0;
      const columnsText = plural(columns.length, 'column');
      this.#sink.reject(`${plural(count, 'cell')} where the table has ${columnsText}`, place);
      return;
    }
    const parts: Buffer[] = [];
    for (const [i, { start, end }] of this.#slices
      .items(this.#bytes, place.start, place.end)
      .entries()) {
      parts.push(Buffer.from(`${i === 0 ? '{' : ','}${JSON.stringify(columns[i])}:`));
      parts.push(this.#bytes.subarray(start, end));
    }
    const body = Buffer.concat([...parts, Buffer.from('}')]);
    const value = JSON.parse(body.toString('utf8')) as JsonObject;
    this.#sink.record(identify(value), body, value, place);
  }
}

/**
 * Returns false if `[start, end)` has so few brackets, including those in strings, that no nesting
 * can exceed `most`. This covers nearly all records, at a third of the cost of checking each byte.
 */
function mayNestDeeper(most: number, words: Int32Array, start: number, end: number): boolean {
  if (end - start <= most) return false;
  const last = Math.min(end >> 2, words.length - 1);
  let count = 3;
  for (let at = start >> 2; at <= last; at++) {
    // `[` is 0x5b and `{` 0x7b, one bit apart. Bytes that are either become zero, and a zero byte
    // borrows from its highest bit. Neighbors of such bytes may be counted too.
    const marked = ((words[at] as number) & 0xdfdfdfdf) ^ 0x5b5b5b5b;
    const zeros = (marked - 0x01010101) & ~marked & 0x80808080;
    if (zeros !== 0) {
      count += (zeros >>> 31) + ((zeros >>> 23) & 1) + ((zeros >>> 15) & 1) + ((zeros >>> 7) & 1);
    }
  }
  return count > most;
}
