import { LIST_ITEMS, LISTS_EVERY_MS } from './limits.ts';

/** How a part of the directory is read. */
type DeltaResource = {
  readonly kind: 'delta';
  readonly path: string;
  /** Asked for by name: users without it come without most of what an answer needs. */
  readonly select: readonly string[];
};

type ListResource = {
  readonly kind: 'list';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Undefined: as often as anything is asked for. */
  readonly everyMs?: number;
};

/** A list that each service principal has of its own. */
type ListedForEach = {
  readonly kind: 'list-for-each';
  readonly parents: string;
  readonly path: (parentId: string) => string;
};

export type Resource = DeltaResource | ListResource | ListedForEach;

export const DIRECTORY_RESOURCES = [
  'users',
  'groups',
  'devices',
  'applications',
  'servicePrincipals',
  'oauth2PermissionGrants',
  'appRoleAssignments',
  'roleDefinitions',
  'roleAssignments',
  'applicationOwners',
  'servicePrincipalOwners',
] as const;
export type DirectoryResource = (typeof DIRECTORY_RESOURCES)[number];

/**
 * Contracts 8.1: what has a delta query is followed by it, the rest is read again from time to
 * time. Of people only what says who they are and whether they may sign in: no telephone numbers.
 */
export const RESOURCES: Readonly<Record<DirectoryResource, Resource>> = {
  users: {
    kind: 'delta',
    path: '/v1.0/users/delta',
    select: [
      ...['id', 'userPrincipalName', 'displayName', 'mail', 'proxyAddresses', 'accountEnabled'],
      ...['userType', 'externalUserState', 'createdDateTime', 'onPremisesSyncEnabled'],
      ...['onPremisesSecurityIdentifier', 'onPremisesImmutableId', 'securityIdentifier'],
      ...['onPremisesSamAccountName', 'signInSessionsValidFromDateTime', 'assignedLicenses'],
      ...['lastPasswordChangeDateTime', 'usageLocation', 'department', 'companyName'],
    ],
  },
  groups: {
    kind: 'delta',
    path: '/v1.0/groups/delta',
    select: [
      ...['id', 'displayName', 'mail', 'mailEnabled', 'securityEnabled', 'groupTypes'],
      ...['isAssignableToRole', 'visibility', 'createdDateTime', 'onPremisesSyncEnabled'],
      ...['onPremisesSecurityIdentifier', 'securityIdentifier', 'members', 'owners'],
    ],
  },
  devices: { kind: 'delta', path: '/v1.0/devices/delta', select: [] },
  applications: { kind: 'delta', path: '/v1.0/applications/delta', select: [] },
  servicePrincipals: { kind: 'delta', path: '/v1.0/servicePrincipals/delta', select: [] },
  oauth2PermissionGrants: { kind: 'delta', path: '/v1.0/oauth2PermissionGrants/delta', select: [] },
  appRoleAssignments: {
    kind: 'list-for-each',
    parents: '/v1.0/servicePrincipals',
    path: (id) => `/v1.0/servicePrincipals/${encodeURIComponent(id)}/appRoleAssignedTo`,
  },
  roleDefinitions: { kind: 'list', path: '/v1.0/roleManagement/directory/roleDefinitions' },
  roleAssignments: { kind: 'list', path: '/v1.0/roleManagement/directory/roleAssignments' },
  applicationOwners: owners('applications'),
  servicePrincipalOwners: owners('servicePrincipals'),
};

/**
 * Delta queries do not tell of owners, and a list for each object would take a request for each.
 * The service adds twenty to an object at the most: nobody needs more to know who answers for it.
 */
function owners(of: 'applications' | 'servicePrincipals'): ListResource {
  const query = { $select: 'id,appId', $expand: 'owners($select=id)', $top: String(LIST_ITEMS) };
  return { kind: 'list', path: `/v1.0/${of}`, query, everyMs: LISTS_EVERY_MS };
}

/** As it stands in the ledger, for ever. */
export function sourceOf(resource: DirectoryResource): string {
  const { kind } = RESOURCES[resource];
  return `graph/${kind === 'delta' ? 'delta' : 'list'}.${resource}`;
}
