import { JSON_DEPTH_MAX } from '@countersign/core';

/** 1 white space, 2 part of a number or literal, 0 never outside a string. */
const CLASS_OF_BYTE: Uint8Array = classOfByte();

export type ScanState =
  /** The value is not complete yet. */
  | 'more'
  /** `position` is after the last byte of the value. */
  | 'done'
  /** `position` is where it cannot continue; `problem` says why. */
  | 'broken';

/**
 * Finds the end of one JSON value (object, array or string) without parsing it, and continues when
 * more bytes arrive. It checks just enough to detect damage near its position: paired brackets, no
 * raw control character in a string, only JSON bytes outside strings, commas between values.
 * `JSON.parse` checks the rest. Depth uses no stack here.
 */
export class JsonScanner {
  position = 0;
  /** The deepest nesting so far in this value. */
  deepest = 0;
  problem = '';
  readonly #stack = new Uint8Array(JSON_DEPTH_MAX + 1);
  #depth = 0;
  #inString = false;
  /** The last token: `,` `:` `{` `[`, or 0 for a whole value. */
  #last = 0x2c;

  /** Starts over with the value whose first byte is at `position`. */
  begin(position: number): void {
    this.position = position;
    this.deepest = 0;
    this.problem = '';
    this.#depth = 0;
    this.#inString = false;
    this.#last = 0x2c;
  }

  /** One tight loop, because every byte of a list passes here. */
  run(bytes: Uint8Array, end: number): ScanState {
    const stack = this.#stack;
    let at = this.position;
    let depth = this.#depth;
    let deepest = this.deepest;
    let last = this.#last;
    let inString = this.#inString;
    let problem = '';
    let state: ScanState = 'more';
    while (at < end) {
      const byte = bytes[at] as number;
      if (inString || byte === 0x22) {
        if (last === 0) {
          problem = NO_COMMA;
          break;
        }
        at = stringEnd(bytes, inString ? at : at + 1, end);
        inString = true;
        const stop = at < end ? (bytes[at] as number) : 0x5c;
        if (stop === 0x5c) break;
        if (stop !== 0x22) {
          problem = 'a raw control character inside a string';
          break;
        }
        inString = false;
        last = 0;
        if (depth === 0) {
          at++;
          state = 'done';
          break;
        }
      } else if (byte === 0x2c || byte === 0x3a) {
        last = byte;
      } else if (byte === 0x7b || byte === 0x5b) {
        problem = openingProblem(last, depth, stack);
        if (problem !== '') break;
        last = byte;
        depth++;
        if (depth > deepest) deepest = depth;
        if (depth <= JSON_DEPTH_MAX) stack[depth] = byte;
      } else if (byte === 0x7d || byte === 0x5d) {
        // In ASCII, a closing bracket is two after its opening one.
        if (depth === 0 || (depth <= JSON_DEPTH_MAX && stack[depth] !== byte - 2)) {
          problem = 'brackets that do not match';
          break;
        }
        last = 0;
        depth--;
        if (depth === 0) {
          at++;
          state = 'done';
          break;
        }
      } else if (CLASS_OF_BYTE[byte] === 2) {
        last = 0;
      } else if (CLASS_OF_BYTE[byte] === 0) {
        problem = 'text that is not JSON';
        break;
      }
      at++;
    }
    this.position = at;
    this.deepest = deepest;
    this.problem = problem;
    this.#depth = depth;
    this.#last = last;
    this.#inString = inString;
    return problem === '' ? state : 'broken';
  }
}

const NO_COMMA = 'no comma between two values';

function openingProblem(last: number, depth: number, stack: Uint8Array): string {
  if (last === 0) return NO_COMMA;
  // If a record lost its end, the next one starts where a member's name is expected.
  const isInObject = depth > 0 && depth <= JSON_DEPTH_MAX && stack[depth] === 0x7b;
  return isInObject && last !== 0x3a ? 'an object without its end' : '';
}

/** Where the string stops: at its quote, a control character, a last `\\`, or `end`. */
function stringEnd(bytes: Uint8Array, from: number, end: number): number {
  let at = from;
  let byte = 0x20;
  for (;;) {
    while (at < end) {
      byte = bytes[at] as number;
      if (byte === 0x22 || byte === 0x5c || byte < 0x20) break;
      at++;
    }
    if (at >= end || byte !== 0x5c || at + 1 >= end) return at;
    at += 2;
  }
}

function classOfByte(): Uint8Array {
  const table = new Uint8Array(256);
  for (const char of ' \t\r\n') table[char.charCodeAt(0)] = 1;
  for (const char of '0123456789+-.eEtruefalsn') table[char.charCodeAt(0)] = 2;
  return table;
}
