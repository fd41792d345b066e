import type { JsonObject } from '../../core/json-object.ts';
import type { Kind, Relation } from '../../directory/model/directory-seed.ts';
import type { Reply } from '../../http/http-message.ts';
import { related, relatedBy, roleMembers } from '../calls/expand.ts';
import { bodyOf, type Call, NO_CONTENT } from '../calls/graph-call.ts';
import { need, needUser, referenceIn } from '../calls/lookups.ts';
import { type Item, listAll, page, selected } from '../calls/pages.ts';
import { MAY, READS_OWN } from '../calls/permissions.ts';
import { type Route, route } from '../calls/route-table.ts';

/**
 * Nesting of groups is followed up to this depth. The service has no limit, but real groups are
 * shallow.
 */
const NESTING_MAX = 20;

type Path = { readonly kind: Kind; readonly path: string; readonly may: readonly string[] };

const USERS: Path = { kind: 'users', path: '/users/{user}', may: MAY.readUsers };
const GROUPS: Path = { kind: 'groups', path: '/groups/{id}', may: MAY.readGroups };
const DEVICES: Path = { kind: 'devices', path: '/devices/{id}', may: MAY.readDevices };
const APPLICATIONS: Path = {
  kind: 'applications',
  path: '/applications/{id}',
  may: MAY.readApplications,
};
const PRINCIPALS: Path = {
  kind: 'servicePrincipals',
  path: '/servicePrincipals/{id}',
  may: MAY.readApplications,
};

/** Relations that can be listed, with the cost of a call. */
const LISTS: readonly (readonly [Path, Relation, number])[] = [
  [USERS, 'ownedDevices', 1],
  [USERS, 'registeredDevices', 1],
  [USERS, 'ownedObjects', 1],
  [USERS, 'appRoleAssignments', 2],
  [USERS, 'oauth2PermissionGrants', 2],
  [GROUPS, 'members', 3],
  [GROUPS, 'owners', 2],
  [GROUPS, 'memberOf', 3],
  [GROUPS, 'appRoleAssignments', 2],
  [DEVICES, 'registeredOwners', 1],
  [DEVICES, 'registeredUsers', 1],
  [DEVICES, 'memberOf', 3],
  [APPLICATIONS, 'owners', 2],
  [PRINCIPALS, 'owners', 2],
  [PRINCIPALS, 'ownedObjects', 2],
  [PRINCIPALS, 'appRoleAssignments', 2],
  [PRINCIPALS, 'appRoleAssignedTo', 2],
  [PRINCIPALS, 'oauth2PermissionGrants', 2],
];

/** Relations that calls may change, with the required permissions. */
const REFERENCES: readonly (readonly [
  Path,
  'members' | 'owners' | 'registeredOwners',
  readonly string[],
])[] = [
  [GROUPS, 'members', MAY.changeMembers],
  [GROUPS, 'owners', MAY.changeMembers],
  [APPLICATIONS, 'owners', MAY.changeApplications],
  [PRINCIPALS, 'owners', MAY.changeApplications],
  [DEVICES, 'registeredOwners', MAY.changeDevices],
];

export function relationRoutes(): readonly Route[] {
  return [
    ...LISTS.map(([{ kind, path, may }, relation, cost]) =>
      route(`GET ${path as `/${string}`}/${relation}`, may, (call) => list(call, kind, relation), {
        cost,
      }),
    ),
    ...REFERENCES.flatMap(([{ kind, path }, relation, may]) => {
      const address = `${path}/${relation}` as `/${string}`;
      return [
        route(`POST ${address}/$ref`, may, (call) => {
          const id = need(call, kind, key(call)).id;
          const otherId = referenceIn(bodyOf(call));
          call.change({ act: 'link', kind, id, relation, otherId });
          return NO_CONTENT;
        }),
        route(`DELETE ${address}/{other}/$ref`, may, (call) => {
          const id = need(call, kind, key(call)).id;
          const otherId = call.params['other'] ?? '';
          call.change({ act: 'unlink', kind, id, relation, otherId });
          return NO_CONTENT;
        }),
      ];
    }),
    route('GET /users/{user}/memberOf', MAY.readUsers, memberOf, { cost: 3, own: READS_OWN }),
    route('GET /me/memberOf', MAY.readUsers, memberOf, { cost: 3, own: READS_OWN }),
    route('GET /servicePrincipals/{id}/memberOf', MAY.readApplications, memberOf, { cost: 3 }),
    route('GET /users/{user}/transitiveMemberOf', MAY.readUsers, transitiveMemberOf, { cost: 5 }),
    route('GET /groups/{id}/transitiveMembers', MAY.readGroups, transitiveMembers, { cost: 5 }),
  ];
}

