import {
  CROWD_ENTERED_MAX,
  CROWD_MIN,
  RETRIES_MAX,
  RETRY_WITHIN_MS,
  SHARED_BY_MIN,
  WARM_DAYS_MIN,
} from '../limits.ts';
import type { PersonPartition } from '../windows/person-partition.ts';

const HOUR_MS = 3_600_000;

/** How familiar an address is, to the person or to the company. */
export const PLACES = ['own', 'company', 'near', 'country', 'foreign'] as const;
export type AddressFamiliarity = (typeof PLACES)[number];

/** How familiar a client (software and application) is. */
export const CLIENTS = ['own', 'common', 'rare'] as const;
export type Client = (typeof CLIENTS)[number];

/** Whether the person signed in from the same address soon after. */
export const Revocation = ['retried', 'left'] as const;
export type Ending = (typeof Revocation)[number];

/** Whether many people were guessed at from the address that day, and few signed in. */
export const CROWDS = ['alone', 'crowd'] as const;
export type Crowd = (typeof CROWDS)[number];

export type Features = {
  readonly place: AddressFamiliarity;
  readonly client: Client;
  readonly ending: Ending;
  readonly crowd: Crowd;
};

/** The examined period in milliseconds: `[fromMs, toMs)`. */
type Times = { readonly fromMs: number; readonly toMs: number };

/** SQL of the tenants of sign-ins, in order. */
export function tenantsSql(signIns: string): string {
  return `SELECT DISTINCT tenant FROM ${signIns} ORDER BY tenant`;
}

/**
 * SQL of the rows of {@link SIGN_INS} within a period. People, addresses and texts are hashes, and
 * `tenant` is the position in {@link tenantsSql}: texts take a third of a query's time.
 */
export function triesSql(
  signIns: string,
  tenants: readonly string[],
  { fromMs, toMs }: Times,
): string {
  const names = tenants.map((name) => `'${name.replaceAll("'", "''")}'`).join(', ');
  const tenant = tenants.length <= 1 ? '0' : `enum_code(tenant::ENUM (${names}))`;
  return `(SELECT * REPLACE ((${tenant})::INTEGER AS tenant), t // 86400000 AS d FROM ${signIns}
    WHERE t >= ${Math.trunc(fromMs)} AND t < ${Math.trunc(toMs)})`;
}

/** SQL of failed attempts, over {@link triesSql}. */
export function failedSql(tries: string): string {
  return `(SELECT "index", tenant, t, d, u, ip, net, wide, country, user_agent, app_uid, is_mfa,
      kind
    FROM ${tries} WHERE asked AND kind IN ('guess', 'right'))`;
}

/**
 * SQL of people who signed in where those of `failed` did not, on that day or the next, over {@link
 * triesSql}. Later ones end no mistake: {@link RETRY_WITHIN_MS} is shorter.
 */
export function entriesSql(tries: string, failed: string): string {
  return `SELECT u, ip, t, d FROM ${tries}
    SEMI JOIN (SELECT u, ip, d FROM ${failed} UNION SELECT u, ip, d + 1 FROM ${failed})
      USING (u, ip, d)
    WHERE kind = 'success'`;
}

/**
 * SQL of addresses and hours with guesses at many people: on a day with few sign-ins from there, or
 * within one hour without later corrections.
 *
 * The hour reveals a spray from an office, where hundreds sign in the same day. `entries` is {@link
 * entriesSql}.
 */
export function crowdsSql(tries: string, failed: string, entries: string): string {
  const hour = `t // ${HOUR_MS} AS h`;
  return `
  WITH guessed AS (
    SELECT tenant, ip, d, count(*) AS people
    FROM (SELECT DISTINCT tenant, ip, d, u FROM ${failed} WHERE kind = 'guess')
    GROUP BY ALL HAVING people >= ${CROWD_MIN}
  ),
  entered AS (
    SELECT tenant, ip, d, count(*) AS people FROM (
      SELECT DISTINCT tenant, ip, d, u FROM ${tries} SEMI JOIN guessed USING (tenant, ip, d)
      WHERE kind = 'success' AND asked)
    GROUP BY ALL
  ),
  crowded_days AS (
    SELECT tenant, ip, d * 24 AS h
    FROM guessed LEFT JOIN entered USING (tenant, ip, d)
    WHERE coalesce(entered.people, 0) * 2 < guessed.people
  ),
  mended AS (
    SELECT u, ip, ${hour} FROM ${entries} UNION SELECT u, ip, h - 1 FROM (
      SELECT u, ip, ${hour} FROM ${entries})
  ),
  guessed_hours AS (
    SELECT tenant, ip, h, count(DISTINCT u) AS people
    FROM (SELECT *, ${hour} FROM ${failed} WHERE kind = 'guess') ANTI JOIN mended USING (u, ip, h)
    GROUP BY ALL HAVING people >= ${CROWD_MIN}
  ),
  entered_hours AS (
    SELECT tenant, ip, h, count(DISTINCT u) AS people
    FROM (SELECT *, ${hour} FROM ${tries} WHERE kind = 'success' AND asked)
      SEMI JOIN guessed_hours USING (tenant, ip, h)
    GROUP BY ALL
  )
  SELECT tenant, ip, unnest(range(h, h + 24)) AS h FROM crowded_days
  UNION
  SELECT tenant, ip, h FROM guessed_hours AS g LEFT JOIN entered_hours AS e USING (tenant, ip, h)
  WHERE g.people >= ${CROWD_MIN} + coalesce(e.people, 0) / ${CROWD_ENTERED_MAX}`;
}

