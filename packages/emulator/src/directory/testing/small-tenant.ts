import {
  type DirectoryObject,
  type DirectorySeed,
  type IdList,
  idList,
  type Kind,
  NO_IDS,
  NO_OBJECTS,
  type Relation,
  type SeedSet,
  SINGLETONS,
  seedSet,
} from '../model/directory-seed.ts';

export const TENANT = '5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794';
export const GRAPH_APP = '00000003-0000-0000-c000-000000000000';
export const GLOBAL_ADMIN = '62e90394-69f5-4237-9190-012177145e10';
export const DOMAIN = 'northmoor.example';

/** A fictional id with its kind and number. */
export function id(kind: number, number: number): string {
  const [a, b] = [kind.toString(16).padStart(8, '0'), number.toString(16).padStart(12, '0')];
  return `${a}-0000-4000-8000-${b}`;
}

export const userId = (number: number): string => id(1, number);
export const groupId = (number: number): string => id(2, number);
export const appId = (number: number): string => id(5, number);
export const EVERYBODY: string = groupId(0);
export const WIKI: {
  readonly appId: string;
  readonly applicationId: string;
  readonly servicePrincipalId: string;
} = { appId: appId(1), applicationId: id(6, 1), servicePrincipalId: id(7, 1) };
export const GRAPH_PRINCIPAL: string = id(7, 0);
export const MAIL_READ_ROLE: string = id(9, 1);
export const DEVICE: string = id(3, 1);
export const WIKI_GRANT = 'wikigrant000000000001';
export const WIKI_ROLE_ASSIGNMENT = 'wikirole0000000000001';

function user(number: number): DirectoryObject {
  return {
    id: userId(number),
    displayName: `Person ${number}`,
    userPrincipalName: `person${number}@${number % 7 === 3 ? 'corp.' : ''}${DOMAIN}`,
    mail: `person${number}@${DOMAIN}`,
    mailNickname: `person${number}`,
    department: number % 2 === 0 ? 'Sales' : 'Support',
    accountEnabled: true,
    userType: number % 10 === 9 ? 'Guest' : 'Member',
    createdDateTime: '2025-01-06T08:00:00Z',
    lastPasswordChangeDateTime: '2025-01-06T08:00:00Z',
    signInSessionsValidFromDateTime: '2025-01-06T08:00:00Z',
    proxyAddresses: [`SMTP:person${number}@${DOMAIN}`],
  };
}

/** Any number of people, created on demand. */
function people(size: number): SeedSet {
  return {
    size,
    count: () => size,
    at: user,
    indexOf: (key) => {
      const found = key.includes('@')
        ? /^person(\d+)@/.exec(key)?.[1]
        : /^00000001-0000-4000-8000-([0-9a-f]{12})$/.exec(key)?.[1];
      const number = Number.parseInt(found ?? '', key.includes('@') ? 10 : 16);
      if (!(number < size)) return undefined;
      const { id, userPrincipalName } = user(number);
      return [id, userPrincipalName].includes(key) ? number : undefined;
    },
  };
}

function everybody(size: number): IdList {
  const all = people(size);
  return { size, at: userId, has: (one) => all.indexOf(one) !== undefined };
}

const WIKI_SERVICE: DirectoryObject = {
  id: WIKI.servicePrincipalId,
  appId: WIKI.appId,
  displayName: 'Wiki',
  accountEnabled: true,
  servicePrincipalType: 'Application',
  appRoles: [],
  passwordCredentials: [],
  keyCredentials: [],
};

