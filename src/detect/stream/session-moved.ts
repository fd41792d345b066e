import type { FindingDraft } from '../../core/index.ts';
import { draftFrom, HOUR_MS, isWithin, type StreamDetector, type StreamScene } from './detector.ts';
import { CANDIDATES_LOOKED_AT_MAX, SESSION_REACH_MS, TRAVEL_WITHIN_MS } from './limits.ts';
import {
  type Habits,
  habitsOf,
  OF_PEOPLE,
  SIGN_INS,
  SIGNED_IN,
  type SignedIn,
  signedInOf,
} from './sign-ins.ts';
import { ask } from './sql.ts';

/**
 * One session on two devices or in two places: a cookie or a refresh token was taken. A session
 * belongs to one browser or one computer. It moves with it to another network, and stays the same
 * client; whoever stole it is another client, or is elsewhere within the hour.
 */
export const sessionMoved: StreamDetector = {
  rules: ['stream/session-moved'],
  title: 'One session was used on two devices, or in two places at once',
  needs: ['sign-in-log'],
  find: async (scene) => {
    const rows = await ask(
      scene,
      SESSION_REACH_MS,
      SIGNED_IN,
      (events) => `WITH s AS (SELECT ${SIGN_INS} FROM ${events}
          WHERE ${OF_PEOPLE} AND session_uid IS NOT NULL),
        moved AS (SELECT org, session FROM s GROUP BY ALL HAVING count(DISTINCT net) > 1
          AND (count(DISTINCT client) > 1 OR count(DISTINCT country) > 1
            OR count(DISTINCT coalesce(device, '')) > 1))
        SELECT s.* FROM s SEMI JOIN moved ON moved.org = s.org AND moved.session = s.session
        ORDER BY s.t, s."index"`,
      CANDIDATES_LOOKED_AT_MAX,
    );
    const sessions = Map.groupBy(rows.map(signedInOf), ({ tenant, session }) => {
      return `${tenant} ${session}`;
    });
    const moves = [...sessions.values()].flatMap((own) => movesOf(scene, own));
    if (moves.length === 0) return [];
    const habits = await habitsOf(
      scene,
      moves.map(({ to }) => to),
    );
    const strange = moves.filter(({ to }) => !habits.isOwn(to));
    const ofSessions = Map.groupBy(strange, ({ to }) => `${to.tenant} ${to.session}`);
    return [...ofSessions.values()].flatMap((own) => draftsOf(own, habits));
  },
};

type Move = {
  readonly from: SignedIn;
  readonly to: SignedIn;
  readonly because: 'client' | 'device' | 'country';
};

/** A sign-in that none of the session before it is like. */
function movesOf(scene: StreamScene, all: readonly SignedIn[]): Move[] {
  return all.flatMap((to, at): Move[] => {
    if (!isWithin(scene, to.atMs)) return [];
    const before = all.slice(0, at).filter(({ atMs }) => atMs >= to.atMs - SESSION_REACH_MS);
    const from = before.at(-1);
    if (from === undefined || before.some(({ net }) => net === to.net)) return [];
    const because = causeOf(from, to, before);
    return because === undefined ? [] : [{ from, to, because }];
  });
}

function causeOf(
  from: SignedIn,
  to: SignedIn,
  before: readonly SignedIn[],
): Move['because'] | undefined {
  const isOtherClient = to.client !== '' && before.every(({ client }) => client !== to.client);
  const isAbroad =
    to.country !== null && from.country !== null && before.every((b) => b.country !== to.country);
  const hadDevice = before.every(({ device }) => device !== null);
  const isOtherDevice = hadDevice && before.every(({ device }) => device !== to.device);
  if (isOtherDevice && (isAbroad || isOtherClient)) return 'device';
  if (isAbroad && to.atMs - from.atMs <= TRAVEL_WITHIN_MS) return 'country';
  return isAbroad && isOtherClient ? 'client' : undefined;
}

/** The first move of each day. */
function draftsOf(moves: readonly Move[], habits: Habits): FindingDraft[] {
  const days = Map.groupBy(moves, ({ to }) => Math.floor(to.atMs / (24 * HOUR_MS)));
  return [...days.values()].map((own) => draftOf(own, habits));
}

function draftOf(moves: readonly Move[], habits: Habits): FindingDraft {
  const { from, to, because } = moves[0] as Move;
  const who = to.name ?? to.actor ?? 'somebody';
  const where = to.country === null ? '' : ` in ${to.country}`;
  return draftFrom({
    rule: 'stream/session-moved',
    tenant: to.tenant,
    group: to.session ?? to.person,
    at: to,
    title: `A session of ${who} went on ${WORDS[because]}`,
    message:
      `It was last used from ${from.ip ?? 'an address not stated'}` +
      `${from.country === null ? '' : ` in ${from.country}`}, and then from ${to.ip}${where}, ` +
      'where this person had not been. A session belongs to one browser or computer. Harmless ' +
      'if a proxy or another way out of the company lies between.',
    next: 'Revoke the sessions of the person and ask them; then see what was done in this one.',
    severity: habits.isOwnCountry(to) && because === 'client' ? 3 : 4,
    techniques: ['T1550.004', 'T1539'],
    seen: moves.slice(0, 20).flatMap((move) => [move.from, move.to]),
  });
}

const WORDS: Readonly<Record<Move['because'], string>> = {
  client: 'in another client elsewhere',
  device: 'on another device',
  country: 'in another country within the hour',
};
