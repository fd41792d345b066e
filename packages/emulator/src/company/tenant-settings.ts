import { createHash } from 'node:crypto';
import { type DirectoryObject, SINGLETONS } from '../directory/model/directory-seed.ts';
import { DEPARTMENTS } from '../population/names.ts';
import { PLACES } from '../population/places.ts';
import type { Population } from '../population/population.ts';
import { FIRST_PARTY } from '../records/first-party-apps.ts';
import { guidOf } from './stable-ids.ts';
import { FOUNDED, SKUS } from './users.ts';

export function domains({ tenant }: Population): readonly DirectoryObject[] {
  const shared = { isVerified: true, isAdminManaged: true, supportedServices: ['Email'] };
  return [
    {
      id: tenant.domain,
      authenticationType: 'Managed',
      isDefault: true,
      isInitial: false,
      isRoot: true,
      ...shared,
    },
    {
      id: tenant.federatedDomain,
      authenticationType: 'Federated',
      isDefault: false,
      isInitial: false,
      isRoot: false,
      ...shared,
    },
  ];
}

/** The identity provider of people in the federated domain. */
export function federationOf({ tenant }: Population, domain: string): readonly DirectoryObject[] {
  if (domain !== tenant.federatedDomain) return [];
  const base = `https://sts.${tenant.domain}`;
  const digest = createHash('sha256').update(tenant.id).digest('hex');
  return [
    {
      id: guidOf(tenant.id, domain),
      displayName: tenant.displayName,
      issuerUri: `http://sts.${tenant.domain}/adfs/services/trust/`,
      metadataExchangeUri: `${base}/adfs/services/trust/mex`,
      passiveSignInUri: `${base}/adfs/ls/`,
      activeSignInUri: `${base}/adfs/services/trust/2005/usernamemixed`,
      signOutUri: `${base}/adfs/ls/`,
      signingCertificate: Buffer.from(digest).toString('base64'),
      nextSigningCertificate: null,
      preferredAuthenticationProtocol: 'wsFed',
      promptLoginBehavior: 'nativeSupport',
      isSignedAuthenticationRequestRequired: false,
      signingCertificateUpdateStatus: null,
      federatedIdpMfaBehavior: 'acceptIfMfaDoneByFederatedIdp',
    },
  ];
}

/** The company's requirements for sign-ins. People comply with them; a test checks every row. */
export function policies(
  population: Population,
  factorPolicy: 'enabled' | 'disabled',
): readonly DirectoryObject[] {
  const { tenant } = population;
  const departments = DEPARTMENTS.map((_, index) => population.group(index).id);
  const [finance] = departments.slice(DEPARTMENTS.indexOf('Finance'));
  const [state, reported] = ['enabled', 'enabledForReportingButNotEnforced'] as const;
  const shapes: readonly PolicyShape[] = [
    // Gaps as in real companies: workloads and accounts without a department are exempt.
    tenant.isGoverned
      ? { state: factorPolicy, clients: ['all'], grants: ['mfa'] }
      : { state: factorPolicy, groups: departments, clients: ['browser'], grants: ['mfa'] },
    { state: reported, groups: [finance ?? ''], clients: ['all'], grants: ['compliantDevice'] },
    { state: reported, clients: ['exchangeActiveSync', 'other'], grants: ['block'] },
    { state, apps: [FIRST_PARTY.keyVault], clients: ['browser'], grants: ['block'] },
  ];
  return shapes.map((shape, index) => ({
    id: tenant.policies[index]?.id ?? '',
    displayName: tenant.policies[index]?.displayName ?? '',
    createdDateTime: FOUNDED,
    modifiedDateTime: null,
    state: shape.state,
    conditions: {
      users:
        shape.groups === undefined ? { includeUsers: ['All'] } : { includeGroups: shape.groups },
      applications: { includeApplications: shape.apps ?? ['All'] },
      clientAppTypes: shape.clients,
    },
    grantControls: { operator: 'OR', builtInControls: shape.grants },
    sessionControls: null,
  }));
}