function key(call: Call): string {
  return call.params['user'] ?? call.params['id'] ?? '';
}

function list(call: Call, kind: Kind, relation: Relation): Reply {
  const { id } = need(call, kind, key(call));
  const { select } = call.options;
  const source = (from: number): Iterable<Item> => itemsOf(call, id, relation, from);
  const set =
    relation.startsWith('appRole') || relation.startsWith('oauth2') ? relation : 'directoryObjects';
  return page(call, set, source, (value) => selected(value, select));
}

function* itemsOf(call: Call, id: string, relation: Relation, from: number): Iterable<Item> {
  for (const one of call.directory.state.related(id, relation, from)) {
    const value = relatedBy(call, relation, one.id);
    if (value !== undefined) yield { position: one.position, value };
  }
}

/** Groups, and the roles that are held in the whole tenant. */
function memberOf(call: Call): Reply {
  const owner =
    call.params['id'] === undefined
      ? needUser(call)
      : need(call, 'servicePrincipals', call.params['id']);
  return listAll(call, 'directoryObjects', [
    ...groupsOf(call, owner.id).map((id) => related(call, id) ?? {}),
    ...rolesOf(call, new Set([owner.id])),
  ]);
}

function groupsOf({ directory }: Call, id: string): readonly string[] {
  return [...directory.state.related(id, 'memberOf')]
    .map((one) => one.id)
    .filter((group) => directory.state.get('groups', group) !== undefined);
}

function rolesOf(call: Call, holders: ReadonlySet<string>): readonly JsonObject[] {
  const roles: JsonObject[] = [];
  for (const { object } of call.directory.state.list('directoryRoles'))
    if (roleMembers(call, object).some((id) => holders.has(id)))
      roles.push({ '@odata.type': '#microsoft.graph.directoryRole', ...object });
  return roles;
}

function transitiveMemberOf(call: Call): Reply {
  const { id } = needUser(call);
  const seen = new Set<string>();
  let ring: readonly string[] = [id];
  for (let depth = 0; depth < NESTING_MAX && ring.length > 0; depth++) {
    ring = ring.flatMap((one) => groupsOf(call, one)).filter((one) => !seen.has(one));
    for (const one of ring) seen.add(one);
  }
  return listAll(call, 'directoryObjects', [
    ...[...seen].map((one) => related(call, one) ?? {}),
    ...rolesOf(call, new Set([id, ...seen])),
  ]);
}

/** Members in the order of the groups. A page counts them again to continue. */
function transitiveMembers(call: Call): Reply {
  const { id } = need(call, 'groups', key(call));
  const { select } = call.options;
  const source = (from: number): Iterable<Item> => transitive(call, id, from);
  return page(call, 'directoryObjects', source, (value) => selected(value, select));
}

function* transitive(call: Call, group: string, from: number): Iterable<Item> {
  const { state } = call.directory;
  const groups = [group];
  const known = new Set(groups);
  let position = 0;
  for (let at = 0; at < groups.length && at < NESTING_MAX; at++) {
    for (const { id } of state.related(groups[at] ?? '', 'members')) {
      const isGroup = state.get('groups', id) !== undefined;
      if (isGroup && known.has(id)) continue;
      if (isGroup) groups.push(id);
      if (isGroup) known.add(id);
      const here = position++;
      if (here < from) continue;
      const value = related(call, id);
      if (value !== null) yield { position: here, value };
    }
  }
}
