import { CANDIDATES_EXAMINED_MAX, HISTORY_MS, SHARED_BY_MIN } from '../limits.ts';
import { numberOf, queryEvents, type Row, sqlList, textOf } from '../windows/event-query.ts';
import type { CitedEvent, DetectionWindow } from '../windows/window-detector.ts';

/** One successful sign-in. */
export type SignInEvent = CitedEvent & {
  readonly tenant: string;
  readonly person: string;
  readonly name: string | null;
  readonly net: string | null;
  readonly country: string | null;
  readonly client: string;
  readonly device: string | null;
};

export const SIGN_IN_COLUMNS: readonly string[] = [
  ...['index', 'org', 't', 'person', 'actor', 'actor_name', 'session', 'app', 'ip', 'net'],
  ...['country', 'client', 'device'],
];

/** System and program without versions, so that an update is not another client. */
export const FAMILY: string = String.raw`trim(regexp_replace(
  regexp_replace(lower(coalesce(user_agent, '')), '[\d._]+', '', 'g'), '\s+', ' ', 'g'))`;

/** Columns of {@link SIGN_IN_COLUMNS} for successful sign-ins of people. */
export const SIGN_IN_SELECT: string = `"index", org, t,
  coalesce(actor_uid, lower(actor_name)) AS person, actor, actor_name, session_uid AS session,
  app_uid AS app, ip, net, nullif(country, '') AS country,
  ${FAMILY} AS client, device_uid AS device`;

/** Only people, because machines have no home. */
export const OF_PEOPLE = `class_uid = 3002 AND status_id = 1 AND actor_type <> 4 AND ip IS NOT NULL
  AND coalesce(actor_uid, actor_name) IS NOT NULL AND activity_id <> 2`;

export function signInEventOf(row: Row): SignInEvent {
  return {
    index: numberOf(row['index']),
    atMs: numberOf(row['t']),
    tenant: String(row['org']),
    person: textOf(row['person']) ?? '',
    actor: textOf(row['actor']),
    name: textOf(row['actor_name']),
    session: textOf(row['session']),
    app: textOf(row['app']),
    ip: textOf(row['ip']),
    net: textOf(row['net']),
    country: textOf(row['country']),
    client: textOf(row['client']) ?? '',
    device: textOf(row['device']),
  };
}

/** The usual places of people during the month before. */
export type Habits = {
  /** The network belongs to the company, or others signed in from it on an earlier day. */
  readonly isOwn: (signIn: SignInEvent) => boolean;
  readonly isOwnCountry: (signIn: SignInEvent) => boolean;
};

/** The habits of the people in these sign-ins, from earlier days only. */
export async function habitsOf(
  window: DetectionWindow,
  signIns: readonly SignInEvent[],
): Promise<Habits> {
  const some = signIns.slice(0, CANDIDATES_EXAMINED_MAX);
  if (some.length < signIns.length) window.onCut?.(CANDIDATES_EXAMINED_MAX);
  const people = sqlList(new Set(some.map(({ person }) => person)));
  const addresses = sqlList(new Set(some.flatMap(({ ip }) => ip ?? [])));
  const own = await queryEvents(
    window,
    HISTORY_MS,
    ['org', 'person', 'net', 'country', 'd'],
    (events) => `SELECT DISTINCT org, coalesce(actor_uid, lower(actor_name)) AS person, net,
        coalesce(country, ''), d FROM ${events}
      WHERE ${OF_PEOPLE} AND coalesce(actor_uid, lower(actor_name)) IN (${people})`,
  );
  const shared = await queryEvents(
    window,
    HISTORY_MS,
    ['org', 'ip', 'd', 'people'],
    (events) => `SELECT org, ip, d, count(DISTINCT coalesce(actor_uid, lower(actor_name)))
      FROM ${events} WHERE ${OF_PEOPLE} AND ip IN (${addresses}) GROUP BY org, ip, d`,
  );
  const nets = new Days();
  const countries = new Days();
  const companies = new Days();
  for (const row of own) {
    const [person, day] = [`${String(row['org'])} ${textOf(row['person'])}`, numberOf(row['d'])];
    nets.add(`${person} ${textOf(row['net'])}`, day);
    countries.add(`${person} ${textOf(row['country'])}`, day);
  }
  for (const row of shared) {
    if (numberOf(row['people']) < SHARED_BY_MIN) continue;
    companies.add(`${String(row['org'])} ${textOf(row['ip'])}`, numberOf(row['d']));
  }
  return {
    isOwn: ({ tenant, person, net, ip, atMs }) =>
      nets.isBefore(`${tenant} ${person} ${net}`, atMs) ||
      companies.isUpTo(`${tenant} ${ip}`, atMs),
    isOwnCountry: ({ tenant, person, country, atMs }) =>
      countries.isBefore(`${tenant} ${person} ${country ?? ''}`, atMs),
  };
}

const DAY_MS = 86_400_000;

/** Days on which a key was seen. */
class Days {
  readonly #days = new Map<string, number[]>();

  add(key: string, day: number): void {
    const days = this.#days.get(key);
    if (days === undefined) this.#days.set(key, [day]);
    else days.push(day);
  }

  /** On an earlier day of the history. */
  isBefore(key: string, atMs: number): boolean {
    const day = Math.floor(atMs / DAY_MS) * DAY_MS;
    return this.#days.get(key)?.some((d) => d < day && d >= day - HISTORY_MS) === true;
  }

  /** On that day or an earlier one. */
  isUpTo(key: string, atMs: number): boolean {
    const day = Math.floor(atMs / DAY_MS) * DAY_MS;
    return this.#days.get(key)?.some((d) => d <= day && d >= day - HISTORY_MS) === true;
  }
}
