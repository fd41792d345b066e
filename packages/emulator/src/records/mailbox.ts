import type { FeedRecord } from '../core/feed-record.ts';
import type { JsonObject } from '../core/json-object.ts';
import type { Tenant } from '../population/tenant.ts';
import type { Account, AppAccount, Token } from './account.ts';
import { auditRecord, auditTime, named } from './feed-format.ts';
import { FIRST_PARTY } from './first-party-apps.ts';

export type MailClient = 'outlook' | 'web' | 'mobile' | 'rest' | 'ews' | 'imap';

const CLIENTS: Readonly<Record<MailClient, string>> = {
  outlook: 'Client=MSExchangeRPC',
  web: 'Client=OWA;Action=ViaProxy',
  mobile: 'Client=OutlookService;Outlook-iOS/2.0;',
  rest: 'Client=REST;Client=RESTSystem;;',
  ews: 'Client=WebServices;ExchangeServicesClient/15.00.0913.015;',
  imap: 'Client=POP3/IMAP4;Protocol=IMAP4',
};

/** The reader of a mailbox: a person with a token, an application, or the vendor. */
export type Reader =
  | { readonly kind: 'user'; readonly account: Account }
  | { readonly kind: 'app'; readonly app: AppAccount }
  | { readonly kind: 'vendor'; readonly appId: string };

export type Message = {
  readonly internetMessageId: string;
  readonly subject: string;
  readonly bytes: number;
};

export type MailboxAct = {
  readonly atMs: number;
  readonly id: string;
  readonly operation: string;
  readonly reader: Reader;
  readonly owner: Account;
  readonly client: MailClient;
  readonly token: Token;
};

const FEED = 'activity/Audit.Exchange';

/** MailItemsAccessed, kind Bind: messages opened within two minutes (RecordType 50). */
export function bindRecords(
  tenant: Tenant,
  act: Omit<MailboxAct, 'operation'>,
  opened: { folder: string; messages: readonly Message[]; isThrottled?: boolean },
): FeedRecord[] {
  const { folder, messages } = opened;
  const full = { ...act, operation: 'MailItemsAccessed' };
  return [
    auditRecord(FEED, act.atMs, {
      ...mailboxMembers(tenant, full, 50),
      OperationProperties: access('Bind', opened.isThrottled ?? false),
      Folders: [
        {
          FolderItems: messages.map((m) => ({
            InternetMessageId: m.internetMessageId,
            SizeInBytes: m.bytes,
          })),
          Id: folderId(act.owner, folder),
          Path: `\\${folder}`,
        },
      ],
      OperationCount: messages.length,
    }),
  ];
}

/** MailItemsAccessed, kind Sync: a desktop client copied a folder (RecordType 2). */
export function syncRecords(
  tenant: Tenant,
  act: Omit<MailboxAct, 'operation'>,
  folder: string,
): FeedRecord[] {
  const id = folderId(act.owner, folder);
  return [
    auditRecord(FEED, act.atMs, {
      ...mailboxMembers(tenant, { ...act, operation: 'MailItemsAccessed' }, 2),
      OperationProperties: access('Sync', false),
      Item: { Id: id, ParentFolder: { Id: id, Name: folder, Path: `\\${folder}` } },
    }),
  ];
}

/** Send, Create, Update and similar: one item (RecordType 2). */
export function itemRecords(
  tenant: Tenant,
  act: MailboxAct,
  item: { folder: string; message: Message; attachments?: string; more?: JsonObject },
): FeedRecord[] {
  const { folder, message } = item;
  return [
    auditRecord(FEED, act.atMs, {
      ...mailboxMembers(tenant, act, 2),
      Item: {
        ...(item.attachments === undefined ? {} : { Attachments: item.attachments }),
        Id: itemId(message),
        InternetMessageId: message.internetMessageId,
        ParentFolder: {
          Id: folderId(act.owner, folder),
          Name: folder,
          Path: `\\${folder}`,
        },
        SizeInBytes: message.bytes,
        Subject: message.subject,
      },
      ...item.more,
    }),
  ];
}

