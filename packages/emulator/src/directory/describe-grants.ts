import {
  type Activity,
  type DirectoryActivity,
  type ModifiedProperty,
  type Target,
  targetOf,
} from './audit-activity.ts';
import type { DirectoryState } from './directory-state.ts';
import type { AppliedChange } from './model/directory-change.ts';
import type { DirectoryObject, Kind } from './model/directory-seed.ts';

/**
 * The activities of grants, app roles, consents and directory roles; undefined for other changes.
 */
export function describeAssignment(
  state: DirectoryState,
  applied: AppliedChange,
): readonly Activity[] | undefined {
  const { change, before, after } = applied;
  if (change.act === 'consent') return [consent(state, applied)];
  if (!('kind' in change)) return undefined;
  const way = after === undefined ? 'out' : 'in';
  const object = after ?? before;
  if (object === undefined) return undefined;
  switch (change.kind) {
    case 'oauth2PermissionGrants':
      return [delegated(state, before, after)];
    case 'appRoleAssignments':
      return [appRole(state, object, way)];
    case 'roleAssignments':
      return [
        role(state, object, way === 'in' ? 'Add member to role' : 'Remove member from role', way),
      ];
    case 'roleAssignmentSchedules':
      return [role(state, object, `${PIM[way]} in PIM completed (permanent)`, way)];
    case 'roleEligibilitySchedules':
      return [role(state, object, `${ELIGIBLE[way]} in PIM completed (permanent)`, way)];
    default:
      return undefined;
  }
}

type Direction = 'in' | 'out';

const PIM = { in: 'Add member to role', out: 'Remove member from role' } as const;
const ELIGIBLE = {
  in: 'Add eligible member to role',
  out: 'Remove eligible member from role',
} as const;

function consent(state: DirectoryState, { change, after }: AppliedChange): DirectoryActivity {
  if (change.act !== 'consent') throw new TypeError('the change is not a consent');
  const isForAll = change.grants.some((grant) => grant['consentType'] === 'AllPrincipals');
  const grants = change.grants.map(
    (grant) =>
      `[Id: ${grant.id}, ClientId: ${text(grant['clientId'])}, ` +
      `PrincipalId: ${text(grant['principalId'])}, ResourceId: ${text(grant['resourceId'])}, ` +
      `ConsentType: ${text(grant['consentType'])}, Scope: ${text(grant['scope'])}]`,
  );
  const words = { true: 'True', false: 'False' } as const;
  const modified = added([
    ['ConsentContext.IsAdminConsent', words[`${change.isAdminConsent}`]],
    ['ConsentContext.IsAppOnly', words[`${change.isAppOnly}`]],
    ['ConsentContext.OnBehalfOfAll', words[`${isForAll}`]],
    ['ConsentContext.Tags', 'WindowsAzureActiveDirectoryIntegratedApp'],
    ['ConsentAction.Permissions', `[] => [${grants.join(', ')}]; `],
    ['TargetId.ServicePrincipalNames', text(after?.['appId'])],
  ]);
  return {
    service: 'entra',
    name: 'Consent to application',
    category: 'ApplicationManagement',
    operationType: 'Assign',
    loggedBy: 'Core Directory',
    targets: [target(state, 'servicePrincipals', change.id, modified)],
  };
}

function delegated(
  state: DirectoryState,
  before: DirectoryObject | undefined,
  after: DirectoryObject | undefined,
): DirectoryActivity {
  const grant = after ?? before;
  const resourceId = text(grant?.['resourceId']);
  const clientId = text(grant?.['clientId']);
  const client = state.get('servicePrincipals', clientId);
  const modified: readonly ModifiedProperty[] = [
    { name: 'DelegatedPermissionGrant.Scope', old: before?.['scope'], new: after?.['scope'] },
    {
      name: 'DelegatedPermissionGrant.ConsentType',
      old: before?.['consentType'],
      new: after?.['consentType'],
    },
    ...servicePrincipal(client, after === undefined ? 'out' : 'in'),
  ];
  const isGone = after === undefined;
  return {
    service: 'entra',
    name: isGone ? 'Remove delegated permission grant' : 'Add delegated permission grant',
    category: 'ApplicationManagement',
    operationType: isGone ? 'Unassign' : 'Assign',
    loggedBy: 'Core Directory',
    targets: [
      target(state, 'servicePrincipals', resourceId, modified),
      target(state, 'servicePrincipals', clientId),
    ],
  };
}