type PolicyShape = {
  readonly state: string;
  /** All people without it. */
  readonly groups?: readonly string[];
  readonly apps?: readonly string[];
  readonly clients: readonly string[];
  readonly grants: readonly string[];
};

export function namedLocations({ tenant }: Population): readonly DirectoryObject[] {
  return [
    {
      id: guidOf(tenant.id, 'Offices'),
      '@odata.type': '#microsoft.graph.ipNamedLocation',
      displayName: 'Offices',
      isTrusted: true,
      createdDateTime: FOUNDED,
      modifiedDateTime: null,
      ipRanges: [
        { '@odata.type': '#microsoft.graph.iPv4CidrRange', cidrAddress: '198.51.100.0/24' },
      ],
    },
  ];
}

export function organizations({ tenant }: Population): readonly DirectoryObject[] {
  return [
    {
      id: tenant.id,
      displayName: tenant.displayName,
      city: PLACES[0]?.city ?? null,
      countryLetterCode: PLACES[0]?.countryOrRegion ?? null,
      createdDateTime: FOUNDED,
      tenantType: 'AAD',
      verifiedDomains: [
        { name: tenant.domain, isDefault: true, isInitial: false, type: 'Managed' },
        { name: tenant.federatedDomain, isDefault: false, isInitial: false, type: 'Federated' },
      ],
    },
  ];
}

/** Computed on demand, because counting a million licenses takes a moment. */
export function subscribedSkus(population: Population): readonly DirectoryObject[] {
  const counts = new Map<string, number>();
  for (let index = 0; index < population.size; index++) {
    const { license } = population.traits(index);
    counts.set(license, (counts.get(license) ?? 0) + 1);
  }
  return Object.entries(SKUS).map(([license, sku]) => {
    const consumedUnits = counts.get(license) ?? 0;
    return {
      id: `${population.tenant.id}_${sku.skuId}`,
      ...sku,
      appliesTo: 'User',
      capabilityStatus: 'Enabled',
      consumedUnits,
      prepaidUnits: { enabled: consumedUnits + 25, suspended: 0, warning: 0 },
    };
  });
}

export function settings(): readonly DirectoryObject[] {
  return [
    {
      id: SINGLETONS.authorizationPolicy,
      displayName: 'Authorization Policy',
      description: 'Used to manage authorization related settings across the company.',
      deletedDateTime: null,
      // The service's default: guests see their own objects and memberships.
      guestUserRoleId: '10dae51f-b6af-4016-8d66-8c2a99b929b3',
      allowInvitesFrom: 'adminsAndGuestInviters',
      allowedToSignUpEmailBasedSubscriptions: false,
      allowedToUseSSPR: true,
      allowEmailVerifiedUsersToJoinOrganization: false,
      allowUserConsentForRiskyApps: null,
      blockMsolPowerShell: false,
      defaultUserRolePermissions: {
        allowedToCreateApps: true,
        allowedToCreateSecurityGroups: true,
        allowedToCreateTenants: true,
        allowedToReadBitlockerKeysForOwnedDevice: true,
        allowedToReadOtherUsers: true,
        permissionGrantPoliciesAssigned: [
          'ManagePermissionGrantsForSelf.microsoft-user-default-low',
        ],
      },
    },
    { id: SINGLETONS.securityDefaults, displayName: 'Security Defaults', isEnabled: false },
    {
      id: SINGLETONS.crossTenantDefault,
      isServiceDefault: true,
      inboundTrust: {
        isMfaAccepted: false,
        isCompliantDeviceAccepted: false,
        isHybridAzureADJoinedDeviceAccepted: false,
      },
      b2bCollaborationInbound: access('allowed'),
      b2bCollaborationOutbound: access('allowed'),
      b2bDirectConnectInbound: access('blocked'),
      b2bDirectConnectOutbound: access('blocked'),
    },
  ];
}

function access(accessType: 'allowed' | 'blocked'): object {
  return {
    usersAndGroups: { accessType, targets: [{ target: 'AllUsers', targetType: 'user' }] },
    applications: {
      accessType,
      targets: [{ target: 'AllApplications', targetType: 'application' }],
    },
  };
}