/** Where and with what a person signs in. */
const SPOT = ['u', 'ip', 'country', 'user_agent', 'app_uid'] as const;
const ALL_OF_SPOT = SPOT.join(', ');

/** People by their hash, a part out of `of`. Files are sorted by it, so a part is read alone. */
function isInRangeSql({ part, of }: PersonPartition): string {
  const [from, to] = [part, part + 1].map((at) => (BigInt(at) * 2n ** 64n) / BigInt(of));
  return `u >= ${from} AND u <= ${(to ?? 0n) - 1n}`;
}

/**
 * SQL of where, with what, how often and on which days some people signed in.
 *
 * Familiarity is learned from these rows, which are far fewer than the successes.
 */
export function knownSql(tries: string, some: PersonPartition): string {
  return `SELECT any_value(tenant) AS tenant, u, ip, country, user_agent, app_uid,
      any_value(net) AS net, any_value(wide) AS wide, min(d) AS first_d, max(d) AS last_d,
      count(*) FILTER (asked) AS asked
    FROM ${tries} WHERE kind = 'success' AND ${isInRangeSql(some)}
    GROUP BY ${ALL_OF_SPOT}`;
}

/** The software only, because guessing tools vary the application. */
export const AGENT = `coalesce(user_agent, hash(''))`;

/** Software and application. */
const CLIENT_SQL = `hash(${AGENT}, coalesce(app_uid, hash('')))`;

/** Properties that several people share, by table name. */
export const SHARED: Readonly<Record<string, string>> = {
  shared_ips: 'ip',
  shared_nets: 'wide',
  shared_clients: `${CLIENT_SQL} AS text`,
};

/** SQL of how many people in one part of `known` share a property of {@link SHARED}. */
export function sharersSql(what: string, some: PersonPartition): string {
  return `SELECT COLUMNS(* EXCLUDE (u)), count(*) AS people
    FROM (SELECT DISTINCT tenant, ${what}, u FROM known WHERE ${isInRangeSql(some)})
    GROUP BY ALL`;
}

/** SQL of what several people share, from the united results of {@link sharersSql}. */
export function sharedSql(sharers: string): string {
  return `SELECT COLUMNS(* EXCLUDE (people)), sum(people)::BIGINT AS people FROM ${sharers}
    GROUP BY ALL HAVING sum(people) >= ${SHARED_BY_MIN}`;
}

/** SQL of how long a log has known a tenant's people, from the results of {@link sharersSql}. */
export function warmthSql(tries: string, people: string): string {
  return `SELECT tenant, since, days, people FROM (
      SELECT tenant, min(d) AS since, count(DISTINCT d) AS days
      FROM ${tries} WHERE kind = 'success' GROUP BY ALL)
    JOIN (SELECT tenant, sum(people) AS people FROM ${people} GROUP BY ALL) USING (tenant)`;
}

/** First and last day of the rows of a group. */
const SEEN = 'min(first_d) AS first_d, max(last_d) AS last_d';

/** A condition about the table with this name: whether a place or a client was seen before. */
type Familiarity = (table: string) => string;

/**
 * SQL of an attempt's place. Joined tables: `ui`, `un` and `uk` (the person's addresses, networks
 * and countries), `warmth` and `shared_ips`.
 */
