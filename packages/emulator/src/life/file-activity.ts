import type { FeedRecord } from '../core/feed-record.ts';
import { FOLDER_WORDS, SUBJECT_WORDS } from '../population/names.ts';
import type { Site } from '../population/tenant-objects.ts';
import { type FileAct, type FileItem, fileRecords, sharingRecords } from '../records/sharepoint.ts';
import { browserOf, desktopOf } from '../sign-in/clients.ts';
import type { ActivityScene } from './activity-scene.ts';
import { SLOTS } from './sessions.ts';

const EXTENSIONS = ['docx', 'docx', 'xlsx', 'xlsx', 'pptx', 'pdf', 'csv', 'msg'];

function someSite(scene: ActivityScene): Site {
  const { random, population, person } = scene;
  if (random.chance(0.4)) return population.driveOf(person);
  return population.group(random.pick(population.groupsOf(person))).site;
}

function someFile(scene: ActivityScene): FileItem {
  const { random } = scene;
  const site = someSite(scene);
  const folder = random.pick(FOLDER_WORDS);
  return {
    site,
    folder: site.workload === 'OneDrive' ? `Documents/${folder}` : `Shared Documents/${folder}`,
    name: `${random.pick(SUBJECT_WORDS)} ${random.pick(SUBJECT_WORDS)} ${random.int(1, 40)}`,
    extension: random.pick(EXTENSIONS),
    bytes: random.int(12, 6000) * 1024,
  };
}

function fileAct(scene: ActivityScene, operation: string): FileAct {
  const { person } = scene;
  const isSync = operation.startsWith('FileSync') && person.workplace !== 'browser';
  const client = isSync ? desktopOf(person) : browserOf(person);
  return {
    atMs: scene.atMs,
    id: scene.guid(),
    correlationId: scene.guid(),
    operation,
    who: { kind: 'user', account: person },
    token: scene.token(isSync ? SLOTS.oneDrive : SLOTS.browserFiles),
    userAgent: isSync
      ? 'Microsoft SkyDriveSync 26.010.0118.0002 ship; Windows NT 10.0'
      : client.userAgent,
    file: someFile(scene),
  };
}

export function useFile(operation: string): (scene: ActivityScene) => FeedRecord[] {
  return (scene) => fileRecords(scene.tenant, fileAct(scene, operation));
}

export function viewPage(scene: ActivityScene): FeedRecord[] {
  const act = fileAct(scene, 'PageViewed');
  const file = { ...act.file, folder: 'SitePages', name: 'Home', extension: 'aspx' };
  return fileRecords(scene.tenant, { ...act, file });
}

export function shareFile(scene: ActivityScene): FeedRecord[] {
  const { random } = scene;
  const isLink = random.chance(0.6);
  const uniqueSharingId = scene.guid();
  if (isLink) {
    return sharingRecords(scene.tenant, fileAct(scene, 'CompanyLinkCreated'), {
      eventData: '<Type>View</Type><MembersCanShareApplied>False</MembersCanShareApplied>',
      uniqueSharingId,
    });
  }
  return sharingRecords(scene.tenant, fileAct(scene, 'SharingSet'), {
    eventData: '<Permissions granted>Contribute</Permissions granted>',
    uniqueSharingId,
    target: { name: scene.colleague().upn, type: 'Member' },
  });
}
