import type { FeedRecord } from '../core/feed-record.ts';
import { type GraphCall, graphCallRecords } from '../records/graph-activity.ts';
import { type TeamsAct, teamsRecords } from '../records/teams.ts';
import { desktopOf } from '../sign-in/clients.ts';
import type { ActivityScene } from './activity-scene.ts';
import { SLOTS } from './sessions.ts';

function teamsAct(scene: ActivityScene, operation: string): TeamsAct {
  return {
    atMs: scene.atMs,
    id: scene.guid(),
    operation,
    who: { kind: 'user', account: scene.person },
    token: scene.token(SLOTS.teams),
    chatId: `19:${scene.guid()}_${scene.person.objectId}@unq.gbl.spaces`,
  };
}

/** A message in a channel or a chat of two. */
export function talk(operation: string): (scene: ActivityScene) => FeedRecord[] {
  return (scene) => {
    const { population, person, random, tenant } = scene;
    const act = teamsAct(scene, operation);
    if (random.chance(0.5)) return teamsRecords(tenant, act);
    const { team } = population.group(random.pick(population.groupsOf(person)));
    return teamsRecords(tenant, { ...act, team });
  };
}

/** A person joined a meeting. The record also lists the others. */
export function meet(scene: ActivityScene): FeedRecord[] {
  const act = teamsAct(scene, 'MeetingParticipantDetail');
  const others = Array.from({ length: scene.random.int(1, 5) }, () => scene.colleague());
  const members = [scene.person, ...others].map(({ upn, displayName }, index) => ({
    UPN: upn,
    Role: index === 0 ? 1 : 0,
    DisplayName: displayName,
  }));
  const joined = new Date(scene.atMs).toISOString();
  const more = { MeetingDetailId: scene.guid(), JoinTime: joined, ExtraProperties: [] };
  return teamsRecords(scene.tenant, { ...act, members, more });
}

export function startTeams(scene: ActivityScene): FeedRecord[] {
  return teamsRecords(scene.tenant, teamsAct(scene, 'TeamsSessionStarted'));
}

const CALLS: readonly (readonly [GraphCall['method'], string])[] = [
  ['GET', 'me/calendarView?startDateTime=today'],
  ['GET', 'me/presence'],
  ['GET', 'me/drive/recent?$top=20'],
  ['GET', 'me/people?$top=10'],
  ['POST', '$batch'],
  ['GET', 'me/memberOf?$select=id'],
];

/** Office programs call Graph all day. */
export function callGraph(scene: ActivityScene): FeedRecord[] {
  const { random, person } = scene;
  const [method, path] = random.pick(CALLS);
  return graphCallRecords(scene.tenant, {
    atMs: scene.atMs,
    requestId: scene.guid(),
    operationId: scene.guid(),
    method,
    path,
    status: random.chance(0.98) ? 200 : random.pick([404, 429, 503]),
    token: scene.token(SLOTS.office),
    who: {
      kind: 'user',
      objectId: person.objectId,
      scopes: 'Calendars.Read Files.Read People.Read User.Read',
    },
    clientAuthMethod: 0,
    userAgent: desktopOf(person).userAgent,
    place: 'West Europe',
  });
}
