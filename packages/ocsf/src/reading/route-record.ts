import { withNestedMembers } from '@countersign/core';
import { base } from '../mappings/base-event.ts';
import { defender } from '../mappings/defender.ts';
import { entraDirectory } from '../mappings/entra/directory.ts';
import { entraSignIn } from '../mappings/entra/sign-in.ts';
import { emailHunting, isHuntedEmail } from '../mappings/exchange/email-hunting.ts';
import { messageFile } from '../mappings/exchange/message-file.ts';
import { isMessageTrace, messageTrace } from '../mappings/exchange/message-trace.ts';
import { graphActivity } from '../mappings/graph-activity.ts';
import { securityAlert } from '../mappings/security-alert.ts';
import type { Mapping } from '../model/mapping.ts';
import type { RecordView, SourceRecord } from '../model/record-view.ts';
import {
  isUalLike,
  ualOfDocument,
  ualOfGraphQuery,
  ualOfOfficeActivity,
} from '../shapes/audit-log-record.ts';
import { alertOfRiskEvent, ualOfDiagnostic, ualOfRow } from '../shapes/diagnostic-record.ts';
import {
  type DirectoryView,
  directoryOfGraph,
  directoryOfLogAnalytics,
  directoryOfPortal,
  directoryOfUal,
} from '../shapes/directory-audit.ts';
import {
  camelCased,
  graphNamed,
  lowerCased,
  namesByLowerCase,
  withProperNames,
} from '../shapes/member-names.ts';
import {
  type SignInView,
  signInOfGraph,
  signInOfLogAnalytics,
  signInOfPortal,
  signInOfUal,
} from '../shapes/sign-in-record.ts';
import { isObject, type Json, object, text } from '../values/json-value.ts';
import type { Memo } from '../values/memo.ts';
import { recordTypeOf } from '../values/record-type.ts';
import { mappingOfActivity, mappingOfUal } from './mapping-registry.ts';

/** A record without its delivery shape, and the mapping that reads it. */
export type RoutedRecord = { readonly subject: RecordView; readonly mapping: Mapping };

/** Routes by the source, which defines the shape; then by record type, operation or activity. */
export function route(delivered: SourceRecord, memo: Memo): RoutedRecord {
  const record = unflattened(delivered);
  const { source, value } = record;
  if (source.startsWith('m365.')) return routeUal(record, ualOfDocument(value), memo);
  const slash = source.indexOf('/');
  const name = source.slice(slash + 1);
  const body = object(value);
  switch (slash < 0 ? source : source.slice(0, slash)) {
    case 'graph':
      return routeGraph(record, name, body, memo);
    case 'azure-monitor':
      return routeAzureMonitor(record, name, body, memo);
    case 'log-analytics':
      return routeLogAnalytics(record, name, body, memo);
    case 'entra.portal':
      return routePortal(record, name, body, memo);
    case 'defender':
      return routeDefender(record, body, memo);
    case 'mail':
      return plain(record, body, memo, messageFile, false);
    case 'exchange':
      return plain(record, lowerCased(body), memo, messageTrace, false);
    default:
      return routeOther(record, body, memo);
  }
}

/**
 * Nests the flattened columns of a row. Checking all names is expensive on the hot path. A record
 * that still has one of the common members was not flattened.
 */
function unflattened(record: SourceRecord): SourceRecord {
  const { value } = record;
  if (!isObject(value) || WHOLE_MEMBERS.some((name) => typeof value[name] === 'object')) {
    return record;
  }
  const whole = withNestedMembers(value);
  return whole === value ? record : { ...record, value: whole };
}

function routeUal(record: SourceRecord, ual: Json, memo: Memo): RoutedRecord {
  const recordType = recordTypeOf(ual['RecordType']);
  const mapping = mappingOfUal(recordType, ual);
  if (mapping === entraSignIn) {
    return signIn(record, ual, signInOfUal(ual, recordType ?? ACCOUNT_LOGON), memo);
  }
  if (mapping === entraDirectory) {
    const view = directoryOfUal(ual, recordType, memo);
    return directory(record, ual, view, { memo, isUal: true });
  }
  return plain(record, ual, memo, mapping, true);
}

function routeGraph(record: SourceRecord, name: string, raw: Json, memo: Memo): RoutedRecord {
  if (name === 'auditLogQuery') return routeUal(record, ualOfGraphQuery(record.value), memo);
  const body = graphItem(raw);
  if (name === 'signIns') return signIn(record, body, signInOfGraph(body), memo);
  if (name === 'directoryAudits') {
    return directory(record, body, directoryOfGraph(body, body, memo), { memo, isUal: false });
  }
  return routeOther(record, body, memo);
}

function graphItem(raw: Json): Json {
  if (raw['createdDateTime'] !== undefined || raw['activityDateTime'] !== undefined) return raw;
  const isPowerShell =
    raw['CreatedDateTime'] !== undefined || raw['ActivityDateTime'] !== undefined;
  return isPowerShell ? camelCased(raw) : graphNamed(raw);
}

function routeAzureMonitor(
  record: SourceRecord,
  name: string,
  raw: Json,
  memo: Memo,
): RoutedRecord {
  // Some exporters write only the outer names in lower case.
  const outer = raw['operationName'] === undefined ? withProperNames(raw, ENVELOPE_NAMES) : raw;
  const item = object(outer['properties']);
  if (name === 'MicrosoftGraphActivityLogs') {
    const row = lowerCased({ ...outer, ...item });
    return plain(record, row, memo, graphActivity, false);
  }
  if (name === 'UserRiskEvents') return riskEvent(record, item, memo);
  if (name.startsWith('AdvancedHunting-')) return routeDefender(record, item, memo);
  const isAudit = item['initiatedBy'] !== undefined || item['targetResources'] !== undefined;
  if (name === 'AuditLogs' || isAudit) {
    return directory(record, outer, directoryOfGraph(item, outer, memo), { memo, isUal: false });
  }
  const isSignIn = item['appId'] !== undefined && item['authenticationProtocol'] !== undefined;
  if (name.endsWith('SignInLogs') || isSignIn) {
    return signIn(record, outer, signInOfGraph(item, outer), memo);
  }
  return routeOther(record, ualOfDiagnostic(outer, item), memo);
}

