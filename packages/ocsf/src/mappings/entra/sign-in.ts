import type { Interpretation } from '../../model/interpretation.ts';
import type { Attributes, Example, Mapping } from '../../model/mapping.ts';
import type { RecordView } from '../../model/record-view.ts';
import type { SignInView } from '../../shapes/sign-in-record.ts';
import { appNameOf } from '../../values/app-names.ts';
import { canonicalIp } from '../../values/ip-address.ts';
import { bool, isObject, list, numeric, object, text } from '../../values/json-value.ts';
import { FAILURE, OTHER, outcomeOfWord, SUCCESS, UNKNOWN } from '../../values/outcome.ts';
import {
  identifier,
  identify,
  linkIdentifier,
  SERVICE,
  typeOfUserType,
  USER,
} from '../../values/principal-identifier.ts';

/**
 * Sign-ins of every kind, as OCSF Authentication. Activity 1 Logon: the principal authenticated.
 * These are interactive users, service principals, managed identities, and every UAL record (which
 * does not state its kind). Activity 4 Service Ticket Request: a non-interactive user sign-in, in
 * which a client got a token with an existing session or token.
 */
const LOGON = 1;
const LOGOFF = 2;
const SERVICE_TICKET_REQUEST = 4;

/**
 * Codes of pages between the password and the session ("Stay signed in?", "Are you trying to sign
 * in to …?"). The sign-in neither failed nor ended. The same person's next record states the
 * outcome.
 */
const INTERRUPTIONS: ReadonlySet<string> = new Set(['50140', '50199']);

const KINDS: ReadonlyMap<string, string> = new Map([
  ['signinlogs', 'interactiveUser'],
  ['interactiveuser', 'interactiveUser'],
  ['interactivesignins', 'interactiveUser'],
  ['noninteractiveusersigninlogs', 'nonInteractiveUser'],
  ['aadnoninteractiveusersigninlogs', 'nonInteractiveUser'],
  ['noninteractiveuser', 'nonInteractiveUser'],
  ['noninteractivesignins', 'nonInteractiveUser'],
  ['serviceprincipalsigninlogs', 'servicePrincipal'],
  ['aadserviceprincipalsigninlogs', 'servicePrincipal'],
  ['serviceprincipal', 'servicePrincipal'],
  ['managedidentitysigninlogs', 'managedIdentity'],
  ['aadmanagedidentitysigninlogs', 'managedIdentity'],
  ['managedidentity', 'managedIdentity'],
]);

function interpret(subject: RecordView, into: Interpretation): void {
  const view = subject.signIn;
  if (view === null) return;
  into.classUid = 3002;
  into.operation = text(view.operation);
  into.workload = 'AzureActiveDirectory';
  into.recordType = view.recordType;
  into.signInType = kindOf(view);
  into.activityId = activityOf(into);
  fillWho(subject, view, into);
  fillOutcome(view, into);
  into.ip = canonicalIp(view.ip, subject.memo) ?? canonicalIp(view.otherIp, subject.memo);
  into.country = countryOf(view.country);
  into.userAgent = text(view.userAgent);
  into.sessionUid = linkIdentifier(view.sessionId);
  into.tokenUid = linkIdentifier(view.tokenId);
  into.correlationUid = identifier(view.correlationId);
  into.appUid = identifier(view.appId);
  into.appName = text(view.appName) ?? appNameOf(into.appUid);
  into.targetUid = identifier(view.resourceId);
  into.resourceName = text(view.resourceName) ?? appNameOf(into.targetUid);
  into.targetName = into.resourceName;
  into.targetType = into.targetUid === null && into.targetName === null ? null : 'Resource';
  into.deviceUid = identifier(view.deviceId);
  into.isMfa = mfaOf(view, into.statusId);
  into.severityId = severityOf(view.riskLevel);
}

function kindOf(view: SignInView): string | null {
  for (const said of list(view.eventTypes)) {
    const kind = typeof said === 'string' ? KINDS.get(said.toLowerCase()) : undefined;
    if (kind !== undefined) return kind;
  }
  if (view.recordType !== null) return null;
  const named = view.kind === null ? undefined : KINDS.get(view.kind.toLowerCase());
  if (named === 'servicePrincipal' || named === 'managedIdentity') return named;
  if (identifier(view.servicePrincipalId) !== null && identifier(view.userId) === null) {
    return 'servicePrincipal';
  }
  const interactive = bool(view.isInteractive);
  if (interactive === null) return named ?? null;
  return interactive ? 'interactiveUser' : 'nonInteractiveUser';
}

function activityOf(into: Interpretation): number {
  if (into.operation === 'UserLoggedOff') return LOGOFF;
  return into.signInType === 'nonInteractiveUser' ? SERVICE_TICKET_REQUEST : LOGON;
}

function fillWho(subject: RecordView, view: SignInView, into: Interpretation): void {
  const memo = subject.memo;
  const service = into.signInType === 'servicePrincipal' || into.signInType === 'managedIdentity';
  if (service) {
    into.actorUid = identifier(view.servicePrincipalId);
    into.actorName = text(view.servicePrincipalName)?.toLowerCase() ?? null;
    into.actorType = SERVICE;
    return;
  }
  const who = identify(view.userName, memo);
  const key = identify(view.userKey, memo);
  into.actorUid = lowerId(view.userId) ?? who.uid ?? key.uid;
  into.actorName = who.name ?? (key.puid === null ? key.name : null);
  into.actorPuid = key.puid;
  if (view.recordType !== null) fillFromActors(subject, into);
  into.actorType = who.type || (view.recordType === null ? 0 : typeOfUserType(view.userType));
  if (into.actorType === 0 && (into.actorName !== null || into.actorUid !== null)) {
    into.actorType = USER;
  }
}