/** Moves and deletions: several items at once (RecordType 3). */
export function groupRecords(
  tenant: Tenant,
  act: MailboxAct,
  moved: { from: string; to?: string; messages: readonly Message[] },
): FeedRecord[] {
  const folder = (name: string) => ({ Id: folderId(act.owner, name), Path: `\\${name}` });
  return [
    auditRecord(FEED, act.atMs, {
      ...mailboxMembers(tenant, act, 3),
      AffectedItems: moved.messages.map((message) => ({
        Id: itemId(message),
        InternetMessageId: message.internetMessageId,
        ParentFolder: folder(moved.from),
        Subject: message.subject,
      })),
      CrossMailboxOperation: false,
      Folder: folder(moved.from),
      ...(moved.to === undefined ? {} : { DestFolder: folder(moved.to) }),
    }),
  ];
}

/** Members of all mailbox records (contracts 2.6). */
function mailboxMembers(
  tenant: Tenant,
  act: MailboxAct,
  recordType: number,
): JsonObject & { readonly Id: string } {
  const { token, owner } = act;
  return {
    ...contextOf(act),
    CreationTime: auditTime(act.atMs),
    Id: act.id,
    Operation: act.operation,
    OrganizationId: tenant.id,
    RecordType: recordType,
    ResultStatus: 'Succeeded',
    ...readerMembers(act),
    Version: 1,
    Workload: 'Exchange',
    ClientIP: token.ip,
    ClientIPAddress: token.ip,
    ClientInfoString: CLIENTS[act.client],
    ExternalAccess: act.reader.kind === 'vendor',
    InternalLogonType: 0,
    MailboxGuid: owner.mailboxGuid,
    MailboxOwnerSid: owner.sid,
    MailboxOwnerUPN: owner.upn,
    OrganizationName: tenant.domain,
    OriginatingServer: 'LO4P123MB4821 (15.20.9478.021)\r\n',
    ...(token.sessionId === undefined ? {} : { SessionId: token.sessionId }),
    ...(token.deviceId === undefined ? {} : { DeviceId: token.deviceId }),
    ...(act.reader.kind === 'vendor' ? {} : { TokenTenantId: tenant.id }),
  };
}

/** The vendor's own work uses no token that a log contains. */
function contextOf({ reader, token }: MailboxAct): JsonObject {
  if (reader.kind === 'vendor') return {};
  return {
    AppAccessContext: {
      ...(token.sessionId === undefined ? {} : { AADSessionId: token.sessionId }),
      IssuedAtTime: auditTime(token.issuedMs),
      UniqueTokenId: token.tokenId,
    },
  };
}

function readerMembers({ reader, owner, token }: MailboxAct): JsonObject {
  switch (reader.kind) {
    case 'user':
      return {
        UserKey: reader.account.puid,
        UserType: 0,
        UserId: reader.account.upn,
        LogonType: reader.account.objectId === owner.objectId ? 0 : 2,
        LogonUserSid: reader.account.sid,
        AppId: token.appId,
        ClientAppId: token.appId,
        TokenObjectId: reader.account.objectId,
      };
    case 'app':
      return {
        UserKey: reader.app.servicePrincipalId,
        UserType: 5,
        UserId: reader.app.servicePrincipalId,
        LogonType: 1,
        LogonUserSid: 'S-1-5-20',
        AppId: FIRST_PARTY.graph,
        ClientAppId: reader.app.appId,
        TokenObjectId: reader.app.servicePrincipalId,
      };
    case 'vendor':
      return {
        UserKey: 'S-1-5-18',
        UserType: 4,
        UserId: 'NT AUTHORITY\\SYSTEM',
        LogonType: 4,
        LogonUserSid: 'S-1-5-18',
        AppId: reader.appId,
        ClientAppId: reader.appId,
      };
  }
}

function access(kind: 'Bind' | 'Sync', isThrottled: boolean): readonly JsonObject[] {
  return named([
    ['MailAccessType', kind],
    ['IsThrottled', isThrottled ? 'True' : 'False'],
  ]);
}

function folderId(owner: Account, folder: string): string {
  return `LgAAAA${Buffer.from(`${owner.mailboxGuid}/${folder}`).toString('base64')}`;
}

function itemId(message: Message): string {
  return `RgAAAA${Buffer.from(message.internetMessageId).toString('base64')}`;
}
