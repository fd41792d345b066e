import type { FindingDraft } from '../../../store/rows/finding.ts';
import {
  CANDIDATES_EXAMINED_MAX,
  MOVED_USED_WITHIN_MS,
  SESSION_REACH_MS,
  TRAVEL_WITHIN_MS,
} from '../limits.ts';
import { numberOf, queryEvents, type Row, textOf } from '../windows/event-query.ts';
import {
  type CitedEvent,
  DAY_MS,
  type DetectionWindow,
  draftFrom,
  isWithin,
  type WindowDetector,
} from '../windows/window-detector.ts';
import {
  activitiesByDay,
  activitiesOf,
  activitiesText,
  type RelocatedSession,
  type SessionActivity,
  techniquesOf,
} from './session-activity.ts';
import {
  FAMILY,
  type Habits,
  habitsOf,
  OF_PEOPLE,
  SIGN_IN_COLUMNS,
  SIGN_IN_SELECT,
  type SignInEvent,
  signInEventOf,
} from './sign-in-baseline.ts';

/**
 * A session on two devices or in two places: a cookie or refresh token was stolen.
 *
 * A session belongs to one browser or computer. It may change networks, but not the client. A thief
 * uses another client, or is in another country within an hour.
 */
export const sessionMoved: WindowDetector = {
  rules: ['stream/session-moved'],
  title: 'One session used on two devices or in two places',
  needs: ['sign-in-log'],
  find: async (window) => {
    // Activity may follow a day after the move.
    const fromMs = window.period.fromMs - MOVED_USED_WITHIN_MS;
    const wide = { ...window, period: { ...window.period, fromMs } };
    const rows = await queryEvents(
      wide,
      SESSION_REACH_MS,
      [...SIGN_IN_COLUMNS, ...FROM_COLUMNS, 'because', 'is_same_device'],
      (events) => movesSql(wide, events),
      CANDIDATES_EXAMINED_MAX,
    );
    const moves = rows.map(moveOf);
    if (moves.length === 0) return [];
    const habits = await habitsOf(
      wide,
      moves.map(({ to }) => to),
    );
    const unfamiliar = moves.filter(({ to }) => !habits.isOwn(to));
    return draftsOf(window, unfamiliar, habits);
  },
};

type Move = {
  readonly from: CitedEvent & { readonly country: string | null; readonly net: string };
  readonly to: SignInEvent;
  readonly because: 'client' | 'device' | 'country';
  /** The vendor reports the device that used the session before. */
  readonly isSameDevice: boolean;
};

const FROM_COLUMNS = [
  'from_index',
  'from_t',
  'from_ip',
  'from_net',
  'from_country',
  'from_actor',
  'from_app',
];

/**
 * Returns the SQL that selects sign-ins unlike every earlier sign-in of their session.
 *
 * The engine compares them, because a large company has too many sessions on several networks to
 * fetch. It compares hashes and selects texts only for the result: sorting all texts took nine
 * tenths of a run.
 */
