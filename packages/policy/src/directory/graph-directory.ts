import {
  type DirectoryItem,
  type DirectoryMark,
  type DirectoryMode,
  msOfInstant,
  type TenantId,
  tenantId,
} from '@countersign/core';
import { isRecord } from '../cedar/typed-value.ts';
import type { Origin } from './directory.ts';
import type { DirectoryStore, TenantDirectory } from './directory-store.ts';
import { isPrivilegedRole } from './privileged-roles.ts';
import { RoleAssignments } from './role-assignments.ts';

type Item = DirectoryItem['item'];

/** Items of a page whose mark has not arrived. */
type Open = { readonly at: string; readonly mode: DirectoryMode; readonly items: Item[] };

/**
 * The result of a page: whether it states anything new, and the previous confirmation of its
 * source.
 */
export type PageResult = { readonly items: number; readonly confirmedMs: number };

/**
 * The directory as collectors read it, entry by entry in order: items, then the mark of their page.
 * Items without a mark belong to a page that a crash cut off, and come again.
 */
export class GraphDirectory {
  readonly #store: DirectoryStore;
  /** By tenant and source. */
  readonly #open = new Map<string, Open>();
  /** The entities in the snapshot that is being read, by tenant and source. */
  readonly #seen = new Map<string, Set<number>>();
  readonly #roles: RoleAssignments;

  constructor(store: DirectoryStore) {
    this.#store = store;
    this.#roles = new RoleAssignments(store);
  }

  item({ tenant, source, at, mode, item }: DirectoryItem): void {
    const key = `${tenant}\n${source}`;
    const open = this.#open.get(key);
    if (open !== undefined && open.at === at && open.mode === mode) open.items.push(item);
    else this.#open.set(key, { at, mode, items: [item] });
  }

  mark(mark: DirectoryMark): PageResult {
    const { source, at, mode } = mark;
    const key = `${mark.tenant}\n${source}`;
    const open = this.#open.get(key);
    this.#open.delete(key);
    const isOpen = open !== undefined && open.at === at && open.mode === mode;
    const items = isOpen ? open.items : [];
    const id = tenantId(mark.tenant);
    const origin: Origin = { source, seenMs: msOfInstant(at) };
    const confirmedMs = this.#store.tenant(id).confirmedMs(source);
    if (source === ROLE_ASSIGNMENTS) this.#roles.page(id, items, mark, origin);
    else this.#page(id, items, mark, origin);
    if (mark.isLast) this.#store.tenant(id).confirm(origin);
    return { items: items.length, confirmedMs };
  }

  #page(id: TenantId, items: readonly Item[], mark: DirectoryMark, origin: Origin): void {
    const kind = KINDS.get(mark.source);
    if (kind === undefined) return;
    const tenant = this.#store.tenant(id);
    const key = `${id}\n${mark.source}`;
    if (mark.mode === 'snapshot' && mark.page === 1) {
      this.#seen.set(key, new Set());
      if (kind.hasMembers) tenant.restart(kind.type);
    }
    const seen = this.#seen.get(key);
    for (const item of items) {
      const itemId = kind.id(item);
      if (itemId === undefined) continue;
      if ('@removed' in item) {
        remove(tenant, kind, itemId, origin);
        continue;
      }
      const row = kind.put(tenant, itemId, item, origin);
      seen?.add(row);
      putMembers(tenant, kind, itemId, item, origin);
    }
    if (!mark.isLast) return;
    if (seen !== undefined) removeOthers(tenant, kind, seen, origin);
    this.#seen.delete(key);
    if (kind.hasMembers) tenant.tell(kind.type, origin);
  }
}

const ROLE_ASSIGNMENTS = 'graph/list.roleAssignments';

type Kind = {
  readonly type: string;
  readonly hasMembers: boolean;
  readonly id: (item: Item) => string | undefined;
  readonly put: (tenant: TenantDirectory, id: string, item: Item, origin: Origin) => number;
  /** The only attribute that the source states: an entity that it omits may still exist. */
  readonly only?: string;
};

const KINDS: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ['graph/delta.users', { type: 'Person', hasMembers: false, id: idOf, put: putPerson }],
  ['graph/delta.groups', { type: 'Group', hasMembers: true, id: idOf, put: putGroup }],
  ['graph/list.roleDefinitions', { type: 'Role', hasMembers: false, id: idOf, put: putRole }],
  ['graph/delta.devices', { type: 'Device', hasMembers: false, id: deviceId, put: putDevice }],
  [
    'graph/delta.servicePrincipals',
    { type: 'Workload', hasMembers: false, id: idOf, put: putWorkload },
  ],
  [
    'graph/list.servicePrincipalOwners',
    { type: 'Workload', hasMembers: false, id: idOf, only: 'owners', put: putOwners('owners') },
  ],
  [
    'graph/list.applicationOwners',
    {
      type: 'Workload',
      hasMembers: false,
      id: appIdOf,
      only: 'applicationOwners',
      put: putOwners('applicationOwners'),
    },
  ],
]);

