import type { JsonObject } from '../core/json-object.ts';
import type { Tenant } from '../population/tenant.ts';
import { graphTime } from './feed-format.ts';
import { APP_NAMES, servicePrincipalIdOf } from './first-party-apps.ts';
import type { Fullness, SignIn } from './sign-in.ts';
import { failureReason } from './sign-in-errors.ts';

/** Members with the same form in Graph's rows and the diagnostic export. */
export function commonRow(tenant: Tenant, s: SignIn, fullness: Fullness): JsonObject {
  const { user, servicePrincipal: app } = s;
  const isWhole = fullness === 'complete';
  return {
    id: s.requestId,
    createdDateTime: graphTime(s.atMs),
    userDisplayName: user?.isKnown === false ? '' : (user?.displayName ?? null),
    userPrincipalName: user?.upn.toLowerCase() ?? null,
    userId: user?.isKnown === false ? '' : (user?.objectId ?? ''),
    appId: s.appId,
    appDisplayName: s.appName ?? APP_NAMES.get(s.appId) ?? '',
    ipAddress: s.address.ip,
    clientAppUsed: user === undefined ? null : s.client.clientAppUsed,
    userAgent: s.client.userAgent,
    correlationId: s.correlationId,
    // The directory fills in both, because it has the policies of that time.
    conditionalAccessStatus: 'notApplied',
    originalRequestId: s.requestId,
    isInteractive: s.eventType === 'interactiveUser',
    tokenIssuerName: s.federatedIssuer ?? '',
    tokenIssuerType: s.federatedIssuer === undefined ? 'AzureAD' : 'ADFederationServices',
    clientCredentialType: app?.credential ?? 'none',
    processingTimeInMilliseconds: 40 + ((s.atMs % 997) % 400),
    ...riskOf(s, isWhole),
    resourceDisplayName: APP_NAMES.get(s.resourceId) ?? '',
    resourceId: s.resourceId,
    resourceServicePrincipalId: servicePrincipalIdOf(tenant.key, s.resourceId),
    resourceTenantId: tenant.id,
    homeTenantId: app?.homeTenantId ?? tenant.id,
    ...requirementOf(s, isWhole),
    servicePrincipalName: app?.name ?? null,
    servicePrincipalId: app?.id ?? '',
    servicePrincipalCredentialKeyId: app?.keyId ?? null,
    servicePrincipalCredentialThumbprint: '',
    federatedCredentialId: null,
    flaggedForReview: false,
    isTenantRestricted: false,
    autonomousSystemNumber: s.address.asn,
    crossTenantAccessType: 'none',
    incomingTokenType: s.incomingToken,
    authenticationProtocol: s.protocol,
    originalTransferMethod: s.transferMethod ?? 'none',
    appTokenProtectionStatus: null,
    signInTokenProtectionStatus: s.incomingToken === 'primaryRefreshToken' ? 'bound' : 'unbound',
    uniqueTokenIdentifier: s.tokenId,
    sessionId: s.sessionId ?? null,
    signInEventTypes: [s.eventType],
    status: statusOf(s),
    deviceDetail: deviceOf(s),
    location: locationOf(s),
    appliedConditionalAccessPolicies: [],
    authenticationContextClassReferences: [],
    networkLocationDetails: [],
    sessionLifetimePolicies: [],
    privateLinkDetails: null,
    conditionalAccessAudiences: isWhole ? [s.resourceId] : [],
  };
}

/** A row of `GET /beta/auditLogs/signIns`. */
export function graphSignIn(s: SignIn, fullness: Fullness, common: JsonObject): JsonObject {
  const { user } = s;
  return {
    ...common,
    userType: user === undefined ? null : (user.userType ?? 'member'),
    signInIdentifier: user?.upn.toLowerCase() ?? '',
    signInIdentifierType: user === undefined ? null : 'userPrincipalName',
    ipAddressFromResourceProvider: null,
    homeTenantName: '',
    authenticationMethodsUsed: fullness === 'complete' ? s.steps.map((step) => step.method) : [],
    appliedEventListeners: s.listener === undefined ? [] : [s.listener],
    managedServiceIdentity: managedIdentityOf(s),
    globalSecureAccessIpAddress: null,
    isThroughGlobalSecureAccess: false,
    azureResourceId: '',
  };
}

function riskOf(s: SignIn, isWhole: boolean): JsonObject {
  const risk = isWhole ? s.risk : undefined;
  return {
    riskDetail: 'none',
    riskLevelAggregated: risk?.level ?? 'none',
    riskLevelDuringSignIn: risk?.level ?? 'none',
    riskState: risk?.state ?? 'none',
    riskEventTypes: risk?.types ?? [],
    riskEventTypes_v2: risk?.types ?? [],
  };
}

function requirementOf(s: SignIn, isWhole: boolean): JsonObject {
  const at = graphTime(s.atMs);
  const isTwo = s.factors === 2;
  return {
    authenticationRequirement: isTwo ? 'multiFactorAuthentication' : 'singleFactorAuthentication',
    authenticationRequirementPolicies:
      isTwo && isWhole
        ? [{ requirementProvider: 'multiConditionalAccess', detail: 'Conditional Access' }]
        : [],
    authenticationDetails: isWhole
      ? s.steps.map((step) => ({
          authenticationStepDateTime: at,
          authenticationMethod: step.method,
          authenticationMethodDetail: step.detail,
          succeeded: step.succeeded,
          authenticationStepResultDetail: step.result,
          authenticationStepRequirement: isTwo ? 'Multifactor' : 'Primary authentication',
        }))
      : [],
    authenticationProcessingDetails: isWhole
      ? [{ key: 'Login Hint Present', value: s.user === undefined ? 'False' : 'True' }]
      : [],
  };
}

function statusOf(s: SignIn): JsonObject {
  const isClaim = s.factors === 2 && s.error === 0 && s.incomingToken !== 'none';
  return {
    errorCode: s.error,
    failureReason: failureReason(s.error),
    additionalDetails: isClaim
      ? 'MFA requirement satisfied by claim in the token'
      : s.factors === 2 && s.error === 0
        ? 'MFA completed in Azure AD'
        : null,
  };
}

function deviceOf(s: SignIn): JsonObject {
  return {
    deviceId: s.device?.id ?? '',
    displayName: s.device?.name ?? '',
    operatingSystem: s.client.operatingSystem,
    browser: s.client.browser,
    isCompliant: s.device?.isManaged ?? false,
    isManaged: s.device?.isManaged ?? false,
    trustType: s.device?.trustType ?? '',
  };
}

function locationOf(s: SignIn): JsonObject {
  const { city, state, countryOrRegion, latitude, longitude } = s.address.place;
  return { city, state, countryOrRegion, geoCoordinates: { altitude: null, latitude, longitude } };
}

function managedIdentityOf(s: SignIn): JsonObject | null {
  if (s.eventType !== 'managedIdentity') return null;
  return { msiType: 'systemAssigned', associatedResourceId: null, federatedTokenId: null };
}
