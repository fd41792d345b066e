import {
  BACKSLASH,
  CARRIAGE_RETURN,
  COLON,
  COMMA,
  DOUBLE_QUOTE,
  isSpace,
  LINE_FEED,
  OBJECT_CLOSES,
  OBJECT_OPENS,
  SPACE,
  skipSpace,
  TAB,
} from '../chunks/ascii.ts';
import type { TextWindow } from '../chunks/framer.ts';

/** How far before a `{` to search for the start of its line, and after it for its first name. */
export const LOOKAHEAD_BYTES = 256;

/** First members of the vendor's records, for damage in the very first record. */
const KNOWN: readonly Buffer[] = [
  'CreationTime',
  'RecordType',
  'RecordId',
  'Identity',
  'PSComputerName',
  'TenantId',
  'Timestamp',
  'time',
].map((name) => Buffer.from(`"${name}"`));

/**
 * Decides, after damaged JSON, whether a `{` starts the next record. It does if its first member
 * has the same name as in earlier records. It also does directly after a `}`, or at the start of a
 * line no deeper than the damaged record.
 */
export class RecordStarts {
  /** The name of the first record's first member, with quotes. */
  #usual: Buffer | undefined;
  #damaged: Buffer | undefined;

  sawRecord(bytes: Buffer, start: number, end: number): void {
    this.#usual ??= firstName(bytes, start, end);
  }

  /** `end`: the position of the break. */
  sawDamage(bytes: Buffer, start: number, end: number): void {
    this.#damaged = firstName(bytes, start, end);
  }

  /**
   * The start of the record that the `{` at `at` belongs to; -1 if it is not a start.
   * `region.from`: the start of the damage; `indent`: of the damaged record on its line.
   */
  startAt(
    window: TextWindow,
    at: number,
    region: { readonly from: number; readonly indent: number },
  ): number {
    if (this.#isObject(window, at, region)) return at;
    return isTextDocument(window, at) && at - 1 > region.from ? at - 1 : -1;
  }

  #isObject(
    window: TextWindow,
    at: number,
    region: { readonly from: number; readonly indent: number },
  ): boolean {
    const { bytes } = window;
    const end = Math.min(window.end, at + 2 * LOOKAHEAD_BYTES);
    const quote = skipSpace(bytes, at + 1, end);
    if (quote >= end || bytes[quote] !== DOUBLE_QUOTE) return false;
    const isNamed = (name: Buffer | undefined): boolean =>
      name?.equals(bytes.subarray(quote, quote + name.length)) === true;
    if (isNamed(this.#usual) || isNamed(this.#damaged)) return true;
    if (this.#usual === undefined && KNOWN.some(isNamed)) return true;
    if (!opensName(bytes, quote, end)) return false;
    const floor = Math.max(0, at - LOOKAHEAD_BYTES, region.from);
    let before = at - 1;
    while (before >= floor && (bytes[before] === SPACE || bytes[before] === TAB)) before--;
    if (before < floor) return false;
    // `}` and `{` never follow each other within one JSON value.
    if (bytes[before] === OBJECT_CLOSES) return true;
    const isLineStart = bytes[before] === LINE_FEED || bytes[before] === CARRIAGE_RETURN;
    return isLineStart && at - 1 - before <= Math.max(0, region.indent);
  }
}

/** `,"{\"`: the `{` of a document in a list of strings. */
export function isTextDocument({ bytes, end }: TextWindow, at: number): boolean {
  if (at + 2 >= end || bytes[at - 1] !== DOUBLE_QUOTE || bytes[at + 1] !== BACKSLASH) return false;
  const before = bytes[at - 2] as number;
  return bytes[at + 2] === DOUBLE_QUOTE && (before === COMMA || isSpace(before));
}

/** Returns true if the quote at `quote` opens the name of a member, and does not close a string. */
function opensName(bytes: Buffer, quote: number, end: number): boolean {
  let close = quote + 1;
  while (close < end && bytes[close] !== DOUBLE_QUOTE) close += bytes[close] === BACKSLASH ? 2 : 1;
  const colon = skipSpace(bytes, close + 1, end);
  return colon < end && bytes[colon] === COLON;
}

/** The name of an object's first member, with quotes; undefined for anything else. */
function firstName(bytes: Buffer, start: number, stop: number): Buffer | undefined {
  const end = Math.min(stop, start + LOOKAHEAD_BYTES);
  const quote = skipSpace(bytes, start + 1, end);
  if (bytes[start] !== OBJECT_OPENS || quote >= end || bytes[quote] !== DOUBLE_QUOTE) {
    return undefined;
  }
  const close = bytes.indexOf(DOUBLE_QUOTE, quote + 1);
  return close < 0 || close >= end ? undefined : Buffer.from(bytes.subarray(quote, close + 1));
}
