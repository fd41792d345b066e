import type { JsonObject } from '../../core/json-object.ts';
import type { PositionedObject } from '../../directory/directory-state.ts';
import type { DirectoryObject, Kind } from '../../directory/model/directory-seed.ts';
import type { Reply } from '../../http/http-message.ts';

import { isMatch, requiredText } from '../odata/evaluate-filter.ts';
import type { Filter } from '../odata/filter-syntax.ts';
import { expanded } from './expand.ts';
import { type Call, nextLink, ok, readToken, writeToken } from './graph-call.ts';
import { badRequest } from './graph-error.ts';
import { contextOf, shown, typeOf } from './object-shape.ts';

/** Default page size of directory collections. */
export const PAGE_USUAL = 100;
/** Largest `$top`; the documented limit for directory collections. */
export const PAGE_MAX = 999;
/**
 * Objects that one page of a filter examines. A rare match gives a short page instead of a long
 * wait.
 */
export const SCAN_MAX = 20_000;

/** One item of a list, with the position after which the next page continues. */
export type Item = { readonly position: number; readonly value: JsonObject };

/** A page of a list of any length. The filter applies to `value`. */
export function page(
  call: Call,
  set: string,
  source: (from: number) => Iterable<Item>,
  show: (value: JsonObject) => JsonObject,
  more: { readonly usual?: number; readonly max?: number; readonly count?: () => number } = {},
): Reply {
  const { options } = call;
  const size = pageSize(options.top, more.usual ?? PAGE_USUAL, more.max ?? PAGE_MAX);
  const from = startOf(call);
  const taken = take(source(from), options.filter, size);
  return ok({
    '@odata.context': contextOf(call.base, set, options.select),
    ...(options.isCounted && more.count !== undefined && { '@odata.count': more.count() }),
    ...(taken.next !== undefined && {
      '@odata.nextLink': nextLink(call, '$skiptoken', writeToken('page', { at: taken.next })),
    }),
    value: taken.values.map(show),
  });
}

export function pageSize(top: number | undefined, usual: number, max: number): number {
  if (top !== undefined && top > max)
    throw badRequest(
      `Invalid page size specified: '${top}'. Must be between 1 and ${max} inclusive.`,
    );
  return top ?? usual;
}

function startOf({ options }: Call): number {
  if (options.skipToken === undefined) return 0;
  const at = readToken('page', options.skipToken)['at'];
  if (typeof at !== 'number') throw badRequest('The page token is not valid.', 'BadRequest');
  return at;
}

function take(
  source: Iterable<Item>,
  filter: Filter | undefined,
  size: number,
): { readonly values: JsonObject[]; readonly next: number | undefined } {
  const values: JsonObject[] = [];
  let looked = 0;
  for (const { position, value } of source) {
    if (values.length === size || looked === SCAN_MAX) return { values, next: position };
    looked++;
    if (filter === undefined || isMatch(filter, value)) values.push(value);
  }
  return { values, next: undefined };
}

/** Filters that only the advanced query index can evaluate. */
function isAdvanced(filter: Filter | undefined): boolean {
  if (filter === undefined) return false;
  switch (filter.kind) {
    case 'and':
    case 'or':
      return isAdvanced(filter.left) || isAdvanced(filter.right);
    case 'not':
      return true;
    case 'compare':
      return filter.operator === 'ne';
    case 'text':
      return filter.operator !== 'startswith';
    default:
      return false;
  }
}

/** A collection of the directory: `GET /users`. */
export function listKind(call: Call, kind: Kind): Reply {
  const { options, directory, ask } = call;
  const isEventual = ask.headers['consistencylevel']?.toLowerCase() === 'eventual';
  if ((options.isCounted || isAdvanced(options.filter)) && !(isEventual && typeOf(kind)))
    if (typeOf(kind) !== undefined)
      throw badRequest(
        'Unsupported Query. Advanced queries need $count=true and ConsistencyLevel.',
        'Request_UnsupportedQuery',
      );
  const { state } = directory;
  const wanted = lookedUp(kind, options.filter);
  const found = wanted === undefined ? undefined : state.find(kind, wanted);
  const source = (from: number): Iterable<Item> =>
    wanted === undefined
      ? itemsOf(state.list(kind, from))
      : found === undefined || from > 0
        ? []
        : [{ position: 0, value: found }];
  return page(call, kind, source, (value) => showAll(call, kind, value), {
    count: () => countOf(call, kind),
  });
}

function* itemsOf(placed: Iterable<PositionedObject>): Iterable<Item> {
  for (const { position, object } of placed) yield { position, value: object };
}

function countOf({ directory, options }: Call, kind: Kind): number {
  const { filter } = options;
  if (filter === undefined) return directory.state.count(kind);
  let count = 0;
  for (const { object } of directory.state.list(kind)) if (isMatch(filter, object)) count++;
  return count;
}

const LOOKED_UP: { readonly [kind in Kind]?: string } = {
  users: 'userPrincipalName',
  applications: 'appId',
  servicePrincipals: 'appId',
  devices: 'deviceId',
};

/** The key of the only object that can match, which avoids creating a million others. */
function lookedUp(kind: Kind, filter: Filter | undefined): string | undefined {
  const member = LOOKED_UP[kind];
  return (
    requiredText(filter, 'id') ?? (member === undefined ? undefined : requiredText(filter, member))
  );
}

/** One object of the directory: `GET /users/{id}`. */
export function getOne(call: Call, kind: Kind, object: DirectoryObject): Reply {
  return ok({
    '@odata.context': `${contextOf(call.base, kind, call.options.select)}/$entity`,
    ...showAll(call, kind, object),
  });
}

function showAll(call: Call, kind: Kind, value: JsonObject): JsonObject {
  const object = value as DirectoryObject;
  const { select } = call.options;
  const result = shown(kind, object, select);
  const has = new Set(Object.keys(result).map((name) => name.toLowerCase()));
  // Requested members without a value are returned as null.
  const none = (select ?? []).filter((name) => !has.has(name.toLowerCase()));
  return {
    ...Object.fromEntries(none.map((name) => [name, null])),
    ...result,
    ...expanded(call, kind, object),
  };
}

/** A short list that is not a directory collection. */
export function listAll(call: Call, set: string, values: readonly JsonObject[]): Reply {
  const source = (from: number): Iterable<Item> =>
    values.slice(from).map((value, index) => ({ position: from + index, value }));
  const { select } = call.options;
  return page(call, set, source, (value) => selected(value, select), {
    count: () => values.length,
  });
}

/** Only the requested members. */
export function selected(value: JsonObject, select: readonly string[] | undefined): JsonObject {
  if (select === undefined) return value;
  const wanted = new Set(select.map((name) => name.toLowerCase()));
  return Object.fromEntries(
    Object.entries(value).filter(
      ([name]) => wanted.has(name.toLowerCase()) || name.startsWith('@'),
    ),
  );
}
