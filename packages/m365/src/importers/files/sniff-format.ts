import { isMessage } from '../messages/is-message.ts';
import {
  DOUBLE_QUOTE,
  hasBom,
  LINE_FEED,
  LIST_OPENS,
  OBJECT_CLOSES,
  OBJECT_OPENS,
  skipSpace,
} from './chunks/ascii.ts';
import type { Document } from './chunks/chunk.ts';
import type { Framer, TextWindow } from './chunks/framer.ts';
import { CsvFramer } from './csv/csv-framer.ts';
import { readCsvStart } from './csv/csv-header.ts';
import { JsonFramer } from './json/json-framer.ts';
import type { NoiseIn } from './json/log-noise.ts';
import { recordInText } from './json/nested-records.ts';

export type DetectedFormat =
  | { readonly kind: 'records'; readonly container: Document['container']; readonly framer: Framer }
  | { readonly kind: 'message' }
  | { readonly kind: 'blank' }
  | { readonly kind: 'binary' }
  | { readonly kind: 'unknown' };

/** Chooses the framer by the first bytes of a text (as UTF-8). */
export function sniff(prefix: Buffer<ArrayBuffer>, isWhole: 'whole' | 'part'): DetectedFormat {
  const end = prefix.length;
  const at = skipSpace(prefix, hasBom(prefix, 0, end) ? 3 : 0, end);
  if (at >= end) return isWhole === 'whole' ? { kind: 'blank' } : json('json-sequence', at);
  if (prefix[at] === OBJECT_OPENS) return json('json-sequence', at);
  if (prefix[at] === LIST_OPENS && startsList(prefix, at + 1)) return json('json-array', at);
  // Before the checks that scan lines, because a message may quote records.
  if (isMessage(prefix, at)) return { kind: 'message' };
  if (isLogOfRecords(prefix, at)) return json('json-sequence', at, 'between-lines');
  if (prefix[at] === LIST_OPENS && prefix.includes('{"')) return json('json-array', at);
  const window: TextWindow = { bytes: prefix, end, base: 0, isLast: isWhole === 'whole' };
  const start = readCsvStart(window);
  if (start !== undefined) {
    return { kind: 'records', container: 'csv', framer: new CsvFramer(start) };
  }
  // A list of audit documents as strings, without its brackets; or text lines around records.
  if (startsString(prefix, at) || holdsObject(prefix)) return json('json-sequence', at);
  return isBinary(prefix) ? { kind: 'binary' } : { kind: 'unknown' };
}

function json(
  container: 'json-array' | 'json-sequence',
  position: number,
  noise: NoiseIn = 'nowhere',
): DetectedFormat {
  return { kind: 'records', container, framer: new JsonFramer(position, noise) };
}

function startsList(prefix: Buffer, from: number): boolean {
  const at = skipSpace(prefix, from, prefix.length);
  if (at >= prefix.length) return true;
  return '{["]'.includes(String.fromCharCode(prefix[at] as number));
}

/** Returns true if the first line that ends in a record of a known kind has text before it. */
function isLogOfRecords(prefix: Buffer, from: number): boolean {
  for (let at = from, lines = 0; at < prefix.length && lines < LOG_LINES_LOOKED_AT; lines++) {
    const lineFeed = prefix.indexOf(LINE_FEED, at);
    const end = lineFeed < 0 ? prefix.length : lineFeed;
    const opens = prefix.indexOf('{"', at);
    if (opens > at && opens < end) {
      if (recordInText(prefix.toString('utf8', opens, end).trim()) !== undefined) return true;
    }
    at = end + 1;
  }
  return false;
}

/** A log with records has one within this many lines. */
const LOG_LINES_LOOKED_AT = 50;

function startsString(prefix: Buffer, at: number): boolean {
  return prefix[at] === DOUBLE_QUOTE && prefix.toString('latin1', at + 1, at + 4) === '{\\"';
}

/** Returns true if a line starts with an object: a transcript or log around records. */
function holdsObject(prefix: Buffer): boolean {
  for (let at = prefix.indexOf('\n{'); at >= 0; at = prefix.indexOf('\n{', at + 1)) {
    const first = skipSpace(prefix, at + 2, prefix.length);
    if (prefix[first] === DOUBLE_QUOTE || prefix[first] === OBJECT_CLOSES) return true;
  }
  return prefix.includes('\n"{\\"');
}

/** Text has no zero bytes, and almost no control characters. */
function isBinary(prefix: Buffer): boolean {
  let odd = 0;
  for (const byte of prefix) {
    if (byte === 0) return true;
    if (byte < 0x20 && byte !== 0x09 && byte !== 0x0a && byte !== 0x0d && byte !== 0x0c) odd++;
  }
  return odd * 20 > prefix.length;
}
