import { badRequest } from './calls/graph-error.ts';
import type { Route } from './calls/route-table.ts';
import { filteredNames } from './odata/evaluate-filter.ts';
import type { QueryOptions } from './odata/query-options.ts';

/**
 * The properties of each resource in the vendor's metadata, v1.0 and beta together, with or without
 * a value here.
 */
const PROPERTIES: Readonly<Record<string, string>> = {
  user: `
    id deletedDateTime accountEnabled ageGroup assignedLicenses assignedPlans authorizationInfo
    businessPhones city companyName consentProvidedForMinor country createdDateTime creationType
    customSecurityAttributes department displayName employeeHireDate employeeId
    employeeLeaveDateTime employeeOrgData employeeType externalUserState
    externalUserStateChangeDateTime faxNumber givenName identities imAddresses
    isManagementRestricted isResourceAccount jobTitle lastPasswordChangeDateTime
    legalAgeGroupClassification licenseAssignmentStates mail mailNickname mobilePhone
    officeLocation onPremisesDistinguishedName onPremisesDomainName
    onPremisesExtensionAttributes onPremisesImmutableId onPremisesLastSyncDateTime
    onPremisesProvisioningErrors onPremisesSamAccountName onPremisesSecurityIdentifier
    onPremisesSipInfo onPremisesSyncEnabled onPremisesUserPrincipalName otherMails
    passwordPolicies passwordProfile postalCode preferredDataLocation preferredLanguage
    preferredName provisionedPlans proxyAddresses refreshTokensValidFromDateTime
    securityIdentifier serviceProvisioningErrors showInAddressList signInActivity
    signInSessionsValidFromDateTime state streetAddress surname usageLocation userPrincipalName
    userType mailboxSettings aboutMe birthday hireDate interests mySite pastProjects
    responsibilities schools skills`,
  group: `
    id deletedDateTime allowExternalSenders assignedLabels assignedLicenses
    autoSubscribeNewMembers classification createdByAppId createdDateTime description
    displayName expirationDateTime groupTypes hasMembersWithLicenseErrors hideFromAddressLists
    hideFromOutlookClients isArchived isAssignableToRole isManagementRestricted
    isSubscribedByMail licenseProcessingState mail mailEnabled mailNickname membershipRule
    membershipRuleProcessingState onPremisesDomainName onPremisesLastSyncDateTime
    onPremisesNetBiosName onPremisesProvisioningErrors onPremisesSamAccountName
    onPremisesSecurityIdentifier onPremisesSyncEnabled organizationId preferredDataLocation
    preferredLanguage proxyAddresses renewedDateTime resourceBehaviorOptions
    resourceProvisioningOptions securityEnabled securityIdentifier serviceProvisioningErrors
    theme uniqueName unseenCount visibility members`,
  device: `
    id deletedDateTime accountEnabled alternativeSecurityIds approximateLastSignInDateTime
    complianceExpirationDateTime createdDateTime deviceCategory deviceId deviceMetadata
    deviceOwnership deviceVersion displayName domainName enrollmentProfileName enrollmentType
    extensionAttributes hostnames isCompliant isManaged isManagementRestricted isRooted
    managementType manufacturer mdmAppId model onPremisesLastSyncDateTime
    onPremisesSecurityIdentifier onPremisesSyncEnabled operatingSystem operatingSystemVersion
    physicalIds profileType registrationDateTime systemLabels trustType`,
  application: `
    id deletedDateTime addIns api appId appRoles applicationTemplateId authenticationBehaviors
    certification createdByAppId createdDateTime defaultRedirectUri description
    disabledByMicrosoftStatus displayName groupMembershipClaims identifierUris info
    isDeviceOnlyAuthSupported isFallbackPublicClient keyCredentials logo
    nativeAuthenticationApisEnabled notes oauth2RequirePostResponse onPremisesPublishing
    optionalClaims parentalControlSettings passwordCredentials publicClient publisherDomain
    requestSignatureVerification requiredResourceAccess samlMetadataUrl
    serviceManagementReference servicePrincipalLockConfiguration signInAudience spa tags
    tokenEncryptionKeyId uniqueName verifiedPublisher web owners`,
  servicePrincipal: `
    id deletedDateTime accountEnabled addIns alternativeNames appDescription appDisplayName
    appId appOwnerOrganizationId appRoleAssignmentRequired appRoles applicationTemplateId
    createdByAppId createdDateTime customSecurityAttributes description
    disabledByMicrosoftStatus displayName errorUrl homepage info isAuthorizationServiceEnabled
    isManagementRestricted keyCredentials loginUrl logoutUrl notes notificationEmailAddresses
    oauth2PermissionScopes passwordCredentials preferredSingleSignOnMode
    preferredTokenSigningKeyThumbprint publishedPermissionScopes publisherName replyUrls
    resourceSpecificApplicationPermissions samlMetadataUrl samlSingleSignOnSettings
    servicePrincipalNames servicePrincipalType signInAudience tags tokenEncryptionKeyId
    verifiedPublisher owners`,
  directoryRole: 'id deletedDateTime description displayName roleTemplateId members',
  oAuth2PermissionGrant:
    'id clientId consentType expiryTime principalId resourceId scope startTime',
  appRoleAssignment: `
    id appRoleId createdDateTime creationTimestamp deletedDateTime principalDisplayName
    principalId principalType resourceDisplayName resourceId`,
  domain: `
    id authenticationType availabilityStatus isAdminManaged isDefault isInitial isRoot
    isVerified manufacturer model passwordNotificationWindowInDays passwordValidityPeriodInDays
    state supportedServices`,
  organization: `
    id deletedDateTime assignedPlans businessPhones city companyLastDirSyncTime country
    countryLetterCode createdDateTime defaultUsageLocation directorySizeQuota displayName
    isMultipleDataLocationsForServicesEnabled marketingNotificationEmails
    mobileDeviceManagementAuthority onPremisesLastPasswordSyncDateTime
    onPremisesLastSyncDateTime onPremisesSyncEnabled onPremisesSyncStatus partnerTenantType
    postalCode preferredLanguage privacyProfile provisionedPlans
    securityComplianceNotificationMails securityComplianceNotificationPhones state street
    technicalNotificationMails tenantType verifiedDomains`,
  subscribedSku: `
    id accountId accountName appliesTo capabilityStatus consumedUnits prepaidUnits servicePlans
    skuId skuPartNumber subscriptionIds`,
  unifiedRoleDefinition: `
    id allowedPrincipalTypes description displayName inheritsPermissionsFrom isBuiltIn isEnabled
    isPrivileged resourceScopes rolePermissions templateId version`,
  unifiedRoleAssignment: `
    id appScopeId condition directoryScopeId principalId principalOrganizationId resourceScope
    roleDefinitionId`,
  unifiedRoleSchedule: `
    id appScopeId assignmentType createdDateTime createdUsing directoryScopeId memberType
    modifiedDateTime principalId roleDefinitionId scheduleInfo status`,
  conditionalAccessPolicy: `
    id conditions createdDateTime deletedDateTime description displayName grantControls
    modifiedDateTime partialEnablementStrategy sessionControls state templateId`,
  namedLocation: `
    id countriesAndRegions countryLookupMethod createdDateTime deletedDateTime displayName
    includeUnknownCountriesAndRegions ipRanges isTrusted modifiedDateTime`,
  authenticationStrengthPolicy: `
    id allowedCombinations combinationConfigurations createdDateTime description displayName
    modifiedDateTime policyType requirementsSatisfied`,
  authenticationMethodConfiguration: `
    id allowedAADGuids appId authenticationModes certificateUserBindings defaultLength
    defaultLifetimeInMinutes displayName excludeTargets featureSettings includeTargets
    isAttestationEnforced isSelfServiceRegistrationAllowed isSoftwareOathEnabled isUsableOnce
    keyRestrictions maximumLifetimeInMinutes minimumLifetimeInMinutes openIdConnectSetting state`,
  customAuthenticationExtension: `
    id authenticationConfiguration behaviorOnError claimsForTokenConfiguration
    clientConfiguration description displayName endpointConfiguration`,
  authenticationEventListener:
    'id authenticationEventsFlowId conditions displayName handler priority',
  riskyUser: `
    id activity initiatedBy isDeleted isProcessing riskDetail riskLastUpdatedDateTime riskLevel
    riskState userDisplayName userId userPrincipalName`,
  riskyServicePrincipal: `
    id accountEnabled appId displayName isEnabled isProcessing riskDetail
    riskLastUpdatedDateTime riskLevel riskState servicePrincipalType`,
  authorizationPolicy: `
    id deletedDateTime allowEmailVerifiedUsersToJoinOrganization allowInvitesFrom
    allowUserConsentForRiskyApps allowedToSignUpEmailBasedSubscriptions allowedToUseSSPR
    blockMsolPowerShell defaultUserRoleOverrides defaultUserRolePermissions description
    displayName enabledPreviewFeatures guestUserRoleId
    permissionGrantPolicyIdsAssignedToDefaultUserRole`,
  identitySecurityDefaultsEnforcementPolicy: 'id deletedDateTime description displayName isEnabled',
  crossTenantAccessPolicy: `
    id tenantId automaticUserConsentSettings b2bCollaborationInbound b2bCollaborationOutbound
    b2bDirectConnectInbound b2bDirectConnectOutbound displayName identitySynchronization
    inboundTrust invitationRedemptionIdentityProviderConfiguration isInMultiTenantOrganization
    isServiceDefault isServiceProvider tenantRestrictions`,
  authenticationMethod: `
    id aaGuid attestationCertificates attestationLevel createdDateTime device deviceTag
    displayName emailAddress isUsable isUsableOnce keyStrength lifetimeInMinutes
    methodUsabilityReason model password phoneAppVersion phoneNumber phoneType platform
    secretKey smsSignInState startDateTime temporaryAccessPass configurationId
    externalAuthenticationMethodId`,
  messageRule: `
    id actions conditions displayName exceptions hasError isEnabled isReadOnly sequence`,
  mailboxSettings: `
    archiveFolder automaticRepliesSetting dateFormat delegateMeetingMessageDeliveryOptions
    language timeFormat timeZone userPurpose workingHours`,
  internalDomainFederation: `
    id activeSignInUri displayName federatedIdpMfaBehavior isSignedAuthenticationRequestRequired
    issuerUri metadataExchangeUri nextSigningCertificate passiveSignInUri passwordResetUri
    preferredAuthenticationProtocol promptLoginBehavior signOutUri signingCertificate
    signingCertificateUpdateStatus`,
  federatedIdentityCredential:
    'id audiences claimsMatchingExpression description issuer name subject',
  signIn: `
    id appDisplayName appId appTokenProtectionStatus appliedConditionalAccessPolicies
    appliedEventListeners authenticationAppDeviceDetails
    authenticationAppPolicyEvaluationDetails authenticationContextClassReferences
    authenticationDetails authenticationMethodsUsed authenticationProcessingDetails
    authenticationProtocol authenticationRequirement authenticationRequirementPolicies
    autonomousSystemNumber azureResourceId clientAppUsed clientCredentialType
    conditionalAccessAudiences conditionalAccessStatus correlationId createdDateTime
    crossTenantAccessType deviceDetail federatedCredentialId flaggedForReview
    globalSecureAccessIpAddress homeTenantId homeTenantName incomingTokenType ipAddress
    ipAddressFromResourceProvider isInteractive isTenantRestricted isThroughGlobalSecureAccess
    location managedServiceIdentity mfaDetail networkLocationDetails originalRequestId
    originalTransferMethod privateLinkDetails processingTimeInMilliseconds resourceDisplayName
    resourceId resourceOwnerTenantId resourceServicePrincipalId resourceTenantId riskDetail
    riskEventTypes_v2 riskEventTypes riskLevelAggregated riskLevelDuringSignIn riskState
    servicePrincipalCredentialKeyId servicePrincipalCredentialThumbprint servicePrincipalId
    servicePrincipalName sessionId sessionLifetimePolicies signInEventTypes signInIdentifier
    signInIdentifierType signInTokenProtectionStatus status tokenIssuerName tokenIssuerType
    tokenProtectionStatusDetails uniqueTokenIdentifier userAgent userDisplayName userId
    userPrincipalName userType`,
  directoryAudit: `
    id activityDateTime activityDisplayName additionalDetails category correlationId initiatedBy
    loggedByService operationType result resultReason targetResources userAgent`,
  auditLogQuery: `
    id administrativeUnitIdFilters displayName filterEndDateTime filterStartDateTime
    ipAddressFilters keywordFilter objectIdFilters operationFilters recordTypeFilters
    serviceFilter serviceFilters status userPrincipalNameFilters`,
  auditLogRecord: `
    id administrativeUnits auditData auditLogRecordType clientIp createdDateTime objectId
    operation organizationId service userId userPrincipalName userType`,
};