/** STS records also state the person in `Actor`: object id with type 0, UPN with type 5. */
function fillFromActors(subject: RecordView, into: Interpretation): void {
  if (into.actorUid !== null && into.actorName !== null) return;
  for (const raw of list(subject.body['Actor']).slice(0, 16)) {
    const said = identify(isObject(raw) ? raw['ID'] : null, subject.memo);
    into.actorUid ??= said.uid;
    into.actorName ??= said.puid === null ? said.name : null;
    into.actorPuid ??= said.puid;
  }
}

/** By the error code; by a word only if there is no code; never by UAL's `ResultStatus`. */
function fillOutcome(view: SignInView, into: Interpretation): void {
  const code = codeOf(view.errorCode) ?? codeOf(view.result);
  into.statusCode = code;
  if (code !== null) {
    into.statusId = code === '0' ? SUCCESS : INTERRUPTIONS.has(code) ? OTHER : FAILURE;
  } else if (into.operation === 'UserLoggedIn' || into.operation === 'UserLoggedOff') {
    into.statusId = SUCCESS;
  } else if (into.operation === 'UserLoginFailed') {
    into.statusId = FAILURE;
  } else {
    into.statusId = view.recordType === null ? outcomeOfWord(view.result) : UNKNOWN;
  }
}

function codeOf(value: unknown): string | null {
  const number = numeric(value);
  return number !== null && Number.isSafeInteger(number) ? String(number) : null;
}

/** Two capital letters if the vendor states a country code; otherwise the name as it is. */
function countryOf(value: unknown): string | null {
  const place = typeof value === 'string' ? text(value) : null;
  if (place === null) return null;
  return place.length === 2 ? place.toUpperCase() : place;
}

function lowerId(value: unknown): string | null {
  return identifier(value)?.toLowerCase() ?? null;
}

/**
 * If authentication steps are listed, they decide: a second factor that was passed now or is in the
 * token. Otherwise the requirement decides, except that a failed sign-in proves no factor.
 */
function mfaOf(view: SignInView, statusId: number): number | null {
  let passed = 0;
  for (const raw of list(view.authenticationDetails).slice(0, 32)) {
    const step = object(raw);
    if (bool(step['succeeded']) !== true) continue;
    const detail = text(step['authenticationStepResultDetail'])?.toLowerCase() ?? '';
    if (detail.includes('mfa') && detail.includes('satisfied')) return 1;
    if (text(step['authenticationMethod']) !== 'Previously satisfied') passed++;
  }
  if (passed > 1) return 1;
  const requirement = text(view.requirement)?.toLowerCase();
  if (requirement === undefined) return null;
  if (requirement.startsWith('single')) return 0;
  return requirement.startsWith('multi') && statusId === SUCCESS ? 1 : null;
}

function severityOf(riskLevel: unknown): number {
  switch (riskLevel) {
    case 'high':
      return 4;
    case 'medium':
      return 3;
    case 'low':
      return 2;
    default:
      return 1;
  }
}

function build(subject: RecordView, from: Interpretation): Attributes {
  const view = subject.signIn;
  if (view === null) return {};
  return {
    status_detail: text(view.failureReason),
    logon_type: from.signInType,
  };
}

const examples: readonly Example[] = [
  {
    source: 'm365.export/unified-audit-log',
    value: {
      CreationTime: '2024-03-04T08:30:00',
      Id: '5b1c5b0e-6e0c-4a71-9a62-6a0a3a4c0101',
      Operation: 'UserLoginFailed',
      OrganizationId: '7c0f5a3e-0000-4000-8000-00000000c0de',
      RecordType: 15,
      ResultStatus: 'Success',
      UserKey: 'Not Available',
      UserType: 0,
      Workload: 'AzureActiveDirectory',
      ClientIP: '[2001:DB8::A]:443',
      UserId: 'Ada@Example.org',
      ExtendedProperties: [{ Name: 'UserAgent', Value: 'curl/8' }],
      Actor: [
        { ID: 'C0FFEE00-0000-4000-8000-000000000001', Type: 0 },
        { ID: 'Ada@Example.org', Type: 5 },
      ],
      InterSystemsId: '5b1c5b0e-6e0c-4a71-9a62-6a0a3a4c0102',
      Target: [{ ID: '00000003-0000-0000-c000-000000000000', Type: 0 }],
      ApplicationId: '1b730954-1685-4b74-9bfd-dac224a7b894',
      DeviceProperties: [{ Name: 'SessionId', Value: '0F0F0F0F-0000-4000-8000-000000000001' }],
      ErrorNumber: '50126',
      LogonError: 'InvalidUserNameOrPassword',
    },
    expect: {
      classUid: 3002,
      activityId: 1,
      statusId: 2,
      statusCode: '50126',
      actorUid: 'c0ffee00-0000-4000-8000-000000000001',
      actorName: 'ada@example.org',
      actorType: 1,
      ip: '2001:db8::a',
      userAgent: 'curl/8',
      sessionUid: '0f0f0f0f-0000-4000-8000-000000000001',
      appName: 'Azure Active Directory PowerShell',
      resourceName: 'Microsoft Graph',
    },
  },
];

export const entraSignIn: Mapping = {
  name: 'entra-sign-in',
  classes: [3002],
  matches: {
    family: 'entra',
    recordTypes: [9, 15],
    operations: ['UserLoggedIn', 'UserLoginFailed', 'UserLoggedOff'],
  },
  interpret,
  build,
  examples,
};
