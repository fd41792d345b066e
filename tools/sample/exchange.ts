import { type App, DOMAIN, type Person, TENANT } from './company.ts';
import {
  EXCHANGE_POWERSHELL,
  MICROSOFT_OFFICE,
  OUTLOOK_MOBILE,
  OUTLOOK_WEB,
} from './first-party.ts';
import { auditTime, type Document, type Journal } from './journal.ts';
import type { SeededRandom } from './random.ts';

/** The token facts in every record: the link to a sign-in. */
export type Token = {
  readonly sessionId: string | undefined;
  readonly tokenId: string;
  readonly issuedMs: number;
  readonly appId: string;
  readonly ip: string;
};

export type Message = { readonly id: string; readonly subject: string; readonly bytes: number };

/** Who accesses a mailbox: a person with a token, or an application as itself. */
export type Reader =
  | { readonly kind: 'person'; readonly person: Person; readonly client: MailClient }
  | { readonly kind: 'app'; readonly app: App };

export type MailClient = 'outlook' | 'web' | 'mobile';

const CLIENTS: Readonly<Record<MailClient, { info: string; appId: string }>> = {
  outlook: { info: 'Client=MSExchangeRPC', appId: MICROSOFT_OFFICE },
  web: { info: 'Client=OWA;Action=ViaProxy', appId: OUTLOOK_WEB },
  mobile: { info: 'Client=OutlookService;Outlook-iOS/2.0;', appId: OUTLOOK_MOBILE },
};

export function accessContext(token: Token): Document {
  return {
    ...(token.sessionId === undefined ? {} : { AADSessionId: token.sessionId }),
    IssuedAtTime: auditTime(token.issuedMs),
    UniqueTokenId: token.tokenId,
  };
}

type MailboxAct = {
  readonly atMs: number;
  readonly operation: string;
  readonly recordType: number;
  readonly reader: Reader;
  readonly owner: Person;
  readonly token: Token;
};

/** The common members of all records about a mailbox. */
function mailboxRecord(random: SeededRandom, act: MailboxAct): Document {
  const { reader, owner, token } = act;
  const actor =
    reader.kind === 'person'
      ? {
          ResultStatus: 'Succeeded',
          UserKey: reader.person.puid,
          UserType: 0,
          UserId: reader.person.upn,
          LogonType: reader.person === owner ? 0 : 2,
          LogonUserSid: reader.person.sid,
          TokenObjectId: reader.person.objectId,
          ClientInfoString: CLIENTS[reader.client].info,
          AppId: CLIENTS[reader.client].appId,
          ClientAppId: CLIENTS[reader.client].appId,
        }
      : {
          ResultStatus: 'Succeeded',
          UserKey: reader.app.servicePrincipalId,
          UserType: 5,
          UserId: reader.app.servicePrincipalId,
          LogonType: 1,
          LogonUserSid: 'S-1-5-20',
          TokenObjectId: reader.app.servicePrincipalId,
          ClientInfoString: 'Client=REST;Client=RESTSystem;;',
          AppId: '00000003-0000-0000-c000-000000000000',
          ClientAppId: reader.app.appId,
        };
  return {
    CreationTime: auditTime(act.atMs),
    Id: random.guid(),
    Operation: act.operation,
    OrganizationId: TENANT,
    RecordType: act.recordType,
    Version: 1,
    Workload: 'Exchange',
    ClientIP: token.ip,
    ClientIPAddress: token.ip,
    ...actor,
    TokenTenantId: TENANT,
    InternalLogonType: 0,
    ExternalAccess: false,
    MailboxGuid: owner.mailboxGuid,
    MailboxOwnerSid: owner.sid,
    MailboxOwnerUPN: owner.upn,
    OrganizationName: DOMAIN,
    OriginatingServer: 'LO4P123MB4821 (15.20.9478.021)',
    ...(token.sessionId === undefined ? {} : { SessionId: token.sessionId }),
    AppAccessContext: accessContext(token),
  };
}

function accessProperties(kind: 'Bind' | 'Sync', isThrottled: boolean): Document[] {
  return [
    { Name: 'MailAccessType', Value: kind },
    { Name: 'IsThrottled', Value: isThrottled ? 'True' : 'False' },
  ];
}