function routeLogAnalytics(
  record: SourceRecord,
  name: string,
  raw: Json,
  memo: Memo,
): RoutedRecord {
  const hasOneCase = raw['timegenerated'] !== undefined || raw['TIMEGENERATED'] !== undefined;
  const row = hasOneCase ? withProperNames(raw, TABLE_NAMES) : raw;
  if (name === 'OfficeActivity') return routeUal(record, ualOfOfficeActivity(record.value), memo);
  if (name === 'AuditLogs')
    return directory(record, row, directoryOfLogAnalytics(row, memo), { memo, isUal: false });
  if (name === 'MicrosoftGraphActivityLogs') {
    return plain(record, lowerCased(row), memo, graphActivity, false);
  }
  if (name.toLowerCase().endsWith('signinlogs')) {
    return signIn(record, row, signInOfLogAnalytics(row, name), memo);
  }
  if (name === 'AADUserRiskEvents') return riskEvent(record, row, memo);
  if (isHuntedEmail(row)) return plain(record, row, memo, emailHunting, false);
  return routeOther(record, ualOfRow(row), memo);
}

function routePortal(record: SourceRecord, name: string, body: Json, memo: Memo): RoutedRecord {
  const row = lowerCased(body);
  if (row['activity'] !== undefined) {
    return directory(record, row, directoryOfPortal(row, memo), { memo, isUal: false });
  }
  return signIn(record, row, signInOfPortal(row, name), memo);
}

function routeDefender(record: SourceRecord, row: Json, memo: Memo): RoutedRecord {
  const inner = object(row['RawEventData'] ?? row['rawEventData']);
  if (isUalLike(inner)) return routeUal(record, inner, memo);
  if (isHuntedEmail(row)) return plain(record, row, memo, emailHunting, false);
  return plain(record, row, memo, defender, false);
}

function routeOther(record: SourceRecord, body: Json, memo: Memo): RoutedRecord {
  if (isUalLike(body)) return routeUal(record, ualOfDocument(body), memo);
  if (text(body['ActionType']) !== null) return routeDefender(record, body, memo);
  if (isObject(record.value)) {
    const row = lowerCased(body);
    if (isMessageTrace(row)) return plain(record, row, memo, messageTrace, false);
  }
  return plain(record, body, memo, base, true);
}

function riskEvent(record: SourceRecord, item: Json, memo: Memo): RoutedRecord {
  return plain(record, alertOfRiskEvent(item), memo, securityAlert, true);
}

function plain(
  record: SourceRecord,
  body: Json,
  memo: Memo,
  mapping: Mapping,
  isUal: boolean,
): RoutedRecord {
  return { subject: { record, body, isUal, memo, signIn: null, directory: null }, mapping };
}

function signIn(record: SourceRecord, body: Json, view: SignInView, memo: Memo): RoutedRecord {
  return {
    subject: { record, body, isUal: false, memo, signIn: view, directory: null },
    mapping: entraSignIn,
  };
}

function directory(
  record: SourceRecord,
  body: Json,
  view: DirectoryView,
  { memo, isUal }: { readonly memo: Memo; readonly isUal: boolean },
): RoutedRecord {
  return {
    subject: { record, body, isUal, memo, signIn: null, directory: view },
    mapping: mappingOfActivity(view.key),
  };
}

const ACCOUNT_LOGON = 15;

const WHOLE_MEMBERS: readonly string[] = [
  'AppAccessContext',
  'ExtendedProperties',
  'Parameters',
  'OperationProperties',
  'status',
  'properties',
  'initiatedBy',
];

const ENVELOPE_NAMES: ReadonlyMap<string, string> = namesByLowerCase([
  'time',
  'resourceId',
  'operationName',
  'operationVersion',
  'category',
  'tenantId',
  'resultType',
  'resultSignature',
  'resultDescription',
  'durationMs',
  'callerIpAddress',
  'correlationId',
  'identity',
  'location',
  'properties',
]);

/** Columns of Log Analytics rows, for tables with single-case column names. */
const TABLE_NAMES: ReadonlyMap<string, string> = namesByLowerCase(
  `
  AADTenantId ActivityDateTime ActivityDisplayName AdditionalDetails AppDisplayName AppId
  AuthenticationDetails AuthenticationProtocol AuthenticationRequirement Caller CallerIpAddress
  Category ClientAppUsed CorrelationId CreatedDateTime DeviceDetail HomeTenantId
  IPAddress IPAddressFromResourceProvider Id Identity InitiatedBy IsInteractive Location
  LocationDetails LoggedByService OperationName OperationType ResourceDisplayName ResourceId
  ResourceIdentity ResourceTenantId Result ResultDescription ResultReason ResultSignature
  ResultType RiskLevelDuringSignIn ServicePrincipalId ServicePrincipalName SessionId
  SignInEventTypes Status TargetResources TimeGenerated Type UniqueTokenId UniqueTokenIdentifier
  UserAgent UserDisplayName UserId UserPrincipalName UserType
  `
    .trim()
    .split(/\s+/),
);
