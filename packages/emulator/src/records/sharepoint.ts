import type { FeedRecord } from '../core/feed-record.ts';
import type { JsonObject } from '../core/json-object.ts';
import type { Tenant } from '../population/tenant.ts';
import type { Site } from '../population/tenant-objects.ts';
import type { Account, AppAccount, Token } from './account.ts';
import { auditRecord, auditTime } from './feed-format.ts';
import { APP_NAMES } from './first-party-apps.ts';

export type FileItem = {
  readonly site: Site;
  readonly folder: string;
  readonly name: string;
  readonly extension: string;
  readonly bytes: number;
};

export type FileAct = {
  readonly atMs: number;
  readonly id: string;
  readonly correlationId: string;
  readonly operation: string;
  readonly who:
    | { readonly kind: 'user'; readonly account: Account }
    | { readonly kind: 'app'; readonly app: AppAccount };
  readonly token: Token;
  readonly userAgent: string;
  readonly file: FileItem;
};

const FEED = 'activity/Audit.SharePoint';

/** RecordType 6: an act on a file (RecordType 4 for a viewed page). */
export function fileRecords(tenant: Tenant, act: FileAct): FeedRecord[] {
  const isPage = act.operation === 'PageViewed';
  return [
    auditRecord(FEED, act.atMs, {
      ...fileMembers(tenant, act, isPage ? 4 : 6),
      ItemType: isPage ? 'Page' : 'File',
      ...(isPage
        ? {}
        : {
            FileSizeBytes: act.file.bytes,
            HighPriorityMediaProcessing: false,
            ImplicitShare: 'No',
            DoNotDistributeEvent: true,
          }),
    }),
  ];
}

/** RecordType 14: a link, an invitation, a sharing group. */
export function sharingRecords(
  tenant: Tenant,
  act: FileAct,
  sharing: {
    eventData: string;
    uniqueSharingId: string;
    target?: { name: string; type: 'Member' | 'Guest' };
  },
): FeedRecord[] {
  return [
    auditRecord(FEED, act.atMs, {
      ...fileMembers(tenant, act, 14),
      ItemType: 'File',
      EventData: sharing.eventData,
      UniqueSharingId: sharing.uniqueSharingId,
      ...(sharing.target === undefined
        ? {}
        : {
            TargetUserOrGroupName: sharing.target.name,
            TargetUserOrGroupType: sharing.target.type,
          }),
    }),
  ];
}

function fileMembers(
  tenant: Tenant,
  act: FileAct,
  recordType: number,
): JsonObject & { readonly Id: string } {
  const { file, token } = act;
  const name = `${file.name}.${file.extension}`;
  return {
    AppAccessContext: {
      ...(token.sessionId === undefined ? {} : { AADSessionId: token.sessionId }),
      ClientAppId: token.appId,
      ClientAppName: APP_NAMES.get(token.appId) ?? '',
      CorrelationId: act.correlationId,
      IssuedAtTime: auditTime(token.issuedMs),
      UniqueTokenId: token.tokenId,
    },
    CreationTime: auditTime(act.atMs),
    Id: act.id,
    Operation: act.operation,
    OrganizationId: tenant.id,
    RecordType: recordType,
    ...whoMembers(act),
    Version: 1,
    Workload: file.site.workload,
    ClientIP: token.ip,
    AuthenticationType: 'OAuth',
    BrowserName: '',
    BrowserVersion: '',
    CorrelationId: act.correlationId,
    EventSource: 'SharePoint',
    IsManagedDevice: token.deviceId !== undefined,
    Platform: act.userAgent.includes('Macintosh') ? 'MacOSX' : 'WinDesktop',
    UserAgent: act.userAgent,
    ...(token.deviceId === undefined ? {} : { DeviceId: token.deviceId }),
    Site: file.site.siteId,
    WebId: file.site.webId,
    ListItemUniqueId: act.id,
    ListId: file.site.webId,
    SiteUrl: file.site.url,
    SourceRelativeUrl: file.folder,
    SourceFileName: name,
    SourceFileExtension: file.extension,
    ObjectId: `${file.site.url}${file.folder}/${name}`,
    ApplicationId: token.appId,
    ApplicationDisplayName: APP_NAMES.get(token.appId) ?? '',
  };
}

function whoMembers({ who }: FileAct): JsonObject {
  if (who.kind === 'app') {
    return {
      UserKey: `i:0i.t|00000003-0000-0ff1-ce00-000000000000|app@sharepoint`,
      UserType: 5,
      UserId: 'app@sharepoint',
      UserObjectId: who.app.servicePrincipalId,
    };
  }
  return {
    UserKey: `i:0h.f|membership|${who.account.puid.toLowerCase()}@live.com`,
    UserType: 0,
    UserId: who.account.upn,
    UserObjectId: who.account.objectId,
  };
}
