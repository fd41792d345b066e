import { SeededRandom } from '../random.ts';
import type { FeedRecord, JsonObject } from '../types.ts';
import type { Activity, DirectoryActivity, ExchangeActivity, Target } from './activity.ts';
import type { Circumstances, Initiator } from './change.ts';

/** Makes the records that the feeds carry for the lines of one act. */
export type Recorder = (
  activities: readonly Activity[],
  circumstances: Circumstances,
  tenant: { readonly tenantId: string; readonly displayName: string },
) => readonly FeedRecord[];

/** The recorder that a directory has when it is given none. */
export const recordPlainly: Recorder = (activities, circumstances, tenant) => {
  const { atMs, correlationId } = circumstances;
  return activities.flatMap((activity, index) => {
    const random = new SeededRandom(tenant.tenantId, correlationId, atMs, index, nameOf(activity));
    if (activity.service === 'exchange')
      return [cmdlet(activity, circumstances, tenant, random.guid())];
    const audit = directoryAudit(activity, circumstances, random);
    return [
      { feed: 'graph/directoryAudits', id: String(audit['id']), atMs, body: audit },
      diagnostic(activity, circumstances, tenant.tenantId, audit),
      unified(activity, circumstances, tenant.tenantId, random.guid()),
    ] satisfies FeedRecord[];
  });
};

function nameOf(activity: Activity): string {
  return activity.service === 'exchange' ? activity.cmdlet : activity.name;
}

function directoryAudit(
  activity: DirectoryActivity,
  { atMs, by, correlationId }: Circumstances,
  random: SeededRandom,
): JsonObject {
  const letters = Array.from({ length: 5 }, () => String.fromCharCode(random.int(65, 91)));
  const number = random.int(1_000_000, 99_999_999);
  return {
    id: `Directory_${correlationId}_${letters.join('')}_${number}`,
    category: activity.category,
    correlationId,
    result: 'success',
    resultReason: '',
    activityDisplayName: activity.name,
    activityDateTime: new Date(atMs).toISOString().replace('Z', '0000Z'),
    loggedByService: activity.loggedBy,
    operationType: activity.operationType,
    initiatedBy: initiatedBy(by),
    targetResources: activity.targets.map(targetResource),
    additionalDetails:
      by.userAgent === undefined ? [] : [{ key: 'User-Agent', value: by.userAgent }],
  };
}

function initiatedBy(by: Initiator): JsonObject {
  if (by.kind === 'user') {
    const { id, userPrincipalName, ipAddress = null } = by;
    return { user: { id, displayName: null, userPrincipalName, ipAddress, roles: [] }, app: null };
  }
  const { appId, displayName, servicePrincipalId } = by;
  return {
    user: null,
    app: { appId, displayName, servicePrincipalId, servicePrincipalName: null },
  };
}

function targetResource(target: Target): JsonObject {
  const isGroup = target.type === 'Group';
  return {
    id: target.id,
    displayName: target.displayName,
    type: target.is === 'ServicePrincipal' ? 'ServicePrincipal' : (target.is ?? target.type),
    userPrincipalName: target.userPrincipalName ?? null,
    groupType: isGroup ? 'azureAD' : null,
    modifiedProperties: target.modified.map((property) => ({
      displayName: pascal(property.name),
      oldValue: property.old === undefined ? null : JSON.stringify(property.old),
      newValue: property.new === undefined ? null : JSON.stringify(property.new),
    })),
  };
}

/** Azure Monitor's envelope around the audit line (category AuditLogs). */
function diagnostic(
  activity: DirectoryActivity,
  { atMs, by, correlationId }: Circumstances,
  tenantId: string,
  audit: JsonObject,
): FeedRecord {
  const time = String(audit['activityDateTime']);
  return {
    feed: 'azure/AuditLogs',
    id: String(audit['id']),
    atMs,
    body: {
      time,
      resourceId: `/tenants/${tenantId}/providers/Microsoft.aadiam`,
      operationName: activity.name,
      operationVersion: '1.0',
      category: 'AuditLogs',
      tenantId,
      resultSignature: 'None',
      durationMs: 0,
      callerIpAddress: by.ipAddress ?? null,
      correlationId,
      level: 'Informational',
      properties: { ...audit, operationName: activity.name, tenantId },
    },
  };
}

/** Members of an audit type of the unified audit log (contracts 2.8): what an id names. */
const OTHER = 2;
const NAME = 1;
const UPN = 5;

