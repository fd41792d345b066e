import { LIST_SCAN_MAX } from '../limits.ts';
import { activityKey } from '../values/activity-key.ts';
import { type Json, list, numeric, object, own, pairValue, text } from '../values/json-value.ts';
import type { Memo } from '../values/memo.ts';
import { guid, identifier, identify } from '../values/principal-identifier.ts';

/**
 * A change in the Entra directory, from UAL RecordType 8, Graph directoryAudits, Azure Monitor and
 * Log Analytics AuditLogs, and the portal's download.
 */
export type DirectoryView = {
  readonly activity: string | null;
  /** The activity's name with variant spellings removed. */
  readonly key: string;
  readonly recordType: number | null;
  readonly result: unknown;
  readonly resultReason: unknown;
  readonly actor: Party;
  readonly actorUserType: unknown;
  readonly ip: unknown;
  readonly userAgent: unknown;
  readonly correlationId: unknown;
  readonly sessionId: unknown;
  readonly tokenId: unknown;
  readonly appId: unknown;
  readonly appName: unknown;
  readonly objectName: string | null;
  readonly targets: readonly Party[];
  /** `ModifiedProperties` of the record, or those of all its targets, as delivered. */
  readonly modified: readonly unknown[];
  readonly details: unknown;
};

export type Party = {
  readonly uid: string | null;
  /** UPN in lower case. */
  readonly upn: string | null;
  readonly name: string | null;
  readonly puid: string | null;
  /** `User`, `ServicePrincipal`, `Group`, `Role`, … as the vendor writes it. */
  readonly type: string | null;
  /** The application that acted for the party, or that the service principal belongs to. */
  readonly appId: string | null;
  readonly appName: string | null;
};

export type Change = {
  readonly name: string;
  readonly old: string | null;
  readonly new: string | null;
};

export const NO_PARTY: Party = {
  uid: null,
  upn: null,
  name: null,
  puid: null,
  type: null,
  appId: null,
  appName: null,
};

const GUID_CHARS = 36;
const UNDERSCORE = 95;

/** Elements of an `Actor` or `Target` list. Real ones have fewer than ten. */
const PARTS_MAX = 64;

export function directoryOfUal(ual: Json, recordType: number | null, memo: Memo): DirectoryView {
  const activity = text(ual['Operation']);
  const context = object(ual['AppAccessContext']);
  const extended = ual['ExtendedProperties'];
  const details = pairValue(extended, 'additionalDetails');
  const actor = partyOfUal(ual['Actor'], memo);
  const target = partyOfUal(ual['Target'], memo);
  return {
    activity,
    key: activity === null ? '' : activityKey(activity, memo),
    recordType,
    result: ual['ResultStatus'],
    resultReason: pairValue(ual['ModifiedProperties'], 'MethodExecutionResult.'),
    actor,
    actorUserType: ual['UserType'],
    ip: ual['ActorIpAddress'] ?? ual['ClientIP'],
    userAgent: own(object(details), 'User-Agent') ?? ual['UserAgent'],
    correlationId: ual['InterSystemsId'] ?? context['CorrelationId'],
    sessionId: context['AADSessionId'],
    tokenId: context['UniqueTokenId'],
    appId: context['ClientAppId'] ?? actor.appId,
    appName: context['ClientAppName'] ?? actor.appName,
    objectName: text(ual['ObjectId']),
    targets: target === NO_PARTY ? [] : [target],
    modified: list(ual['ModifiedProperties']),
    details,
  };
}

/** `item` is the audit itself; `outer` the Azure Monitor record around it. */
export function directoryOfGraph(item: Json, outer: Json, memo: Memo): DirectoryView {
  const activity =
    text(item['activityDisplayName'] ?? item['operationName']) ?? text(outer['operationName']);
  const by = object(item['initiatedBy']);
  const details = item['additionalDetails'];
  return audit(
    {
      activity,
      result: item['result'] ?? outer['result'] ?? outer['resultSignature'],
      resultReason: item['resultReason'],
      by,
      ip: object(by['user'])['ipAddress'] ?? outer['callerIpAddress'] ?? outer['ipAddress'],
      userAgent: item['userAgent'] ?? pairValue(details, 'User-Agent'),
      correlationId: item['correlationId'] ?? outer['correlationId'],
      targets: item['targetResources'],
      details,
    },
    memo,
  );
}

