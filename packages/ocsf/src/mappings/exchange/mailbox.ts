import { FOLDERS_NAMED_MAX, LIST_SCAN_MAX } from '../../limits.ts';
import type { Interpretation } from '../../model/interpretation.ts';
import type { Attributes, Mapping } from '../../model/mapping.ts';
import type { RecordView } from '../../model/record-view.ts';
import { bool, count, type Json, list, object, pairValue, text } from '../../values/json-value.ts';
import { identifier } from '../../values/principal-identifier.ts';
import { ENTITY_MANAGEMENT } from '../entity-mapping.ts';
import { ualExample } from '../example-records.ts';

/**
 * Mailbox operations, as OCSF Web Resources Activity on the items; permissions and rules of a
 * mailbox as Entity Management. An aggregated record is one action with a volume: the count of its
 * operations or of its listed items, whichever is larger. A synchronized folder counts as 1,
 * because no record states its content.
 */
const WEB_RESOURCES = 6001;
const CREATE = 1;
const READ = 2;
const UPDATE = 3;
const DELETE = 4;
const SEARCH = 5;
const OTHER = 99;

const ACTIVITIES: ReadonlyMap<string, readonly [classUid: number, activityId: number]> = new Map([
  ['MailItemsAccessed', [WEB_RESOURCES, READ]],
  ['FolderBind', [WEB_RESOURCES, READ]],
  ['MessageBind', [WEB_RESOURCES, READ]],
  ['AttachmentAccess', [WEB_RESOURCES, READ]],
  ['Create', [WEB_RESOURCES, CREATE]],
  ['Copy', [WEB_RESOURCES, CREATE]],
  ['Update', [WEB_RESOURCES, UPDATE]],
  ['Move', [WEB_RESOURCES, UPDATE]],
  ['ApplyRecord', [WEB_RESOURCES, UPDATE]],
  ['MoveToDeletedItems', [WEB_RESOURCES, DELETE]],
  ['SoftDelete', [WEB_RESOURCES, DELETE]],
  ['HardDelete', [WEB_RESOURCES, DELETE]],
  ['RecordDelete', [WEB_RESOURCES, DELETE]],
  ['SearchQueryInitiated', [WEB_RESOURCES, SEARCH]],
  ['SearchQueryInitiatedExchange', [WEB_RESOURCES, SEARCH]],
  ['AddFolderPermissions', [ENTITY_MANAGEMENT, CREATE]],
  ['ModifyFolderPermissions', [ENTITY_MANAGEMENT, UPDATE]],
  ['UpdateFolderPermissions', [ENTITY_MANAGEMENT, UPDATE]],
  ['RemoveFolderPermissions', [ENTITY_MANAGEMENT, DELETE]],
  ['UpdateInboxRules', [ENTITY_MANAGEMENT, UPDATE]],
  ['UpdateCalendarDelegation', [ENTITY_MANAGEMENT, UPDATE]],
]);

function interpret(subject: RecordView, into: Interpretation): void {
  const { body } = subject;
  const known = into.operation === null ? undefined : ACTIVITIES.get(into.operation);
  into.classUid = known?.[0] ?? WEB_RESOURCES;
  into.activityId = known?.[1] ?? OTHER;
  fillMailbox(body, into);
  fillVolume(body, into);
  if (into.classUid === ENTITY_MANAGEMENT) {
    const folder = object(body['Folder'] ?? object(body['Item'])['ParentFolder']);
    into.targetType =
      into.operation === 'UpdateInboxRules' ? 'InboxRule' : 'MailboxFolderPermission';
    into.targetName = text(folder['MemberUpn'])?.toLowerCase() ?? into.mailbox;
    into.object ??= into.mailbox;
  }
}

/** Fills the columns that mailbox records of every operation share. */
export function fillMailbox(body: Json, into: Interpretation): void {
  into.mailbox = text(body['MailboxOwnerUPN'])?.toLowerCase() ?? identifier(body['MailboxGuid']);
  into.userAgent = text(body['ClientInfoString']) ?? into.userAgent;
  const properties = body['OperationProperties'];
  if (properties !== undefined && properties !== null) {
    into.accessType = text(pairValue(properties, 'MailAccessType'));
    into.isThrottled = bool(pairValue(properties, 'IsThrottled')) === true;
  }
}