function unified(
  activity: DirectoryActivity,
  { atMs, by, correlationId }: Circumstances,
  tenantId: string,
  id: string,
): FeedRecord {
  const [first] = activity.targets;
  const actor =
    by.kind === 'user'
      ? [typed(by.userPrincipalName, UPN), typed(by.id, OTHER), typed(`User_${by.id}`, OTHER)]
      : [
          typed(by.displayName, NAME),
          typed(by.servicePrincipalId, OTHER),
          typed(`ServicePrincipal_${by.servicePrincipalId}`, OTHER),
        ];
  const details = by.userAgent === undefined ? {} : { 'User-Agent': by.userAgent };
  const operation = /\s$/.test(activity.name) ? activity.name : `${activity.name}.`;
  const isByUser = by.kind === 'user';
  return {
    feed: 'activity/Audit.AzureActiveDirectory',
    id,
    atMs,
    body: {
      CreationTime: new Date(atMs).toISOString().slice(0, 19),
      Id: id,
      Operation: operation,
      OrganizationId: tenantId,
      RecordType: 8,
      ResultStatus: 'Success',
      UserKey: isByUser ? by.id : 'Not Available',
      UserType: isByUser ? 0 : 4,
      Version: 1,
      Workload: 'AzureActiveDirectory',
      ObjectId: first?.userPrincipalName ?? first?.displayName ?? first?.id ?? '',
      UserId: isByUser ? by.userPrincipalName : `ServicePrincipal_${by.servicePrincipalId}`,
      AzureActiveDirectoryEventType: 1,
      ExtendedProperties: [
        { Name: 'additionalDetails', Value: JSON.stringify(details) },
        { Name: 'extendedAuditEventCategory', Value: first?.is ?? first?.type ?? 'Other' },
      ],
      ModifiedProperties: activity.targets.flatMap(unifiedProperties),
      Actor: actor,
      ActorContextId: tenantId,
      ActorIpAddress: by.ipAddress ?? '',
      InterSystemsId: correlationId,
      IntraSystemId: '00000000-0000-0000-0000-000000000000',
      SupportTicketId: '',
      Target: activity.targets.flatMap(unifiedTarget),
      TargetContextId: tenantId,
    },
  };
}

function unifiedProperties(target: Target): readonly JsonObject[] {
  if (target.modified.length === 0) return [];
  const names = target.modified.map(({ name }) => pascal(name));
  return [
    ...target.modified.map((property) => ({
      Name: pascal(property.name),
      NewValue: unifiedValue(property.new),
      OldValue: unifiedValue(property.old),
    })),
    { Name: 'Included Updated Properties', NewValue: names.join(', '), OldValue: '' },
  ];
}

function unifiedTarget(target: Target): readonly JsonObject[] {
  const type = target.is ?? target.type;
  return [
    typed(`${type}_${target.id}`, OTHER),
    typed(target.id, OTHER),
    typed(type, OTHER),
    ...(target.displayName === null ? [] : [typed(target.displayName, NAME)]),
    ...(target.userPrincipalName === undefined ? [] : [typed(target.userPrincipalName, UPN)]),
  ];
}

function typed(id: string, type: number): JsonObject {
  return { ID: id, Type: type };
}

/** Text stands as it is; all else is JSON with CRLF and indents. */
function unifiedValue(value: unknown): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  return JSON.stringify(value, null, 2).replaceAll('\n', '\r\n');
}

function pascal(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** What Exchange writes for a cmdlet (contracts 2.5, RecordType 1). */
function cmdlet(
  { cmdlet: operation, objectId, parameters }: ExchangeActivity,
  { atMs, by }: Circumstances,
  tenant: { readonly tenantId: string; readonly displayName: string },
  id: string,
): FeedRecord {
  const isByUser = by.kind === 'user';
  return {
    feed: 'activity/Audit.Exchange',
    id,
    atMs,
    body: {
      CreationTime: new Date(atMs).toISOString().slice(0, 19),
      Id: id,
      Operation: operation,
      OrganizationId: tenant.tenantId,
      RecordType: 1,
      ResultStatus: 'True',
      UserKey: isByUser ? by.userPrincipalName : by.servicePrincipalId,
      UserType: isByUser ? 2 : 5,
      Version: 1,
      Workload: 'Exchange',
      ClientIP: by.ipAddress ?? '',
      ObjectId: objectId,
      UserId: isByUser ? by.userPrincipalName : by.displayName,
      AppId: isByUser ? '' : by.appId,
      ClientAppId: isByUser ? '' : by.appId,
      ExternalAccess: false,
      OrganizationName: tenant.displayName,
      OriginatingServer: 'AM0PR01MB0001 (15.20.8000.000)',
      Parameters: parameters.map(({ name, value }) => ({ Name: name, Value: value })),
      SessionId: '',
    },
  };
}
