import { identify } from '../../records/identify-record.ts';
import { OTHER } from '../../records/other-record.ts';
import type { JsonObject } from '../chunks/chunk.ts';
import { isObject, parseAuditData } from './audit-data.ts';
import type { JsonSlices, Slice } from './json-slices.ts';

/** Members in which collectors put the original record: search engines, queues, log shippers. */
export const WRAPPERS: readonly string[] = [
  '_source',
  'result',
  '_raw',
  'event',
  'original',
  'o365',
  'audit',
  'full_message',
  'message',
  'Message',
  'body',
  'Body',
  'record',
  'log',
  'Log',
  'value',
  'data',
  'payload',
  'raw',
];

/** Nested wrappers: a search engine's document holds an event that holds the original. */
const WRAPPERS_DEEP_MAX = 4;

/** Levels of an answer above its records: a search engine's has two. */
const LEVELS_MAX = 5;

/** An object with its own time and more members than this is an event, whatever it contains. */
const ENVELOPE_MEMBERS_MAX = 8;

/**
 * The records inside an item that is not one itself: in lists, by name, or under generic names. If
 * one item of a list is a record, the whole list is returned. Items that are not records are then
 * rejected, not skipped. Empty for an event of an unknown kind.
 */
export function recordsWithin(
  item: JsonObject,
  at: string | undefined,
  bytes: Buffer,
  slice: Slice,
  slices: JsonSlices,
): Slice[] {
  if (at !== undefined && Object.keys(item).length > ENVELOPE_MEMBERS_MAX) return [];
  return inObject(item, slice, 0);

  function inObject(value: JsonObject, { start, end }: Slice, depth: number): Slice[] {
    const found: Slice[] = [];
    for (const [name, place] of slices.members(bytes, start, end)) {
      const inner = value[name];
      if (isObject(inner) && holdsRecord(inner)) found.push(place);
      else found.push(...inside(inner, place, depth + 1));
    }
    return found;
  }

  function inside(value: unknown, place: Slice, depth: number): Slice[] {
    if (depth > LEVELS_MAX) return [];
    if (isObject(value)) return inObject(value, place, depth);
    if (!Array.isArray(value) || value.length === 0) return [];
    const items = slices.items(bytes, place.start, place.end);
    if (value.some((one) => isObject(one) && holdsRecord(one))) return items;
    return items.flatMap((one, i) => inside(value[i], one, depth + 1));
  }
}

function holdsRecord(item: JsonObject, depth = 0): boolean {
  if (isKnown(item) || isDocument(item['_source'])) return true;
  if (depth >= WRAPPERS_DEEP_MAX) return false;
  return WRAPPERS.some((name) => {
    const inner = item[name];
    if (isObject(inner)) return holdsRecord(inner, depth + 1);
    return typeof inner === 'string' && recordInText(inner) !== undefined;
  });
}

/** A search engine's `_source` of a hit is a document of any kind. */
export function isDocument(source: unknown): source is JsonObject {
  return isObject(source) && identify(source).at !== undefined;
}

function isKnown(item: JsonObject): boolean {
  if (auditDataName(item) !== undefined) return true;
  const { source, at } = identify(item);
  return source !== OTHER && at !== undefined;
}

/** A record of a known kind, delivered as text. */
export function recordInText(
  text: string,
): { readonly value: JsonObject; readonly body: Uint8Array } | undefined {
  if (!text.startsWith('{')) return undefined;
  const parsed = parseAuditData(text, Buffer.from(text));
  if (parsed.kind === 'rejected') return undefined;
  const { source, at } = identify(parsed.value);
  return source === OTHER || at === undefined ? undefined : parsed;
}

/** The member that holds an AuditData document, unless the item is a record of Graph's query. */
export function auditDataName(item: JsonObject): string | undefined {
  if (item['AuditData'] !== undefined) return 'AuditData';
  if (item['auditData'] === undefined) return undefined;
  return item['auditLogRecordType'] === undefined && item['createdDateTime'] === undefined
    ? 'auditData'
    : undefined;
}
