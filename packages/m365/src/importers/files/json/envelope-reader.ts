import { ENVELOPE_HEAD_BYTES_MAX } from '../../../limits.ts';
import {
  COLON,
  COMMA,
  DOUBLE_QUOTE,
  LIST_OPENS,
  OBJECT_CLOSES,
  OBJECT_OPENS,
  skipSpace,
} from '../chunks/ascii.ts';
import type { FrameForm } from '../chunks/framer.ts';
import { JsonScanner } from './json-scanner.ts';

/**
 * Lists of records in an answer: Graph and OData `value`, Azure Monitor and Event Hubs `records`,
 * advanced hunting `results`, Log Analytics and Kusto `tables`; `data` and `events` of other tools.
 */
const LISTS_OF_RECORDS: ReadonlySet<string> = new Set([
  'value',
  'records',
  'Records',
  'results',
  'Results',
  'data',
  'events',
]);
const LISTS_OF_TABLES: ReadonlySet<string> = new Set(['tables', 'Tables']);
const LISTS_OF_ROWS: ReadonlySet<string> = new Set(['rows', 'Rows']);

/** First members of such answers. An object that starts with any other member is a record. */
const FIRST_MEMBERS: ReadonlySet<string> = new Set([
  ...LISTS_OF_RECORDS,
  ...LISTS_OF_TABLES,
  'schema',
  'Schema',
  'stats',
  'Stats',
  'statistics',
  'render',
  'count',
  'Count',
  'nextLink',
  'odata.metadata',
]);

export type ListKind = 'array' | 'records' | 'tables' | 'rows';

/** Members of an envelope, by name. Only small ones are kept. */
export type Members = Map<string, unknown>;

export type Head =
  | { readonly kind: 'record' }
  | { readonly kind: 'more' }
  /** An envelope: its list of records starts after the `[` before `position`. */
  | {
      readonly kind: 'list';
      readonly list: ListKind;
      readonly position: number;
      readonly members: Members;
    };

/** The known names are short, and so is the white space before them. */
const NAME_BYTES_MAX = 256;

const RECORD: Head = { kind: 'record' };
const MORE: Head = { kind: 'more' };

/**
 * Returns true if the object at `start` may be an envelope, judged only by its first member, so
 * that records pay for nothing else. Undefined if its first member is not complete yet.
 */
export function mayBeEnvelope(bytes: Buffer, start: number, end: number): boolean | undefined {
  const quote = skipSpace(bytes, start + 1, Math.min(end, start + NAME_BYTES_MAX));
  if (quote >= start + NAME_BYTES_MAX) return false;
  if (quote + 1 >= end) return undefined;
  if (bytes[quote] !== DOUBLE_QUOTE) return false;
  switch (bytes[quote + 1]) {
    case 0x40: // @odata.context
    case 0x6f: // odata.metadata
    case 0x76: // value
    case 0x72: // records, results, render
    case 0x74: // tables
    case 0x73: // schema, stats
    case 0x63: // count
    case 0x6e: // nextLink
    case 0x52:
    case 0x54:
    case 0x53:
    case 0x43:
    case 0x64: // data
    case 0x65: // events
      break;
    default:
      return false;
  }
  const close = bytes.indexOf(DOUBLE_QUOTE, quote + 1);
  if (close < 0 || close >= end) return end - quote > NAME_BYTES_MAX ? false : undefined;
  if (close - quote > NAME_BYTES_MAX) return false;
  const name = bytes.toString('latin1', quote + 1, close);
  return name.startsWith('@odata.') || FIRST_MEMBERS.has(name);
}

/** Reads the members of the object at `start` until one of them is the list. */
export function readHead(
  bytes: Buffer,
  start: number,
  end: number,
  tables: 'tables' | 'other',
): Head {
  const limit = Math.min(end, start + ENVELOPE_HEAD_BYTES_MAX);
  const lists = new MemberReader(bytes, limit, tables);
  const outcome = lists.read(start + 1);
  if (outcome === 'list') {
    return { kind: 'list', list: lists.list, position: lists.position, members: lists.members };
  }
  // A head that does not end, or is damaged, is treated as a record, where damage is reported.
  return outcome === 'more' && limit === end ? MORE : RECORD;
}

/** Iterates the members of an object, keeping small values, until a list, the end or damage. */
export class MemberReader {
  list: ListKind = 'records';
  position = 0;
  readonly members: Members = new Map();
  readonly #bytes: Buffer;
  readonly #end: number;
  readonly #scanner = new JsonScanner();
  readonly #tables: 'tables' | 'other';

