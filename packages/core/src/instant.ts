import { InputError, quoted } from './errors.ts';

/**
 * Event times. The vendor writes up to seven decimals (100 ns ticks), often without a zone, and
 * means UTC. The normal form is `YYYY-MM-DDTHH:MM:SS[.fffffff]Z` without trailing zeros; decimals
 * past the seventh are cut. It sorts as text within one precision; across precisions compare
 * {@link msOfInstant}.
 */
const ISO = new RegExp(
  '^(\\d{4})-(\\d{2})-(\\d{2})' +
    '(?:[T ](\\d{2}):(\\d{2})(?::(\\d{2})(?:[.,](\\d{1,9}))?)?\\s*(Z|[+-]\\d{2}:?\\d{2})?)?$',
  'i',
);
const DOTNET = /^\/Date\((-?\d{1,15})(?:[+-]\d{4})?\)\/$/;
const US = new RegExp(
  '^(\\d{1,2})/(\\d{1,2})/(\\d{4}),? ' +
    '(\\d{1,2}):(\\d{2})(?::(\\d{2})(?:\\.(\\d{1,9}))?)?\\s*(AM|PM)?$',
  'i',
);

const DOTTED = /^(\d{1,2})\.(\d{1,2})\.(\d{4}),? (\d{1,2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?$/;
/** Month by name, as spreadsheets, search engines, RFC 5322 and JavaScript write it. */
const NAMED_MONTH = new RegExp(
  '^(?:[a-z]{3},? )?(?:([a-z]{3}) (\\d{1,2}),? (\\d{4})|(\\d{1,2})[ -]([a-z]{3})[ -](\\d{4}))' +
    ',?(?: @)? (\\d{1,2}):(\\d{2})(?::(\\d{2})(?:\\.(\\d{1,9}))?)?\\s*(AM|PM)?' +
    '\\s*(?:(?:GMT|UTC|Z)?([+-]\\d{2}:?\\d{2})?)$',
  'i',
);
const MONTHS = 'janfebmaraprmayjunjulaugsepoctnovdec';

/** No time in any supported form is longer. Longer text is not parsed. */
const INSTANT_CHARACTERS_MAX = 64;

/**
 * Reads ISO 8601 (with or without zone), .NET's `/Date(ms)/`, and the US form of
 * `Search-UnifiedAuditLog`. Also reads day-first dates separated by full stops, and month names.
 * Returns undefined for anything else, and for dates that do not exist.
 */
export function normalizeInstant(text: string): string | undefined {
  const plain = plainInstant(text);
  if (plain !== undefined) return plain;
  if (text.length > INSTANT_CHARACTERS_MAX) return undefined;
  const trimmed = text.trim();
  const iso = ISO.exec(trimmed);
  if (iso) return fromParts(iso.slice(1, 7), iso[7], iso[8]);
  const dotnet = DOTNET.exec(trimmed);
  if (dotnet) return instantOfMs(Number(dotnet[1]));
  const us = US.exec(trimmed);
  if (us) return fromUs(us.slice(1, 7), us[7], us[8]);
  const dotted = DOTTED.exec(trimmed);
  if (dotted) {
    const [, day, month, year, ...time] = dotted;
    return fromParts([year, month, day, ...time.slice(0, 3)], time[3], 'Z');
  }
  const named = NAMED_MONTH.exec(trimmed);
  return named ? fromNamedMonth(named) : undefined;
}

/** @throws InputError INVALID_INSTANT */
export function instant(text: string): string {
  const normal = normalizeInstant(text);
  if (normal === undefined) {
    throw new InputError(
      'INVALID_INSTANT',
      `${quoted(text)} is not a time: write it as 2024-01-31 or 2024-01-31T08:30:00Z`,
    );
  }
  return normal;
}

/** Milliseconds since the epoch of a normal form; finer decimals are cut, not rounded. */
export function msOfInstant(normal: string): number {
  const dot = normal.indexOf('.');
  if (dot < 0) return Date.parse(normal);
  const thousandths = normal
    .slice(dot + 1, -1)
    .slice(0, 3)
    .padEnd(3, '0');
  return Date.parse(`${normal.slice(0, dot)}.${thousandths}Z`);
}

/** Undefined outside the years 0000 to 9999, which the normal form cannot write. */
export function instantOfMs(ms: number): string | undefined {
  const date = new Date(ms);
  if (Number.isNaN(date.getTime())) return undefined;
  const text = date.toISOString();
  return text.length === 24 ? trimDecimals(text) : undefined;
}

/** Nearly all records: a {@link plainInstantMs}, also with decimals. */
function plainInstant(text: string): string | undefined {
  const { length } = text;
  if (length <= PLAIN_CHARS) {
    if (Number.isNaN(plainInstantMs(text))) return undefined;
    return length === PLAIN_CHARS ? text : `${text}Z`;
  }
  if (length > PLAIN_CHARS_MAX || text.charCodeAt(SECONDS_END) !== FULL_STOP) return undefined;
  const end = text.charCodeAt(length - 1) === CAPITAL_Z ? length - 1 : length;
  if (end === PLAIN_CHARS || end > PLAIN_CHARS + DECIMALS_READ_MAX) return undefined;
  let last = SECONDS_END;
  for (let at = PLAIN_CHARS; at < end; at++) {
    const digit = text.charCodeAt(at) - DIGIT_0;
    if (digit < 0 || digit > 9) return undefined;
    if (digit > 0 && at < PLAIN_CHARS + DECIMALS_KEPT) last = at + 1;
  }
  const seconds = text.slice(0, SECONDS_END);
  if (Number.isNaN(plainInstantMs(seconds))) return undefined;
  if (last === SECONDS_END) return `${seconds}Z`;
  return last === end && end < length ? text : `${text.slice(0, last)}Z`;
}

/**
 * Milliseconds since the epoch of `2024-01-12T08:31:07`, with or without `Z`; NaN for any other
 * text, and for times that do not exist. Reads digits, which takes a tenth of a Date's time.
 */
export function plainInstantMs(text: string): number {
  const { length } = text;
  if (length !== SECONDS_END && length !== PLAIN_CHARS) return Number.NaN;
  if (length === PLAIN_CHARS && text.charCodeAt(SECONDS_END) !== CAPITAL_Z) return Number.NaN;
  if (text.charCodeAt(4) !== HYPHEN || text.charCodeAt(7) !== HYPHEN) return Number.NaN;
  if (text.charCodeAt(10) !== CAPITAL_T) return Number.NaN;
  if (text.charCodeAt(13) !== COLON || text.charCodeAt(16) !== COLON) return Number.NaN;
  const year = twoDigits(text, 0) * 100 + twoDigits(text, 2);
  const month = twoDigits(text, 5);
  const day = twoDigits(text, 8);
  const hour = twoDigits(text, 11);
  const minute = twoDigits(text, 14);
  const second = twoDigits(text, 17);
  if (year >= NO_DIGITS || month < 1 || month > 12 || day < 1) return Number.NaN;
  if (hour > 23 || minute > 59 || second > 59) return Number.NaN;
  if (day > 28 && day > daysInMonth(year, month)) return Number.NaN;
  return (daysSinceEpoch(year, month, day) * 86_400 + (hour * 60 + minute) * 60 + second) * 1000;
}

const SECONDS_END = 19;
const PLAIN_CHARS = 20;
/** As in {@link ISO}. */
const DECIMALS_READ_MAX = 9;
/** A plain time with a full stop and all decimals, before `Z`. */
const PLAIN_CHARS_MAX: number = PLAIN_CHARS + DECIMALS_READ_MAX + 1;
/** Ticks of 100 ns. */
const DECIMALS_KEPT = 7;
const DIGIT_0 = 48;
const FULL_STOP = 46;
const HYPHEN = 45;
const COLON = 58;
const CAPITAL_T = 84;
const CAPITAL_Z = 90;
/** Larger than any number of two digits, or of four if it is one of their halves. */
const NO_DIGITS = 10_000;

function twoDigits(text: string, at: number): number {
  const tens = text.charCodeAt(at) - DIGIT_0;
  const ones = text.charCodeAt(at + 1) - DIGIT_0;
  return tens >= 0 && tens <= 9 && ones >= 0 && ones <= 9 ? tens * 10 + ones : NO_DIGITS;
}

function daysInMonth(year: number, month: number): number {
  if (month !== 2) return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
  return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
}

/** The proleptic Gregorian calendar, counted in eras of 400 years that begin on 1 March. */
function daysSinceEpoch(year: number, month: number, day: number): number {
  // One era later, so that no number is negative and `| 0` rounds down.
  const marchYear = (month > 2 ? year : year - 1) + 400;
  const era = (marchYear / 400) | 0;
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = (((153 * (month > 2 ? month - 3 : month + 9) + 2) / 5) | 0) + day - 1;
  const leaps = ((yearOfEra / 4) | 0) - ((yearOfEra / 100) | 0);
  return era * 146_097 + yearOfEra * 365 + leaps + dayOfYear - 719_468 - 146_097;
}

/** `parts`: month, day, year, hour, minute, second. */
function fromUs(
  parts: readonly (string | undefined)[],
  fraction: string | undefined,
  halfText: string | undefined,
  zone = 'Z',
): string | undefined {
  const [month, day, year, hourText, minute, second] = parts;
  let hour = Number(hourText);
  const half = halfText?.toUpperCase();
  if (half !== undefined && (hour < 1 || hour > 12)) return undefined;
  if (half === 'PM' && hour < 12) hour += 12;
  if (half === 'AM' && hour === 12) hour = 0;
  return fromParts([year, month, day, String(hour), minute, second], fraction, zone);
}

function fromNamedMonth(match: RegExpExecArray): string | undefined {
  const name = (match[1] ?? match[5])?.toLowerCase() as string;
  const at = MONTHS.indexOf(name);
  if (at % 3 !== 0) return undefined;
  const [day, year] = [match[2] ?? match[4], match[3] ?? match[6]];
  const [hour, minute, second, fraction, half, zone] = match.slice(7);
  return fromUs([String(at / 3 + 1), day, year, hour, minute, second], fraction, half, zone);
}

function fromParts(
  parts: readonly (string | undefined)[],
  fraction: string | undefined,
  zone: string | undefined,
): string | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.map((p) =>
    Number(p ?? 0),
  );
  if (month < 1 || month > 12 || day < 1) return undefined;
  if (hour > 23 || minute > 59 || second > 59) return undefined;
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  if (date.getUTCMonth() !== month - 1) return undefined;
  date.setUTCHours(hour, minute, second, 0);
  const offset = offsetMs(zone);
  if (offset === undefined) return undefined;
  const shifted = instantOfMs(date.getTime() - offset);
  if (shifted === undefined) return undefined;
  const decimals = (fraction ?? '').slice(0, 7).replace(/0+$/, '');
  return decimals === '' ? shifted : `${shifted.slice(0, 19)}.${decimals}Z`;
}

/** RFC 3339 section 5.6: an offset has an hour up to 23 and a minute up to 59. */
function offsetMs(zone: string | undefined): number | undefined {
  if (zone === undefined || zone.toUpperCase() === 'Z') return 0;
  const digits = zone.slice(1).replace(':', '');
  const hours = Number(digits.slice(0, 2));
  const minutes = Number(digits.slice(2));
  if (hours > 23 || minutes > 59) return undefined;
  const ms = (hours * 60 + minutes) * 60_000;
  return zone.startsWith('-') ? -ms : ms;
}

/** `iso` is the output of `toISOString`, which always has three decimals. */
function trimDecimals(iso: string): string {
  const decimals = iso.slice(20, 23).replace(/0+$/, '');
  return decimals === '' ? `${iso.slice(0, 19)}Z` : `${iso.slice(0, 19)}.${decimals}Z`;
}
