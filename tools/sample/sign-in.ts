import { type App, OFFICE_IP, type Person, TENANT } from './company.ts';
import { APP_NAMES, USER_AGENTS } from './first-party.ts';
import { auditTime, type Document, graphTime, type Journal } from './journal.ts';
import type { SeededRandom } from './random.ts';

export type SignIn = {
  readonly atMs: number;
  readonly person: Person;
  readonly ip: string;
  readonly appId: string;
  readonly resourceId: string;
  readonly client: 'Windows10' | 'MacOs' | 'Ios' | 'Script';
  readonly device: 'managed' | 'phone' | 'none';
  readonly kind: 'interactiveUser' | 'nonInteractiveUser';
  readonly protocol: 'oAuth2' | 'ropc';
  readonly sessionId: string;
  readonly tokenId: string;
  /** 0, or the error code. */
  readonly error: number;
  readonly factors: 1 | 2;
};

const FAILURES: Readonly<Record<number, readonly [symbol: string, reason: string]>> = {
  50034: ['UserAccountNotFound', 'The user account does not exist in this directory.'],
  50053: ['IdsLocked', 'The account is locked after too many attempts.'],
  50076: ['UserStrongAuthClientAuthNRequired', 'A second factor is needed for this resource.'],
  50126: ['InvalidUserNameOrPassword', 'Invalid username or password.'],
  50140: ['KmsiInterrupt', 'Interrupted by the question to stay signed in.'],
};

type Place = { readonly city: string; readonly countryOrRegion: string };

function placeOf(ip: string): Place {
  if (ip === OFFICE_IP || ip.startsWith('203.0.113.') || ip.startsWith('2001:db8:77:')) {
    return { city: 'Kirkwall', countryOrRegion: 'GB' };
  }
  if (ip.startsWith('198.51.100.')) return { city: 'London', countryOrRegion: 'GB' };
  if (ip.startsWith('2001:db8:a1:')) return { city: 'Bergen', countryOrRegion: 'NO' };
  const cities = ['Amsterdam/NL', 'Frankfurt/DE', 'Leeds/GB', 'Columbus/US', 'Lyon/FR'];
  const [city = '', countryOrRegion = ''] = (
    cities[Number(ip.split('.').at(-1)) % cities.length] as string
  ).split('/');
  return { city, countryOrRegion };
}

/**
 * One sign-in in both feeds. The unified audit log has the acts of people; Graph has everything.
 * Both have the same request id, so they are two deliveries of one action.
 */
export function recordSignIn(journal: Journal, random: SeededRandom, signIn: SignIn): void {
  const requestId = random.guid();
  const correlationId = random.guid();
  journal.add('sign-ins', signIn.atMs, graphSignIn(signIn, requestId, correlationId));
  if (signIn.kind === 'nonInteractiveUser') return;
  journal.add('unified-audit-log', signIn.atMs, logon(signIn, requestId, correlationId));
}

function logon(s: SignIn, requestId: string, correlationId: string): Document {
  const failure = FAILURES[s.error];
  const isKnown = s.error !== 50034;
  const userKey = isKnown ? s.person.objectId : 'Not Available';
  const device = [
    ...(s.device === 'managed'
      ? [
          { Name: 'Id', Value: s.person.deviceId },
          { Name: 'DisplayName', Value: s.person.deviceName },
          { Name: 'TrustType', Value: '1' },
        ]
      : []),
    { Name: 'OS', Value: s.client === 'Script' ? 'Windows10' : s.client },
    { Name: 'BrowserType', Value: s.client === 'MacOs' ? 'Safari' : 'Edge' },
    { Name: 'IsCompliantAndManaged', Value: s.device === 'managed' ? 'True' : 'False' },
    ...(s.error === 0 ? [{ Name: 'SessionId', Value: s.sessionId }] : []),
  ];
  return {
    CreationTime: auditTime(s.atMs),
    Id: requestId,
    // The "Stay signed in?" page interrupts a sign-in that then continues.
    Operation: s.error === 0 || s.error === 50140 ? 'UserLoggedIn' : 'UserLoginFailed',
    OrganizationId: TENANT,
    RecordType: 15,
    // As in real data, this means that the request was handled, not that access was granted.
    ResultStatus: 'Success',
    UserKey: userKey,
    UserType: 0,
    Version: 1,
    Workload: 'AzureActiveDirectory',
    ClientIP: s.ip,
    ObjectId: s.resourceId,
    UserId: s.person.upn,
    AzureActiveDirectoryEventType: 1,
    ExtendedProperties: [
      { Name: 'ResultStatusDetail', Value: s.error === 0 ? 'Success' : 'UserError' },
      { Name: 'UserAgent', Value: USER_AGENTS[s.client] },
      { Name: 'UserAuthenticationMethod', Value: s.factors === 2 ? '2' : '1' },
      { Name: 'RequestType', Value: s.protocol === 'ropc' ? 'OAuth2:Token' : 'OAuth2:Authorize' },
    ],
    ModifiedProperties: [],
    Actor: [
      { ID: userKey, Type: 0 },
      { ID: s.person.upn, Type: 5 },
    ],
    ActorContextId: TENANT,
    ActorIpAddress: s.ip,
    InterSystemsId: correlationId,
    IntraSystemId: requestId,
    SupportTicketId: '',
    Target: [{ ID: s.resourceId, Type: 0 }],
    TargetContextId: TENANT,
    ApplicationId: s.appId,
    DeviceProperties: device,
    ErrorNumber: String(s.error),
    ...(failure === undefined ? {} : { LogonError: failure[0] }),
  };
}

