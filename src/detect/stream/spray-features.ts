import { CROWD_MIN, RETRY_WITHIN_MS, SHARED_BY_MIN, WARM_DAYS_MIN } from './limits.ts';

/** How familiar an address is, to the person or to the company. */
export const PLACES = ['own', 'company', 'near', 'country', 'foreign'] as const;
export type Place = (typeof PLACES)[number];

/** How familiar a client (software and application) is. */
export const CLIENTS = ['own', 'common', 'rare'] as const;
export type Client = (typeof CLIENTS)[number];

/** Whether several people get in from the wide network (a carrier's, say) around an address. */
export type Carrier = 'shared' | 'strange';

/** Whether the same person got in from the same address soon after. */
export const ENDINGS = ['retried', 'left'] as const;
export type Ending = (typeof ENDINGS)[number];

/** Whether many were guessed at from that address that day, and few got in. */
export const CROWDS = ['alone', 'crowd'] as const;
export type Crowd = (typeof CROWDS)[number];

export type Features = {
  readonly place: Place;
  readonly client: Client;
  readonly ending: Ending;
  readonly crowd: Crowd;
};

/**
 * What an attempt at a password came to. Only a wrong password is a guess (contracts 5.3): an
 * unknown name, a lapsed token, a missing consent is none. `right`: the password was right and
 * something else was wanted.
 */
export type AttemptKind = 'guess' | 'right' | 'success';

const GUESSES = ['50126', '50053', '50064'];
const RIGHTS = [
  ...['50055', '50072', '50074', '50076', '50079', '50144', '50158', '500121'],
  ...['53000', '53001', '53002', '53003', '53004'],
];

/** What is looked at, in milliseconds: `[fromMs, toMs)`. */
type Times = { readonly fromMs: number; readonly toMs: number };

/** SQL of all that attempts are made out of, from those rows of a source that are within a time. */
export function triesSql(source: string, { fromMs, toMs }: Times): string {
  const quoted = (codes: readonly string[]): string => codes.map((code) => `'${code}'`).join(', ');
  return `
    SELECT "index", tenant, epoch_ms("time") AS t, date_trunc('day', "time") AS d,
      tenant || coalesce(actor_uid, actor_name) AS u, actor, actor_name, ip, user_agent, app_uid,
      coalesce(country, '') AS country, status_code, is_mfa, session_uid,
      regexp_replace(ip, '(\\.[0-9]+|(:[0-9a-f]*){1,4})$', '') AS net,
      regexp_extract(ip, '^([0-9]+\\.[0-9]+|[0-9a-f]*:[0-9a-f]*)') AS wide,
      coalesce(user_agent, '') || ' ' || coalesce(app_uid, '') AS client,
      CASE WHEN status_code IN (${quoted(GUESSES)}) THEN 'guess'
        WHEN status_code IN (${quoted(RIGHTS)}) THEN 'right'
        WHEN status_id = 1 THEN 'success' ELSE 'other' END AS kind,
      (sign_in_type IS NULL OR sign_in_type = 'interactiveUser' OR status_id <> 1) AS asked
    FROM ${source}
    WHERE class_uid = 3002 AND actor_type <> 4 AND ip IS NOT NULL
      AND coalesce(actor_uid, actor_name) IS NOT NULL
      AND "time" >= make_timestamp_ms(${Math.trunc(fromMs)})
      AND "time" < make_timestamp_ms(${Math.trunc(toMs)})`;
}

/**
 * SQL of all attempts of a time with their features, over a table of {@link triesSql}: one row for
 * each, whatever feed told of it. Familiarity is learned from successes of other days, so that
 * nothing makes itself familiar, and from those too that nobody was asked for: programs renew their
 * tokens where people are at home.
 */
