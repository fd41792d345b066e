import type { JsonObject } from '../../core/json-object.ts';
import type { ChangeEntry } from '../../directory/change-log.ts';

import type { DirectoryObject, Kind } from '../../directory/model/directory-seed.ts';
import type { Reply } from '../../http/http-message.ts';
import { roleMembers } from '../calls/expand.ts';
import { type Call, nextLink, ok, readToken, writeToken } from '../calls/graph-call.ts';
import { badRequest, GraphError } from '../calls/graph-error.ts';
import { contextOf, shown, typeOf } from '../calls/object-shape.ts';
import { PAGE_MAX, PAGE_USUAL } from '../calls/pages.ts';
import { MAY } from '../calls/permissions.ts';
import { type Route, route } from '../calls/route-table.ts';
import { isMatch } from '../odata/evaluate-filter.ts';
import type { Filter } from '../odata/filter-syntax.ts';

/** Members per object and page of a delta query. The rest follows on the next page. */
const DELTA_MEMBERS_MAX = 1_000;

/** A delta token of directory objects is valid for seven days. Then the client starts again. */
const DELTA_TOKEN_MS: number = 7 * 86_400_000;

/** Collections with delta queries (contracts 8.1). */
const FOLLOWED: readonly (readonly [Kind, readonly string[]])[] = [
  ['users', MAY.readUsers],
  ['groups', MAY.readGroups],
  ['applications', MAY.readApplications],
  ['servicePrincipals', MAY.readApplications],
  ['devices', MAY.readDevices],
  ['directoryRoles', MAY.readRoles],
  ['oauth2PermissionGrants', MAY.readGrants],
];

export function deltaRoutes(): readonly Route[] {
  return FOLLOWED.map(([kind, may]) =>
    route(`GET /${kind}/delta`, may, (call) => delta(call, kind)),
  );
}

/** The state of a delta query round. */
type Round =
  /** All objects are returned, one after the other. */
  | {
      readonly kind: 'all';
      readonly position: number;
      /** Number of members of the object at `position` that were returned. */
      readonly members: number;
      /** Later changes belong to the next round. */
      readonly version: number;
    }
  /** Changes after `since` up to `version`, starting with object number `index`. */
  | {
      readonly kind: 'changes';
      readonly since: number;
      readonly version: number;
      readonly index: number;
    };

type DeltaPage = { readonly values: readonly JsonObject[]; readonly next: Round | undefined };

function delta(call: Call, kind: Kind): Reply {
  const { options, directory } = call;
  if (options.top !== undefined || options.expand.length > 0 || options.orderBy !== undefined)
    throw badRequest('$top, $expand and $orderby are not supported by delta queries.');
  if (options.filter !== undefined) needIds(options.filter);
  const { version } = directory.state.log;
  if (options.deltaToken?.toLowerCase() === 'latest') return done(call, kind, [], version);
  const round = roundOf(call);
  const page = round.kind === 'all' ? tellAll(call, kind, round) : tellChanges(call, kind, round);
  const { next } = page;
  if (next === undefined) return done(call, kind, page.values, round.version);
  const token = writeToken('delta-page', { round: next, ms: call.nowMs });
  return answer(call, kind, page.values, {
    '@odata.nextLink': nextLink(call, '$skiptoken', token),
  });
}

function roundOf(call: Call): Round {
  const { options, directory, nowMs } = call;
  const { version } = directory.state.log;
  if (options.skipToken !== undefined) {
    const { round, ms } = readToken('delta-page', options.skipToken);
    needFresh(call, ms);
    return round as Round;
  }
  if (options.deltaToken === undefined || options.deltaToken === '')
    return { kind: 'all', position: 0, members: 0, version };
  const { since, ms } = readToken('delta', options.deltaToken);
  if (typeof since !== 'number' || typeof ms !== 'number' || ms > nowMs) throw gone(call);
  needFresh(call, ms);
  return { kind: 'changes', since, version, index: 0 };
}

function needFresh(call: Call, ms: unknown): void {
  if (typeof ms !== 'number' || call.nowMs - ms > DELTA_TOKEN_MS) throw gone(call);
}

/** The client must start again at the given address. */
function gone(call: Call): GraphError {
  const location = nextLink(call, '$deltatoken', '');
  const message = 'The delta token is no longer valid: begin again without one.';
  return new GraphError(410, 'syncStateNotFound', message, { location });
}

function tellAll(call: Call, kind: Kind, round: Extract<Round, { kind: 'all' }>): DeltaPage {
  const values: JsonObject[] = [];
  const size = sizeOf(call);
  let skip = round.members;
  for (const { position, object } of call.directory.state.list(kind, round.position)) {
    const members = position === round.position ? skip : 0;
    if (values.length >= size) return { values, next: { ...round, position, members: 0 } };
    if (!isAsked(call, object)) continue;
    const some = membersOf(call, kind, object, members);
    values.push({ ...visible(call, kind, object), ...listed(some.ids, call) });
    if (some.hasMore)
      return { values, next: { ...round, position, members: members + some.ids.length } };
    skip = 0;
  }
  return { values, next: undefined };
}

