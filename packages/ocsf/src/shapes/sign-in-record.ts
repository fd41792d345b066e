import {
  isObject,
  type Json,
  list,
  NOTHING,
  object,
  pairValue,
  text,
} from '../values/json-value.ts';

/**
 * The relevant members of a sign-in, as delivered. Every shape fills the same fixed view: UAL STS
 * records, Graph signIns, Azure Monitor, Log Analytics rows and the Entra portal's download.
 */
export type SignInView = {
  readonly operation: unknown;
  readonly recordType: number | null;
  readonly kind: string | null;
  readonly userId: unknown;
  readonly userName: unknown;
  readonly userDisplayName: unknown;
  readonly userType: unknown;
  readonly userKey: unknown;
  readonly servicePrincipalId: unknown;
  readonly servicePrincipalName: unknown;
  readonly appId: unknown;
  readonly appName: unknown;
  readonly resourceId: unknown;
  readonly resourceName: unknown;
  readonly ip: unknown;
  readonly otherIp: unknown;
  readonly location: Json;
  readonly country: unknown;
  readonly userAgent: unknown;
  readonly clientApp: unknown;
  readonly errorCode: unknown;
  /** A code or a word, if the code is elsewhere or missing. */
  readonly result: unknown;
  readonly failureReason: unknown;
  readonly sessionId: unknown;
  readonly tokenId: unknown;
  readonly correlationId: unknown;
  readonly deviceId: unknown;
  readonly device: Json;
  readonly isInteractive: unknown;
  readonly eventTypes: unknown;
  readonly requirement: unknown;
  readonly authenticationDetails: unknown;
  readonly protocol: unknown;
  readonly riskLevel: unknown;
};

/** UAL RecordType 15 and 9. */
export function signInOfUal(ual: Json, recordType: number | null): SignInView {
  const context = object(ual['AppAccessContext']);
  const device = ual['DeviceProperties'];
  const extended = ual['ExtendedProperties'];
  const target = list(ual['Target'])[0];
  return {
    operation: ual['Operation'],
    recordType,
    kind: null,
    userId: null,
    userName: ual['UserId'],
    userDisplayName: null,
    userType: ual['UserType'],
    userKey: ual['UserKey'],
    servicePrincipalId: null,
    servicePrincipalName: null,
    appId: ual['ApplicationId'] ?? ual['Application'] ?? context['ClientAppId'],
    appName: context['ClientAppName'],
    resourceId: (isObject(target) ? target['ID'] : null) ?? ual['ObjectId'],
    resourceName: null,
    ip: ual['ClientIP'],
    otherIp: ual['ActorIpAddress'],
    location: NOTHING,
    country: null,
    userAgent: pairValue(extended, 'UserAgent'),
    clientApp: null,
    errorCode: ual['ErrorNumber'] ?? ual['ErrorCode'],
    result: ual['LoginStatus'],
    failureReason: ual['LogonError'] ?? pairValue(extended, 'LoginError'),
    sessionId: pairValue(device, 'SessionId') ?? context['AADSessionId'],
    tokenId: context['UniqueTokenId'],
    correlationId: ual['InterSystemsId'] ?? context['CorrelationId'],
    deviceId: pairValue(device, 'Id'),
    device: NOTHING,
    isInteractive: null,
    eventTypes: null,
    requirement: null,
    authenticationDetails: null,
    protocol: null,
    riskLevel: null,
  };
}

/** Graph `signIns`, v1.0 and beta; also the `properties` of an Azure Monitor record. */
export function signInOfGraph(item: Json, outer: Json = NOTHING): SignInView {
  const status = object(item['status']);
  const location = object(item['location']);
  const device = object(item['deviceDetail']);
  return {
    operation: outer['operationName'] ?? null,
    recordType: null,
    kind: text(outer['category']),
    userId: item['userId'],
    userName: item['userPrincipalName'],
    userDisplayName: item['userDisplayName'],
    userType: item['userType'],
    userKey: null,
    servicePrincipalId: item['servicePrincipalId'],
    servicePrincipalName: item['servicePrincipalName'],
    appId: item['appId'],
    appName: item['appDisplayName'],
    resourceId: item['resourceId'],
    resourceName: item['resourceDisplayName'],
    ip: item['ipAddress'],
    otherIp: outer['callerIpAddress'] ?? item['ipAddressFromResourceProvider'],
    location,
    country: location['countryOrRegion'] ?? outer['location'],
    userAgent: item['userAgent'],
    clientApp: item['clientAppUsed'],
    errorCode: status['errorCode'],
    result: outer['resultType'] ?? item['resultType'] ?? outer['resultSignature'],
    failureReason: status['failureReason'] ?? outer['resultDescription'],
    sessionId: item['sessionId'],
    tokenId: item['uniqueTokenIdentifier'],
    correlationId: item['correlationId'] ?? outer['correlationId'],
    deviceId: device['deviceId'],
    device,
    isInteractive: item['isInteractive'],
    eventTypes: item['signInEventTypes'],
    requirement: item['authenticationRequirement'],
    authenticationDetails: item['authenticationDetails'],
    protocol: item['authenticationProtocol'],
    riskLevel: item['riskLevelDuringSignIn'],
  };
}