function graphSignIn(s: SignIn, requestId: string, correlationId: string): Document {
  const isInteractive = s.kind === 'interactiveUser';
  const isManaged = s.device === 'managed';
  return {
    id: requestId,
    createdDateTime: graphTime(s.atMs),
    userDisplayName: s.error === 50034 ? '' : s.person.name,
    userPrincipalName: s.person.upn,
    userId: s.error === 50034 ? '' : s.person.objectId,
    appId: s.appId,
    appDisplayName: APP_NAMES[s.appId],
    ipAddress: s.ip,
    clientAppUsed: s.client === 'Ios' ? 'Mobile Apps and Desktop clients' : 'Browser',
    userAgent: USER_AGENTS[s.client],
    correlationId,
    conditionalAccessStatus: s.error === 0 ? 'success' : 'notApplied',
    originalRequestId: requestId,
    isInteractive,
    tokenIssuerType: 'AzureAD',
    riskLevelDuringSignIn: 'none',
    riskState: 'none',
    resourceDisplayName: APP_NAMES[s.resourceId],
    resourceId: s.resourceId,
    resourceTenantId: TENANT,
    homeTenantId: TENANT,
    authenticationRequirement:
      s.factors === 2 ? 'multiFactorAuthentication' : 'singleFactorAuthentication',
    ...(isInteractive && s.factors === 2 && s.person.hasPasskey ? passkeyProof(s) : {}),
    authenticationProtocol: isInteractive ? s.protocol : 'none',
    incomingTokenType: isInteractive ? 'none' : 'primaryRefreshToken',
    signInEventTypes: [s.kind],
    uniqueTokenIdentifier: s.tokenId,
    sessionId: s.error === 0 ? s.sessionId : null,
    crossTenantAccessType: 'none',
    status: {
      errorCode: s.error,
      failureReason: FAILURES[s.error]?.[1] ?? 'Other.',
      additionalDetails: s.factors === 2 ? 'MFA requirement satisfied by claim in the token' : null,
    },
    deviceDetail: {
      deviceId: isManaged ? s.person.deviceId : '',
      displayName: isManaged ? s.person.deviceName : '',
      operatingSystem: s.client === 'Script' ? 'Windows10' : s.client,
      browser: s.client === 'MacOs' ? 'Safari 19.1' : 'Edge 145.0.0',
      isCompliant: isManaged,
      isManaged,
      trustType: isManaged ? 'Azure AD joined' : '',
    },
    location: { ...placeOf(s.ip), state: '' },
    appliedConditionalAccessPolicies: [],
  };
}

function passkeyProof({ atMs, error }: SignIn): Document {
  const step = {
    authenticationStepDateTime: graphTime(atMs),
    authenticationMethod: 'FIDO2 security key',
    authenticationMethodDetail: 'Passkey (device-bound)',
    succeeded: error === 0,
    authenticationStepResultDetail: '',
    authenticationStepRequirement: 'Multifactor',
  };
  return { authenticationDetails: [step] };
}

/** An application signs in as itself: only Graph reports it. */
export function recordAppSignIn(
  journal: Journal,
  random: SeededRandom,
  signIn: {
    atMs: number;
    app: App;
    ip: string;
    keyId: string;
    resourceId: string;
    tokenId: string;
  },
): void {
  const { app, atMs, ip } = signIn;
  journal.add('sign-ins', atMs, {
    id: random.guid(),
    createdDateTime: graphTime(atMs),
    userPrincipalName: null,
    userId: '',
    appId: app.appId,
    appDisplayName: app.name,
    ipAddress: ip,
    correlationId: random.guid(),
    conditionalAccessStatus: 'notApplied',
    isInteractive: false,
    resourceDisplayName: APP_NAMES[signIn.resourceId],
    resourceId: signIn.resourceId,
    resourceTenantId: TENANT,
    homeTenantId: TENANT,
    servicePrincipalId: app.servicePrincipalId,
    servicePrincipalName: app.name,
    servicePrincipalCredentialKeyId: signIn.keyId,
    clientCredentialType: 'clientSecret',
    signInEventTypes: ['servicePrincipal'],
    uniqueTokenIdentifier: signIn.tokenId,
    status: { errorCode: 0, failureReason: 'Other.', additionalDetails: null },
    location: { ...placeOf(ip), state: '' },
  });
}