function placeSql(isFamiliar: Familiarity, ownDay: string): string {
  return `CASE WHEN ${isFamiliar('ui')} THEN 'own'
    WHEN coalesce(shared_ips.people, 0) - ${ownDay} >= ${SHARED_BY_MIN} THEN 'company'
    -- In its first days a log knows no person, so a new place means nothing. Where few people ever
    -- sign in, a new place means more.
    WHEN warmth.days < ${WARM_DAYS_MIN} AND warmth.people >= ${SHARED_BY_MIN} THEN 'company'
    WHEN ${isFamiliar('un')} THEN 'near'
    WHEN n.country <> hash('') AND ${isFamiliar('uk')} THEN 'country'
    ELSE 'foreign' END`;
}

/** SQL of an attempt's client, with `ua` (the person's software) and `shared_clients`. */
function clientSql(isFamiliar: Familiarity, own: number): string {
  return `CASE WHEN ${isFamiliar('ua')} THEN 'own'
    WHEN coalesce(shared_clients.people, 0) - ${own} >= ${SHARED_BY_MIN} THEN 'common'
    ELSE 'rare' END`;
}

/** SQL of an attempt's carrier, with `shared_nets`. `own`: people to subtract. */
function carrierSql(own: number): string {
  return `CASE WHEN coalesce(shared_nets.people, 0) - ${own} >= ${SHARED_BY_MIN}
    THEN 'shared' ELSE 'strange' END`;
}

const PLACE_JOINS = `LEFT JOIN warmth ON warmth.tenant = n.tenant
  LEFT JOIN ui ON ui.u = n.u AND ui.ip = n.ip
  LEFT JOIN un ON un.u = n.u AND un.net = n.net
  LEFT JOIN uk ON uk.u = n.u AND uk.country = n.country
  LEFT JOIN shared_ips ON shared_ips.tenant = n.tenant AND shared_ips.ip = n.ip
  LEFT JOIN shared_nets ON shared_nets.tenant = n.tenant AND shared_nets.wide = n.wide`;

const CLIENT_JOINS = `LEFT JOIN ua ON ua.u = n.u AND ua.user_agent = n.user_agent
  LEFT JOIN shared_clients ON shared_clients.tenant = n.tenant AND shared_clients.text = n.text`;

/**
 * SQL of the features of some people's attempts.
 *
 * Input tables: `failed` ({@link failedSql}), `entries` ({@link entriesSql}), `crowds` ({@link
 * crowdsSql}), `known` ({@link knownSql}), `warmth` ({@link warmthSql}) and those of {@link
 * SHARED}.
 *
 * The result has a row per failed attempt. All successes of a person from one place with one client
 * share one row (`times` of them). Successes at home, which are the majority, are only counted:
 * their `u` is null. The place of a success depends on the address and the country only, and its
 * client on the software and the application only, so both are computed before they are joined.
 *
 * Familiarity comes from successes of other days (for a guess: earlier days), so that an attempt
 * does not make itself familiar. Token renewals count too, because programs renew tokens where
 * people are at home.
 */
export function featuresSql(some: PersonPartition): string {
  const theirs = (table: string): string => `(SELECT * FROM ${table} WHERE ${isInRangeSql(some)})`;
  return `
  WITH k AS ${theirs('known')},
  spots AS (SELECT any_value(tenant) AS tenant, u, ip, country, any_value(net) AS net,
    any_value(wide) AS wide, ${SEEN} FROM k GROUP BY u, ip, country),
  software AS (SELECT any_value(tenant) AS tenant, u, user_agent, app_uid, ${SEEN}
    FROM k GROUP BY u, user_agent, app_uid),
  ui AS (SELECT u, ip, ${SEEN} FROM spots GROUP BY u, ip),
  un AS (SELECT u, net, ${SEEN} FROM spots GROUP BY u, net),
  uk AS (SELECT u, country, ${SEEN} FROM spots GROUP BY u, country),
  ua AS (SELECT u, user_agent, ${SEEN} FROM software GROUP BY u, user_agent),
  ${successesSql()},
  ${endedSql(theirs('failed'), theirs('entries'))}
  ${failedFeaturesSql()}
  UNION ALL
  SELECT NULL, tenant, NULL, NULL, 'success', place, client, 'left', 'alone', carrier,
    u, ip, country, user_agent, app_uid, wide, asked
  FROM successes WHERE NOT (${IS_HOME})
  UNION ALL
  SELECT NULL, tenant, NULL, NULL, 'success', place, client, 'left', 'alone', NULL,
    NULL, NULL, NULL, NULL, NULL, NULL, sum(asked)::BIGINT
  FROM successes WHERE ${IS_HOME} GROUP BY tenant, place, client`;
}

const IS_HOME = `place = 'own' OR place = 'company'`;

