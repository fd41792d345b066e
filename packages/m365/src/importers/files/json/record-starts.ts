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

/** How far before a `{` the start of its line is looked for, and behind it its first name. */
export const LOOK_BYTES = 256;

/** First members of records of the vendor, for damage in the very first one. */
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
 * Tells, behind damaged JSON, whether a `{` starts the next record: by the name of its first
 * member, which is that of the records so far, by standing directly behind a `}`, or by standing
 * at the start of a line, no deeper than the damaged record did.
 */
export class RecordStarts {
  /** The first member's name, with quotes, of the first record. */
  #usual: Buffer | undefined;
  #damaged: Buffer | undefined;

  sawRecord(bytes: Buffer, start: number, end: number): void {
    this.#usual ??= firstName(bytes, start, end);
  }

  /** `end`: where it broke. */
  sawDamage(bytes: Buffer, start: number, end: number): void {
    this.#damaged = firstName(bytes, start, end);
  }

  /**
   * Where the record starts that the `{` at `at` belongs to; -1 when that is no start.
   * `region.from`: where the damage starts; `indent`: of the damaged record on its line.
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
    const end = Math.min(window.end, at + 2 * LOOK_BYTES);
    const quote = skipSpace(bytes, at + 1, end);
    if (quote >= end || bytes[quote] !== DOUBLE_QUOTE) return false;
    const isNamed = (name: Buffer | undefined): boolean =>
      name?.equals(bytes.subarray(quote, quote + name.length)) === true;
    if (isNamed(this.#usual) || isNamed(this.#damaged)) return true;
    if (this.#usual === undefined && KNOWN.some(isNamed)) return true;
    if (!opensName(bytes, quote, end)) return false;
    const floor = Math.max(0, at - LOOK_BYTES, region.from);
    let before = at - 1;
    while (before >= floor && (bytes[before] === SPACE || bytes[before] === TAB)) before--;
    if (before < floor) return false;
    // `}` and `{` never follow each other within one JSON value.
    if (bytes[before] === OBJECT_CLOSES) return true;
    const isLineStart = bytes[before] === LINE_FEED || bytes[before] === CARRIAGE_RETURN;
    return isLineStart && at - 1 - before <= Math.max(0, region.indent);
  }
}

/** `,"{\"`: the `{` of one of the documents that were written as a list of strings. */
export function isTextDocument({ bytes, end }: TextWindow, at: number): boolean {
  if (at + 2 >= end || bytes[at - 1] !== DOUBLE_QUOTE || bytes[at + 1] !== BACKSLASH) return false;
  const before = bytes[at - 2] as number;
  return bytes[at + 2] === DOUBLE_QUOTE && (before === COMMA || isSpace(before));
}

/** True when the quote at `quote` opens the name of a member, and does not close a string. */
function opensName(bytes: Buffer, quote: number, end: number): boolean {
  let close = quote + 1;
  while (close < end && bytes[close] !== DOUBLE_QUOTE) close += bytes[close] === BACKSLASH ? 2 : 1;
  const colon = skipSpace(bytes, close + 1, end);
  return colon < end && bytes[colon] === COLON;
}

/** The first member's name of an object, quotes included; undefined for anything else. */
function firstName(bytes: Buffer, start: number, stop: number): Buffer | undefined {
  const end = Math.min(stop, start + LOOK_BYTES);
  const quote = skipSpace(bytes, start + 1, end);
  if (bytes[start] !== OBJECT_OPENS || quote >= end || bytes[quote] !== DOUBLE_QUOTE) {
    return undefined;
  }
  const close = bytes.indexOf(DOUBLE_QUOTE, quote + 1);
  return close < 0 || close >= end ? undefined : Buffer.from(bytes.subarray(quote, close + 1));
}
