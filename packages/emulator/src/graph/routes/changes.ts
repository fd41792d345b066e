import type { JsonObject } from '../../core/json-object.ts';
import type { Change } from '../../directory/model/directory-change.ts';
import type { DirectoryObject, Kind } from '../../directory/model/directory-seed.ts';
import type { Reply } from '../../http/http-message.ts';
import { holdsOne, holdsRole } from '../calls/authorize-call.ts';
import { bodyOf, type Call, isAppOnly, NO_CONTENT, ok } from '../calls/graph-call.ts';
import { accessDenied, badRequest, notFound } from '../calls/graph-error.ts';
import { need, needUser } from '../calls/lookups.ts';
import { shown } from '../calls/object-shape.ts';
import { getOne } from '../calls/pages.ts';
import { ADMIN_ROLES, MAY } from '../calls/permissions.ts';
import { type Family, type Route, route } from '../calls/route-table.ts';

type Writable = {
  readonly kind: Kind;
  readonly path: `/${string}`;
  readonly may: readonly string[];
  readonly acts: readonly ('create' | 'update' | 'delete')[];
  readonly family?: Family;
  /** Required properties of a new object. */
  readonly needs?: readonly string[];
  /** Default properties of a new object. */
  readonly usual?: JsonObject;
};

const CHANGEABLE = ['create', 'update', 'delete'] as const;
/** No caller creates these: the life of the tenant does. */
const REMOVABLE = ['update', 'delete'] as const;

/** Collections whose objects are created, patched and deleted generically. */
const WRITABLE: readonly Writable[] = [
  {
    kind: 'groups',
    path: '/groups',
    may: MAY.changeGroups,
    acts: REMOVABLE,
  },
  { kind: 'devices', path: '/devices', may: MAY.changeDevices, acts: REMOVABLE },
  {
    kind: 'applications',
    path: '/applications',
    may: MAY.changeApplications,
    acts: REMOVABLE,
  },
  {
    kind: 'servicePrincipals',
    path: '/servicePrincipals',
    may: MAY.changeApplications,
    acts: REMOVABLE,
  },
  {
    kind: 'oauth2PermissionGrants',
    path: '/oauth2PermissionGrants',
    may: MAY.changeGrants,
    acts: REMOVABLE,
  },
  {
    kind: 'roleAssignments',
    path: '/roleManagement/directory/roleAssignments',
    may: MAY.changeRoles,
    acts: ['create', 'delete'],
    needs: ['principalId', 'roleDefinitionId'],
    usual: { directoryScopeId: '/' },
  },
  {
    kind: 'conditionalAccessPolicies',
    path: '/identity/conditionalAccess/policies',
    may: MAY.changePolicies,
    acts: CHANGEABLE,
    family: 'protection',
    needs: ['displayName', 'state', 'conditions'],
  },
  {
    kind: 'namedLocations',
    path: '/identity/conditionalAccess/namedLocations',
    may: MAY.changePolicies,
    acts: CHANGEABLE,
    family: 'protection',
    needs: ['displayName'],
  },
  {
    kind: 'authenticationMethodConfigurations',
    path: '/policies/authenticationMethodsPolicy/authenticationMethodConfigurations',
    may: MAY.changeMethodsPolicy,
    acts: CHANGEABLE,
    needs: ['@odata.type', 'displayName', 'state', 'appId', 'openIdConnectSetting'],
    usual: { includeTargets: [], excludeTargets: [] },
  },
  {
    kind: 'customAuthenticationExtensions',
    path: '/identity/customAuthenticationExtensions',
    may: MAY.changeExtensions,
    acts: CHANGEABLE,
    needs: ['@odata.type', 'displayName', 'endpointConfiguration', 'authenticationConfiguration'],
  },
  {
    kind: 'authenticationEventListeners',
    path: '/identity/authenticationEventListeners',
    may: MAY.changeListeners,
    acts: CHANGEABLE,
    needs: ['@odata.type', 'conditions', 'handler'],
  },
  { kind: 'domains', path: '/domains', may: MAY.changeDomains, acts: REMOVABLE },
];

export function changeRoutes(): readonly Route[] {
  return [
    ...WRITABLE.flatMap(writable),
    route(
      'PATCH /users/{user}',
      [...MAY.changeUsers, ...MAY.enableUsers, ...MAY.setPasswords],
      patchUser,
    ),
    route('DELETE /users/{user}', MAY.changeUsers, (call) => {
      needRightOver(call, needUser(call));
      call.change({ act: 'delete', kind: 'users', id: needUser(call).id });
      return NO_CONTENT;
    }),
    route('POST /directory/deletedItems/{id}/restore', restorePermissions(), restore),
    route('DELETE /directory/deletedItems/{id}', restorePermissions(), (call) => {
      const { kind, object } = deletedOne(call);
      call.change({ act: 'purge', kind, id: object.id });
      return NO_CONTENT;
    }),
  ];
}