export function attemptsSql(tries: string, { fromMs, toMs }: Times): string {
  const columns =
    'b."index", b.tenant, b.t, b.u, b.d, b.ip, b.net, b.wide, b.country, b.user_agent';
  return `
  WITH z AS (
    SELECT * FROM ${tries} WHERE t >= ${Math.trunc(fromMs)} AND t < ${Math.trunc(toMs)}
  ),
  b AS (SELECT * FROM z WHERE asked),
  s AS (SELECT * FROM z WHERE kind = 'success'),
  ui AS (SELECT u, ip, count(DISTINCT d) AS days FROM s GROUP BY ALL),
  un AS (SELECT u, net, count(DISTINCT d) AS days FROM s GROUP BY ALL),
  uk AS (SELECT u, country, count(DISTINCT d) AS days FROM s GROUP BY ALL),
  uc AS (SELECT u, user_agent, count(DISTINCT d) AS days FROM s GROUP BY ALL),
  ud AS (SELECT DISTINCT u, ip, d FROM s),
  ts AS (SELECT tenant, count(DISTINCT d) AS days, count(DISTINCT u) AS people FROM s GROUP BY ALL),
  ci AS (SELECT tenant, ip, count(DISTINCT u) AS people FROM s GROUP BY ALL),
  cw AS (SELECT tenant, wide, count(DISTINCT u) AS people FROM s GROUP BY ALL),
  cc AS (SELECT tenant, client, count(DISTINCT u) AS people FROM s GROUP BY ALL),
  crowds AS (
    SELECT tenant, ip, d, count(DISTINCT u) FILTER (kind = 'guess') AS guessed,
      count(DISTINCT u) FILTER (kind = 'success') AS entered
    FROM b GROUP BY ALL
  ),
  failed AS (
    SELECT ${columns}, b.client, b.kind, (ud.d IS NOT NULL)::INTEGER AS own_day
    FROM b LEFT JOIN ud ON ud.u = b.u AND ud.ip = b.ip AND ud.d = b.d
    WHERE kind IN ('guess', 'right')
  ),
  entries AS (SELECT s.u, s.ip, s.t AS entered_t FROM s SEMI JOIN failed USING (u, ip)),
  ended AS (
    SELECT failed.*, entries.entered_t FROM failed ASOF LEFT JOIN entries
      ON entries.u = failed.u AND entries.ip = failed.ip AND failed.t <= entries.entered_t
    UNION ALL
    SELECT ${columns}, b.client, b.kind, 1, NULL FROM b WHERE kind = 'success'
  )
  SELECT e."index", e.tenant, e.t, e.u, e.kind,
    CASE WHEN coalesce(ui.days, 0) - e.own_day >= 1 THEN 'own'
      WHEN coalesce(ci.people, 0) - e.own_day >= ${SHARED_BY_MIN} THEN 'company'
      -- In its first days a log knows nobody: that a place is strange then says nothing. Where
      -- hardly anybody ever gets in, it says all the more.
      WHEN ts.days < ${WARM_DAYS_MIN} AND ts.people >= ${SHARED_BY_MIN} THEN 'company'
      WHEN coalesce(un.days, 0) - e.own_day >= 1 THEN 'near'
      WHEN e.country <> '' AND coalesce(uk.days, 0) - e.own_day >= 1 THEN 'country'
      ELSE 'foreign' END AS place,
    CASE WHEN coalesce(uc.days, 0) - (e.kind = 'success')::INTEGER >= 1 THEN 'own'
      WHEN coalesce(cc.people, 0) - (e.kind = 'success')::INTEGER >= ${SHARED_BY_MIN}
        THEN 'common' ELSE 'rare' END AS client,
    CASE WHEN e.kind <> 'success' AND e.entered_t - e.t <= ${RETRY_WITHIN_MS} THEN 'retried'
      ELSE 'left' END AS ending,
    CASE WHEN crowds.guessed >= ${CROWD_MIN} AND crowds.entered * 2 < crowds.guessed
      THEN 'crowd' ELSE 'alone' END AS crowd,
    CASE WHEN coalesce(cw.people, 0) - (e.kind = 'success')::INTEGER >= ${SHARED_BY_MIN}
      THEN 'shared' ELSE 'strange' END AS carrier
  FROM ended AS e
    LEFT JOIN ui ON ui.u = e.u AND ui.ip = e.ip
    LEFT JOIN ts ON ts.tenant = e.tenant
    LEFT JOIN un ON un.u = e.u AND un.net = e.net
    LEFT JOIN uk ON uk.u = e.u AND uk.country = e.country
    LEFT JOIN uc ON uc.u = e.u AND uc.user_agent = e.user_agent
    LEFT JOIN ci ON ci.tenant = e.tenant AND ci.ip = e.ip
    LEFT JOIN cw ON cw.tenant = e.tenant AND cw.wide = e.wide
    LEFT JOIN cc ON cc.tenant = e.tenant AND cc.client = e.client
    LEFT JOIN crowds ON crowds.tenant = e.tenant AND crowds.ip = e.ip AND crowds.d = e.d`;
}