/** A row of Log Analytics' `AuditLogs`: the same members capitalized, nested JSON as text. */
export function directoryOfLogAnalytics(row: Json, memo: Memo): DirectoryView {
  const by = object(row['InitiatedBy']);
  const details = row['AdditionalDetails'];
  return audit(
    {
      activity: text(row['ActivityDisplayName'] ?? row['OperationName']),
      result: row['Result'] ?? row['ResultSignature'],
      resultReason: row['ResultReason'],
      by,
      ip: object(by['user'])['ipAddress'],
      userAgent: pairValue(details, 'User-Agent') ?? row['UserAgent'],
      correlationId: row['CorrelationId'],
      targets: row['TargetResources'],
      details,
    },
    memo,
  );
}

/** A row of the portal's audit log download, with its headers in lower case. */
export function directoryOfPortal(row: Json, memo: Memo): DirectoryView {
  const isApp = text(row['actortype'])?.toLowerCase() === 'application';
  const by = isApp
    ? {
        app: {
          servicePrincipalId: row['actorserviceprincipalid'] ?? row['actorobjectid'],
          displayName: row['actordisplayname'],
        },
      }
    : {
        user: {
          id: row['actorobjectid'],
          userPrincipalName: row['actoruserprincipalname'],
          displayName: row['actordisplayname'],
        },
      };
  return audit(
    {
      activity: text(row['activity']),
      result: row['result'],
      resultReason: row['resultreason'],
      by,
      ip: row['ipaddress'],
      userAgent: portalDetail(row, 'user-agent'),
      correlationId: row['correlationid'],
      targets: portalTargets(row),
      details: null,
    },
    memo,
  );
}

/** The new value of a changed property; the old one if the value was removed; otherwise null. */
export function changedTo(view: DirectoryView, name: string): string | null {
  for (let i = 0; i < view.modified.length && i < LIST_SCAN_MAX; i++) {
    const item = object(view.modified[i]);
    if (nameOf(item) !== name) continue;
    return (
      unquoted(item['NewValue'] ?? item['newValue']) ??
      unquoted(item['OldValue'] ?? item['oldValue'])
    );
  }
  return null;
}

/** All changes that name a property, in order. */
export function changesOf(view: DirectoryView): readonly Change[] {
  return view.modified.slice(0, LIST_SCAN_MAX).flatMap((raw): Change[] => {
    const item = object(raw);
    const name = text(nameOf(item));
    if (name === null) return [];
    const before = unquoted(item['OldValue'] ?? item['oldValue']);
    return [{ name, old: before, new: unquoted(item['NewValue'] ?? item['newValue']) }];
  });
}

function nameOf(item: Json): unknown {
  return item['Name'] ?? item['displayName'] ?? item['name'];
}

/** The target with one of these types; types are in lower case. */
export function targetOf(view: DirectoryView, ...types: readonly string[]): Party | undefined {
  for (const type of types) {
    const found = view.targets.find((target) => target.type?.toLowerCase() === type);
    if (found !== undefined) return found;
  }
  return undefined;
}

type Audit = {
  activity: string | null;
  result: unknown;
  resultReason: unknown;
  by: Json;
  ip: unknown;
  userAgent: unknown;
  correlationId: unknown;
  targets: unknown;
  details: unknown;
};

function audit(from: Audit, memo: Memo): DirectoryView {
  const items = list(from.targets).slice(0, LIST_SCAN_MAX).map(object);
  const app = object(from.by['app']);
  const isApp = from.by['app'] !== undefined && from.by['app'] !== null;
  return {
    activity: from.activity,
    key: from.activity === null ? '' : activityKey(from.activity, memo),
    recordType: null,
    result: from.result,
    resultReason: from.resultReason,
    actor: isApp ? partyOfApp(app) : partyOfGraph(object(from.by['user']), memo),
    actorUserType: null,
    ip: from.ip,
    userAgent: from.userAgent,
    correlationId: from.correlationId,
    sessionId: null,
    tokenId: null,
    appId: app['appId'],
    appName: isApp ? app['displayName'] : null,
    objectName: null,
    targets: items.map((item) => partyOfGraph(item, memo)),
    modified: items.flatMap((item) => list(item['modifiedProperties'])),
    details: from.details,
  };
}

