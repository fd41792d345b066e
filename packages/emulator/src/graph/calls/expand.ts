import type { JsonObject } from '../../core/json-object.ts';
import type { DirectoryObject, Kind, Relation } from '../../directory/model/directory-seed.ts';

import type { Call } from './graph-call.ts';
import { badRequest } from './graph-error.ts';
import { shown, typeOf } from './object-shape.ts';

/** `$expand` of a directory relation silently returns at most this many. */
const EXPAND_MAX = 20;

const EXPANDABLE: { readonly [kind in Kind]?: readonly Relation[] } = {
  users: ['memberOf', 'ownedDevices', 'registeredDevices', 'ownedObjects', 'appRoleAssignments'],
  groups: ['members', 'owners', 'memberOf', 'appRoleAssignments'],
  devices: ['registeredOwners', 'registeredUsers', 'memberOf'],
  applications: ['owners'],
  servicePrincipals: [
    'owners',
    'memberOf',
    'appRoleAssignments',
    'appRoleAssignedTo',
    'oauth2PermissionGrants',
  ],
};

/** The members that `$expand` adds to an object. */
export function expanded(call: Call, kind: Kind, object: DirectoryObject): JsonObject {
  const result: Record<string, unknown> = {};
  for (const name of call.options.expand) {
    if (kind === 'directoryRoles' && name === 'members')
      result[name] = roleMembers(call, object).map((one) => related(call, one));
    else if (ASSIGNMENTS.includes(kind)) result[name] = ofAssignment(call, object, name);
    else result[name] = ofRelation(call, kind, object, name);
  }
  return result;
}

const ASSIGNMENTS: readonly Kind[] = [
  'roleAssignments',
  'roleAssignmentSchedules',
  'roleEligibilitySchedules',
];

function ofAssignment(call: Call, object: DirectoryObject, name: string): JsonObject | null {
  const { state } = call.directory;
  if (name === 'principal') return related(call, String(object['principalId']));
  if (name !== 'roleDefinition') throw cannot(name);
  return state.get('roleDefinitions', String(object['roleDefinitionId'])) ?? null;
}

function ofRelation(
  call: Call,
  kind: Kind,
  object: DirectoryObject,
  name: string,
): readonly (JsonObject | null)[] {
  const relation = EXPANDABLE[kind]?.find((one) => one === name);
  if (relation === undefined) throw cannot(name);
  const { state } = call.directory;
  const values: JsonObject[] = [];
  for (const { id } of state.related(object.id, relation)) {
    if (values.length === EXPAND_MAX) break;
    const value = relatedBy(call, relation, id);
    if (value !== undefined) values.push(value);
  }
  return values;
}

function cannot(name: string): Error {
  return badRequest(`Could not find a property named '${name}' to expand.`, 'BadRequest');
}

/** The target of a relation in its list form; undefined if it is gone. */
export function relatedBy(call: Call, relation: Relation, id: string): JsonObject | undefined {
  const { state } = call.directory;
  if (relation === 'oauth2PermissionGrants') return state.get('oauth2PermissionGrants', id);
  if (relation === 'appRoleAssignments' || relation === 'appRoleAssignedTo')
    return state.get('appRoleAssignments', id);
  return related(call, id) ?? undefined;
}

/** A principal in a mixed list, with its type. */
export function related(call: Call, id: string): JsonObject | null {
  const found = call.directory.state.findAny(id);
  if (found === undefined) return null;
  return { '@odata.type': typeOf(found.kind), ...shown(found.kind, found.object, undefined) };
}

/** Ids of the principals that hold a role in the whole tenant. */
export function roleMembers({ directory }: Call, role: DirectoryObject): readonly string[] {
  const ids: string[] = [];
  for (const { object } of directory.state.list('roleAssignments')) {
    if (object['roleDefinitionId'] !== role['roleTemplateId']) continue;
    if (object['directoryScopeId'] === '/') ids.push(String(object['principalId']));
  }
  return ids;
}