/** SQL of {@link featuresSql}'s successes. Two days make each other familiar. */
function successesSql(): string {
  const isFamiliar: Familiarity = (of) => `${of}.last_d > ${of}.first_d`;
  return `places AS (SELECT n.u, n.ip, n.country, ${placeSql(isFamiliar, '1')} AS place,
      ${carrierSql(1)} AS carrier FROM spots AS n ${PLACE_JOINS}),
    clients AS (SELECT n.u, n.user_agent, n.app_uid, ${clientSql(isFamiliar, 1)} AS client
      FROM (SELECT *, ${CLIENT_SQL} AS text FROM software) AS n ${CLIENT_JOINS}),
    successes AS (SELECT k.*, place, carrier, client FROM (SELECT * FROM k WHERE asked > 0) AS k
      JOIN places USING (u, ip, country)
      JOIN clients ON clients.u = k.u AND clients.user_agent IS NOT DISTINCT FROM k.user_agent
        AND clients.app_uid IS NOT DISTINCT FROM k.app_uid)`;
}

/** SQL of failed attempts with the next entry of the person at the same address. */
function endedSql(failed: string, entries: string): string {
  return `ended AS (
    SELECT *, count(*) FILTER (kind = 'guess' AND entered_t - t <= ${RETRY_WITHIN_MS})
      OVER (PARTITION BY u, ip, entered_t) AS retries FROM (
    SELECT f.*, e.t AS entered_t FROM ${failed} AS f ASOF LEFT JOIN ${entries} AS e
      ON e.u = f.u AND e.ip = f.ip AND f.t <= e.t)),
  own_days AS (SELECT DISTINCT u, ip, d FROM ${entries})`;
}

/** SQL of {@link featuresSql}'s failed attempts. */
function failedFeaturesSql(): string {
  // An intruder who got in returns, so later successes must not make an earlier guess familiar.
  // Only in the first days of a log there is no earlier data.
  const isFamiliar: Familiarity = (of) => `(${of}.first_d < n.d
    OR (${of}.last_d > n.d AND n.d < warmth.since + ${WARM_DAYS_MIN}))`;
  return `SELECT n."index", n.tenant, n.t, n.is_mfa, n.kind,
      ${placeSql(isFamiliar, '(own_days.d IS NOT NULL)::INTEGER')} AS place,
      ${clientSql(isFamiliar, 0)} AS client,
      -- Who tries again and again until one fits does not mend a mistake.
      CASE WHEN n.entered_t - n.t <= ${RETRY_WITHIN_MS} AND n.retries <= ${RETRIES_MAX}
        THEN 'retried' ELSE 'left' END AS ending,
      if(crowds.h IS NULL, 'alone', 'crowd') AS crowd, ${carrierSql(0)} AS carrier,
      n.u, n.ip, n.country, n.user_agent, n.app_uid, n.wide, 1::BIGINT AS times
    FROM (SELECT *, ${CLIENT_SQL} AS text FROM ended) AS n ${PLACE_JOINS} ${CLIENT_JOINS}
      LEFT JOIN own_days ON own_days.u = n.u AND own_days.ip = n.ip AND own_days.d = n.d
      LEFT JOIN crowds
        ON crowds.tenant = n.tenant AND crowds.ip = n.ip AND crowds.h = n.t // ${HOUR_MS}`;
}

/**
 * SQL of attempts that may be an intruder's, over {@link featuresSql}: all failed ones, and
 * successes away from home.
 */
export function attemptsSql(tries: string, features: string): string {
  const columns = 'place, client, ending, crowd, carrier';
  return `
    SELECT "index", tenant, t, is_mfa, kind, u, ip, wide, country, ${CLIENT_SQL} AS text,
      ${AGENT} AS agent, ${columns}
    FROM ${features} WHERE "index" IS NOT NULL
    UNION ALL
    SELECT z."index", z.tenant, z.t, z.is_mfa, z.kind, z.u, z.ip, z.wide, z.country,
      ${CLIENT_SQL.replaceAll(/(user_agent|app_uid)/g, 'z.$1')},
      ${AGENT.replace('user_agent', 'z.user_agent')}, ${columns}
    FROM ${tries} AS z JOIN ${features} AS f
      ON f.u = z.u AND f.ip = z.ip AND f.country = z.country
        AND f.user_agent IS NOT DISTINCT FROM z.user_agent
        AND f.app_uid IS NOT DISTINCT FROM z.app_uid
    WHERE z.kind = 'success' AND z.asked AND f.kind = 'success' AND f.u IS NOT NULL`;
}
