import type { DirectoryObject, Kind } from './model/directory-seed.ts';

/** One audit log activity before it takes the form of a feed. */
export type Activity = DirectoryActivity | ExchangeActivity;

export type ModifiedProperty = {
  readonly name: string;
  /** Undefined if there was or is no value. */
  readonly old: unknown;
  readonly new: unknown;
};

export type Target = {
  readonly type: 'User' | 'Device' | 'Directory' | 'App' | 'Role' | 'Group' | 'Policy' | 'Other';
  /** The type's name in the unified audit log if it differs: ServicePrincipal, Application. */
  readonly is?: string;
  readonly id: string;
  readonly displayName: string | null;
  readonly userPrincipalName?: string;
  readonly appId?: string;
  readonly modified: readonly ModifiedProperty[];
};

/** An activity that Entra logs (contracts: directoryAudits, AuditLogs, RecordType 8). */
export type DirectoryActivity = {
  readonly service: 'entra';
  /** As in directoryAudits: without the period that the unified audit log appends. */
  readonly name: string;
  readonly category: string;
  readonly operationType: 'Add' | 'Update' | 'Delete' | 'Assign' | 'Unassign';
  readonly loggedBy: string;
  readonly targets: readonly Target[];
};

/** A cmdlet that Exchange runs for the call (RecordType 1). Entra logs nothing about it. */
export type ExchangeActivity = {
  readonly service: 'exchange';
  readonly cmdlet: string;
  readonly objectId: string;
  readonly parameters: readonly { readonly name: string; readonly value: string }[];
};

const CORE = 'Core Directory';

/** The audit log's name of a kind of object. */
export type ActivityNaming = {
  readonly noun: string;
  readonly category: string;
  readonly loggedBy: string;
  readonly type: Target['type'];
  readonly is?: string;
  /** Verbs other than Add, Update and Delete. */
  readonly names?: { readonly create?: string; readonly update?: string; readonly delete?: string };
};

/** Entra's kinds. Differently logged ones have their own code. */
export const NAMINGS: { readonly [kind: string]: ActivityNaming } = {
  users: { noun: 'user', category: 'UserManagement', loggedBy: CORE, type: 'User' },
  groups: { noun: 'group', category: 'GroupManagement', loggedBy: CORE, type: 'Group' },
  devices: { noun: 'device', category: 'Device', loggedBy: CORE, type: 'Device' },
  applications: {
    noun: 'application',
    category: 'ApplicationManagement',
    loggedBy: CORE,
    type: 'App',
    is: 'Application',
  },
  servicePrincipals: {
    noun: 'service principal',
    category: 'ApplicationManagement',
    loggedBy: CORE,
    type: 'App',
    is: 'ServicePrincipal',
    names: { delete: 'Remove service principal' },
  },
  domains: {
    noun: 'domain',
    category: 'DirectoryManagement',
    loggedBy: CORE,
    type: 'Other',
    is: 'Domain',
    names: { create: 'Add unverified domain', update: 'Update domain', delete: 'Remove domain' },
  },
  conditionalAccessPolicies: {
    noun: 'conditional access policy',
    category: 'Policy',
    loggedBy: 'Conditional Access',
    type: 'Policy',
  },
  namedLocations: {
    noun: 'named location',
    category: 'Policy',
    loggedBy: 'Conditional Access',
    type: 'Policy',
  },
  authenticationStrengthPolicies: {
    noun: 'authentication strength policy',
    category: 'Policy',
    loggedBy: 'Authentication Methods',
    type: 'Policy',
  },
  // One name for every change of the policy, as third-party rules expect it.
  authenticationMethodConfigurations: {
    noun: 'authentication methods policy',
    category: 'Policy',
    loggedBy: CORE,
    type: 'Policy',
    names: {
      create: 'Authentication Methods Policy Update',
      update: 'Authentication Methods Policy Update',
      delete: 'Authentication Methods Policy Update',
    },
  },
  customAuthenticationExtensions: {
    noun: 'custom authentication extension',
    category: 'Policy',
    loggedBy: CORE,
    type: 'Policy',
  },
  authenticationEventListeners: {
    noun: 'authentication event listener',
    category: 'Policy',
    loggedBy: CORE,
    type: 'Policy',
  },
  crossTenantPartners: {
    noun: 'partner',
    category: 'CrossTenantAccessSettings',
    loggedBy: CORE,
    type: 'Policy',
    names: {
      create: 'Add a partner to cross-tenant access setting',
      update: 'Update a partner cross-tenant access setting',
      delete: 'Delete partner specific cross-tenant access setting',
    },
  },
  settings: { noun: 'policy', category: 'Policy', loggedBy: CORE, type: 'Policy' },
  directoryRoles: { noun: 'role', category: 'RoleManagement', loggedBy: CORE, type: 'Role' },
  roleDefinitions: {
    noun: 'role definition',
    category: 'RoleManagement',
    loggedBy: CORE,
    type: 'Role',
  },
};

/** An activity about one object. */
export function activity(
  kind: Kind,
  object: DirectoryObject | undefined,
  name: string,
  operationType: DirectoryActivity['operationType'],
  modified: readonly ModifiedProperty[] = [],
): DirectoryActivity {
  const naming = NAMINGS[kind];
  return {
    service: 'entra',
    name,
    category: naming?.category ?? 'DirectoryManagement',
    operationType,
    loggedBy: naming?.loggedBy ?? 'Core Directory',
    targets: [targetOf(kind, object, modified)],
  };
}

export function targetOf(
  kind: Kind,
  object: DirectoryObject | undefined,
  modified: readonly ModifiedProperty[] = [],
): Target {
  const naming = NAMINGS[kind];
  const upn = object?.['userPrincipalName'];
  const appId = object?.['appId'];
  const displayName = object?.['displayName'] ?? (kind === 'domains' ? object?.id : null);
  return {
    type: naming?.type ?? 'Other',
    ...(naming?.is === undefined ? {} : { is: naming.is }),
    id: object?.id ?? '',
    displayName: typeof displayName === 'string' ? displayName : null,
    ...(typeof upn === 'string' ? { userPrincipalName: upn } : {}),
    ...(typeof appId === 'string' ? { appId } : {}),
    modified,
  };
}
