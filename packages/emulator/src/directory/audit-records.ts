import type { FeedRecord } from '../core/feed-record.ts';
import { SeededRandom } from '../core/seeded-random.ts';
import {
  type DirectoryActor,
  type DirectoryTarget,
  directoryRecords,
} from '../records/directory-record.ts';
import type { Activity, DirectoryActivity, ExchangeActivity, Target } from './audit-activity.ts';
import type { Circumstances, Initiator } from './model/directory-change.ts';

/** The tenant's values in records. */
export type Home = {
  readonly id: string;
  readonly domain: string;
  readonly displayName: string;
  /** The PUID of a user, by object id. */
  readonly puid: (userId: string) => string;
};

/** Creates the records of one act for all feeds. */
export function recordsOf(
  activities: readonly Activity[],
  circumstances: Circumstances,
  home: Home,
): readonly FeedRecord[] {
  const { atMs, correlationId } = circumstances;
  return activities.flatMap((activity, index) => {
    const id = new SeededRandom(home.id, correlationId, atMs, index, nameOf(activity)).guid();
    return activity.service === 'exchange'
      ? [cmdlet(activity, circumstances, home, id)]
      : entraRecords(activity, circumstances, home, id);
  });
}

function nameOf(activity: Activity): string {
  return activity.service === 'exchange' ? activity.cmdlet : activity.name;
}

function entraRecords(
  activity: DirectoryActivity,
  { atMs, by, correlationId }: Circumstances,
  home: Home,
  id: string,
): readonly FeedRecord[] {
  const [first] = activity.targets;
  const modified = activity.targets.flatMap((target) => target.modified);
  const names = modified.map(({ name }) => pascal(name)).join(', ');
  const changes = modified.map((property) => ({
    name: pascal(property.name),
    ...(property.old !== undefined && { oldValue: valueText(property.old) }),
    newValue: valueText(property.new),
  }));
  return directoryRecords(home, {
    atMs,
    id,
    correlationId,
    // Nearly all operations end with a period. Those that end with a space do not.
    operation: /\s$/.test(activity.name) ? activity.name : `${activity.name}.`,
    category: typeOf(first),
    auditCategory: activity.category,
    operationType: activity.operationType,
    service: activity.loggedBy,
    actor: actorOf(by, home),
    targets: activity.targets.map((target) => targetOf(target, home)),
    changes:
      changes.length === 0
        ? []
        : [...changes, { name: 'Included Updated Properties', newValue: names }],
    ...(by.userAgent !== undefined && { userAgent: by.userAgent }),
  });
}

function actorOf(by: Initiator, home: Home): DirectoryActor {
  if (by.kind === 'app') {
    const { appId, displayName: name, servicePrincipalId } = by;
    return { kind: 'app', app: { name, appId, servicePrincipalId } };
  }
  const { id: objectId, userPrincipalName: upn, ipAddress } = by;
  const unsaid = { sid: '', mailboxGuid: '' };
  const account = { displayName: upn, upn, objectId, puid: home.puid(objectId), ...unsaid };
  return { kind: 'user', account, ip: ipAddress ?? null };
}

function targetOf(target: Target, home: Home): DirectoryTarget {
  const { id, displayName, userPrincipalName: upn, appId } = target;
  return {
    type: typeOf(target),
    id,
    displayName: displayName ?? '',
    ...(upn !== undefined && { upn, puid: home.puid(id) }),
    ...(appId !== undefined && { appId }),
  };
}

function typeOf(target: Target | undefined): DirectoryTarget['type'] {
  switch (target?.is ?? target?.type) {
    case 'Application':
      return 'Application';
    case 'ServicePrincipal':
      return 'ServicePrincipal';
    case 'User':
      return 'User';
    case 'Group':
      return 'Group';
    case 'Device':
      return 'Device';
    case 'Role':
      return 'Role';
    case 'Policy':
      return 'Policy';
    default:
      return 'Other';
  }
}

/** Text is unchanged. Everything else is JSON with CRLF and indentation. */
function valueText(value: unknown): string {
  if (value === undefined) return '';
  if (typeof value === 'string') return value;
  return JSON.stringify(value, null, 2).replaceAll('\n', '\r\n');
}

function pascal(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}

/** The record of Exchange for a cmdlet (contracts 2.5, RecordType 1). */
function cmdlet(
  { cmdlet: operation, objectId, parameters }: ExchangeActivity,
  { atMs, by }: Circumstances,
  home: Home,
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
      OrganizationId: home.id,
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
      OrganizationName: home.displayName,
      OriginatingServer: 'AM0PR01MB0001 (15.20.8000.000)',
      Parameters: parameters.map(({ name, value }) => ({ Name: name, Value: value })),
      SessionId: '',
    },
  };
}