function writable({
  kind,
  path,
  may,
  acts,
  family = 'identity',
  needs = [],
  usual = {},
}: Writable): Route[] {
  const options = { family };
  const routes: Route[] = [];
  const id = (call: Call): string => need(call, kind, call.params['id'] ?? '').id;
  if (acts.includes('create'))
    routes.push(route(`POST ${path}`, may, (call) => create(call, kind, needs, usual), options));
  if (acts.includes('update'))
    routes.push(
      route(
        `PATCH ${path}/{id}`,
        may,
        (call) => {
          call.change({ act: 'update', kind, id: id(call), set: bodyOf(call) });
          return NO_CONTENT;
        },
        options,
      ),
    );
  if (acts.includes('delete'))
    routes.push(
      route(
        `DELETE ${path}/{id}`,
        may,
        (call) => {
          call.change({ act: 'delete', kind, id: id(call) });
          return NO_CONTENT;
        },
        options,
      ),
    );
  return routes;
}

function create(call: Call, kind: Kind, needs: readonly string[], usual: JsonObject): Reply {
  const body = bodyOf(call);
  for (const name of needs)
    if (body[name] === undefined)
      throw badRequest(`A value is required for property '${name}' of resource '${kind}'.`);
  const object: DirectoryObject = {
    ...usual,
    ...body,
    ...NEW[kind]?.(call),
    id: call.guid(),
  };
  call.change({ act: 'create', kind, object });
  return { ...getOne(call, kind, object), status: 201 };
}

/** Properties that the service adds to a new object. */
const NEW: { readonly [kind in Kind]?: (call: Call) => JsonObject } = {
  conditionalAccessPolicies: created,
  namedLocations: created,
};

function created({ nowMs }: Call): JsonObject {
  return { createdDateTime: new Date(nowMs).toISOString() };
}

function patchUser(call: Call): Reply {
  const user = needUser(call);
  const { passwordProfile, ...set } = bodyOf(call);
  const changes: Change[] = [];
  const names = Object.keys(set);
  const isOnlySwitch = names.length > 0 && names.every((name) => name === 'accountEnabled');
  const may = isOnlySwitch ? [...MAY.changeUsers, ...MAY.enableUsers] : MAY.changeUsers;
  if (names.length > 0 && !holdsOne(call.caller, may)) throw accessDenied();
  if (isOnlySwitch || passwordProfile !== undefined) needRightOver(call, user);
  if (names.length > 0) changes.push({ act: 'update', kind: 'users', id: user.id, set });
  if (passwordProfile !== undefined) {
    // Directory.ReadWrite.All does not let an application set passwords.
    if (!holdsOne(call.caller, MAY.setPasswords) && !isPasswordAdmin(call)) throw accessDenied();
    const { forceChangePasswordNextSignIn: isForced } = passwordProfile as JsonObject;
    const mustChange = isForced === false ? 'no' : 'at next sign-in';
    changes.push({ act: 'set-password', id: user.id, how: 'reset', mustChange });
  }
  call.change(changes);
  return NO_CONTENT;
}

function isPasswordAdmin({ caller, directory }: Call): boolean {
  return holdsRole(directory, caller.objectId, ADMIN_ROLES);
}

/** Only privileged administrators may change accounts of administrators. */
export function needRightOver(call: Call, user: DirectoryObject): void {
  const { caller, directory } = call;
  if (!isAppOnly(caller) && caller.objectId === user.id) return;
  if (holdsRole(directory, user.id, 'any') && !isPasswordAdmin(call)) throw accessDenied();
}

function restorePermissions(): readonly string[] {
  return [...MAY.changeUsers, ...MAY.changeGroups, ...MAY.changeApplications];
}

function restore(call: Call): Reply {
  const { kind, object } = deletedOne(call);
  call.change({ act: 'restore', kind, id: object.id });
  return ok(shown(kind, object, undefined));
}

function deletedOne(call: Call): { readonly kind: Kind; readonly object: DirectoryObject } {
  const id = call.params['id'] ?? '';
  for (const kind of ['users', 'groups', 'applications', 'servicePrincipals'] as const) {
    const object = call.directory.state.getDeleted(kind, id);
    if (object !== undefined) return { kind, object };
  }
  throw notFound(id);
}
