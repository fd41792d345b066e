import { FOLDER_WORDS, SUBJECT_WORDS } from '../../population/names.ts';
import type { Person } from '../../population/person.ts';
import {
  type FileAct,
  type FileItem,
  fileRecords,
  sharingRecords,
} from '../../records/sharepoint.ts';
import type { ScenarioContext } from '../steps/scenario-context.ts';
import type { Session } from '../steps/scenario-value.ts';
import { momentsIn, type Verb } from './verb.ts';

function fileOf(stage: ScenarioContext, session: Session, isOwn: boolean): FileItem {
  const { random } = stage;
  const { home, account } = session;
  const person = home.personByObjectId(account.objectId) ?? home.person(0);
  const site = isOwn ? home.driveOf(person) : home.group(random.pick(home.groupsOf(person))).site;
  return {
    site,
    folder: `${isOwn ? 'Documents' : 'Shared Documents'}/${random.pick(FOLDER_WORDS)}`,
    name: `${random.pick(SUBJECT_WORDS)} ${random.pick(SUBJECT_WORDS)} ${random.int(1, 900)}`,
    extension: random.pick(['docx', 'xlsx', 'pptx', 'pdf', 'csv', 'zip']),
    bytes: random.int(20, 20_000) * 1024,
  };
}

function actOf(stage: ScenarioContext, session: Session, operation: string, atMs: number): FileAct {
  return {
    atMs,
    id: stage.random.guid(),
    correlationId: stage.random.guid(),
    operation,
    who: { kind: 'user', account: session.account },
    token: stage.tokenOf(session, atMs),
    userAgent: session.client.userAgent,
    file: fileOf(stage, session, stage.random.chance(0.3)),
  };
}

/** Downloads many files; `sync` copies them with the sync client. */
export const download: Verb = (stage, args) => {
  const session = args.session('by');
  const overMs = args.duration('over');
  const operation = args.is('sync') ? 'FileSyncDownloadedFull' : 'FileDownloaded';
  for (const atMs of momentsIn(stage, args.whole('files'), overMs)) {
    const act = actOf(stage, session, operation, atMs);
    stage.emit(session.home, atMs, fileRecords(session.home.tenant, act));
  }
  stage.nowMs += overMs;
};

/** Creates an anonymous link, or invites an external address. */
export const share: Verb = (stage, args) => {
  const session = args.session('by');
  const { tenant } = session.home;
  const act = actOf(stage, session, 'AnonymousLinkCreated', stage.nowMs);
  const uniqueSharingId = stage.random.guid();
  const eventData = '<Type>View</Type><MembersCanShareApplied>False</MembersCanShareApplied>';
  const target = args.has('with')
    ? { target: { name: args.text('with'), type: 'Guest' as const } }
    : {};
  const operation = args.has('with') ? 'SharingInvitationCreated' : 'AnonymousLinkCreated';
  const sharing = { eventData, uniqueSharingId, ...target };
  stage.emit(session.home, stage.nowMs, sharingRecords(tenant, { ...act, operation }, sharing));
  stage.addFoothold({
    kind: 'sharing-link',
    tenantId: tenant.id,
    objectId: uniqueSharingId,
    detail: `a link to ${act.file.name}.${act.file.extension}`,
  });
  stage.nowMs += stage.random.int(10_000, 90_000);
};

/** Normal work: a person opens files. */
export const work: Verb = (stage, args) => {
  const session = args.session('by');
  const overMs = args.duration('over');
  const person: Person | undefined = session.home.personByObjectId(session.account.objectId);
  if (person === undefined) return;
  for (const atMs of momentsIn(stage, args.whole('files'), overMs)) {
    const act = actOf(stage, session, 'FileAccessed', atMs);
    stage.emit(session.home, atMs, fileRecords(session.home.tenant, act));
  }
  stage.nowMs += overMs;
};