const APP_ROLE_NAMES = {
  ServicePrincipal: {
    in: 'Add app role assignment to service principal',
    out: 'Remove app role assignment from service principal',
  },
  User: {
    in: 'Add app role assignment grant to user',
    out: 'Remove app role assignment from user',
  },
  Group: {
    in: 'Add app role assignment to group',
    out: 'Remove app role assignment from group',
  },
} as const;

const PRINCIPAL_KINDS = {
  ServicePrincipal: 'servicePrincipals',
  User: 'users',
  Group: 'groups',
} as const;

function appRole(
  state: DirectoryState,
  object: DirectoryObject,
  way: Direction,
): DirectoryActivity {
  const said = text(object['principalType']);
  const type = said === 'User' || said === 'Group' ? said : 'ServicePrincipal';
  const resource = state.get('servicePrincipals', text(object['resourceId']));
  const roles = resource?.['appRoles'];
  const known = Array.isArray(roles)
    ? (roles as DirectoryObject[]).find(({ id }) => id === object['appRoleId'])
    : undefined;
  const principalId = text(object['principalId']);
  const modified = [
    ...oriented(way, [
      ['AppRole.Id', object['appRoleId']],
      ['AppRole.Value', known?.['value'] ?? ''],
      ['AppRole.DisplayName', known?.['displayName'] ?? ''],
    ]),
    ...servicePrincipal(state.get('servicePrincipals', principalId), way),
  ];
  return {
    service: 'entra',
    name: APP_ROLE_NAMES[type][way],
    category: type === 'ServicePrincipal' ? 'ApplicationManagement' : 'UserManagement',
    operationType: way === 'in' ? 'Assign' : 'Unassign',
    loggedBy: 'Core Directory',
    targets: [
      target(state, 'servicePrincipals', text(object['resourceId']), modified),
      target(state, PRINCIPAL_KINDS[type], principalId),
    ],
  };
}

function role(
  state: DirectoryState,
  object: DirectoryObject,
  name: string,
  way: Direction,
): DirectoryActivity {
  const templateId = text(object['roleDefinitionId']);
  const activated = state.find('directoryRoles', templateId);
  const definition = state.get('roleDefinitions', templateId);
  const displayName = definition?.['displayName'] ?? activated?.['displayName'] ?? '';
  const modified = oriented(way, [
    ['Role.ObjectID', activated?.id ?? templateId],
    ['Role.DisplayName', displayName],
    ['Role.TemplateId', templateId],
    ['Role.WellKnownObjectName', text(displayName).replaceAll(' ', '')],
  ]);
  const principal = state.findAny(text(object['principalId']));
  const roleTarget: Target = {
    type: 'Role',
    id: activated?.id ?? templateId,
    displayName: text(displayName),
    modified: [],
  };
  return {
    service: 'entra',
    name,
    category: 'RoleManagement',
    operationType: way === 'in' ? 'Assign' : 'Unassign',
    loggedBy: name.includes('PIM') ? 'PIM' : 'Core Directory',
    targets: [
      target(state, principal?.kind ?? 'users', text(object['principalId']), modified),
      roleTarget,
    ],
  };
}

function servicePrincipal(client: DirectoryObject | undefined, way: Direction) {
  if (client === undefined) return [];
  return oriented(way, [
    ['ServicePrincipal.ObjectID', client.id],
    ['ServicePrincipal.DisplayName', client['displayName'] ?? ''],
    ['ServicePrincipal.AppId', client['appId'] ?? ''],
    ['ServicePrincipal.Name', client['appId'] ?? ''],
    ['TargetId.ServicePrincipalNames', text(client['appId'])],
  ]);
}

type Values = readonly (readonly [string, unknown])[];

function added(values: Values): readonly ModifiedProperty[] {
  return oriented('in', values);
}

function oriented(way: Direction, values: Values): readonly ModifiedProperty[] {
  return values.map(([name, value]) =>
    way === 'in' ? { name, old: undefined, new: value } : { name, old: value, new: undefined },
  );
}

function target(
  state: DirectoryState,
  kind: Kind,
  id: string,
  modified: readonly ModifiedProperty[] = [],
): Target {
  const object = state.get(kind, id) ?? state.getDeleted(kind, id);
  return { ...targetOf(kind, object, modified), id };
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}