/** A row of `SigninLogs` or of one of the `AAD…SignInLogs` tables, nested JSON as text. */
export function signInOfLogAnalytics(row: Json, table: string): SignInView {
  const status = object(row['Status']);
  const location = object(row['LocationDetails']);
  const device = object(row['DeviceDetail']);
  return {
    operation: row['OperationName'],
    recordType: null,
    kind: text(row['Category']) ?? text(row['Type']) ?? table,
    userId: row['UserId'],
    userName: row['UserPrincipalName'],
    userDisplayName: row['UserDisplayName'],
    userType: row['UserType'],
    userKey: null,
    servicePrincipalId: row['ServicePrincipalId'],
    servicePrincipalName: row['ServicePrincipalName'],
    appId: row['AppId'],
    appName: row['AppDisplayName'],
    resourceId: row['ResourceIdentity'] ?? row['ResourceId'],
    resourceName: row['ResourceDisplayName'],
    ip: row['IPAddress'],
    otherIp: row['IPAddressFromResourceProvider'],
    location,
    country: location['countryOrRegion'] ?? row['Location'],
    userAgent: row['UserAgent'],
    clientApp: row['ClientAppUsed'],
    errorCode: status['errorCode'],
    result: row['ResultType'] ?? row['ResultSignature'],
    failureReason: status['failureReason'] ?? row['ResultDescription'],
    sessionId: row['SessionId'],
    tokenId: row['UniqueTokenIdentifier'] ?? row['UniqueTokenId'],
    correlationId: row['CorrelationId'],
    deviceId: device['deviceId'],
    device,
    isInteractive: row['IsInteractive'],
    eventTypes: row['SignInEventTypes'],
    requirement: row['AuthenticationRequirement'],
    authenticationDetails: row['AuthenticationDetails'],
    protocol: row['AuthenticationProtocol'],
    riskLevel: row['RiskLevelDuringSignIn'],
  };
}

/** A row of the Entra portal's download, with its headers trimmed and in lower case. */
export function signInOfPortal(row: Json, kind: string): SignInView {
  const place = text(row['location']);
  return {
    operation: null,
    recordType: null,
    kind: row['managed identity type'] === undefined ? kind : 'managedIdentity',
    userId: row['user id'],
    userName: row['username'] ?? row['user principal name'],
    userDisplayName: row['user'],
    userType: row['user type'],
    userKey: null,
    servicePrincipalId: row['service principal id'] ?? row['managed identity id'],
    servicePrincipalName: row['service principal name'] ?? row['managed identity name'],
    appId: row['application id'],
    appName: row['application'],
    resourceId: row['resource id'],
    resourceName: row['resource'],
    ip: row['ip address'],
    otherIp: row['ip address (seen by resource)'],
    location: NOTHING,
    country: place === null ? null : place.slice(place.lastIndexOf(',') + 1),
    userAgent: row['user agent'],
    clientApp: row['client app'],
    errorCode: row['sign-in error code'],
    result: row['status'],
    failureReason: row['failure reason'],
    sessionId: row['session id'],
    tokenId: row['unique token identifier'],
    correlationId: row['correlation id'],
    deviceId: row['device id'],
    device: portalDevice(row),
    isInteractive: null,
    eventTypes: null,
    requirement: row['authentication requirement'],
    authenticationDetails: null,
    protocol: row['authentication protocol'],
    riskLevel: null,
  };
}

function portalDevice(row: Json): Json {
  return {
    operatingSystem: row['operating system'],
    browser: row['browser'],
    isCompliant: row['compliant'],
    isManaged: row['managed'],
    trustType: row['join type'],
  };
}
