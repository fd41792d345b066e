import type { JsonObject } from '../../core/json-object.ts';

/** An object of the directory in Graph's form. */
export type DirectoryObject = JsonObject & { readonly id: string };

/** Collections of the tenant, with Graph's names. */
export type Kind =
  | 'users'
  | 'groups'
  | 'devices'
  | 'applications'
  | 'servicePrincipals'
  | 'oauth2PermissionGrants'
  | 'appRoleAssignments'
  /** Activated roles. Their members follow from `roleAssignments`. */
  | 'directoryRoles'
  | 'roleDefinitions'
  | 'roleAssignments'
  | 'roleAssignmentSchedules'
  | 'roleEligibilitySchedules'
  | 'domains'
  | 'conditionalAccessPolicies'
  | 'namedLocations'
  | 'authenticationStrengthPolicies'
  /** Part of the authentication methods policy, with external methods. */
  | 'authenticationMethodConfigurations'
  | 'customAuthenticationExtensions'
  | 'authenticationEventListeners'
  /** `id` is the partner's tenant id. */
  | 'crossTenantPartners'
  | 'riskyUsers'
  | 'riskyServicePrincipals'
  /** One object, with the tenant's id. */
  | 'organizations'
  | 'subscribedSkus'
  /** Policies with one instance each, with the ids of SINGLETONS. */
  | 'settings';

/** Objects that belong to one other object. */
export type OwnedKind =
  /** Of a user. `@odata.type` states the method. */
  | 'authenticationMethods'
  /** Of a user: inbox rules. */
  | 'messageRules'
  /** Of a user: one object with the id `mailboxSettings`. */
  | 'mailboxSettings'
  /** Of a domain. */
  | 'federationConfigurations'
  /** Of an application. */
  | 'federatedIdentityCredentials';

/** Ids of the singletons of a tenant, stored under `settings`. */
export const SINGLETONS = {
  authorizationPolicy: 'authorizationPolicy',
  crossTenantDefault: 'crossTenantAccessPolicyDefault',
  securityDefaults: 'identitySecurityDefaultsEnforcementPolicy',
} as const;

/** Relations between objects. Each has its inverse, so that both sides can be read. */
export type Relation =
  | 'members'
  | 'memberOf'
  | 'owners'
  | 'ownedObjects'
  | 'registeredOwners'
  | 'ownedDevices'
  | 'registeredUsers'
  | 'registeredDevices'
  /** Of a principal: its ids in `appRoleAssignments`. */
  | 'appRoleAssignments'
  /** Of the service principal that offers the roles. */
  | 'appRoleAssignedTo'
  /** Of a user or of a client's service principal. */
  | 'oauth2PermissionGrants';

/** Ids in a fixed order, created on demand. */
export interface IdList {
  readonly size: number;
  at(index: number): string;
  has(id: string): boolean;
}

/** All initial objects of one kind, each created independently of the others. */
export interface SeedSet {
  /** Indices run from 0 to below this. */
  readonly size: number;
  /** Number of indices with an object. */
  count(): number;
  /** Always the same object for an index; undefined if there never was one. */
  at(index: number): DirectoryObject | undefined;
  /**
   * The index of the object with this id or other key (`keyOf`: a user's UPN in lower case, an
   * appId, a device's deviceId, a role's template id); undefined if there is none.
   */
  indexOf(key: string): number | undefined;
}

/** The initial state of a tenant. It MUST always give the same answers. */
export interface DirectorySeed {
  readonly tenantId: string;
  /** Decides which reporting APIs work: none without P1, risk only with P2. */
  readonly license: 'free' | 'P1' | 'P2';
  set(kind: Kind): SeedSet;
  related(id: string, relation: Relation): IdList;
  owned(kind: OwnedKind, ownerId: string): readonly DirectoryObject[];
}

export const NO_IDS: IdList = { size: 0, at: none, has: () => false };
export const NO_OBJECTS: SeedSet = {
  size: 0,
  count: () => 0,
  at: () => undefined,
  indexOf: () => undefined,
};

/** A list of ids that fits into memory. */
export function idList(ids: readonly string[]): IdList {
  const known = new Set(ids);
  return { size: ids.length, at: (index) => ids[index] ?? none(index), has: (id) => known.has(id) };
}

/** A set of objects that fits into memory. */
export function seedSet(kind: Kind, objects: readonly DirectoryObject[]): SeedSet {
  const indexes = new Map<string, number>();
  for (const [index, object] of objects.entries()) {
    indexes.set(object.id, index);
    const key = keyOf(kind, object);
    if (key !== undefined) indexes.set(key, index);
  }
  return {
    size: objects.length,
    count: () => objects.length,
    at: (index) => objects[index],
    indexOf: (key) => indexes.get(key),
  };
}

const KEYS: { readonly [kind in Kind]?: string } = {
  users: 'userPrincipalName',
  devices: 'deviceId',
  applications: 'appId',
  servicePrincipals: 'appId',
  directoryRoles: 'roleTemplateId',
};

/** The lowercase other key of an object of this kind. */
export function keyOf(kind: Kind, object: DirectoryObject): string | undefined {
  const member = KEYS[kind];
  const value = member === undefined ? undefined : object[member];
  return typeof value === 'string' ? value.toLowerCase() : undefined;
}

function none(index: number): never {
  throw new RangeError(`the list has no item ${index}`);
}
