import type { JsonObject } from '../../core/json-object.ts';
import type { Change } from '../../directory/model/directory-change.ts';
import type { DirectoryObject, Kind } from '../../directory/model/directory-seed.ts';
import type { Reply } from '../../http/http-message.ts';
import { holdsOne, holdsRole } from '../calls/authorize-call.ts';
import { bodyOf, type Call, isAppOnly, NO_CONTENT, ok, text } from '../calls/graph-call.ts';
import { badRequest, denied, notFound } from '../calls/graph-error.ts';
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

/** Collections whose objects are created, patched and deleted generically. */
const WRITABLE: readonly Writable[] = [
  {
    kind: 'groups',
    path: '/groups',
    may: MAY.changeGroups,
    acts: CHANGEABLE,
    needs: ['displayName', 'mailNickname'],
    usual: { groupTypes: [] },
  },
  { kind: 'devices', path: '/devices', may: MAY.changeDevices, acts: ['update', 'delete'] },
  {
    kind: 'applications',
    path: '/applications',
    may: MAY.changeApplications,
    acts: CHANGEABLE,
    needs: ['displayName'],
    usual: { passwordCredentials: [], keyCredentials: [], appRoles: [] },
  },
  {
    kind: 'servicePrincipals',
    path: '/servicePrincipals',
    may: MAY.changeApplications,
    acts: CHANGEABLE,
    needs: ['appId'],
    usual: {
      accountEnabled: true,
      servicePrincipalType: 'Application',
      passwordCredentials: [],
      keyCredentials: [],
      appRoles: [],
    },
  },
  {
    kind: 'oauth2PermissionGrants',
    path: '/oauth2PermissionGrants',
    may: MAY.changeGrants,
    acts: CHANGEABLE,
    needs: ['clientId', 'consentType', 'resourceId', 'scope'],
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
  { kind: 'domains', path: '/domains', may: MAY.changeDomains, acts: CHANGEABLE, needs: ['id'] },
];

export function changeRoutes(): readonly Route[] {
  return [
    ...WRITABLE.flatMap(writable),
    route('POST /users', MAY.changeUsers, createUser),
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
    route('DELETE /directoryRoles/{id}/members/{other}/$ref', MAY.changeRoles, removeFromRole),
    route('POST /directoryRoles/{id}/members/$ref', MAY.changeRoles, addToRole),
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
    ...NEW[kind]?.(call, body),
    id: kind === 'domains' ? text(body['id']).toLowerCase() : call.guid(),
  };
  call.change({ act: 'create', kind, object });
  return { ...getOne(call, kind, object), status: 201 };
}

/** Properties that the service adds to a new object. */
const NEW: { readonly [kind in Kind]?: (call: Call, body: JsonObject) => JsonObject } = {
  groups: created,
  applications: (call, body) => ({
    ...created(call),
    appId: call.guid(),
    displayName: body['displayName'],
  }),
  servicePrincipals: (call, body) => {
    const application = call.directory.state.find('applications', text(body['appId']));
    if (call.directory.state.find('servicePrincipals', text(body['appId'])) !== undefined)
      throw badRequest('The service principal for this appId already exists.');
    return { displayName: application?.['displayName'] ?? body['displayName'] ?? body['appId'] };
  },
  conditionalAccessPolicies: created,
  namedLocations: created,
  domains: () => ({ authenticationType: 'Managed', isVerified: false, isDefault: false }),
};

function created({ nowMs }: Call): JsonObject {
  return { createdDateTime: new Date(nowMs).toISOString() };
}

const USER_NEEDS = ['accountEnabled', 'displayName', 'mailNickname', 'userPrincipalName'] as const;

function createUser(call: Call): Reply {
  const { passwordProfile, ...body } = bodyOf(call);
  for (const name of USER_NEEDS)
    if (body[name] === undefined)
      throw badRequest(`A value is required for property '${name}' of resource 'User'.`);
  if (call.directory.state.find('users', text(body['userPrincipalName'])) !== undefined)
    throw badRequest('Another object with the same value for property userPrincipalName exists.');
  const at = new Date(call.nowMs).toISOString().replace(/\.\d+Z/, 'Z');
  const { forceChangePasswordNextSignIn = true } = (passwordProfile ?? {}) as JsonObject;
  const object: DirectoryObject = {
    userType: 'Member',
    ...body,
    id: call.guid(),
    createdDateTime: at,
    lastPasswordChangeDateTime: at,
    signInSessionsValidFromDateTime: at,
    passwordProfile: { forceChangePasswordNextSignIn },
  };
  call.change({ act: 'create', kind: 'users', object });
  return ok(shown('users', object, undefined), 201);
}

function patchUser(call: Call): Reply {
  const user = needUser(call);
  const { passwordProfile, ...set } = bodyOf(call);
  const changes: Change[] = [];
  const names = Object.keys(set);
  const isOnlySwitch = names.length > 0 && names.every((name) => name === 'accountEnabled');
  const may = isOnlySwitch ? [...MAY.changeUsers, ...MAY.enableUsers] : MAY.changeUsers;
  if (names.length > 0 && !holdsOne(call.caller, may)) throw denied();
  if (isOnlySwitch || passwordProfile !== undefined) needRightOver(call, user);
  if (names.length > 0) changes.push({ act: 'update', kind: 'users', id: user.id, set });
  if (passwordProfile !== undefined) {
    // Directory.ReadWrite.All does not let an application set passwords.
    if (!holdsOne(call.caller, MAY.setPasswords) && !isPasswordAdmin(call)) throw denied();
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
  if (holdsRole(directory, user.id, 'any') && !isPasswordAdmin(call)) throw denied();
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

function removeFromRole(call: Call): Reply {
  const role = need(call, 'directoryRoles', call.params['id'] ?? '');
  const other = call.params['other'] ?? '';
  for (const { object } of call.directory.state.list('roleAssignments')) {
    if (object['roleDefinitionId'] !== role['roleTemplateId']) continue;
    if (object['principalId'] !== other || object['directoryScopeId'] !== '/') continue;
    call.change({ act: 'delete', kind: 'roleAssignments', id: object.id });
    return NO_CONTENT;
  }
  throw notFound(other);
}

function addToRole(call: Call): Reply {
  const role = need(call, 'directoryRoles', call.params['id'] ?? '');
  const principalId = /\/([^/]+)\/?$/.exec(text(bodyOf(call)['@odata.id']))?.[1] ?? '';
  if (call.directory.state.findAny(principalId) === undefined) throw notFound(principalId);
  const object: DirectoryObject = {
    id: call.guid(),
    roleDefinitionId: role['roleTemplateId'],
    principalId,
    directoryScopeId: '/',
  };
  call.change({ act: 'create', kind: 'roleAssignments', object });
  return NO_CONTENT;
}