function partyOfApp(app: Json): Party {
  return {
    uid: identifier(app['servicePrincipalId']),
    upn: null,
    name: text(app['servicePrincipalName']) ?? text(app['displayName']),
    puid: null,
    type: 'ServicePrincipal',
    appId: identifier(app['appId']),
    appName: text(app['displayName']),
  };
}

function partyOfGraph(item: Json, memo: Memo): Party {
  return {
    uid: identifier(item['id']),
    upn: identify(item['userPrincipalName'], memo).name,
    name: text(item['displayName']),
    puid: null,
    type: text(item['type']),
    appId: null,
    appName: null,
  };
}

const TYPE_WORD = /^[A-Za-z]{2,40}$/;
const NAME = 1;
const OTHER = 2;
const PUID = 3;
const SPN = 4;
const UPN = 5;
/** The documentation writes the kinds of an id as words; the data has numbers. */
const KINDS: ReadonlyMap<unknown, number> = new Map([
  ['Name', NAME],
  ['Other', OTHER],
  ['PUID', PUID],
  ['SPN', SPN],
  ['UPN', UPN],
]);

/**
 * Combines `[{ID, Type}]`, where each element states one fact. The party's own id is the typed one
 * (`User_<guid>`). Another GUID is the application through which a user acted, or the application
 * of a service principal. The display name is then the application's.
 */
function partyOfUal(parts: unknown, memo: Memo): Party {
  const items = list(parts);
  if (items.length === 0) return NO_PARTY;
  let typed: string | null = null;
  let upn: string | null = null;
  let display: string | null = null;
  let names: string | null = null;
  let puid: string | null = null;
  let type: string | null = null;
  const ids: string[] = [];
  for (let i = 0; i < items.length && i < PARTS_MAX; i++) {
    const item = object(items[i]);
    const id = text(item['ID'] ?? item['Id'] ?? item['id']);
    if (id === null) continue;
    const written = item['Type'];
    const kind = typeof written === 'number' ? written : (KINDS.get(written) ?? numeric(written));
    const bare = guid(id);
    if (bare !== null) ids.push(bare);
    else if (kind === UPN) upn ??= identify(id, memo).name;
    else if (kind === PUID) puid ??= identify(id, memo).puid;
    else if (kind === NAME) display ??= id;
    else if (kind === SPN) names ??= id;
    else if (id.charCodeAt(id.length - GUID_CHARS - 1) === UNDERSCORE) {
      typed ??= guid(id.slice(-GUID_CHARS));
    } else if (TYPE_WORD.test(id)) type ??= id;
  }
  const uid = typed ?? ids[0] ?? null;
  return {
    uid,
    upn,
    name: upn === null ? (display ?? names) : null,
    puid,
    type,
    appId: ids.find((id) => id !== uid) ?? null,
    appName: display,
  };
}

/** Graph writes values as JSON texts: `"\"value\""`. */
function unquoted(value: unknown): string | null {
  const written = text(value);
  if (written === null || written.charCodeAt(0) !== 34) return written;
  try {
    return text(JSON.parse(written));
  } catch {
    return written;
  }
}

function portalDetail(row: Json, key: string): unknown {
  for (let i = 1; i <= 20; i++) {
    const name = text(row[`additionaldetail${i}key`]);
    if (name === null) return null;
    if (name.toLowerCase() === key) return row[`additionaldetail${i}value`];
  }
  return null;
}

function portalTargets(row: Json): readonly Json[] {
  const targets: Json[] = [];
  for (let i = 1; i <= 10; i++) {
    const at = `target${i}`;
    if (text(row[`${at}type`]) === null && text(row[`${at}objectid`]) === null) break;
    const modifiedProperties: Json[] = [];
    for (let j = 1; j <= 20; j++) {
      const displayName = text(row[`${at}modifiedproperty${j}name`]);
      if (displayName === null) break;
      modifiedProperties.push({
        displayName,
        oldValue: row[`${at}modifiedproperty${j}oldvalue`],
        newValue: row[`${at}modifiedproperty${j}newvalue`],
      });
    }
    targets.push({
      id: row[`${at}objectid`],
      type: row[`${at}type`],
      displayName: row[`${at}displayname`],
      userPrincipalName: row[`${at}userprincipalname`],
      modifiedProperties,
    });
  }
  return targets;
}
