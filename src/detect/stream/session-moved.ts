import type { FindingDraft } from '../../core/index.ts';
import {
  draftFrom,
  HOUR_MS,
  type Seen,
  type StreamDetector,
  type StreamScene,
} from './detector.ts';
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
import { ask, numberOf, type Row, textOf } from './sql.ts';

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
      [...SIGNED_IN, ...FROM, 'because'],
      (events) => movesSql(scene, events),
      CANDIDATES_LOOKED_AT_MAX,
    );
    const moves = rows.map(moveOf);
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
  readonly from: Seen & { readonly country: string | null };
  readonly to: SignedIn;
  readonly because: 'client' | 'device' | 'country';
};

const FROM = ['from_index', 'from_t', 'from_ip', 'from_country', 'from_actor', 'from_app'];

/**
 * Sign-ins that none of the session before them is like. The engine compares them: of a large
 * company there are too many sessions on several networks to look through one by one.
 */
function movesSql({ period }: StreamScene, events: string): string {
  const last = (of: string): string =>
    `lag(t) OVER (PARTITION BY org, session, ${of} ORDER BY t, "index") AS ${of}_t`;
  const isNew = (of: string): string => `(${of}_t IS NULL OR ${of}_t < t - ${SESSION_REACH_MS})`;
  const isAbroad = `(country IS NOT NULL AND from_country IS NOT NULL AND ${isNew('country')})`;
  const isOtherClient = `(client <> '' AND ${isNew('client')})`;
  return `WITH s AS (SELECT ${SIGN_INS} FROM ${events}
      WHERE ${OF_PEOPLE} AND session_uid IS NOT NULL),
    several AS (SELECT org, session FROM s GROUP BY ALL HAVING count(DISTINCT net) > 1
      AND (count(DISTINCT client) > 1 OR count(DISTINCT country) > 1
        OR count(DISTINCT coalesce(device, '')) > 1)),
    w AS (SELECT s.*, lag("index") OVER o AS from_index, lag(t) OVER o AS from_t,
        lag(ip) OVER o AS from_ip, lag(country) OVER o AS from_country,
        lag(actor) OVER o AS from_actor, lag(app) OVER o AS from_app,
        ${['net', 'client', 'country', 'device'].map(last).join(', ')},
        max(CASE WHEN device IS NULL THEN t END) OVER (o ROWS BETWEEN UNBOUNDED PRECEDING
          AND 1 PRECEDING) AS bare_t
      FROM s SEMI JOIN several ON several.org = s.org AND several.session = s.session
      WINDOW o AS (PARTITION BY org, session ORDER BY t, "index")),
    m AS (SELECT *, CASE
        WHEN ${isNew('device')} AND ${isNew('bare')} AND (${isAbroad} OR ${isOtherClient})
          THEN 'device'
        WHEN ${isAbroad} AND t - from_t <= ${TRAVEL_WITHIN_MS} THEN 'country'
        WHEN ${isAbroad} AND ${isOtherClient} THEN 'client' END AS because
      FROM w WHERE t >= ${period.fromMs} AND from_t >= t - ${SESSION_REACH_MS} AND ${isNew('net')})
    SELECT ${[...SIGNED_IN, ...FROM].map((name) => `"${name}"`).join(', ')}, because
    FROM m WHERE because IS NOT NULL ORDER BY t, "index"`;
}

function moveOf(row: Row): Move {
  const to = signedInOf(row);
  const from = {
    index: numberOf(row['from_index']),
    atMs: numberOf(row['from_t']),
    actor: textOf(row['from_actor']),
    session: to.session ?? null,
    app: textOf(row['from_app']),
    ip: textOf(row['from_ip']),
    country: textOf(row['from_country']),
  };
  return { from, to, because: textOf(row['because']) as Move['because'] };
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