/** The types of group members. */
const MEMBER_TYPES: ReadonlyMap<string, string> = new Map([
  ['#microsoft.graph.user', 'Person'],
  ['#microsoft.graph.group', 'Group'],
  ['#microsoft.graph.servicePrincipal', 'Workload'],
]);

function putPerson(tenant: TenantDirectory, id: string, item: Item, origin: Origin): number {
  const row = tenant.put('Person', id, texts(item['userPrincipalName']));
  // A delta query returns only requested members, and only those with a known value.
  const { accountEnabled, userType } = item;
  if (typeof accountEnabled === 'boolean') {
    tenant.set('Person', row, 'enabled', accountEnabled, origin);
  }
  if (typeof userType === 'string') tenant.set('Person', row, 'userType', userType, origin);
  return row;
}

/**
 * A custom role may grant anything. Not counting its holders as privileged would be a guess, so it
 * counts as privileged.
 */
function putRole(tenant: TenantDirectory, id: string, item: Item, origin: Origin): number {
  const row = tenant.put('Role', id, texts(item['displayName'], item['templateId']));
  const { templateId, isBuiltIn } = item;
  const template = typeof templateId === 'string' ? templateId : id;
  tenant.set('Role', row, 'privileged', isBuiltIn === false || isPrivilegedRole(template), origin);
  return row;
}

/** Sign-ins identify a device by its device id, not by its object id. */
function putDevice(tenant: TenantDirectory, id: string, item: Item, origin: Origin): number {
  const row = tenant.put('Device', id, texts(item['id']));
  // Null is the vendor's value for an unmanaged device. A missing member states nothing.
  for (const [attribute, stated] of [
    ['compliant', item['isCompliant']],
    ['managed', item['isManaged']],
  ] as const) {
    if (stated !== undefined) tenant.set('Device', row, attribute, stated === true, origin);
  }
  return row;
}

function putWorkload(tenant: TenantDirectory, id: string, item: Item): number {
  return tenant.put('Workload', id, texts(item['appId']));
}

/** For an object without an owners member, the owners are unknown. */
function putOwners(attribute: 'owners' | 'applicationOwners'): Kind['put'] {
  return (tenant, id, item, origin) => {
    const row = tenant.put('Workload', id, texts(item['appId']));
    const { owners } = item;
    const ids = Array.isArray(owners)
      ? owners.filter(isRecord).flatMap((one) => idOf(one) ?? [])
      : null;
    tenant.set('Workload', row, attribute, ids, origin);
    return row;
  };
}

function putGroup(tenant: TenantDirectory, id: string, item: Item): number {
  return tenant.put('Group', id, texts(item['displayName']));
}

function putMembers(
  tenant: TenantDirectory,
  kind: Kind,
  id: string,
  item: Item,
  origin: Origin,
): void {
  const members = item['members@delta'];
  if (!kind.hasMembers || !Array.isArray(members)) return;
  for (const member of members.filter(isRecord)) {
    const type = MEMBER_TYPES.get(String(member['@odata.type']));
    const memberId = idOf(member);
    if (type === undefined || memberId === undefined) continue;
    const row = tenant.put(type, memberId);
    if ('@removed' in member) tenant.leave(type, row, kind.type, id, origin);
    else tenant.join(type, row, kind.type, id, origin);
  }
}

/** An entity that was removed from the directory is denied everywhere. */
function remove(tenant: TenantDirectory, { type }: Kind, id: string, origin: Origin): void {
  const row = tenant.table(type)?.find(id);
  if (row !== undefined) tenant.retire(type, row, origin);
}

function removeOthers(
  tenant: TenantDirectory,
  { type, only }: Kind,
  seen: ReadonlySet<number>,
  origin: Origin,
): void {
  const size = tenant.table(type)?.size ?? 0;
  for (let row = 0; row < size; row++) {
    if (seen.has(row) || !tenant.isFrom(type, row, origin.source)) continue;
    if (only === undefined) tenant.retire(type, row, origin);
    else tenant.set(type, row, only, null, origin);
  }
}

function idOf(item: Item): string | undefined {
  const { id } = item;
  return typeof id === 'string' && id !== '' ? id : undefined;
}

function appIdOf(item: Item): string | undefined {
  const [id] = texts(item['appId']);
  return id;
}

function deviceId(item: Item): string | undefined {
  const id = item['deviceId'];
  return typeof id === 'string' && id !== '' ? id : idOf(item);
}

function texts(...values: readonly unknown[]): string[] {
  return values.filter((value): value is string => typeof value === 'string' && value !== '');
}