function movesSql({ period }: DetectionWindow, events: string): string {
  const last = (of: string): string =>
    `lag(t) OVER (PARTITION BY session, ${of} ORDER BY t, "index") AS ${of}_t`;
  const isNew = (of: string): string => `(${of}_t IS NULL OR ${of}_t < t - ${SESSION_REACH_MS})`;
  const isAbroad = `(country IS NOT NULL AND from_country IS NOT NULL AND ${isNew('country')})`;
  const isOtherClient = `(client IS NOT NULL AND ${isNew('client')})`;
  // The hash of NULL would be a number.
  const hashed = (of: string): string => `CASE WHEN ${of} IS NOT NULL THEN hash(${of}) END`;
  const differs = (of: string): string => `min(${of}) <> max(${of})`;
  const isOther = ['client', 'country', 'device'].map((of) => differs(`coalesce(${of}, 0)`));
  return `WITH p AS NOT MATERIALIZED (SELECT * FROM ${events}
      WHERE ${OF_PEOPLE} AND session_uid IS NOT NULL),
    agents AS MATERIALIZED (SELECT user_agent, nullif(${FAMILY}, '') AS family
      FROM (SELECT DISTINCT user_agent FROM p)),
    n AS NOT MATERIALIZED (SELECT "index", t, hash(org || ' ' || session_uid) AS session,
        hash(net) AS net, ${hashed("nullif(country, '')")} AS country,
        ${hashed('device_uid')} AS device, ${hashed('family')} AS client
      FROM p JOIN agents ON agents.user_agent IS NOT DISTINCT FROM p.user_agent),
    several AS (SELECT session FROM n GROUP BY session HAVING ${differs('net')}
      AND (${isOther.join(' OR ')})),
    w AS (SELECT n.*, lag("index") OVER o AS from_index, lag(t) OVER o AS from_t,
        lag(country) OVER o AS from_country,
        ${['net', 'client', 'country', 'device'].map(last).join(', ')},
        max(CASE WHEN device IS NULL THEN t END) OVER (o ROWS BETWEEN UNBOUNDED PRECEDING
          AND 1 PRECEDING) AS bare_t
      FROM n SEMI JOIN several USING (session)
      WINDOW o AS (PARTITION BY session ORDER BY t, "index")),
    m AS (SELECT *, (device IS NOT NULL AND NOT ${isNew('device')})::INTEGER AS is_same_device,
      CASE
        WHEN ${isNew('device')} AND ${isNew('bare')} AND (${isAbroad} OR ${isOtherClient})
          THEN 'device'
        WHEN ${isAbroad} AND t - from_t <= ${TRAVEL_WITHIN_MS} THEN 'country'
        WHEN ${isAbroad} AND ${isOtherClient} THEN 'client' END AS because
      FROM w WHERE t >= ${period.fromMs} AND from_t >= t - ${SESSION_REACH_MS} AND ${isNew('net')}),
    moved AS MATERIALIZED (SELECT "index", from_index, because, is_same_device FROM m
      WHERE because IS NOT NULL ORDER BY t, "index" LIMIT ${CANDIDATES_EXAMINED_MAX + 1}),
    s AS (SELECT ${SIGN_IN_SELECT} FROM p WHERE "index" IN (SELECT "index" FROM moved)),
    f AS (SELECT ${SIGN_IN_SELECT} FROM p WHERE "index" IN (SELECT from_index FROM moved))
    SELECT ${SIGN_IN_COLUMNS.map((name) => `s."${name}"`).join(', ')}, f."index", f.t, f.ip, f.net,
      f.country, f.actor, f.app, because, is_same_device
    FROM moved JOIN s ON s."index" = moved."index" JOIN f ON f."index" = moved.from_index
    ORDER BY s.t, s."index"`;
}

function moveOf(row: Row): Move {
  const to = signInEventOf(row);
  const from = {
    index: numberOf(row['from_index']),
    atMs: numberOf(row['from_t']),
    actor: textOf(row['from_actor']),
    session: to.session ?? null,
    app: textOf(row['from_app']),
    ip: textOf(row['from_ip']),
    country: textOf(row['from_country']),
    net: textOf(row['from_net']) ?? '',
  };
  const because = textOf(row['because']) as Move['because'];
  return { from, to, because, isSameDevice: numberOf(row['is_same_device']) === 1 };
}

