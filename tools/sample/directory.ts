import { type App, type Person, TENANT } from './company.ts';
import { AZURE_PORTAL, USER_AGENTS } from './first-party.ts';
import { auditTime, type Document, graphTime, type Journal } from './journal.ts';
import type { SeededRandom } from './random.ts';

export type Change = { readonly name: string; readonly old: string; readonly new: string };

export type Target =
  | { readonly kind: 'User'; readonly person: Person }
  | { readonly kind: 'ServicePrincipal' | 'Application'; readonly app: App }
  | { readonly kind: 'Group' | 'Role' | 'Device'; readonly id: string; readonly name: string };

/** A directory change in the unified audit log. */
export function recordDirectory(
  journal: Journal,
  random: SeededRandom,
  act: {
    atMs: number;
    operation: string;
    category: string;
    person: Person;
    ip: string;
    target: Target;
    changes?: readonly Change[];
  },
): void {
  const { person } = act;
  journal.add('unified-audit-log', act.atMs, {
    CreationTime: auditTime(act.atMs),
    Id: random.guid(),
    Operation: act.operation,
    OrganizationId: TENANT,
    RecordType: 8,
    ResultStatus: 'Success',
    UserKey: `${person.puid}@${person.upn.split('@')[1]}`,
    UserType: 0,
    Version: 1,
    Workload: 'AzureActiveDirectory',
    ClientIP: act.ip,
    ObjectId: objectIdOf(act.target),
    UserId: person.upn,
    AzureActiveDirectoryEventType: 1,
    ExtendedProperties: [
      {
        Name: 'additionalDetails',
        Value: JSON.stringify({ 'User-Agent': USER_AGENTS.Windows10, AppId: AZURE_PORTAL }),
      },
      { Name: 'extendedAuditEventCategory', Value: act.category },
    ],
    ModifiedProperties: (act.changes ?? []).map((c) => ({
      Name: c.name,
      NewValue: c.new,
      OldValue: c.old,
    })),
    Actor: [
      { ID: person.upn, Type: 5 },
      { ID: person.puid, Type: 3 },
      { ID: `User_${person.objectId}`, Type: 2 },
      { ID: person.objectId, Type: 2 },
      { ID: 'User', Type: 2 },
    ],
    ActorContextId: TENANT,
    ActorIpAddress: act.ip,
    InterSystemsId: random.guid(),
    IntraSystemId: random.guid(),
    SupportTicketId: '',
    Target: targetList(act.target),
    TargetContextId: TENANT,
  });
}

function objectIdOf(target: Target): string {
  if (target.kind === 'User') return target.person.upn;
  if ('app' in target) return target.app.appId;
  return target.name;
}

function targetList(target: Target): Document[] {
  const [id, name] =
    target.kind === 'User'
      ? [target.person.objectId, target.person.upn]
      : 'app' in target
        ? [
            target.kind === 'Application' ? target.app.objectId : target.app.servicePrincipalId,
            target.app.name,
          ]
        : [target.id, target.name];
  return [
    { ID: `${target.kind}_${id}`, Type: 2 },
    { ID: id, Type: 2 },
    { ID: target.kind, Type: 2 },
    { ID: name, Type: target.kind === 'User' ? 5 : 1 },
  ];
}

/**
 * Changes that only Graph's directory audits report: security info, self-service, requested roles.
 */
export function recordDirectoryAudit(
  journal: Journal,
  random: SeededRandom,
  act: {
    atMs: number;
    activity: string;
    category: string;
    service: string;
    operationType: string;
    person: Person;
    ip: string;
    reason?: string;
    details?: Readonly<Record<string, string>>;
  },
): void {
  const { person } = act;
  const correlationId = random.guid();
  journal.add('directory-audits', act.atMs, {
    id: `${act.service.replaceAll(' ', '')}_${correlationId}_${random.word(5).toUpperCase()}`,
    category: act.category,
    correlationId,
    result: 'success',
    resultReason: act.reason ?? '',
    activityDisplayName: act.activity,
    activityDateTime: graphTime(act.atMs),
    loggedByService: act.service,
    operationType: act.operationType,
    initiatedBy: {
      app: null,
      user: {
        id: person.objectId,
        displayName: person.name,
        userPrincipalName: person.upn,
        ipAddress: act.ip,
      },
    },
    targetResources: [
      {
        id: person.objectId,
        displayName: person.name,
        type: 'User',
        userPrincipalName: person.upn,
        groupType: null,
        modifiedProperties: [],
      },
    ],
    additionalDetails: Object.entries(act.details ?? {}).map(([key, value]) => ({ key, value })),
  });
}
