import type { JsonObject } from '../../emulator/types.ts';

/** A sign-in that somebody plants in a tenant, as Graph will tell of it. */
type Planted = {
  readonly id: string;
  readonly atMs: number;
  readonly flow: 'interactiveUser' | 'nonInteractiveUser' | 'servicePrincipal' | 'managedIdentity';
  /** Object id, of a person or of a service principal. */
  readonly who: string;
  readonly factors?: 1 | 2;
  readonly more?: JsonObject;
};

const ADDRESS = '203.0.113.9';

export function signInRow(
  { id, atMs, flow, who, factors = 2, more }: Planted,
  tenantId: string,
): JsonObject {
  const isPerson = flow === 'interactiveUser' || flow === 'nonInteractiveUser';
  return {
    id,
    createdDateTime: new Date(atMs).toISOString(),
    userId: isPerson ? who : '',
    userPrincipalName: isPerson ? `${who}@planted.example` : null,
    servicePrincipalId: isPerson ? '' : who,
    servicePrincipalName: isPerson ? null : 'planted',
    servicePrincipalCredentialKeyId: isPerson ? null : 'key-1',
    clientCredentialType: isPerson ? 'none' : 'clientSecret',
    appId: '1b730954-1685-4b74-9bfd-dac224a7b894',
    appDisplayName: 'Outlook',
    resourceDisplayName: 'Microsoft Graph',
    resourceTenantId: tenantId,
    homeTenantId: tenantId,
    ipAddress: ADDRESS,
    correlationId: id,
    conditionalAccessStatus: 'success',
    authenticationRequirement:
      factors === 2 ? 'multiFactorAuthentication' : 'singleFactorAuthentication',
    authenticationDetails: [],
    appliedConditionalAccessPolicies: [],
    authenticationProtocol: 'oAuth2',
    signInEventTypes: [flow],
    isInteractive: flow === 'interactiveUser',
    status: { errorCode: 0 },
    deviceDetail: { deviceId: '' },
    ...more,
  };
}
