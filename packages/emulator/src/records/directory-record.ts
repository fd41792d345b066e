import type { FeedRecord } from '../core/feed-record.ts';
import type { JsonObject } from '../core/json-object.ts';
import type { Tenant } from '../population/tenant.ts';
import type { Account, AppAccount } from './account.ts';
import { auditTime, exported, exportTime, graphTime, named } from './feed-format.ts';

export type DirectoryActor =
  | { readonly kind: 'user'; readonly account: Account; readonly ip: string | null }
  | { readonly kind: 'app'; readonly app: AppAccount };

export type DirectoryTarget = {
  readonly type:
    | 'User'
    | 'Group'
    | 'Application'
    | 'ServicePrincipal'
    | 'Device'
    | 'Role'
    | 'Policy'
    | 'Directory'
    | 'Other';
  readonly id: string;
  readonly displayName: string;
  readonly upn?: string;
  readonly puid?: string;
  readonly appId?: string;
};

export type PropertyChange = {
  readonly name: string;
  readonly oldValue?: string;
  readonly newValue: string;
};

/** A directory change, which three feeds report. */
export type DirectoryChange = {
  readonly atMs: number;
  /** Id of the unified audit record. */
  readonly id: string;
  readonly correlationId: string;
  /** Exactly as in the unified audit log, including the period (contracts 2.8). */
  readonly operation: string;
  /** extendedAuditEventCategory of the unified audit log. */
  readonly category: string;
  /** Graph's `category`: UserManagement, ApplicationManagement, RoleManagement, … */
  readonly auditCategory: string;
  readonly operationType: 'Add' | 'Update' | 'Delete' | 'Assign' | 'Unassign';
  readonly service?: string;
  readonly actor: DirectoryActor;
  readonly targets: readonly DirectoryTarget[];
  readonly changes: readonly PropertyChange[];
  readonly userAgent?: string;
  readonly isFailure?: true;
};

/** The tenant of the directory. */
type Home = Pick<Tenant, 'id' | 'domain'>;

/**
 * The records of one change in the unified audit log, Graph and diagnostic export, each in its
 * form.
 */
export function directoryRecords(tenant: Home, change: DirectoryChange): FeedRecord[] {
  const { atMs, id } = change;
  const body = graphAudit(change);
  const auditId = body.id as string;
  return [
    {
      feed: 'activity/Audit.AzureActiveDirectory',
      id,
      atMs,
      body: unifiedChange(tenant, change),
    },
    { feed: 'graph/directoryAudits', id: auditId, atMs, body },
    { feed: 'azure/AuditLogs', id: auditId, atMs, body: exportedAudit(tenant, change, body) },
  ];
}

function unifiedChange(tenant: Home, change: DirectoryChange): JsonObject {
  const { actor } = change;
  const main = change.targets[0];
  const details = change.userAgent === undefined ? {} : { 'User-Agent': change.userAgent };
  const who =
    actor.kind === 'user'
      ? { UserKey: `${actor.account.puid}@${tenant.domain}`, UserType: 0 }
      : { UserKey: 'Not Available', UserType: 4 };
  return {
    CreationTime: auditTime(change.atMs),
    Id: change.id,
    Operation: change.operation,
    OrganizationId: tenant.id,
    RecordType: 8,
    ResultStatus: change.isFailure ? 'Failure' : 'Success',
    ...who,
    Version: 1,
    Workload: 'AzureActiveDirectory',
    ObjectId: main === undefined ? 'Not Available' : objectIdOf(main),
    UserId:
      actor.kind === 'user'
        ? actor.account.upn
        : `ServicePrincipal_${actor.app.servicePrincipalId}`,
    AzureActiveDirectoryEventType: 1,
    ExtendedProperties: named([
      ['additionalDetails', JSON.stringify(details)],
      ['extendedAuditEventCategory', change.category],
    ]),
    ModifiedProperties: change.changes.map((c) => ({
      Name: c.name,
      NewValue: c.newValue,
      OldValue: c.oldValue ?? '',
    })),
    Actor: actorIds(actor),
    ActorContextId: tenant.id,
    InterSystemsId: change.correlationId,
    IntraSystemId: change.correlationId.slice(0, 8) + change.id.slice(8),
    SupportTicketId: '',
    Target: change.targets.flatMap(targetIds),
    TargetContextId: tenant.id,
  };
}

function objectIdOf(target: DirectoryTarget): string {
  if (target.upn !== undefined) return target.upn;
  if (target.appId !== undefined) return target.appId;
  return target.type === 'Group' ? target.displayName : `${target.type}_${target.id}`;
}

