import type { Interpretation } from '../../model/interpretation.ts';
import type { Attributes, Mapping } from '../../model/mapping.ts';
import type { RecordView } from '../../model/record-view.ts';
import { text } from '../../values/json-value.ts';
import { identify } from '../../values/principal-identifier.ts';
import { ualExample } from '../example-records.ts';
import { FILE_HOSTING, fileAttributes, fillPlace } from './file.ts';

/**
 * Sharing (RecordType 14): shared files and folders as OCSF File Hosting Activity, groups of a site
 * as Group Management, administrators of a site as User Access Management. The target is the person
 * it was shared with, if stated.
 */
const USER_ACCESS = 3005;
const GROUP_MANAGEMENT = 3006;
const SHARE = 12;
const UNSHARE = 13;
const OPEN = 14;
const OTHER = 99;

const ACTIVITIES: ReadonlyMap<string, readonly [classUid: number, activityId: number]> = new Map([
  ...files(SHARE, [
    'AccessInvitationCreated',
    'AccessInvitationUpdated',
    'AccessRequestApproved',
    'AnonymousLinkCreated',
    'AnonymousLinkUpdated',
    'SecureLinkCreated',
    'SecureLinkUpdated',
    'AddedToSecureLink',
    'CompanyLinkCreated',
    'SharedLinkCreated',
    'SharingLinkCreated',
    'SharingLinkUpdated',
    'SharingSet',
    'SharingInvitationCreated',
    'SharingInvitationUpdated',
  ]),
  ...files(UNSHARE, [
    'AccessInvitationRevoked',
    'AccessInvitationExpired',
    'AnonymousLinkRemoved',
    'SecureLinkDeleted',
    'RemovedFromSecureLink',
    'CompanyLinkRemoved',
    'SharedLinkDisabled',
    'SharingLinkDeleted',
    'SharingRevoked',
    'SharingInvitationRevoked',
  ]),
  ...files(OPEN, ['AnonymousLinkUsed', 'SecureLinkUsed', 'CompanyLinkUsed', 'SharingLinkUsed']),
  ...files(OTHER, [
    'AccessInvitationAccepted',
    'AccessRequestCreated',
    'AccessRequestRejected',
    'AccessRequestDenied',
    'SharingInvitationAccepted',
    'SharingInvitationBlocked',
    'SharingInheritanceBroken',
    'SharingInheritanceReset',
  ]),
  ['AddedToGroup', [GROUP_MANAGEMENT, 3]],
  ['RemovedFromGroup', [GROUP_MANAGEMENT, 4]],
  ['GroupAdded', [GROUP_MANAGEMENT, 6]],
  ['GroupRemoved', [GROUP_MANAGEMENT, 5]],
  ['GroupUpdated', [GROUP_MANAGEMENT, OTHER]],
  ['SiteCollectionAdminAdded', [USER_ACCESS, 1]],
  ['SiteCollectionAdminRemoved', [USER_ACCESS, 2]],
]);

function files(
  activity: number,
  operations: readonly string[],
): (readonly [string, readonly [number, number]])[] {
  return operations.map((operation) => [operation, [FILE_HOSTING, activity]] as const);
}

function interpret(subject: RecordView, into: Interpretation): void {
  const { body, memo } = subject;
  const known = into.operation === null ? undefined : ACTIVITIES.get(into.operation);
  into.classUid = known?.[0] ?? FILE_HOSTING;
  into.activityId = known?.[1] ?? OTHER;
  fillPlace(body, into);
  const name = text(body['TargetUserOrGroupName']) ?? text(body['UserSharedWith']);
  if (name !== null) {
    const who = identify(name, memo);
    into.targetUid = who.uid;
    into.targetName = who.name ?? name;
    into.targetType = text(body['TargetUserOrGroupType']) ?? 'User';
  }
  if (into.classUid === GROUP_MANAGEMENT) into.object = groupOf(subject, into);
  if (into.classUid === USER_ACCESS) into.object = 'Site collection administrator';
}

/** `<Group>Site Members</Group>` in EventData; otherwise the object, which is the site. */
function groupOf(subject: RecordView, into: Interpretation): string | null {
  const data = text(subject.body['EventData']);
  const start = data?.indexOf('<Group>') ?? -1;
  if (data === null || start < 0) return into.object;
  const end = data.indexOf('<', start + 7);
  return end < 0 ? into.object : (text(data.slice(start + 7, end)) ?? into.object);
}

function build(subject: RecordView, from: Interpretation): Attributes {
  if (from.classUid === FILE_HOSTING) return fileAttributes(subject.body, from);
  if (from.classUid === GROUP_MANAGEMENT) {
    const isMember = from.activityId === 3 || from.activityId === 4;
    return {
      group: { name: from.object ?? 'unknown', type: 'SharePoint group' },
      user: isMember ? { name: from.targetName, uid: from.targetUid } : undefined,
    };
  }
  return {
    privileges: ['Site collection administrator'],
    resources: from.site === null ? undefined : [{ name: from.site, type: 'Site collection' }],
  };
}

export const sharepointSharing: Mapping = {
  name: 'sharepoint-sharing',
  classes: [FILE_HOSTING, GROUP_MANAGEMENT, USER_ACCESS],
  matches: { family: 'sharepoint', recordTypes: [14], operations: [...ACTIVITIES.keys()] },
  interpret,
  build,
  examples: [
    ualExample(
      'AnonymousLinkCreated',
      14,
      'SharePoint',
      {
        ObjectId: 'https://example.sharepoint.com/Docs/Plan.docx',
        ItemType: 'File',
        SiteUrl: 'https://example.sharepoint.com',
        EventData: '<Type>Edit</Type>',
      },
      { classUid: 6006, activityId: 12, targetName: 'Plan.docx', targetType: 'File' },
    ),
    ualExample(
      'AddedToGroup',
      14,
      'SharePoint',
      {
        ObjectId: 'https://example.sharepoint.com/sites/hr',
        ItemType: 'Site',
        TargetUserOrGroupName: 'Bob@Example.net',
        TargetUserOrGroupType: 'Guest',
        EventData: '<Group>HR Members</Group>',
      },
      {
        classUid: 3006,
        activityId: 3,
        targetName: 'bob@example.net',
        targetType: 'Guest',
        object: 'HR Members',
      },
    ),
  ],
};
