import {
  BACKSLASH,
  CARRIAGE_RETURN,
  COMMA,
  DOUBLE_QUOTE,
  isSpace,
  LINE_FEED,
  OBJECT_OPENS,
  SPACE,
  skipSpace,
  TAB,
} from './ascii.ts';
import type { TextWindow } from './framer.ts';

/** How far before a `{` the start of its line is looked for, and behind it its first name. */
export const LOOK_BYTES = 256;

/**
 * Tells, behind damaged JSON, whether a `{` starts the next record: by the name of its first
 * member, which is that of the records so far, or by standing at the start of a line, no deeper
 * than the damaged record did.
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
    return isDocumentInString(window.bytes, at) && at - 1 > region.from ? at - 1 : -1;
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
    for (const name of [this.#usual, this.#damaged]) {
      if (name?.equals(bytes.subarray(quote, quote + name.length)) === true) return true;
    }
    const floor = Math.max(0, at - LOOK_BYTES, region.from);
    let before = at - 1;
    while (before >= floor && (bytes[before] === SPACE || bytes[before] === TAB)) before--;
    if (before < floor) return false;
    const isLineStart = bytes[before] === LINE_FEED || bytes[before] === CARRIAGE_RETURN;
    return isLineStart && at - 1 - before <= Math.max(0, region.indent);
  }
}

/** `,"{\"`: the next of the documents that were written as a list of strings. */
function isDocumentInString(bytes: Buffer, at: number): boolean {
  if (bytes[at - 1] !== DOUBLE_QUOTE || bytes[at + 1] !== BACKSLASH) return false;
  const before = bytes[at - 2] as number;
  return bytes[at + 2] === DOUBLE_QUOTE && (before === COMMA || isSpace(before));
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