const OBJECTS: { readonly [kind in Kind]?: readonly DirectoryObject[] } = {
  groups: [
    { id: EVERYBODY, displayName: 'Everybody', groupTypes: [], securityEnabled: true },
    { id: groupId(1), displayName: 'Payroll', groupTypes: [], securityEnabled: true },
  ],
  devices: [
    { id: DEVICE, deviceId: id(4, 1), displayName: 'NM-0001', accountEnabled: true },
    { id: id(3, 2), deviceId: id(4, 2), displayName: 'NM-0002', accountEnabled: true },
  ],
  applications: [
    {
      id: WIKI.applicationId,
      appId: WIKI.appId,
      displayName: 'Wiki',
      passwordCredentials: [
        { keyId: id(8, 1), displayName: 'first', endDateTime: '2027-01-01T00:00:00Z' },
      ],
      keyCredentials: [],
    },
  ],
  servicePrincipals: [
    {
      id: GRAPH_PRINCIPAL,
      appId: GRAPH_APP,
      displayName: 'Microsoft Graph',
      accountEnabled: true,
      servicePrincipalType: 'Application',
      appRoles: [{ id: MAIL_READ_ROLE, value: 'Mail.Read', displayName: 'Read all mail' }],
    },
    WIKI_SERVICE,
  ],
  oauth2PermissionGrants: [
    {
      id: WIKI_GRANT,
      clientId: WIKI.servicePrincipalId,
      consentType: 'AllPrincipals',
      principalId: null,
      resourceId: GRAPH_PRINCIPAL,
      scope: ' User.Read Mail.Read',
    },
  ],
  appRoleAssignments: [
    {
      id: WIKI_ROLE_ASSIGNMENT,
      appRoleId: MAIL_READ_ROLE,
      createdDateTime: '2025-02-03T09:00:00Z',
      principalId: WIKI.servicePrincipalId,
      principalType: 'ServicePrincipal',
      principalDisplayName: 'Wiki',
      resourceId: GRAPH_PRINCIPAL,
      resourceDisplayName: 'Microsoft Graph',
    },
  ],
  directoryRoles: [
    { id: id(10, 1), roleTemplateId: GLOBAL_ADMIN, displayName: 'Global Administrator' },
  ],
  roleDefinitions: [
    { id: GLOBAL_ADMIN, templateId: GLOBAL_ADMIN, displayName: 'Global Administrator' },
  ],
  roleAssignments: [
    {
      id: 'role-assignment-1',
      roleDefinitionId: GLOBAL_ADMIN,
      principalId: userId(0),
      directoryScopeId: '/',
    },
  ],
  domains: [
    { id: DOMAIN, authenticationType: 'Managed', isVerified: true, isDefault: true },
    { id: `corp.${DOMAIN}`, authenticationType: 'Federated', isVerified: true },
  ],
  organizations: [{ id: TENANT, displayName: 'Northmoor Crossing' }],
  settings: [{ id: SINGLETONS.authorizationPolicy, allowInvitesFrom: 'everyone' }],
};

const RELATED: { readonly [key: string]: readonly string[] } = {
  [`${WIKI.servicePrincipalId} oauth2PermissionGrants`]: [WIKI_GRANT],
  [`${WIKI.servicePrincipalId} appRoleAssignments`]: [WIKI_ROLE_ASSIGNMENT],
  [`${GRAPH_PRINCIPAL} appRoleAssignedTo`]: [WIKI_ROLE_ASSIGNMENT],
  [`${WIKI.applicationId} owners`]: [userId(1)],
  [`${userId(1)} ownedObjects`]: [WIKI.applicationId],
  [`${DEVICE} registeredOwners`]: [userId(2)],
  [`${userId(2)} ownedDevices`]: [DEVICE],
};

/** A tenant with few objects and any number of people. */
export function smallTenant(size: number): DirectorySeed {
  const users = people(size);
  const sets = new Map<Kind, SeedSet>([['users', users]]);
  for (const [kind, objects] of Object.entries(OBJECTS) as [Kind, DirectoryObject[]][])
    sets.set(kind, seedSet(kind, objects));
  const related = (one: string, relation: Relation): IdList => {
    if (one === EVERYBODY && relation === 'members') return everybody(size);
    if (relation === 'memberOf' && users.indexOf(one) !== undefined) return idList([EVERYBODY]);
    const ids = RELATED[`${one} ${relation}`];
    return ids === undefined ? NO_IDS : idList(ids);
  };
  return {
    tenantId: TENANT,
    license: 'P2',
    set: (kind) => sets.get(kind) ?? NO_OBJECTS,
    related,
    owned: (kind, ownerId) => owned(kind, ownerId),
  };
}

function owned(kind: string, ownerId: string): readonly DirectoryObject[] {
  if (kind === 'authenticationMethods' && ownerId.startsWith('00000001-'))
    return [
      {
        id: '28c10230-6103-485e-b985-444c60001490',
        '@odata.type': '#microsoft.graph.passwordAuthenticationMethod',
        createdDateTime: '2025-01-06T08:00:00Z',
      },
    ];
  if (kind === 'federationConfigurations' && ownerId === `corp.${DOMAIN}`)
    return [
      {
        id: 'trust-1',
        displayName: 'Own provider',
        issuerUri: 'urn:northmoor:sts',
        signingCertificate: 'MIIfirst',
        federatedIdpMfaBehavior: 'acceptIfMfaDoneByFederatedIdp',
      },
    ];
  return [];
}