/** Messages opened one by one. Those opened within two minutes form one record. */
export function recordBind(
  journal: Journal,
  random: SeededRandom,
  act: Omit<MailboxAct, 'operation' | 'recordType'> & {
    messages: readonly Message[];
    folder: string;
    isThrottled?: boolean;
  },
): void {
  const full: MailboxAct = { ...act, operation: 'MailItemsAccessed', recordType: 50 };
  journal.add('unified-audit-log', act.atMs, {
    ...mailboxRecord(random, full),
    OperationProperties: accessProperties('Bind', act.isThrottled ?? false),
    Folders: [
      {
        FolderItems: act.messages.map((m) => ({ InternetMessageId: m.id, SizeInBytes: m.bytes })),
        Id: folderId(act.owner, act.folder),
        Path: `\\${act.folder}`,
      },
    ],
    OperationCount: act.messages.length,
  });
}

/** A desktop client syncs a folder: which of its messages were read is not known. */
export function recordSync(
  journal: Journal,
  random: SeededRandom,
  act: Omit<MailboxAct, 'operation' | 'recordType'> & { folder: string },
): void {
  const full: MailboxAct = { ...act, operation: 'MailItemsAccessed', recordType: 2 };
  journal.add('unified-audit-log', act.atMs, {
    ...mailboxRecord(random, full),
    OperationProperties: accessProperties('Sync', false),
    Item: {
      Id: folderId(act.owner, act.folder),
      ParentFolder: {
        Id: folderId(act.owner, act.folder),
        Name: act.folder,
        Path: `\\${act.folder}`,
      },
    },
  });
}

export function recordMessage(
  journal: Journal,
  random: SeededRandom,
  act: Omit<MailboxAct, 'recordType'> & { message: Message; folder: string },
): void {
  const item = {
    InternetMessageId: act.message.id,
    Subject: act.message.subject,
    SizeInBytes: act.message.bytes,
    ParentFolder: { Id: folderId(act.owner, act.folder), Path: `\\${act.folder}` },
  };
  const isGroup = /Delete|Move/.test(act.operation);
  journal.add('unified-audit-log', act.atMs, {
    ...mailboxRecord(random, { ...act, recordType: isGroup ? 3 : 2 }),
    ...(isGroup
      ? { AffectedItems: [item], CrossMailboxOperation: false, Folder: item.ParentFolder }
      : { Item: item }),
  });
}

/** Changes to the organization and its mailboxes, named by their cmdlet. */
export function recordCmdlet(
  journal: Journal,
  random: SeededRandom,
  act: {
    atMs: number;
    cmdlet: string;
    person: Person | 'system';
    objectId: string;
    parameters: Readonly<Record<string, string>>;
    token?: Token;
  },
): void {
  const { person, token } = act;
  const isSystem = person === 'system';
  journal.add('unified-audit-log', act.atMs, {
    CreationTime: auditTime(act.atMs),
    Id: random.guid(),
    Operation: act.cmdlet,
    OrganizationId: TENANT,
    RecordType: 1,
    ResultStatus: 'True',
    UserKey: isSystem ? 'NT AUTHORITY\\SYSTEM (Microsoft.Exchange.Servicehost)' : person.puid,
    UserType: isSystem ? 3 : 2,
    Version: 1,
    Workload: 'Exchange',
    // The records of cmdlets also have the port.
    ClientIP: token === undefined ? '' : withPort(token.ip, random.between(1025, 65_000)),
    ObjectId: act.objectId,
    UserId: isSystem ? 'NT AUTHORITY\\SYSTEM (Microsoft.Exchange.Servicehost)' : person.upn,
    AppId: isSystem ? '' : (token?.appId ?? EXCHANGE_POWERSHELL),
    ClientAppId: '',
    ExternalAccess: isSystem,
    OrganizationName: DOMAIN,
    OriginatingServer: 'LO4P123MB4821 (15.20.9478.021)',
    Parameters: Object.entries(act.parameters).map(([Name, Value]) => ({ Name, Value })),
    ...(token === undefined
      ? {}
      : { SessionId: token.sessionId, AppAccessContext: accessContext(token) }),
  });
}

function withPort(ip: string, port: number): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
}

/** Stable per mailbox and folder, in the form of real ids. */
function folderId(owner: Person, folder: string): string {
  const text = Buffer.from(`${owner.puid}${folder}`).toString('base64').replace(/=+$/, '');
  return `LgAAAAB${text}AAAB`;
}
