import type { JsonObject } from '../../core/json-object.ts';

/** An object of the directory in Graph's shape. */
export type DirectoryObject = JsonObject & { readonly id: string };

/** Collections of the tenant itself, named as Graph names them. */
export type Kind =
  | 'users'
  | 'groups'
  | 'devices'
  | 'applications'
  | 'servicePrincipals'
  | 'oauth2PermissionGrants'
  | 'appRoleAssignments'
  /** Activated roles; their members follow from `roleAssignments`. */
  | 'directoryRoles'
  | 'roleDefinitions'
  | 'roleAssignments'
  | 'roleAssignmentSchedules'
  | 'roleEligibilitySchedules'
  | 'domains'
  | 'conditionalAccessPolicies'
  | 'namedLocations'
  | 'authenticationStrengthPolicies'
  /** Of the authentication methods policy; external methods stand here. */
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
  /** Policies of which there is one each, with the ids of SINGLETONS. */
  | 'settings';

/** Objects that belong to one other object. */
export type OwnedKind =
  /** Of a user; `@odata.type` tells which method. */
  | 'authenticationMethods'
  /** Of a user: the rules of the inbox. */
  | 'messageRules'
  /** Of a user: one object with the id `mailboxSettings`. */
  | 'mailboxSettings'
  /** Of a domain. */
  | 'federationConfigurations'
  /** Of an application. */
  | 'federatedIdentityCredentials';

/** Ids of the objects of which a tenant has one, kept under `settings`. */
export const SINGLETONS = {
  authorizationPolicy: 'authorizationPolicy',
  crossTenantDefault: 'crossTenantAccessPolicyDefault',
  securityDefaults: 'identitySecurityDefaultsEnforcementPolicy',
} as const;

/** What one object is to others. Each has its inverse, so that both sides can be read. */
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
  /** Of a user or of a client service principal. */
  | 'oauth2PermissionGrants';

/** Ids in a fixed order, none of which need exist before it is asked for. */
export interface IdList {
  readonly size: number;
  at(index: number): string;
  has(id: string): boolean;
}

/** All first objects of one kind, any of which can be made without making the others. */
export interface SeedSet {
  /** Indices run from 0 to below this. */
  readonly size: number;
  /** How many indices have an object. */
  count(): number;
  /** Always the same object for the same index; undefined where nothing ever was. */
  at(index: number): DirectoryObject | undefined;
  /**
   * The index of the object with this id or other key (`keyOf`: a user's UPN in lower case, an
   * appId, a device's deviceId, a role's template id), or undefined.
   */
  indexOf(key: string): number | undefined;
}

/** What a tenant held before anything was changed. It MUST answer the same for ever. */
export interface DirectorySeed {
  readonly tenantId: string;
  /** Decides what the reporting APIs give: none of them without P1, risk only with P2. */
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

/** A list of ids that fits in memory. */
export function idList(ids: readonly string[]): IdList {
  const known = new Set(ids);
  return { size: ids.length, at: (index) => ids[index] ?? none(index), has: (id) => known.has(id) };
}

/** A set of objects that fits in memory. */
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

/** The other name under which an object of this kind is found, in lower case. */
export function keyOf(kind: Kind, object: DirectoryObject): string | undefined {
  const member = KEYS[kind];
  const value = member === undefined ? undefined : object[member];
  return typeof value === 'string' ? value.toLowerCase() : undefined;
}

function none(index: number): never {
  throw new RangeError(`there is nothing at ${index}`);
}
