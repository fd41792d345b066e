import type { Interpretation } from '../../model/interpretation.ts';
import type { Attributes, Mapping } from '../../model/mapping.ts';
import type { RecordView } from '../../model/record-view.ts';
import { count, type Json, numeric, text } from '../../values/json-value.ts';
import { identifier } from '../../values/principal-identifier.ts';
import { ualExample } from '../example-records.ts';

/** Files and folders of SharePoint and OneDrive, as OCSF File Hosting Activity. */
export const FILE_HOSTING = 6006;
const UPLOAD = 1;
const DOWNLOAD = 2;
const UPDATE = 3;
const DELETE = 4;
const RENAME = 5;
const COPY = 6;
const MOVE = 7;
const RESTORE = 8;
const PREVIEW = 9;
const LOCK = 10;
const UNLOCK = 11;
const OPEN = 14;
const SYNC = 15;
const OTHER = 99;

const ACTIVITIES: ReadonlyMap<string, number> = new Map([
  ['FileAccessed', OPEN],
  ['FileAccessedExtended', OPEN],
  ['FileViewed', OPEN],
  ['FileFetched', OPEN],
  ['FilePreviewed', PREVIEW],
  ['FileDownloaded', DOWNLOAD],
  ['FileUploaded', UPLOAD],
  ['FileUploadedPartial', UPLOAD],
  ['FolderCreated', UPLOAD],
  ['FileModified', UPDATE],
  ['FileModifiedExtended', UPDATE],
  ['FolderModified', UPDATE],
  ['FileCheckedOut', LOCK],
  ['FileCheckedIn', UNLOCK],
  ['FileCheckOutDiscarded', UNLOCK],
  ['LockRecord', LOCK],
  ['UnlockRecord', UNLOCK],
  ['FileCopied', COPY],
  ['FolderCopied', COPY],
  ['FileMoved', MOVE],
  ['FolderMoved', MOVE],
  ['FileRenamed', RENAME],
  ['FolderRenamed', RENAME],
  ['FileRestored', RESTORE],
  ['FolderRestored', RESTORE],
  ['FileDeleted', DELETE],
  ['FolderDeleted', DELETE],
  ['FileDeletedFirstStageRecycleBin', DELETE],
  ['FileDeletedSecondStageRecycleBin', DELETE],
  ['FolderDeletedFirstStageRecycleBin', DELETE],
  ['FolderDeletedSecondStageRecycleBin', DELETE],
  ['FileRecycled', DELETE],
  ['FolderRecycled', DELETE],
  ['FileVersionRecycled', DELETE],
  ['FileVersionsAllDeleted', DELETE],
  ['FileVersionsAllRecycled', DELETE],
  ['FileVersionsAllMinorsRecycled', DELETE],
  ['ComplianceRecordDelete', DELETE],
  ['FileSyncDownloadedFull', SYNC],
  ['FileSyncDownloadedPartial', SYNC],
  ['FileSyncUploadedFull', SYNC],
  ['FileSyncUploadedPartial', SYNC],
]);

function interpret(subject: RecordView, into: Interpretation): void {
  into.classUid = FILE_HOSTING;
  into.activityId = (into.operation === null ? undefined : ACTIVITIES.get(into.operation)) ?? OTHER;
  fillPlace(subject.body, into);
  into.byteCount = count(subject.body['FileSizeBytes']);
}

const ITEM_TYPES: ReadonlyMap<number, string> = new Map([
  [0, 'Invalid'],
  [1, 'File'],
  [5, 'Folder'],
  [6, 'Web'],
  [7, 'Site'],
  [8, 'Tenant'],
  [9, 'DocumentLibrary'],
  [11, 'Page'],
]);

/** Fills the site and the item. Shared by files, sharing, pages, lists and sites. */
export function fillPlace(body: Json, into: Interpretation): void {
  const site = text(body['SiteUrl']);
  into.site = site?.endsWith('/') ? site.slice(0, -1) : site;
  into.object = text(body['ObjectId']) ?? into.site;
  into.folder = text(body['SourceRelativeUrl']);
  into.targetUid = identifier(body['ListItemUniqueId']);
  into.targetName = text(body['SourceFileName']) ?? lastSegment(into.object);
  const type = body['ItemType'];
  const number = typeof type === 'string' && type.length > 2 ? null : numeric(type);
  into.targetType = number === null ? text(type) : (ITEM_TYPES.get(number) ?? String(number));
}

