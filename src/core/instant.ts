import { InputError } from './errors.ts';

/**
 * Event times. The vendor writes up to seven decimals (100 ns ticks), often without a zone, and
 * means UTC. The normal form is `YYYY-MM-DDTHH:MM:SS[.fffffff]Z` without trailing zeros: it sorts
 * as text within one precision and loses nothing that was delivered.
 */
const ISO =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?\s*(Z|[+-]\d{2}:?\d{2})?)?$/i;
const DOTNET = /^\/Date\((-?\d{1,15})(?:[+-]\d{4})?\)\/$/;
const US = /^(\d{1,2})\/(\d{1,2})\/(\d{4}),? (\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,9}))?)?\s*(AM|PM)?$/i;

/**
 * Reads ISO 8601 (with or without zone), .NET's `/Date(ms)/` and the US form of
 * `Search-UnifiedAuditLog`; undefined for anything else, and for dates that do not exist.
 */
export function normaliseInstant(text: string): string | undefined {
  const fast = fastInstant(text);
  if (fast !== undefined) return fast;
  const trimmed = text.trim();
  const iso = ISO.exec(trimmed);
  if (iso) return fromParts(iso.slice(1, 7), iso[7], iso[8]);
  const dotnet = DOTNET.exec(trimmed);
  if (dotnet) return instantOfMs(Number(dotnet[1]));
  const us = US.exec(trimmed);
  if (us) {
    let hour = Number(us[4]);
    const half = us[8]?.toUpperCase();
    if (half !== undefined && (hour < 1 || hour > 12)) return undefined;
    if (half === 'PM' && hour < 12) hour += 12;
    if (half === 'AM' && hour === 12) hour = 0;
    return fromParts([us[3], us[1], us[2], String(hour), us[5], us[6]], us[7], 'Z');
  }
  return undefined;
}

/** @throws InputError INVALID_INSTANT */
export function instant(text: string): string {
  const normal = normaliseInstant(text);
  if (normal === undefined) {
    throw new InputError(
      'INVALID_INSTANT',
      `"${text}" is not a time: write it as 2024-01-31 or 2024-01-31T08:30:00Z`,
    );
  }
  return normal;
}

/** Milliseconds since the epoch of a normal form; finer decimals are cut, not rounded. */
export function msOfInstant(normal: string): number {
  const dot = normal.indexOf('.');
  if (dot < 0) return Date.parse(normal);
  return Date.parse(`${normal.slice(0, dot)}.${normal.slice(dot + 1, -1).slice(0, 3).padEnd(3, '0')}Z`);
}

export function instantOfMs(ms: number): string | undefined {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return undefined;
  const text = date.toISOString();
  return text.length === 24 ? trimDecimals(text) : undefined;
}

/** `2024-01-12T08:31:07` and the same with `Z`: nearly all records, without a regular expression. */
function fastInstant(text: string): string | undefined {
  const length = text.length;
  if (length !== 19 && !(length === 20 && text.charCodeAt(19) === 90)) return undefined;
  if (text.charCodeAt(10) !== 84) return undefined;
  const ms = Date.parse(length === 19 ? `${text}Z` : text);
  if (Number.isNaN(ms)) return undefined;
  const normal = length === 19 ? `${text}Z` : text;
  // Date.parse rolls 2023-02-30 over to March; a date that does not exist is refused.
  return new Date(ms).getUTCDate() === Number(text.slice(8, 10)) ? normal : undefined;
}

function fromParts(
  parts: readonly (string | undefined)[],
  fraction: string | undefined,
  zone: string | undefined,
): string | undefined {
  const [year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0] = parts.map((p) =>
    p === undefined ? 0 : Number(p),
  );
  if (month < 1 || month > 12 || day < 1 || hour > 23 || minute > 59 || second > 59) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1) return undefined;
  date.setUTCHours(hour, minute, second, 0);
  const shifted = instantOfMs(date.getTime() - offsetMs(zone));
  if (shifted === undefined) return undefined;
  const decimals = (fraction ?? '').slice(0, 7).replace(/0+$/, '');
  return decimals === '' ? shifted : `${shifted.slice(0, 19)}.${decimals}Z`;
}

function offsetMs(zone: string | undefined): number {
  if (zone === undefined || zone.toUpperCase() === 'Z') return 0;
  const digits = zone.slice(1).replace(':', '');
  const ms = (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))) * 60_000;
  return zone.startsWith('-') ? -ms : ms;
}

function trimDecimals(iso: string): string {
  return iso.replace(/\.?0+Z$/, (tail) => (tail.includes('.') ? 'Z' : tail));
}