/** Types of ids: 1 a name, 2 others, 3 a PUID, 4 a service principal's name, 5 a UPN. */
type TypedId = { readonly ID: string; readonly Type: number };

function actorIds(actor: DirectoryActor): TypedId[] {
  if (actor.kind === 'app') {
    return [
      { ID: actor.app.name, Type: 1 },
      { ID: actor.app.appId, Type: 2 },
      { ID: `ServicePrincipal_${actor.app.servicePrincipalId}`, Type: 2 },
      { ID: actor.app.servicePrincipalId, Type: 2 },
      { ID: 'ServicePrincipal', Type: 2 },
    ];
  }
  const { upn, puid, objectId } = actor.account;
  return [
    { ID: upn, Type: 5 },
    { ID: puid, Type: 3 },
    { ID: `User_${objectId}`, Type: 2 },
    { ID: objectId, Type: 2 },
    { ID: 'User', Type: 2 },
  ];
}

function targetIds(target: DirectoryTarget): TypedId[] {
  const ids: TypedId[] = [
    { ID: `${target.type}_${target.id}`, Type: 2 },
    { ID: target.id, Type: 2 },
    { ID: target.type, Type: 2 },
  ];
  if (target.upn === undefined) ids.push({ ID: target.displayName, Type: 1 });
  else ids.push({ ID: target.upn, Type: 5 });
  if (target.puid !== undefined) ids.push({ ID: target.puid, Type: 3 });
  if (target.appId !== undefined) ids.push({ ID: target.appId, Type: 4 });
  return ids;
}

/** Graph has the same activities without the period, and values as JSON. */
function graphAudit(change: DirectoryChange): JsonObject {
  const { actor } = change;
  const number = (change.atMs % 100_000_000).toString().padStart(8, '0');
  return {
    id: `Directory_${change.correlationId}_${change.id.slice(0, 5).toUpperCase()}_${number}`,
    category: change.auditCategory,
    correlationId: change.correlationId,
    result: change.isFailure ? 'failure' : 'success',
    resultReason: '',
    activityDisplayName: change.operation.replace(/\.$/, ''),
    activityDateTime: graphTime(change.atMs),
    loggedByService: change.service ?? 'Core Directory',
    operationType: change.operationType,
    initiatedBy:
      actor.kind === 'user'
        ? {
            user: {
              id: actor.account.objectId,
              displayName: null,
              userPrincipalName: actor.account.upn,
              ipAddress: actor.ip,
              roles: [],
            },
          }
        : {
            app: {
              appId: actor.app.appId,
              displayName: actor.app.name,
              servicePrincipalId: actor.app.servicePrincipalId,
              servicePrincipalName: null,
            },
          },
    targetResources: change.targets.map((target, index) => ({
      id: target.id,
      displayName: target.displayName,
      type: target.type,
      userPrincipalName: target.upn ?? null,
      groupType: target.type === 'Group' ? 'unifiedGroups' : null,
      modifiedProperties: index === 0 ? change.changes.map(graphProperty) : [],
      administrativeUnits: [],
    })),
    additionalDetails:
      change.userAgent === undefined ? [] : [{ key: 'User-Agent', value: change.userAgent }],
  };
}

function graphProperty(c: PropertyChange): JsonObject {
  const isJson = /^[[{"]/.test(c.newValue);
  return {
    displayName: c.name,
    oldValue: c.oldValue === undefined ? null : isJson ? c.oldValue : JSON.stringify(c.oldValue),
    newValue: isJson ? c.newValue : JSON.stringify(c.newValue),
  };
}

function exportedAudit(tenant: Home, change: DirectoryChange, audit: JsonObject): JsonObject {
  const operationName = audit['activityDisplayName'] as string;
  return exported(
    {
      tenantId: tenant.id,
      category: 'AuditLogs',
      operationName,
      atMs: change.atMs,
      result: { signature: 'None' },
      callerIp: change.actor.kind === 'user' ? change.actor.ip : null,
      correlationId: change.correlationId,
      identity: change.actor.kind === 'user' ? change.actor.account.displayName : '',
    },
    {
      tenantId: tenant.id,
      resultType: '',
      resultDescription: '',
      operationName,
      identity: '',
      tenantGeo: 'EU',
      ...audit,
      activityDateTime: exportTime(change.atMs),
      userAgent: change.userAgent ?? null,
    },
  );
}
