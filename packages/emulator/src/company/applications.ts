import type { DirectoryObject } from '../directory/model/directory-seed.ts';
import type { RegisteredApp, Resource } from '../login/login-directory.ts';
import type { Population } from '../population/population.ts';
import type { Application } from '../population/tenant-objects.ts';
import { APP_NAMES, FIRST_PARTY, servicePrincipalIdOf } from '../records/first-party-apps.ts';
import { guidOf, linkIdOf } from './stable-ids.ts';
import { FOUNDED } from './users.ts';

/** Applications, their service principals, and the app roles that these hold. */
export type Software = {
  readonly applications: readonly DirectoryObject[];
  readonly servicePrincipals: readonly DirectoryObject[];
  readonly appRoleAssignments: readonly DirectoryObject[];
  readonly oauth2PermissionGrants: readonly DirectoryObject[];
};

/** Entra creates no secret without an end. */
const CREDENTIALS_END = '2099-12-31T00:00:00Z';
/** Permissions of third-party applications are Graph's, except for these. */
const RESOURCES: { readonly [permission: string]: string } = {
  'ActivityFeed.Read': FIRST_PARTY.managementApi,
  'ActivityFeed.ReadDlp': FIRST_PARTY.managementApi,
  'KeyVault.Read': FIRST_PARTY.keyVault,
  full_access_as_app: FIRST_PARTY.exchange,
};

/** Permissions that an intruder or administrator may grant to an application later. */
const OFFERED: readonly string[] = [
  'Application.ReadWrite.All',
  'AppRoleAssignment.ReadWrite.All',
  'Directory.ReadWrite.All',
  'Mail.ReadWrite',
  'Mail.Send',
  'RoleManagement.ReadWrite.Directory',
];

export function softwareOf(
  population: Population,
  registered: readonly RegisteredApp[],
  vendor: readonly Resource[],
): Software {
  const { tenant, applicationCount } = population;
  const own = Array.from({ length: applicationCount }, (_, n) => population.application(n));
  const held = [
    ...own.map((one) => ({ appId: one.appId, rights: one.permissions.map(rightOf) })),
    ...registered.map((one) => ({ appId: one.clientId, rights: rightsOf(one, vendor) })),
  ];
  const principals = [
    ...[...APP_NAMES].map(([appId, name]) => vendorPrincipal(tenant.key, appId, name)),
    ...own.map(principalOf),
    ...registered.map(registeredPrincipal),
  ];
  const known = new Set(principals.map((one) => one['appId']));
  for (const { appId, names } of vendor)
    if (!known.has(appId))
      principals.push(vendorPrincipal(tenant.key, appId, new URL(names[0] ?? '').hostname));
  const offered = new Map<string, Set<string>>([[FIRST_PARTY.graph, new Set(OFFERED)]]);
  for (const { resource, value } of held.flatMap(({ rights }) => rights))
    offered.set(resource, (offered.get(resource) ?? new Set<string>()).add(value));
  const servicePrincipals = principals.map((one) => withRoles(one, offered));
  const byAppId = new Map(servicePrincipals.map((one) => [one['appId'], one]));
  return {
    applications: [
      ...own.filter((one) => one.homeTenantId === tenant.id).map(applicationObject),
      ...registered.map(registeredApplication),
    ],
    servicePrincipals,
    appRoleAssignments: held.flatMap(({ appId, rights }) =>
      rights.map((right) => assignment(byAppId.get(appId), byAppId.get(right.resource), right)),
    ),
    oauth2PermissionGrants: registered.flatMap((one) =>
      Object.entries(one.scopes).flatMap(([name, scopes]) => {
        const resource = vendor.find(({ names }) => names.includes(name))?.appId;
        return grant(byAppId.get(one.clientId), byAppId.get(resource), scopes);
      }),
    ),
  };
}

type Right = { readonly resource: string; readonly value: string };

function rightOf(value: string): Right {
  return { resource: RESOURCES[value] ?? FIRST_PARTY.graph, value };
}

function rightsOf({ roles }: RegisteredApp, vendor: readonly Resource[]): readonly Right[] {
  return Object.entries(roles).flatMap(([name, values]) => {
    const resource = vendor.find(({ names }) => names.includes(name))?.appId;
    return resource === undefined ? [] : values.map((value) => ({ resource, value }));
  });
}

/** The id of an app role, the same in every tenant. */
function roleId(resource: string, value: string): string {
  return guidOf(resource, value);
}

function withRoles(
  principal: DirectoryObject,
  offered: ReadonlyMap<string, ReadonlySet<string>>,
): DirectoryObject {
  const resource = String(principal['appId']);
  const appRoles = [...(offered.get(resource) ?? [])].map((value) => ({
    id: roleId(resource, value),
    value,
    displayName: value,
    allowedMemberTypes: ['Application'],
    isEnabled: true,
  }));
  return { ...principal, appRoles };
}