/** Navigation properties can be named too; delta queries request members this way. */
const NAVIGATION = `members owners memberOf transitiveMembers transitiveMemberOf ownedObjects
    ownedDevices registeredDevices registeredOwners registeredUsers manager directReports
    appRoleAssignments appRoleAssignedTo oauth2PermissionGrants principal roleDefinition`;

/** Kinds in collections of mixed type. */
const MIXED = ['user', 'group', 'device', 'application', 'servicePrincipal', 'directoryRole'];

/** The resource of a path, by the path's ending without keys. */
const TYPES: readonly (readonly [ending: RegExp, type: string])[] = [
  [/\/(?:users|me)$/, 'user'],
  [/\/groups$/, 'group'],
  [/\/devices$/, 'device'],
  [/\/applications$/, 'application'],
  [/\/servicePrincipals$/, 'servicePrincipal'],
  [/\/directoryRoles$/, 'directoryRole'],
  [/\/oauth2PermissionGrants$/, 'oAuth2PermissionGrant'],
  [/\/appRoleAssign(?:ments|edTo)$/, 'appRoleAssignment'],
  [/\/domains$/, 'domain'],
  [/\/organization$/, 'organization'],
  [/\/subscribedSkus$/, 'subscribedSku'],
  [/\/roleDefinitions$/, 'unifiedRoleDefinition'],
  [/\/roleAssignments$/, 'unifiedRoleAssignment'],
  [/\/role(?:Assignment|Eligibility)Schedules$/, 'unifiedRoleSchedule'],
  [/\/conditionalAccess\/policies$/, 'conditionalAccessPolicy'],
  [/\/namedLocations$/, 'namedLocation'],
  [/\/authenticationStrength(?:Policies|\/policies)$/, 'authenticationStrengthPolicy'],
  [/\/authenticationMethodConfigurations$/, 'authenticationMethodConfiguration'],
  [/\/customAuthenticationExtensions$/, 'customAuthenticationExtension'],
  [/\/authenticationEventListeners$/, 'authenticationEventListener'],
  [/\/riskyUsers(?:\/history)?$/, 'riskyUser'],
  [/\/riskyServicePrincipals$/, 'riskyServicePrincipal'],
  [/\/authorizationPolicy$/, 'authorizationPolicy'],
  [/\/identitySecurityDefaultsEnforcementPolicy$/, 'identitySecurityDefaultsEnforcementPolicy'],
  [/\/crossTenantAccessPolicy\/(?:default|partners)$/, 'crossTenantAccessPolicy'],
  [/\/authentication\/\w*[mM]ethods$/, 'authenticationMethod'],
  [/\/messageRules$/, 'messageRule'],
  [/\/mailboxSettings$/, 'mailboxSettings'],
  [/\/federationConfiguration$/, 'internalDomainFederation'],
  [/\/federatedIdentityCredentials$/, 'federatedIdentityCredential'],
  [/\/signIns$/, 'signIn'],
  [/\/directoryAudits$/, 'directoryAudit'],
  [/\/queries$/, 'auditLogQuery'],
  [/\/records$/, 'auditLogRecord'],
  [/\/(?:directoryObjects|deletedItems|\w*[mM]embers|\w*[mM]emberOf)$/, 'directoryObject'],
  [/\/(?:owners|owned\w+|registered\w+)$/, 'directoryObject'],
];