/** The first move of each day with the activity after it, and activity on the next day. */
async function draftsOf(
  window: DetectionWindow,
  moves: readonly Move[],
  habits: Habits,
): Promise<FindingDraft[]> {
  const byDay = Map.groupBy(moves, ({ to }) => {
    return `${to.tenant} ${to.session} ${Math.floor(to.atMs / DAY_MS)}`;
  });
  const moved = [...byDay.values()].map((own) => ({ own, session: relocatedSessionOf(own) }));
  const activities = await activitiesOf(
    window,
    moved.map(({ session }) => session),
  );
  const days = new Map(
    moved.map((one) => [one, activitiesByDay(activities.get(one.session) ?? [])]),
  );
  const dayOf = ({ session }: (typeof moved)[number]): number => Math.floor(session.atMs / DAY_MS);
  const after = moved.flatMap((one) => {
    const later = days.get(one)?.get(dayOf(one) + 1);
    return later === undefined ? [] : [activitiesDraft(one.own, later, habits)];
  });
  const first = moved.map((one) => draftOf(one.own, days.get(one)?.get(dayOf(one)) ?? [], habits));
  // If the session moves again the next day, report the move instead.
  const each = [...after, ...first].map((draft) => {
    return [`${draft.tenant} ${draft.group} ${draft.windowMs}`, draft] as const;
  });
  return [...new Map(each).values()]
    .filter(({ windowMs }) => isWithin(window, windowMs))
    .sort((a, b) => a.windowMs - b.windowMs);
}

function relocatedSessionOf(moves: readonly Move[]): RelocatedSession {
  const [{ to }] = moves as readonly [Move];
  const homes = new Set(moves.slice(0, 1).map(({ from }) => from.net));
  return { tenant: to.tenant, session: to.session ?? '', homes, atMs: to.atMs };
}

function draftOf(
  moves: readonly Move[],
  activities: readonly SessionActivity[],
  habits: Habits,
): FindingDraft {
  const [first] = moves as readonly [Move];
  const { from, to, because } = first;
  const where = to.country === null ? '' : ` in ${to.country}`;
  const done = activities.length === 0 ? '' : `, and ${activitiesText(activities)}`;
  return draftFrom({
    rule: 'stream/session-moved',
    tenant: to.tenant,
    group: to.session ?? to.person,
    at: to,
    title: `A session of ${whoOf(to)} moved ${MOVE_TEXTS[because]}${done}`,
    message:
      `The session was last used from ${from.ip ?? 'an unknown address'}` +
      `${from.country === null ? '' : ` in ${from.country}`}, and then from ${to.ip}${where}, ` +
      'which is new for this person. A session belongs to one browser or computer, so its token ' +
      'may be stolen. Likely harmless when: a proxy or VPN of the company changed the address.',
    next: `Revoke the sessions of ${whoOf(to)} and ask them. Then check what this session did.`,
    severity: severityOf(first, habits),
    techniques: ['T1550.004', 'T1539', ...techniquesOf(activities)],
    seen: [...moves.slice(0, 20).flatMap((move) => [move.from, move.to]), ...activities],
  });
}

/**
 * A person travels with a computer that has several programs. If another program continues the
 * session abroad hours later, the likely cause is travel. A thief with copied keys is rare.
 */
function severityOf({ to, because, isSameDevice }: Move, habits: Habits): 2 | 3 | 4 {
  if (because !== 'client') return 4;
  if (isSameDevice) return 2;
  return habits.isOwnCountry(to) ? 3 : 4;
}

function activitiesDraft(
  moves: readonly Move[],
  activities: readonly SessionActivity[],
  habits: Habits,
): FindingDraft {
  const { to } = moves[0] as Move;
  return draftFrom({
    rule: 'stream/session-moved',
    tenant: to.tenant,
    group: to.session ?? to.person,
    at: activities[0] as SessionActivity,
    title: `A session of ${whoOf(to)} that moved the day before ${activitiesText(activities)}`,
    message:
      `The session continued from ${to.ip}, which is new for this person, and was still in use a ` +
      'day later. Likely harmless when: the person confirms that they used this address.',
    next:
      `Revoke the sessions of ${whoOf(to)} and ask them. If they do not know the address, treat ` +
      'what the session read as stolen.',
    severity: severityOf(moves[0] as Move, habits) === 2 ? 2 : 3,
    techniques: ['T1550.004', 'T1539', ...techniquesOf(activities)],
    seen: [to, ...activities],
  });
}

function whoOf({ name, actor }: SignInEvent): string {
  return name ?? actor ?? 'an unnamed account';
}

const MOVE_TEXTS: Readonly<Record<Move['because'], string>> = {
  client: 'to another program at another place',
  device: 'to another device',
  country: 'to another country within one hour',
};
