import { quoted } from '@countersign/core';
import { EndpointError, malformedRequest } from './endpoint-error.ts';

/** Batch, evaluation, entity, properties: no request needs deeper nesting. */
export const BODY_DEPTH_MAX = 24;

/** A JSON object with members of any value. */
export type Json = { readonly [member: string]: unknown };

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Parses an I-JSON text (RFC 7493).
 *
 * Two parsers that disagree about the same bytes let a request pass a check. So repeated names,
 * lone surrogates and numbers beyond a double are refused. The caller limits the length.
 * @throws EndpointError MALFORMED, TOO_LARGE
 */
export function parseJson(bytes: Uint8Array): unknown {
  const text = textOf(bytes);
  checkDepth(text);
  const value = readText(text);
  checkNames(text);
  if (MAY_BE_ODD.test(text)) checkValues(value);
  return value;
}

/** @throws EndpointError MALFORMED, TOO_LARGE */
export function parseObject(bytes: Uint8Array): Json {
  const value = parseJson(bytes);
  if (!isObject(value)) throw malformedRequest('the body is no JSON object');
  return value;
}

/** The same text for the same value, independent of member order. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value ?? null);
  const members = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, item]) => `${JSON.stringify(name)}:${canonical(item)}`);
  return `{${members.join(',')}}`;
}

/** A null member counts as missing (RFC 7493 recommends to omit it). */
export function given(message: Json, member: string): unknown {
  return Object.hasOwn(message, member) ? (message[member] ?? undefined) : undefined;
}

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function textOf(bytes: Uint8Array): string {
  try {
    return utf8.decode(bytes);
  } catch {
    throw malformedRequest('the body is not UTF-8');
  }
}

function readText(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    // The parser's message quotes the body, which may be confidential.
    throw malformedRequest(text.trim() === '' ? 'the body is empty' : 'the body is not JSON');
  }
}

const QUOTE = 34;
const BACKSLASH = 92;

/** Runs before anything recurses. Accepts any text; invalid JSON is detected later. */
function checkDepth(text: string): void {
  let depth = 0;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE:
        at = endOfString(text, at);
        break;
      case 91:
      case 123:
        if (++depth > BODY_DEPTH_MAX) {
          const what = `the body is nested deeper than ${BODY_DEPTH_MAX}`;
          throw new EndpointError('TOO_LARGE', what);
        }
        break;
      case 93:
      case 125:
        depth--;
        break;
      default:
    }
  }
}

/** RFC 7493, 2.3. `text` is JSON. */
function checkNames(text: string): void {
  const open: (Set<string> | undefined)[] = [];
  let isName = false;
  for (let at = 0; at < text.length; at++) {
    switch (text.charCodeAt(at)) {
      case QUOTE: {
        const end = endOfString(text, at);
        if (isName) addName(open.at(-1) as Set<string>, text.slice(at, end + 1));
        isName = false;
        at = end;
        break;
      }
      case 123:
        open.push(new Set());
        isName = true;
        break;
      case 91:
        open.push(undefined);
        isName = false;
        break;
      case 93:
      case 125:
        open.pop();
        isName = false;
        break;
      case 44:
        isName = open.at(-1) !== undefined;
        break;
      default:
    }
  }
}

function addName(names: Set<string>, written: string): void {
  const name = written.includes('\\') ? String(JSON.parse(written)) : written.slice(1, -1);
  if (names.has(name)) throw malformedRequest(`the name ${quoted(name)} is twice in one object`);
  names.add(name);
}

/** The position of the closing quote, or of the end of the text. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end >= 0; end = text.indexOf('"', end + 1)) {
    let before = end - 1;
    while (text.charCodeAt(before) === BACKSLASH) before--;
    if ((end - before) % 2 === 1) return end;
  }
  return text.length;
}

/** An escaped surrogate, an exponent, or more digits than a double has. */
const MAY_BE_ODD = /\\u[dD][89a-fA-F]|\d[eE]|\d{309}/;

/** RFC 7493, 2.1 and 2.2. */
function checkValues(value: unknown): void {
  if (typeof value === 'string') checkText(value);
  else if (typeof value === 'number') {
    if (!Number.isFinite(value))
      throw malformedRequest('a number in the body is too large for a double');
  } else if (Array.isArray(value)) {
    for (const item of value) checkValues(item);
  } else if (isObject(value)) {
    for (const [name, item] of Object.entries(value)) {
      checkText(name);
      checkValues(item);
    }
  }
}

function checkText(text: string): void {
  if (!text.isWellFormed())
    throw malformedRequest('a text in the body holds half a surrogate pair');
}