function fillVolume(body: Json, into: Interpretation): void {
  let listed = 0;
  let bytes: number | null = null;
  const paths: string[] = [];
  const folders = list(body['Folders']);
  const messages = folders.length > 0 ? folders : list(body['Messages']);
  for (let i = 0; i < messages.length && i < LIST_SCAN_MAX; i++) {
    const folder = object(messages[i]);
    const items = list(folder['FolderItems'] ?? folder['MessageItems']);
    listed += items.length;
    bytes = addBytes(items, bytes);
    const path = text(folder['Path']);
    if (path !== null && paths.length <= FOLDERS_NAMED_MAX && !paths.includes(path))
      paths.push(path);
  }
  const affected = list(body['AffectedItems']);
  listed += affected.length;
  bytes = addBytes(affected, bytes);
  const item = object(body['Item']);
  bytes ??= count(item['SizeInBytes']) ?? count(body['AttachmentSizeInBytes']);
  const stated = into.accessType === 'Sync' ? 0 : (count(body['OperationCount']) ?? 0);
  into.itemCount = Math.max(1, stated, into.accessType === 'Sync' ? 0 : listed);
  into.byteCount = bytes;
  into.folder = folderOf(paths, body, item);
  into.object = text(item['InternetMessageId']) ?? text(body['QueryText']);
}

/** The listed items, by the id of the message, or else of the item. */
export function itemsListed(body: Json): string[] {
  const folders = list(body['Folders']);
  const grouped = folders.length > 0 ? folders : list(body['Messages']);
  const listed = grouped.slice(0, LIST_SCAN_MAX).flatMap((raw) => {
    const folder = object(raw);
    return list(folder['FolderItems'] ?? folder['MessageItems']).slice(0, LIST_SCAN_MAX);
  });
  const all = [...listed, ...list(body['AffectedItems']).slice(0, LIST_SCAN_MAX), body['Item']];
  return all.flatMap((raw) => {
    const item = object(raw);
    return text(item['InternetMessageId']) ?? text(item['Id']) ?? [];
  });
}

function addBytes(items: readonly unknown[], sum: number | null): number | null {
  let total = sum;
  for (let i = 0; i < items.length && i < LIST_SCAN_MAX; i++) {
    const item = items[i] as Json | null;
    const size = typeof item === 'object' && item !== null ? count(item['SizeInBytes']) : null;
    if (size !== null) total = Math.min((total ?? 0) + size, Number.MAX_SAFE_INTEGER);
  }
  return total;
}

function folderOf(paths: readonly string[], body: Json, item: Json): string | null {
  if (paths.length > FOLDERS_NAMED_MAX) return `${paths.slice(0, FOLDERS_NAMED_MAX).join('; ')}; …`;
  if (paths.length > 0) return paths.join('; ');
  const folder = object(body['Folder']);
  const parent = object(item['ParentFolder']);
  return (
    text(folder['Path']) ?? text(parent['Path']) ?? text(parent['Name']) ?? text(folder['Name'])
  );
}

function build(subject: RecordView, from: Interpretation): Attributes {
  if (from.classUid === ENTITY_MANAGEMENT) {
    return { entity: { type_id: 99, type: from.targetType } };
  }
  return { web_resources: resourcesOf(subject.body, from) };
}