  constructor(bytes: Buffer, end: number, tables: 'tables' | 'other') {
    this.#bytes = bytes;
    this.#end = end;
    this.#tables = tables;
  }

  /** After it, `position` is after the list's `[`, after the object's `}`, or at the damage. */
  read(from: number): 'list' | 'closed' | 'more' | 'broken' {
    const bytes = this.#bytes;
    const end = this.#end;
    let at = from;
    for (;;) {
      at = skipSpace(bytes, at, end);
      this.position = at;
      if (at >= end) return 'more';
      if (bytes[at] === COMMA) {
        at++;
        continue;
      }
      if (bytes[at] === OBJECT_CLOSES) {
        this.position = at + 1;
        return 'closed';
      }
      if (bytes[at] !== DOUBLE_QUOTE) return 'broken';
      const nameEnd = valueEnd(bytes, at, end, this.#scanner);
      if (nameEnd < 0) return nameEnd === VALUE_MORE ? 'more' : 'broken';
      const colon = skipSpace(bytes, nameEnd, end);
      const value = skipSpace(bytes, colon + 1, end);
      if (colon >= end || value >= end) return 'more';
      if (bytes[colon] !== COLON) return 'broken';
      const name = bytes.toString('latin1', at + 1, nameEnd - 1);
      if (bytes[value] === LIST_OPENS) {
        const first = skipSpace(bytes, value + 1, end);
        if (first >= end && this.#listKind(name) !== undefined) return 'more';
        const kind = this.#listKind(name);
        // A list of numbers, or an unknown list, is an ordinary member.
        if (kind !== undefined && LIST_ITEM.has(bytes[first] as number)) {
          this.list = kind;
          this.position = value + 1;
          return 'list';
        }
      }
      const after = valueEnd(bytes, value, end, this.#scanner);
      if (after < 0) return after === VALUE_MORE ? 'more' : 'broken';
      keepMember(this.members, name, bytes, value, after);
      at = after;
    }
  }

  #listKind(name: string): ListKind | undefined {
    if (this.#tables === 'tables') return LISTS_OF_ROWS.has(name) ? 'rows' : undefined;
    if (LISTS_OF_RECORDS.has(name)) return 'records';
    return LISTS_OF_TABLES.has(name) ? 'tables' : undefined;
  }
}

/** `{`, `[`, `"` start a record; `]` is the empty list. */
const LIST_ITEM: ReadonlySet<number> = new Set([0x7b, 0x5b, 0x22, 0x5d]);

const VALUE_MORE = -1;
const VALUE_BROKEN = -2;

/** The end of the value at `start`, {@link VALUE_MORE}, or a lower number if it is broken. */
export function valueEnd(
  bytes: Uint8Array,
  start: number,
  end: number,
  scanner: JsonScanner,
): number {
  const first = bytes[start] as number;
  if (first !== DOUBLE_QUOTE && first !== LIST_OPENS && first !== OBJECT_OPENS) {
    let at = start;
    while (at < end && isScalar(bytes[at] as number)) at++;
    if (at >= end) return VALUE_MORE;
    return at === start ? VALUE_BROKEN : at;
  }
  scanner.begin(start);
  const state = scanner.run(bytes, end);
  if (state === 'done') return scanner.position;
  return state === 'more' ? VALUE_MORE : VALUE_BROKEN;
}

function isScalar(byte: number): boolean {
  return (
    (byte >= 0x30 && byte <= 0x39) ||
    (byte >= 0x61 && byte <= 0x7a) ||
    byte === 0x2b ||
    byte === 0x2d ||
    byte === 0x2e ||
    byte === 0x45
  );
}

function keepMember(
  members: Members,
  name: string,
  bytes: Buffer,
  start: number,
  end: number,
): void {
  if (end - start > ENVELOPE_HEAD_BYTES_MAX || members.size > 100) return;
  try {
    members.set(name, JSON.parse(bytes.toString('utf8', start, end)));
  } catch {
    // A member that is not JSON is ignored; the records do not depend on it.
  }
}

/** The columns of a Log Analytics or Kusto table, which MUST precede its rows. */
export function cellsForm(members: Members): FrameForm {
  const columns = members.get('columns') ?? members.get('Columns');
  const names = Array.isArray(columns) ? columns.map(columnName) : [];
  return { form: 'json-cells', columns: names, delimiter: 0 };
}

function columnName(column: unknown): string {
  if (typeof column !== 'object' || column === null) return '';
  const { name, ColumnName } = column as { name?: unknown; ColumnName?: unknown };
  const stated = name ?? ColumnName;
  return typeof stated === 'string' ? stated : '';
}