function assignment(
  principal: DirectoryObject | undefined,
  resource: DirectoryObject | undefined,
  right: Right,
): DirectoryObject {
  return {
    id: linkIdOf(principal?.id ?? '', resource?.id ?? '', right.value),
    appRoleId: roleId(right.resource, right.value),
    createdDateTime: FOUNDED,
    deletedDateTime: null,
    principalId: principal?.id,
    principalType: 'ServicePrincipal',
    principalDisplayName: principal?.['displayName'],
    resourceId: resource?.id,
    resourceDisplayName: resource?.['displayName'],
  };
}

function grant(
  client: DirectoryObject | undefined,
  resource: DirectoryObject | undefined,
  scopes: readonly string[],
): readonly DirectoryObject[] {
  if (client === undefined || resource === undefined || scopes.length === 0) return [];
  return [
    {
      id: linkIdOf(client.id, resource.id, 'AllPrincipals'),
      clientId: client.id,
      consentType: 'AllPrincipals',
      principalId: null,
      resourceId: resource.id,
      scope: scopes.join(' '),
    },
  ];
}

/** The tenant in which the vendor's own applications are registered. */
const VENDOR_TENANT = 'f8cdef31-a31e-4b4a-93e4-5f571e91255a';

function vendorPrincipal(key: number, appId: string, displayName: string): DirectoryObject {
  const id = servicePrincipalIdOf(key, appId);
  return principal({ id, appId, displayName, home: VENDOR_TENANT });
}

function principalOf(one: Application): DirectoryObject {
  const { servicePrincipalId: id, appId, name, homeTenantId: home, credential } = one;
  const base = principal({ id, appId, displayName: name, home });
  return credential === 'managedIdentity'
    ? { ...base, servicePrincipalType: 'ManagedIdentity' }
    : base;
}

function registeredPrincipal(one: RegisteredApp): DirectoryObject {
  const { objectId: id, clientId: appId, name, isEnabled } = one;
  const base = principal({ id, appId, displayName: name, home: null });
  return { ...base, accountEnabled: isEnabled, signInAudience: audienceOf(one) };
}

function principal(one: {
  readonly id: string;
  readonly appId: string;
  readonly displayName: string;
  readonly home: string | null;
}): DirectoryObject {
  return {
    id: one.id,
    appId: one.appId,
    displayName: one.displayName,
    appDisplayName: one.displayName,
    appOwnerOrganizationId: one.home,
    servicePrincipalType: 'Application',
    servicePrincipalNames: [one.appId],
    accountEnabled: true,
    appRoleAssignmentRequired: false,
    signInAudience: 'AzureADMyOrg',
    passwordCredentials: [],
    keyCredentials: [],
    createdDateTime: FOUNDED,
  };
}

function applicationObject(one: Application): DirectoryObject {
  const base = { keyId: one.keyId, displayName: 'Deployment', startDateTime: FOUNDED };
  const credential = { ...base, endDateTime: CREDENTIALS_END };
  const { appObjectId: id, appId, name } = one;
  return {
    ...application({ id, appId, name }),
    passwordCredentials: one.credential === 'secret' ? [credential] : [],
    keyCredentials:
      one.credential === 'certificate' ? [{ ...credential, type: 'AsymmetricX509Cert' }] : [],
  };
}

/** Contains secrets and certificates, for the login authority only; Graph hides them. */
function registeredApplication(one: RegisteredApp): DirectoryObject {
  const { clientId: appId, name, secrets, certificates, redirectUris, isPublic } = one;
  const credential = (n: number): object => ({
    keyId: guidOf(appId, String(n)),
    displayName: `Credential ${n + 1}`,
    startDateTime: FOUNDED,
    endDateTime: CREDENTIALS_END,
  });
  return {
    ...application({ id: guidOf(one.objectId, 'application'), appId, name }),
    passwordCredentials: secrets.map((secretText, n) => ({ ...credential(n), secretText })),
    keyCredentials: certificates.map((pem, n) => ({
      ...credential(secrets.length + n),
      type: 'AsymmetricX509Cert',
      usage: 'Verify',
      key: pem,
    })),
    web: { redirectUris },
    isFallbackPublicClient: isPublic,
    signInAudience: audienceOf(one),
  };
}

/**
 * A registration can be in several tenants. It applies to all of them unless it states otherwise.
 */
function audienceOf({ signInAudience = 'AzureADMultipleOrgs' }: RegisteredApp): string {
  return signInAudience;
}

function application(one: { id: string; appId: string; name: string }): DirectoryObject {
  return {
    id: one.id,
    appId: one.appId,
    displayName: one.name,
    signInAudience: 'AzureADMyOrg',
    createdDateTime: FOUNDED,
    appRoles: [],
    web: { redirectUris: [] },
    isFallbackPublicClient: false,
  };
}
