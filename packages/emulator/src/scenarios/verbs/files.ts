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

function fileOf(context: ScenarioContext, session: Session, isOwn: boolean): FileItem {
  const { random } = context;
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

function actOf(
  context: ScenarioContext,
  session: Session,
  operation: string,
  atMs: number,
): FileAct {
  return {
    atMs,
    id: context.random.guid(),
    correlationId: context.random.guid(),
    operation,
    who: { kind: 'user', account: session.account },
    token: context.tokenOf(session, atMs),
    userAgent: session.client.userAgent,
    file: fileOf(context, session, context.random.chance(0.3)),
  };
}

/** Downloads many files; `sync` copies them with the sync client. */
export const download: Verb = (context, args) => {
  const session = args.session('by');
  const overMs = args.duration('over');
  const operation = args.is('sync') ? 'FileSyncDownloadedFull' : 'FileDownloaded';
  for (const atMs of momentsIn(context, args.integer('files'), overMs)) {
    const act = actOf(context, session, operation, atMs);
    context.emit(session.home, atMs, fileRecords(session.home.tenant, act));
  }
  context.nowMs += overMs;
};

/** Creates an anonymous link, or invites an external address. */
export const share: Verb = (context, args) => {
  const session = args.session('by');
  const { tenant } = session.home;
  const act = actOf(context, session, 'AnonymousLinkCreated', context.nowMs);
  const uniqueSharingId = context.random.guid();
  const eventData = '<Type>View</Type><MembersCanShareApplied>False</MembersCanShareApplied>';
  const target = args.has('with')
    ? { target: { name: args.text('with'), type: 'Guest' as const } }
    : {};
  const operation = args.has('with') ? 'SharingInvitationCreated' : 'AnonymousLinkCreated';
  const sharing = { eventData, uniqueSharingId, ...target };
  context.emit(session.home, context.nowMs, sharingRecords(tenant, { ...act, operation }, sharing));
  context.addFoothold({
    kind: 'sharing-link',
    tenantId: tenant.id,
    objectId: uniqueSharingId,
    detail: `a link to ${act.file.name}.${act.file.extension}`,
  });
  context.nowMs += context.random.int(10_000, 90_000);
};

/** Normal work: a person opens files. */
export const work: Verb = (context, args) => {
  const session = args.session('by');
  const overMs = args.duration('over');
  const person: Person | undefined = session.home.personByObjectId(session.account.objectId);
  if (person === undefined) return;
  for (const atMs of momentsIn(context, args.integer('files'), overMs)) {
    const act = actOf(context, session, 'FileAccessed', atMs);
    context.emit(session.home, atMs, fileRecords(session.home.tenant, act));
  }
  context.nowMs += overMs;
};
