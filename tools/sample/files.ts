import { type Company, ONEDRIVE, type Person, type Site, TENANT } from './company.ts';
import { accessContext, type Token } from './exchange.ts';
import { APP_NAMES, ONEDRIVE_SYNC, USER_AGENTS } from './first-party.ts';
import { auditTime, type Document, type Journal } from './journal.ts';
import type { SeededRandom } from './random.ts';

const SUBJECTS = [
  'Site survey',
  'Quarterly figures',
  'Tender',
  'Tide model',
  'Harbour plan',
  'Risk register',
  'Invoice',
  'Minutes',
  'Timesheet',
  'Equipment list',
  'Client brief',
  'Bathymetry',
];
const PLACES = ['Stromness', 'Lerwick', 'Wick', 'Scapa', 'Fair Isle', 'Thurso', 'Sumburgh', 'Hoy'];
const EXTENSIONS = ['docx', 'xlsx', 'pptx', 'pdf', 'csv', 'dwg'];

export type FilePlace = {
  readonly site: Site;
  readonly workload: 'SharePoint' | 'OneDrive';
  readonly folder: string;
  readonly name: string;
  readonly ending: string;
  readonly bytes: number;
};

export function someFile(random: SeededRandom, company: Company, person: Person): FilePlace {
  const isOwn = random.chance(0.35);
  const name = `${random.pick(SUBJECTS)} ${random.pick(PLACES)} ${random.between(1, 9)}`;
  const home = `${ONEDRIVE}/personal/${person.upn.replace(/[.@]/g, '_')}/`;
  return {
    site: isOwn
      ? { url: home, siteId: person.mailboxGuid, webId: person.objectId }
      : random.pick(company.sites.slice(0, 5)),
    workload: isOwn ? 'OneDrive' : 'SharePoint',
    folder: isOwn ? 'Documents' : `Shared Documents/${random.pick(PLACES)}`,
    name,
    ending: random.pick(EXTENSIONS),
    bytes: random.between(12, 4000) * 1024,
  };
}

type FileAct = {
  readonly atMs: number;
  readonly operation: string;
  readonly person: Person;
  readonly file: FilePlace;
  readonly token: Token;
  readonly client: 'Windows10' | 'MacOs' | 'Ios' | 'Script';
};

export function recordFile(journal: Journal, random: SeededRandom, act: FileAct): void {
  const { file, operation } = act;
  const isSync = operation.startsWith('FileSync');
  journal.add('unified-audit-log', act.atMs, {
    ...fileRecord(random, act, 6),
    ...(isSync
      ? { ApplicationId: ONEDRIVE_SYNC, ApplicationDisplayName: APP_NAMES[ONEDRIVE_SYNC] }
      : { ApplicationId: act.token.appId, ApplicationDisplayName: APP_NAMES[act.token.appId] }),
    FileSizeBytes: file.bytes,
    HighPriorityMediaProcessing: false,
  });
}

/** A link, an invitation or a group created for another person. */
export function recordSharing(
  journal: Journal,
  random: SeededRandom,
  act: FileAct & { target?: { name: string; kind: 'Member' | 'Guest' }; eventData: string },
): void {
  journal.add('unified-audit-log', act.atMs, {
    ...fileRecord(random, act, 14),
    ApplicationId: act.token.appId,
    EventData: act.eventData,
    UniqueSharingId: random.guid(),
    ...(act.target === undefined
      ? {}
      : {
          TargetUserOrGroupName: act.target.name,
          TargetUserOrGroupType: act.target.kind,
        }),
  });
}

function fileRecord(random: SeededRandom, act: FileAct, recordType: number): Document {
  const { file, person, token } = act;
  const fileName = `${file.name}.${file.ending}`;
  return {
    CreationTime: auditTime(act.atMs),
    Id: random.guid(),
    Operation: act.operation,
    OrganizationId: TENANT,
    RecordType: recordType,
    UserKey: `i:0h.f|membership|${person.puid.toLowerCase()}@live.com`,
    UserType: 0,
    Version: 1,
    Workload: file.workload,
    ClientIP: token.ip,
    UserId: person.upn,
    UserObjectId: person.objectId,
    CorrelationId: random.guid(),
    EventSource: 'SharePoint',
    ItemType: 'File',
    Site: file.site.siteId,
    WebId: file.site.webId,
    UserAgent: USER_AGENTS[act.client],
    DeviceId: person.deviceId,
    ObjectId: `${file.site.url}${file.folder}/${fileName}`,
    SiteUrl: file.site.url,
    SourceRelativeUrl: file.folder,
    SourceFileName: fileName,
    SourceFileExtension: file.ending,
    AppAccessContext: { ...accessContext(token), ClientAppId: token.appId },
  };
}
