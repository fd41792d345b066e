import { COLUMN_CHARS_MAX, LIST_SCAN_MAX, NESTED_CHARS_MAX } from '../limits.ts';
import { jsonOfPythonLiteral } from './python-literal.ts';

/**
 * Readers for untrusted values. They never throw, for any type. A value without the expected
 * type reads as "not stated".
 */
export type Json = { readonly [member: string]: unknown };

export const NOTHING: Json = Object.freeze({});
const NO_LIST: readonly unknown[] = Object.freeze([]);

export function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A non-empty trimmed text; numbers and booleans as text; otherwise null. */
export function text(value: unknown): string | null {
  if (typeof value === 'string') {
    const trimmed = trim(value);
    if (trimmed.length === 0) return null;
    return trimmed.length > COLUMN_CHARS_MAX ? trimmed.slice(0, COLUMN_CHARS_MAX) : trimmed;
  }
  if (typeof value === 'number') return Number.isFinite(value) ? String(value) : null;
  if (typeof value === 'boolean') return value ? 'true' : 'false';
  return null;
}

/** `text.trim()`, without a call into the engine for the many texts that need none. */
export function trim(text: string): string {
  const { length } = text;
  if (length === 0) return text;
  const first = text.charCodeAt(0);
  const last = text.charCodeAt(length - 1);
  // No white space is between a space and the no-break space.
  const isTrimmed = first > 0x20 && first < 0x7f && last > 0x20 && last < 0x7f;
  return isTrimmed ? text : text.trim();
}

export function lower(value: unknown): string | null {
  const found = text(value);
  return found === null ? null : found.toLowerCase();
}

/** A finite number, also if written as text. */
export function numeric(value: unknown): number | null {
  if (typeof value === 'number') return Number.isFinite(value) ? value : null;
  if (typeof value !== 'string' || value.length === 0 || value.length > 32) return null;
  const trimmed = value.trim();
  if (trimmed.length === 0) return null;
  const parsed = Number(trimmed);
  return Number.isFinite(parsed) ? parsed : null;
}

/** A safe integer from 0 up, also if written as text. */
export function count(value: unknown): number | null {
  const parsed = numeric(value);
  return parsed !== null && parsed >= 0 && Number.isSafeInteger(parsed) ? parsed : null;
}

/** True and false as JSON, as text in any case, and as 1 and 0. */
export function bool(value: unknown): boolean | null {
  if (typeof value === 'boolean') return value;
  if (value === 1) return true;
  if (value === 0) return false;
  if (typeof value !== 'string' || value.length > 8) return null;
  const word = value.trim().toLowerCase();
  if (word === 'true' || word === '1' || word === 'yes') return true;
  if (word === 'false' || word === '0' || word === 'no') return false;
  return null;
}

/** The value itself, or the parsed JSON object or array of a text; null otherwise. */
export function parseNested(value: unknown): unknown {
  if (typeof value !== 'string') return value ?? null;
  if (value.length < 2 || value.length > NESTED_CHARS_MAX) return null;
  const trimmed = value.trim();
  const first = trimmed.charCodeAt(0);
  if (first !== 123 && first !== 91) return null;
  if (trimmed.startsWith('@{')) return null;
  return parsed(trimmed) ?? (trimmed.includes("'") ? parsed(jsonOfPythonLiteral(trimmed)) : null);
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return null;
  }
}

/** An object, an object written as JSON text, or PowerShell's `@{Name=…; Value=…}`. */
export function object(value: unknown): Json {
  if (isObject(value)) return value;
  if (typeof value !== 'string')
    return Array.isArray(value) && isObject(value[0]) ? value[0] : NOTHING;
  if (value.startsWith('@{')) return powerShellObject(value);
  const inner = parseNested(value);
  if (Array.isArray(inner)) return isObject(inner[0]) ? inner[0] : NOTHING;
  return isObject(inner) ? inner : NOTHING;
}

/** A list, a list written as JSON text, or a single object as a list of one. */
export function list(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (value === null || value === undefined) return NO_LIST;
  const inner = parseNested(value);
  if (Array.isArray(inner)) return inner;
  return isObject(inner) ? [inner] : NO_LIST;
}

/** An object's own member; never an inherited one, regardless of the name. */
export function own(from: Json, member: string): unknown {
  return Object.hasOwn(from, member) ? from[member] : undefined;
}

/**
 * The value of a name in a list of names and values, such as `ExtendedProperties`, `Parameters` or
 * `additionalDetails`; undefined if the list does not have it.
 */
export function pairValue(pairs: unknown, name: string): unknown {
  if (isObject(pairs)) return own(pairs, name);
  const items = list(pairs);
  const scanned = Math.min(items.length, LIST_SCAN_MAX);
  for (let i = 0; i < scanned; i++) {
    const raw = items[i];
    const item = isObject(raw) ? raw : object(raw);
    if (nameIn(item) === name) return valueIn(item);
  }
  return undefined;
}

/** All names and values of such a list, in order. */
export function pairsOf(pairs: unknown): readonly (readonly [string, unknown])[] {
  if (isObject(pairs)) return Object.entries(pairs);
  const found: [string, unknown][] = [];
  const items = list(pairs);
  const scanned = Math.min(items.length, LIST_SCAN_MAX);
  for (let i = 0; i < scanned; i++) {
    const raw = items[i];
    const item = isObject(raw) ? raw : object(raw);
    const name = nameIn(item);
    if (typeof name === 'string') found.push([name, valueIn(item)]);
  }
  return found;
}

function nameIn(item: Json): unknown {
  return item['Name'] ?? item['name'] ?? item['Key'] ?? item['key'];
}

function valueIn(item: Json): unknown {
  return item['Value'] ?? item['value'] ?? item['NewValue'];
}

/** The form in which `Export-Csv` and `ConvertTo-Json` write an object that is nested too deep. */
function powerShellObject(written: string): Json {
  const end = written.endsWith('}') ? written.length - 1 : written.length;
  const members: [string, string][] = [];
  for (const part of written.slice(2, Math.min(end, NESTED_CHARS_MAX)).split('; ')) {
    const at = part.indexOf('=');
    if (at > 0) members.push([part.slice(0, at).trim(), part.slice(at + 1)]);
  }
  return Object.fromEntries(members);
}