type Schema = { readonly type: string; readonly names: ReadonlySet<string> };

const SCHEMAS: ReadonlyMap<string, Schema> = new Map(
  [...Object.keys(PROPERTIES), 'directoryObject'].map((type) => {
    const of = type === 'directoryObject' ? MIXED : [type];
    const names = of.flatMap((one) => `${PROPERTIES[one] ?? ''} ${NAVIGATION}`.trim().split(/\s+/));
    return [type, { type, names: new Set(names.map((name) => name.toLowerCase())) }];
  }),
);

/**
 * Throws the 400 for a property that the resource does not have. An unknown name must not look like
 * an empty value.
 */
export function needKnownNames({ path }: Route, options: QueryOptions): void {
  const { select = [], filter, orderBy } = options;
  const ordered = orderBy === undefined ? [] : orderBy.split(',').map((one) => one.trim());
  const named: readonly (readonly [clause: string, name: string])[] = [
    ...select.map((name) => ['Parsing OData Select and Expand failed', name] as const),
    ...filteredNames(filter).map((name) => ['Invalid filter clause', name] as const),
    ...ordered.map((one) => ['Invalid orderby clause', one.split(/\s/)[0] ?? ''] as const),
  ];
  if (named.length === 0) return;
  const schema = schemaOf(path);
  for (const [clause, name] of named) {
    const first = name.split('/')[0] ?? '';
    if (first === '@odata.type' || schema?.names.has(first.toLowerCase()) === true) continue;
    const type = `microsoft.graph.${schema?.type ?? 'entity'}`;
    const message = `${clause}: Could not find a property named '${first}' on type '${type}'.`;
    throw badRequest(message, 'BadRequest');
  }
}

/** Undefined for values without properties, such as a number. */
function schemaOf(path: string): Schema | undefined {
  const bare = path.replaceAll(/\/\{\w+\}/g, '').replace(/\/delta$/, '');
  const type = TYPES.find(([ending]) => ending.test(bare))?.[1];
  return type === undefined ? undefined : SCHEMAS.get(type);
}
