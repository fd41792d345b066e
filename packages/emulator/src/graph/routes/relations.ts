import type { JsonObject } from '../../core/json-object.ts';
import type { Kind, Relation } from '../../directory/model/directory-seed.ts';
import type { Reply } from '../../http/http-message.ts';
import { related, relatedBy, roleMembers } from '../calls/expand.ts';
import { bodyOf, type Call, NO_CONTENT } from '../calls/graph-call.ts';
import { need, needUser, referenceIn } from '../calls/lookups.ts';
import { type Item, listAll, page, selected } from '../calls/pages.ts';
import { MAY, READS_OWN } from '../calls/permissions.ts';
import { type Route, route } from '../calls/route-table.ts';

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
  [USERS, 'appRoleAssignments', 2],
  [USERS, 'oauth2PermissionGrants', 2],
  [GROUPS, 'members', 3],
  [GROUPS, 'owners', 2],
  [GROUPS, 'appRoleAssignments', 2],
  [DEVICES, 'registeredOwners', 1],
  [APPLICATIONS, 'owners', 2],
  [PRINCIPALS, 'owners', 2],
  [PRINCIPALS, 'appRoleAssignments', 2],
  [PRINCIPALS, 'appRoleAssignedTo', 2],
  [PRINCIPALS, 'oauth2PermissionGrants', 2],
];

/** Relations that calls may change, with the required permissions. */
const REFERENCES: readonly (readonly [Path, 'members' | 'owners', readonly string[]])[] = [
  [GROUPS, 'members', MAY.changeMembers],
  [GROUPS, 'owners', MAY.changeMembers],
  [APPLICATIONS, 'owners', MAY.changeApplications],
  [PRINCIPALS, 'owners', MAY.changeApplications],
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
  const owner = needUser(call);
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