function lastSegment(path: string | null): string | null {
  if (path === null) return null;
  const end = path.endsWith('/') ? path.length - 1 : path.length;
  return text(path.slice(path.lastIndexOf('/', end - 1) + 1, end));
}

/** The file of a record, and its new path after a move, copy or rename. */
export function fileAttributes(body: Json, from: Interpretation): Attributes {
  const isFolder = from.targetType === 'Folder' || (from.operation?.startsWith('Folder') ?? false);
  const name = text(body['SourceFileName']) ?? lastSegment(from.object) ?? 'unknown';
  const destination = text(body['DestinationFileName']);
  const place = text(body['DestinationRelativeUrl']);
  const typeId = isFolder ? 2 : from.targetType === 'File' ? 1 : 99;
  return {
    file: {
      name,
      type_id: typeId,
      type: typeId === 99 ? (from.targetType ?? 'Item') : undefined,
      path: from.object,
      uid: identifier(body['ListItemUniqueId']),
      ext: text(body['SourceFileExtension']),
      size: count(body['FileSizeBytes']),
      parent_folder: text(body['SourceRelativeUrl']),
      confidentiality: text(body['SensitivityLabelId']),
    },
    file_result:
      destination === null && place === null
        ? undefined
        : {
            name: destination ?? name,
            type_id: typeId,
            type: typeId === 99 ? (from.targetType ?? 'Item') : undefined,
            path: [from.site, place, destination ?? name].filter((part) => part !== null).join('/'),
            ext: text(body['DestinationFileExtension']),
          },
    share: text(body['UniqueSharingId']),
    http_request: from.userAgent === null ? undefined : { user_agent: from.userAgent },
  };
}

function build(subject: RecordView, from: Interpretation): Attributes {
  return fileAttributes(subject.body, from);
}

export const sharepointFile: Mapping = {
  name: 'sharepoint-file',
  classes: [FILE_HOSTING],
  matches: { family: 'sharepoint', recordTypes: [6, 7], operations: [...ACTIVITIES.keys()] },
  interpret,
  build,
  examples: [
    ualExample(
      'FileDownloaded',
      6,
      'OneDrive',
      {
        ClientIP: '192.0.2.7',
        UserKey: 'i:0h.f|membership|10032000aaaa0001@live.com',
        ObjectId: 'https://example-my.sharepoint.com/personal/ada/Documents/Plans/Q3.xlsx',
        SiteUrl: 'https://example-my.sharepoint.com/personal/ada/',
        SourceRelativeUrl: 'Documents/Plans',
        SourceFileName: 'Q3.xlsx',
        SourceFileExtension: 'xlsx',
        FileSizeBytes: 2048,
        ItemType: 'File',
        UserAgent: 'Mozilla/5.0',
        AppAccessContext: { AADSessionId: '0F0F0F0F-0000-4000-8000-000000000001' },
      },
      {
        classUid: 6006,
        activityId: 2,
        actorPuid: '10032000AAAA0001',
        actorName: 'admin@example.org',
        site: 'https://example-my.sharepoint.com/personal/ada',
        targetName: 'Q3.xlsx',
        targetType: 'File',
        folder: 'Documents/Plans',
        byteCount: 2048,
        userAgent: 'Mozilla/5.0',
      },
    ),
    ualExample(
      'FolderRenamed',
      6,
      'SharePoint',
      {
        UserId: 'app@sharepoint',
        ItemType: 5,
        ObjectId: 'https://example.sharepoint.com/Docs/Old',
        SiteUrl: 'https://example.sharepoint.com/',
        DestinationFileName: 'New',
      },
      {
        classUid: 6006,
        activityId: 5,
        actorName: 'app@sharepoint',
        actorType: 4,
        targetName: 'Old',
        targetType: 'Folder',
        ip: null,
      },
    ),
  ],
};