/** One resource per folder, with its messages as data; otherwise one for the mailbox or item. */
function resourcesOf(body: Json, from: Interpretation): readonly Attributes[] {
  const folders = list(body['Folders']).slice(0, LIST_SCAN_MAX).map(object);
  if (folders.length > 0) {
    return folders.map((folder) => ({
      name: text(folder['Path']) ?? from.mailbox ?? 'unknown',
      uid: text(folder['Id']),
      type: 'Mailbox folder',
      data: {
        mailbox: from.mailbox,
        messages: list(folder['FolderItems'])
          .slice(0, LIST_SCAN_MAX)
          .map((item) => text(object(item)['InternetMessageId'])),
      },
    }));
  }
  const affected = list(body['AffectedItems']).slice(0, LIST_SCAN_MAX).map(object);
  const items = affected.length > 0 ? affected : [object(body['Item'])];
  return items.map((item) => ({
    name: text(item['Subject']) ?? from.folder ?? from.mailbox ?? 'unknown',
    uid: text(item['InternetMessageId']) ?? text(item['Id']) ?? text(body['MailboxGuid']),
    type: text(item['Id']) === null ? 'Mailbox' : 'Message',
    data: { mailbox: from.mailbox, folder: from.folder, destination: destinationOf(body) },
  }));
}

function destinationOf(body: Json): string | undefined {
  return text(object(body['DestFolder'])['Path']) ?? undefined;
}

export const exchangeMailbox: Mapping = {
  name: 'exchange-mailbox',
  classes: [WEB_RESOURCES, ENTITY_MANAGEMENT],
  matches: { family: 'exchange', recordTypes: [2, 3, 19, 50, 101] },
  interpret,
  build,
  examples: [
    ualExample(
      'MailItemsAccessed',
      50,
      'Exchange',
      {
        ResultStatus: 'Succeeded',
        ClientIPAddress: '::ffff:192.0.2.7',
        MailboxOwnerUPN: 'Ada@Example.org',
        LogonUserSid: 'S-1-5-21-1-2-3-4',
        ClientInfoString: 'Client=REST;;',
        ClientAppId: 'dadadada-0000-4000-8000-000000000003',
        OperationCount: 3,
        OperationProperties: [
          { Name: 'MailAccessType', Value: 'Bind' },
          { Name: 'IsThrottled', Value: 'True' },
        ],
        AppAccessContext:
          '{"AADSessionId":"0F0F0F0F-0000-4000-8000-000000000001","UniqueTokenId":"aB-c_D"}',
        Folders: [
          {
            Id: 'f1',
            Path: '\\Inbox',
            FolderItems: [
              { InternetMessageId: '<1@example.org>', SizeInBytes: 100 },
              { InternetMessageId: '<2@example.org>', SizeInBytes: '50' },
            ],
          },
        ],
      },
      {
        classUid: 6001,
        activityId: 2,
        statusId: 1,
        ip: '192.0.2.7',
        mailbox: 'ada@example.org',
        itemCount: 3,
        byteCount: 150,
        accessType: 'Bind',
        isThrottled: true,
        folder: '\\Inbox',
        actorSid: 'S-1-5-21-1-2-3-4',
        appUid: 'dadadada-0000-4000-8000-000000000003',
        sessionUid: '0f0f0f0f-0000-4000-8000-000000000001',
        tokenUid: 'aB-c_D',
        userAgent: 'Client=REST;;',
      },
    ),
    ualExample(
      'MailItemsAccessed',
      2,
      'Exchange',
      {
        MailboxOwnerUPN: 'Ada@Example.org',
        OperationProperties: [
          '@{Value=Sync; Name=MailAccessType}',
          '@{Value=False; Name=IsThrottled}',
        ],
        Item: { Id: 'i', ParentFolder: { Id: 'f', Name: 'Inbox', Path: '\\Inbox' } },
      },
      { itemCount: 1, accessType: 'Sync', isThrottled: false, folder: '\\Inbox', byteCount: null },
    ),
    ualExample(
      'HardDelete',
      3,
      'Exchange',
      {
        MailboxOwnerUPN: 'Ada@Example.org',
        Folder: { Id: 'f', Path: '\\Deletions' },
        AffectedItems: [
          { Id: '1', Subject: 'a' },
          { Id: '2', Subject: 'b' },
        ],
      },
      { classUid: 6001, activityId: 4, itemCount: 2, folder: '\\Deletions' },
    ),
  ],
};