function membersOf(
  call: Call,
  kind: Kind,
  object: DirectoryObject,
  skip: number,
): { readonly ids: readonly string[]; readonly hasMore: boolean } {
  if (!hasMembers(call, kind)) return { ids: [], hasMore: false };
  if (kind === 'directoryRoles') return { ids: roleMembers(call, object), hasMore: false };
  const ids: string[] = [];
  let at = 0;
  for (const { id } of call.directory.state.related(object.id, 'members')) {
    if (at++ < skip) continue;
    if (ids.length === DELTA_MEMBERS_MAX) return { ids, hasMore: true };
    ids.push(id);
  }
  return { ids, hasMore: false };
}

function hasMembers({ options }: Call, kind: Kind): boolean {
  if (kind !== 'groups' && kind !== 'directoryRoles') return false;
  return options.select === undefined || options.select.includes('members');
}

function tellChanges(
  call: Call,
  kind: Kind,
  round: Extract<Round, { kind: 'changes' }>,
): DeltaPage {
  const entries = call.directory.state.log.since(round.since, kind);
  if (entries === undefined) throw gone(call);
  const byId = new Map<string, ChangeEntry[]>();
  for (const entry of entries) {
    if (entry.version > round.version) break;
    const known = byId.get(entry.id);
    if (known === undefined) byId.set(entry.id, [entry]);
    else known.push(entry);
  }
  const all = [...byId.entries()];
  const size = sizeOf(call);
  const values: JsonObject[] = [];
  for (let index = round.index; index < all.length; index++) {
    if (values.length >= size) return { values, next: { ...round, index } };
    const [id, changes] = all[index] ?? ['', []];
    const value = changed(call, kind, id, changes);
    if (value !== undefined) values.push(value);
  }
  return { values, next: undefined };
}

/** An object in its current state. Intermediate states are not returned. */
function changed(
  call: Call,
  kind: Kind,
  id: string,
  changes: readonly ChangeEntry[],
): JsonObject | undefined {
  const { state } = call.directory;
  const object = state.get(kind, id);
  if (object === undefined) {
    if (!isAsked(call, { id })) return undefined;
    const isRestorable = state.getDeleted(kind, id) !== undefined;
    return { id, '@removed': { reason: isRestorable ? 'changed' : 'deleted' } };
  }
  if (!isAsked(call, object)) return undefined;
  const members = hasMembers(call, kind) ? memberChanges(call, changes) : {};
  const isOnlyMembers = changes.every(({ what }) => what === 'linked' || what === 'unlinked');
  if (isOnlyMembers && !('members@delta' in members)) return undefined;
  const isMinimal = /return=minimal/i.test(call.ask.headers['prefer'] ?? '');
  const isNew = changes.some(({ what, names }) => what === 'set' && names === undefined);
  if (!isMinimal || isNew) return { ...visible(call, kind, object), ...members };
  const names = new Set(changes.flatMap((change) => change.names ?? []));
  const whole = visible(call, kind, object);
  const kept = Object.entries(whole).filter(([name]) => name === 'id' || names.has(name));
  return { ...Object.fromEntries(kept), ...members };
}

function memberChanges(call: Call, changes: readonly ChangeEntry[]): JsonObject {
  const last = new Map<string, ChangeEntry['what']>();
  for (const { relation, other, what } of changes)
    if (relation === 'members' && other !== undefined) last.set(other, what);
  if (last.size === 0) return {};
  return {
    'members@delta': [...last].map(([id, what]) => ({
      ...member(call, id),
      ...(what === 'unlinked' && { '@removed': { reason: 'deleted' } }),
    })),
  };
}

function listed(ids: readonly string[], call: Call): JsonObject {
  return ids.length === 0 ? {} : { 'members@delta': ids.map((id) => member(call, id)) };
}

function member({ directory }: Call, id: string): JsonObject {
  const kind = directory.state.findAny(id)?.kind ?? 'users';
  return { '@odata.type': typeOf(kind), id };
}

function visible(call: Call, kind: Kind, object: DirectoryObject): JsonObject {
  return { ...shown(kind, object, call.options.select), id: object.id };
}

/** Delta queries filter only by id. */
function needIds(filter: Filter): void {
  if (filter.kind === 'or') {
    needIds(filter.left);
    needIds(filter.right);
    return;
  }
  const isId = filter.kind === 'compare' && filter.operator === 'eq' && filter.path[0] === 'id';
  if (!isId) throw badRequest('A delta query can be filtered by id only.');
}

function isAsked({ options }: Call, object: JsonObject): boolean {
  return options.filter === undefined || isMatch(options.filter, object);
}

function sizeOf({ ask }: Call): number {
  const asked = /odata\.maxpagesize=(\d+)/i.exec(ask.headers['prefer'] ?? '')?.[1];
  return Math.max(1, Math.min(PAGE_MAX, asked === undefined ? PAGE_USUAL : Number(asked)));
}

function done(call: Call, kind: Kind, values: readonly JsonObject[], version: number): Reply {
  const token = writeToken('delta', { since: version, ms: call.nowMs });
  return answer(call, kind, values, {
    '@odata.deltaLink': nextLink(call, '$deltatoken', token),
  });
}

function answer(
  { base, options }: Call,
  kind: Kind,
  value: readonly JsonObject[],
  link: JsonObject,
): Reply {
  return ok({ '@odata.context': contextOf(base, kind, options.select), ...link, value });
}
