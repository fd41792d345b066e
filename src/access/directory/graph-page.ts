import { isGuid, type TenantId, tenantId } from '../../core/index.ts';
import { isRecord } from '../policies/value.ts';
import type { DirectoryStore, Origin, TenantDirectory } from './directory-store.ts';
import { isPrivilegedRole } from './privileged-roles.ts';

/** One page of a delta query (contracts 8.1), as an entry of kind `directory` holds it. */
export type GraphPage = {
  readonly tenant: TenantId;
  /** `graph/delta.users` */
  readonly source: string;
  readonly seenMs: number;
  readonly mode: 'snapshot' | 'delta';
  readonly page: number;
  readonly isLast: boolean;
  readonly items: readonly Item[];
};

type Item = Readonly<Record<string, unknown>>;

/** Undefined for what is no page of a delta query. */
export function parseGraphPage(body: unknown, seenMs: number): GraphPage | undefined {
  if (!isRecord(body)) return undefined;
  const { tenant, source, mode, page, isLast, items } = body;
  if (typeof tenant !== 'string' || !isGuid(tenant)) return undefined;
  if (typeof source !== 'string' || !source.startsWith(SOURCE)) return undefined;
  if (!Array.isArray(items)) return undefined;
  return {
    tenant: tenantId(tenant),
    source,
    seenMs,
    mode: mode === 'snapshot' ? 'snapshot' : 'delta',
    page: typeof page === 'number' ? page : 1,
    isLast: isLast === true,
    items: items.filter(isRecord),
  };
}

const SOURCE = 'graph/delta.';

/** Follows the pages of delta queries, in the order in which they were read. */
export class GraphPages {
  readonly #store: DirectoryStore;
  /** What the snapshot that is being read has brought so far: by tenant and source. */
  readonly #seen = new Map<string, Set<number>>();

  constructor(store: DirectoryStore) {
    this.#store = store;
  }

  apply(page: GraphPage): void {
    const kind = KINDS.get(page.source.slice(SOURCE.length));
    if (kind === undefined) return;
    const tenant = this.#store.tenant(page.tenant);
    const origin: Origin = { source: page.source, seenMs: page.seenMs };
    const key = `${page.tenant}\n${page.source}`;
    if (page.mode === 'snapshot' && page.page === 1) {
      this.#seen.set(key, new Set());
      if (kind.hasMembers) tenant.restart(kind.type);
    }
    const seen = this.#seen.get(key);
    for (const item of page.items) {
      const id = kind.id(item);
      if (id === undefined) continue;
      if ('@removed' in item) {
        remove(tenant, kind, id, origin);
        continue;
      }
      const row = kind.put(tenant, id, item, origin);
      seen?.add(row);
      putMembers(tenant, kind, id, item, origin);
    }
    if (!page.isLast) return;
    if (seen !== undefined) removeOthers(tenant, kind, seen, origin);
    this.#seen.delete(key);
    if (kind.hasMembers) tenant.tell(kind.type, origin);
    tenant.confirm(origin);
  }
}

type Kind = {
  readonly type: string;
  readonly hasMembers: boolean;
  readonly id: (item: Item) => string | undefined;
  readonly put: (tenant: TenantDirectory, id: string, item: Item, origin: Origin) => number;
};

const KINDS: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ['users', { type: 'Person', hasMembers: false, id: idOf, put: putPerson }],
  ['groups', { type: 'Group', hasMembers: true, id: idOf, put: putNamed('Group') }],
  ['directoryRoles', { type: 'Role', hasMembers: true, id: idOf, put: putRole }],
  ['devices', { type: 'Device', hasMembers: false, id: deviceId, put: putDevice }],
  ['servicePrincipals', { type: 'Workload', hasMembers: false, id: idOf, put: putWorkload }],
]);

/** What members of groups and roles are. */
const MEMBER_TYPES: ReadonlyMap<string, string> = new Map([
  ['#microsoft.graph.user', 'Person'],
  ['#microsoft.graph.group', 'Group'],
  ['#microsoft.graph.servicePrincipal', 'Workload'],
]);

function putPerson(tenant: TenantDirectory, id: string, item: Item, origin: Origin): number {
  const row = tenant.put('Person', id, texts(item['userPrincipalName']));
  // A delta query states what it was asked for, and of that only what it knows.
  const { accountEnabled, userType } = item;
  if (typeof accountEnabled === 'boolean') {
    tenant.set('Person', row, 'enabled', accountEnabled, origin);
  }
  if (typeof userType === 'string') tenant.set('Person', row, 'userType', userType, origin);
  return row;
}

function putRole(tenant: TenantDirectory, id: string, item: Item, origin: Origin): number {
  const row = tenant.put('Role', id, texts(item['displayName'], item['roleTemplateId']));
  const template = item['roleTemplateId'];
  if (typeof template === 'string') {
    tenant.set('Role', row, 'privileged', isPrivilegedRole(template), origin);
  }
  return row;
}

/** Sign-ins name a device by its device id, not by the id of its object. */
function putDevice(tenant: TenantDirectory, id: string, item: Item, origin: Origin): number {
  const row = tenant.put('Device', id, texts(item['id']));
  const { isCompliant, isManaged } = item;
  // Null is what the vendor writes of a device that nothing manages.
  tenant.set('Device', row, 'compliant', isCompliant === true, origin);
  tenant.set('Device', row, 'managed', isManaged === true, origin);
  return row;
}

function putWorkload(tenant: TenantDirectory, id: string, item: Item): number {
  return tenant.put('Workload', id, texts(item['appId']));
}

function putNamed(type: string): Kind['put'] {
  return (tenant, id, item) => tenant.put(type, id, texts(item['displayName']));
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

/** Whoever is gone from the directory is let in nowhere. */
function remove(tenant: TenantDirectory, { type }: Kind, id: string, origin: Origin): void {
  const row = tenant.table(type)?.find(id);
  if (row !== undefined) tenant.retire(type, row, origin);
}

function removeOthers(
  tenant: TenantDirectory,
  { type }: Kind,
  seen: ReadonlySet<number>,
  origin: Origin,
): void {
  const size = tenant.table(type)?.size ?? 0;
  for (let row = 0; row < size; row++) {
    if (!seen.has(row) && tenant.isFrom(type, row, origin.source)) tenant.retire(type, row, origin);
  }
}

function idOf(item: Item): string | undefined {
  const { id } = item;
  return typeof id === 'string' && id !== '' ? id : undefined;
}

function deviceId(item: Item): string | undefined {
  const id = item['deviceId'];
  return typeof id === 'string' && id !== '' ? id : idOf(item);
}

function texts(...values: readonly unknown[]): string[] {
  return values.filter((value): value is string => typeof value === 'string' && value !== '');
}
