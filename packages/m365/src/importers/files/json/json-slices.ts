import {
  COLON,
  COMMA,
  DOUBLE_QUOTE,
  LIST_OPENS,
  OBJECT_OPENS,
  skipSpace,
} from '../chunks/ascii.ts';
import { valueEnd } from './envelope-reader.ts';
import { JsonScanner } from './json-scanner.ts';

export type Slice = { readonly start: number; readonly end: number };

/**
 * Finds values in JSON that `JSON.parse` has accepted, as delivered bytes: a body is never
 * rewritten.
 */
export class JsonSlices {
  readonly #scanner = new JsonScanner();

  /**
   * The value of a member of the object that starts at `start`; the last of two, like JSON.parse.
   */
  member(bytes: Buffer, start: number, end: number, name: string): Slice | undefined {
    let found: Slice | undefined;
    this.#eachMember(bytes, start, end, (nameStart, nameEnd, value) => {
      if (isName(bytes, nameStart, nameEnd, name)) found = value;
    });
    return found;
  }

  /** The values of all members of the object that starts at `start`, by name. */
  members(bytes: Buffer, start: number, end: number): Map<string, Slice> {
    const found = new Map<string, Slice>();
    this.#eachMember(bytes, start, end, (nameStart, nameEnd, value) => {
      found.set(JSON.parse(bytes.toString('utf8', nameStart, nameEnd)) as string, value);
    });
    return found;
  }

  #eachMember(
    bytes: Buffer,
    start: number,
    end: number,
    visit: (nameStart: number, nameEnd: number, value: Slice) => void,
  ): void {
    let at = skipSpace(bytes, start, end);
    if (bytes[at] !== OBJECT_OPENS) return;
    at = skipSpace(bytes, at + 1, end);
    while (at < end && bytes[at] === DOUBLE_QUOTE) {
      const nameEnd = valueEnd(bytes, at, end, this.#scanner);
      if (nameEnd < 0) return;
      const colon = skipSpace(bytes, nameEnd, end);
      if (bytes[colon] !== COLON) return;
      const value = skipSpace(bytes, colon + 1, end);
      const valueStop = valueEnd(bytes, value, end, this.#scanner);
      if (valueStop < 0) return;
      visit(at, nameEnd, { start: value, end: valueStop });
      at = skipSpace(bytes, valueStop, end);
      if (bytes[at] !== COMMA) return;
      at = skipSpace(bytes, at + 1, end);
    }
  }

  /** The items of the list that starts at `start`. */
  items(bytes: Buffer, start: number, end: number): Slice[] {
    const opening = skipSpace(bytes, start, end);
    return bytes[opening] === LIST_OPENS ? this.values(bytes, opening + 1, end) : [];
  }

  /** Consecutive values, with or without commas, up to the first non-value. */
  values(bytes: Buffer, start: number, end: number): Slice[] {
    const slices: Slice[] = [];
    let at = start;
    for (;;) {
      at = skipSpace(bytes, at, end);
      if (bytes[at] === COMMA) at = skipSpace(bytes, at + 1, end);
      if (at >= end) return slices;
      const stop = valueEnd(bytes, at, end, this.#scanner);
      if (stop < 0) return slices;
      slices.push({ start: at, end: stop });
      at = stop;
    }
  }
}

/** Names with escapes are compared in parsed form. */
function isName(bytes: Buffer, start: number, end: number, name: string): boolean {
  const raw = bytes.toString('utf8', start + 1, end - 1);
  if (raw === name) return true;
  return raw.includes('\\') && JSON.parse(`"${raw}"`) === name;
}
