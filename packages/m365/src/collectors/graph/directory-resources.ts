import { LIST_ITEMS, LISTS_EVERY_MS } from './limits.ts';

/** How a part of the directory is read. */
type DeltaResource = {
  readonly kind: 'delta';
  readonly path: string;
  /** The members to request: without it, users lack most members that an answer needs. */
  readonly select: readonly string[];
};

type ListResource = {
  readonly kind: 'list';
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Undefined: in every poll. */
  readonly everyMs?: number;
};

/** A list that each service principal has. */
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
 * Delta queries are used where they exist; other parts are read completely at intervals. Users are
 * read only with what identifies them and whether they may sign in: no telephone numbers.
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
 * Delta queries do not include owners, and a list per object would cost a request for each.
 * `$expand` returns at most twenty owners per object, which is enough to know who is responsible.
 */
function owners(of: 'applications' | 'servicePrincipals'): ListResource {
  const query = { $select: 'id,appId', $expand: 'owners($select=id)', $top: String(LIST_ITEMS) };
  return { kind: 'list', path: `/v1.0/${of}`, query, everyMs: LISTS_EVERY_MS };
}

/** The source id in the ledger, which never changes. */
export function sourceOf(resource: DirectoryResource): string {
  const { kind } = RESOURCES[resource];
  return `graph/${kind === 'delta' ? 'delta' : 'list'}.${resource}`;
}
