import { appIds } from '@countersign/ocsf';
import { IS_ACTION_SQL } from '../../store/rows/event-kind.ts';
import { CLOCK_DIFFERENCE_MAX_MS, PERSON_WINDOW_MS, TOKEN_LIFE_MAX_MS } from '../limits.ts';

/** The inputs of the sign-in SQL. No text comes from outside. */
export type SignInParts = {
  /** The FROM clause. Sign-ins come from further back than actions. */
  readonly source: string;
  /** Condition on actions, by their columns. */
  readonly where: string;
  /** The actions' period in milliseconds: `[fromMs, toMs)`, open where undefined. */
  readonly fromMs: number | undefined;
  readonly toMs: number | undefined;
  /** SQL of the attributed tenant: deliveries without one belong to the only stated tenant. */
  readonly tenant: string;
};

/** Inputs of the joins: table names of `authorization-tables.ts`. */
export type JoinParts = SignInParts & Readonly<Record<'said' | 'bounds' | 'register', string>>;

/** Tables created one after the other, so that each can be spilled before the next needs memory. */
export type Tables = Readonly<Record<string, string>>;

/** Tables that no later one reads, by the table after which they are dropped. */
export const LAST_READ_BY: Readonly<Record<string, readonly string[]>> = {
  raw: ['unnamed', 'chosen'],
  s: ['raw', 'stood'],
  per: ['s', 'named_tokens', 'named_sessions', 'named_people'],
};

/** The tables that {@link joinedSql} reads. */
export function joinTables(parts: JoinParts): Tables {
  return {
    ...signInTables(parts),
    stood: stoodSql(parts),
    s: `SELECT raw.* EXCLUDE (entries, action), stood.authorization_status, stood.pass
      FROM raw LEFT JOIN stood ON stood."index" = raw."index"`,
    tok: groupsSql('token_uid', 'named_tokens'),
    ses: groupsSql('session_uid', 'named_sessions'),
    per: personsSql(parts),
    reg: `SELECT tenant AS reg_tk, list(id) AS ids FROM ${parts.register} GROUP BY tenant`,
  };
}

/**
 * SQL with one row per action and its match with a sign-in.
 *
 * Matches are tried in this order: token (UTI), session (SID), and for records with neither id:
 * person, application and address within a day (contracts 7). Ids use hash joins only, so the
 * number and order of deliveries do not matter. The tenant is part of every key.
 */
export function joinedSql(parts: JoinParts): string {
  return `WITH by_id AS (
    SELECT a.*, true AS has_ids,
      ${GROUP_COLUMNS.map((c) => `tok.${c} AS tok_${c}, ses.${c} AS ses_${c}`)},
      CAST(NULL AS BIGINT) AS per_sign_in, CAST(NULL AS INTEGER) AS per_authorization_status
    FROM ${actsSql(parts, `NOT (${WITHOUT_IDS})`)} AS a
      LEFT JOIN tok ON a.tk = tok.tk AND a.token_uid = tok.id
      LEFT JOIN ses ON a.tk = ses.tk AND a.session_uid = ses.id
  ),
  by_person AS (
    SELECT a.*, false AS has_ids,
      ${GROUP_COLUMNS.map((c) => `NULL AS tok_${c}, NULL AS ses_${c}`)},
      CASE WHEN a.t - per.t <= ${PERSON_WINDOW_MS} THEN per.sign_in END AS per_sign_in,
      per.authorization_status AS per_authorization_status
    FROM ${actsSql(parts, WITHOUT_IDS)} AS a ASOF LEFT JOIN per
      ON per.tk = a.tk AND per.who = a.who AND per.ip = a.ip AND per.app = a.app AND a.t >= per.t
  ),
  tied AS (
    SELECT *, CASE WHEN tok_t IS NOT NULL THEN 'token' WHEN ses_t IS NOT NULL THEN 'session'
      WHEN per_sign_in IS NOT NULL THEN 'person' ELSE 'none' END AS method
    FROM (SELECT * FROM by_id UNION ALL BY NAME SELECT * FROM by_person)
  ),
  judged AS (
    SELECT tied.*, ${TIE} AS tie, ${Status} AS stands,
      ${BOUND_COLUMNS.map((c) => `bounds.${c} AS pass_${c}`)}
    FROM tied LEFT JOIN ${parts.bounds} AS bounds ON bounds.pass = ${PASS}
  )
  SELECT "index", tk AS tenant, source, workload, record_type, operation, t, who, actor, flow,
    app_uid, ip, session_uid, token_uid, issued_t, method,
    coalesce(tok_sign_in, ses_sign_in, per_sign_in) AS sign_in, ${CAUSE} AS final
  FROM judged LEFT JOIN reg ON reg.reg_tk = judged.tk`;
}

/** Resources of the suite that records name instead of the client. */
const OWN_APPS: string = appIds()
  .map((id) => `'${id}'`)
  .join(', ');

const CLIENT = `CASE WHEN NOT is_own THEN app_uid ELSE '*' END`;

/** A person is identified by object id. A name stands for the id if only one person has it. */
function who(names: string): string {
  return `CASE WHEN actor_type = 4 AND app_uid IS NOT NULL THEN 'app:' || app_uid
    WHEN actor_uid IS NOT NULL THEN actor_uid ELSE coalesce(${names}.uid, actor) END`;
}

/** A sign-out opens nothing, nor does a page between password and session. */
const OPENS = `class_uid = 3002 AND activity_id <> 2 AND status_id NOT IN (2, 99)`;

const IS_UNNAMED = 'actor_uid IS NULL AND actor_name IS NOT NULL';

/**
 * Sign-ins that actions name, and those of people near actions without ids. `raw` keeps no others,
 * because months of them are too many. All sign-ins decide whether a name is unique.
 */
export function signInTables(parts: SignInParts): Tables {
  const { source, tenant, where } = parts;
  const named = (id: string): string => `SELECT DISTINCT ${id} FROM ${source}
    WHERE class_uid <> 3002 AND ${id} IS NOT NULL AND ${where}`;
  return {
    // One condition per kind: an alternative of both would not let the engine skip row groups.
    unnamed: `SELECT actor_name FROM ${source} WHERE ${IS_UNNAMED} AND ${IS_ACTION_SQL} AND ${where}
      UNION SELECT actor_name FROM ${source} WHERE ${IS_UNNAMED} AND ${OPENS}`,
    names: `SELECT tk, actor_name, min(actor_uid) AS uid FROM (
        SELECT ${tenant} AS tk, actor_name, actor_uid FROM ${source}
        WHERE ${OPENS} AND actor_name IS NOT NULL AND actor_uid IS NOT NULL AND actor_type <> 4)
      SEMI JOIN unnamed USING (actor_name)
      GROUP BY tk, actor_name HAVING min(actor_uid) = max(actor_uid)`,
    named_tokens: named('token_uid'),
    named_sessions: named('session_uid'),
    named_people: `SELECT DISTINCT who FROM ${actsSql(parts, WITHOUT_IDS)}`,
    chosen: chosenSql(parts),
    raw: `SELECT e.* EXCLUDE (actor, actor_uid, actor_name, actor_type), ${who('names')} AS who
      FROM (SELECT "index", entries, ${tenant} AS tk, action, epoch_ms("time") AS t, actor,
          actor_uid, actor_name, actor_type, app_uid, app_uid IN (${OWN_APPS}) AS is_own,
          device_uid, ip, session_uid, token_uid
        FROM ${source} SEMI JOIN chosen USING ("index") WHERE ${OPENS}) AS e
      LEFT JOIN names ON names.tk = e.tk AND names.actor_name = e.actor_name`,
  };
}

/**
 * SQL of the indices of sign-ins to keep. The engine skips the other columns of rows that a join on
 * a number drops: to read all sign-ins of months with every column took twice as long.
 */
function chosenSql(parts: SignInParts): string {
  const { source, tenant } = parts;
  const namedBy = (id: string, named: string): string =>
    `SELECT "index" FROM ${source} SEMI JOIN ${named} USING (${id}) WHERE ${OPENS}`;
  return `${namedBy('token_uid', 'named_tokens')}
    UNION ${namedBy('session_uid', 'named_sessions')}
    UNION SELECT "index" FROM (SELECT "index", ${tenant} AS tk, actor, actor_uid, actor_name,
        actor_type, app_uid
      FROM ${source} WHERE ${OPENS} AND ${nearTimeSql(parts)}) AS e
    LEFT JOIN names ON names.tk = e.tk AND names.actor_name = e.actor_name
    WHERE ${who('names')} IN (SELECT who FROM named_people)`;
}

/** {@link nearSql} by the column itself, so that the engine can skip files. */
function nearTimeSql({ fromMs, toMs }: SignInParts): string {
  const at = (ms: number): string => `make_timestamp_ms(${ms})`;
  const near = [
    ...(fromMs === undefined ? [] : [`"time" >= ${at(Math.trunc(fromMs) - PERSON_WINDOW_MS)}`]),
    ...(toMs === undefined ? [] : [`"time" < ${at(Math.ceil(toMs))}`]),
  ];
  return near.length === 0 ? 'true' : near.join(' AND ');
}

/** Adds the authorization of each sign-in. */
function stoodSql({ said }: JoinParts): string {
  return `SELECT e."index", max(said.authorization_status) AS authorization_status,
      arg_max(said.pass, said.authorization_status) AS pass
    FROM (SELECT "index", unnest(entries) AS entry FROM raw) AS e
      JOIN ${said} AS said ON said.entry = e.entry
    GROUP BY e."index"`;
}

/** Whether the time of a sign-in allows a match with an action without ids. */
function nearSql({ fromMs, toMs }: SignInParts): string {
  const near = [
    ...(fromMs === undefined ? [] : [`t >= ${Math.trunc(fromMs) - PERSON_WINDOW_MS}`]),
    ...(toMs === undefined ? [] : [`t < ${Math.ceil(toMs)}`]),
  ];
  return near.length === 0 ? 'true' : near.join(' AND ');
}

const BOUND_COLUMNS = ['opened', 'expires', 'ended', 'app', 'device', 'address'] as const;

const GROUP_COLUMNS = [
  ...['t', 'sign_in', 'is_several', 'who', 'is_app', 'app', 'is_own', 'device'],
  ...['good_t', 'bad_t', 'missed_t', 'looked', 'passes'],
];

/** The first sign-in of a group, by time, then by index (below 2^53). */
const FIRST = `t::HUGEINT * ${2 ** 53} + "index"`;

/**
 * The value that all rows of a group share, if there is one. Counting distinct values costs ten
 * times as much.
 */
function oneOf(column: string): string {
  return `CASE WHEN min(${column}) = max(${column}) THEN min(${column}) END`;
}

/**
 * SQL of a number in place of a text.
 *
 * The engine spills groups of numbers, but not of texts. The vendor assigns ids of people, devices
 * and applications, so an attacker cannot choose a collision.
 */
function numberOf(text: string): string {
  return `CASE WHEN ${text} IS NOT NULL THEN hash(${text}) END`;
}

/** The sign-ins of one token or session, only for ids that an action names. */
function groupsSql(id: string, named: string): string {
  return `SELECT tk, ${id} AS id, min(t) AS t,
      (min(${FIRST}) - min(t)::HUGEINT * ${2 ** 53})::BIGINT AS sign_in,
      min(who) <> max(who) AS is_several, min(who) AS who, bool_or(is_app) AS is_app,
      ${oneOf('app')} AS app, ${oneOf('is_own')} AS is_own, ${oneOf('device')} AS device,
      min(t) FILTER (WHERE authorization_status IN (0, 1)) AS good_t,
      min(t) FILTER (WHERE authorization_status = 2) AS bad_t,
      min(t) FILTER (WHERE authorization_status = 3) AS missed_t,
      bool_or(authorization_status = 4) AS looked,
      list({'t': t, 'pass': pass}) FILTER (WHERE authorization_status = 0) AS passes
    FROM (SELECT tk, ${id}, t, "index", ${numberOf('who')} AS who, who LIKE '%:%' AS is_app,
        ${numberOf('app_uid')} AS app, is_own, ${numberOf('device_uid')} AS device,
        authorization_status, pass
      FROM s SEMI JOIN ${named} USING (${id}))
    GROUP BY tk, ${id}`;
}

/**
 * Sign-ins of the people of actions without ids. A sign-in stands for its own application, and for
 * records that name a resource or none.
 */
function personsSql(parts: SignInParts): string {
  const one = (app: string): string => `SELECT tk, who, ip, ${app} AS app, t,
      min("index") AS sign_in, max(authorization_status) AS authorization_status
    FROM s SEMI JOIN named_people USING (who) WHERE ip IS NOT NULL AND ${nearSql(parts)}
    GROUP BY ALL`;
  return `${one("'*'")} UNION ALL SELECT * FROM (${one(CLIENT)}) WHERE app <> '*'`;
}

/** Actions with either id match by that id. */
const WITHOUT_IDS = 'token_uid IS NULL AND session_uid IS NULL';

/** Read once per kind of match, because keeping all rows for both costs more. */
function actsSql({ source, tenant, where }: SignInParts, which: string): string {
  return `(
    SELECT e.*, ${who('names')} AS who, ${CLIENT} AS app,
      CASE WHEN actor_type = 3 OR (actor_type = 4 AND is_own) THEN 'vendor'
        WHEN actor_type = 4 THEN 'app' ELSE 'person' END AS flow
    FROM (SELECT "index", ${tenant} AS tk, source, workload, record_type, operation, erased,
        epoch_ms("time") AS t, epoch_ms(token_issued) AS issued_t, actor, actor_uid, actor_name,
        actor_type, app_uid, app_uid IN (${OWN_APPS}) AS is_own, device_uid, ip, session_uid,
        token_uid, item_count
      FROM ${source} WHERE ${IS_ACTION_SQL} AND ${which} AND ${where}) AS e
    LEFT JOIN names ON names.tk = e.tk AND names.actor_name = e.actor_name
  )`;
}

const LATE = `${TOKEN_LIFE_MAX_MS + CLOCK_DIFFERENCE_MAX_MS}`;

/** Whether the match holds, before the sign-in's authorization is considered. */
const TIE = `CASE
  WHEN erased THEN 'erased'
  WHEN method = 'none' AND flow = 'vendor' THEN 'vendor-service'
  WHEN who IS NULL AND NOT has_ids THEN 'no-actor'
  WHEN method = 'token' AND t > issued_t + ${LATE} THEN 'expired'
  WHEN method = 'token' AND tok_is_several THEN 'ambiguous'
  WHEN method = 'session' AND ses_is_several THEN 'ambiguous'
  WHEN method IN ('token', 'session') AND flow = 'person' AND actor_uid IS NOT NULL
    AND NOT ${at('is_app')} AND hash(actor_uid) <> ${at('who')} THEN 'ambiguous'
  WHEN method = 'token' AND (t > tok_t + ${LATE} OR t < tok_t - ${CLOCK_DIFFERENCE_MAX_MS})
    THEN 'expired'
  WHEN method = 'session' AND t < ses_t - ${CLOCK_DIFFERENCE_MAX_MS} THEN 'older-than-source'
  WHEN method = 'token' AND ${numberOf('device_uid')} <> tok_device THEN 'other-device'
  WHEN method = 'session' AND ${numberOf('device_uid')} <> ses_device THEN 'other-device'
  WHEN method = 'token' AND ${numberOf('app_uid')} <> tok_app AND NOT is_own AND NOT tok_is_own
    THEN 'other-app'
  WHEN method <> 'none' THEN 'signed-in'
  WHEN has_ids THEN 'no-sign-in'
  WHEN record_type IN (19, 50) OR item_count > 1 THEN 'aggregated'
  ELSE 'no-ids' END`;

function at(column: string): string {
  return `CASE method WHEN 'token' THEN tok_${column} WHEN 'session' THEN ses_${column} END`;
}

/**
 * Of several sign-ins of one token or session, those before the action count, within the clock
 * tolerance. An authorized sign-in and one without authorization contradict each other.
 */
const Status = `CASE
  WHEN method = 'person' THEN per_authorization_status
  WHEN ${at('good_t')} <= t + ${CLOCK_DIFFERENCE_MAX_MS}
    AND least(${at('bad_t')}, ${at('missed_t')}) <= t + ${CLOCK_DIFFERENCE_MAX_MS} THEN -1
  WHEN ${at('bad_t')} <= t + ${CLOCK_DIFFERENCE_MAX_MS} THEN 2
  WHEN ${at('missed_t')} <= t + ${CLOCK_DIFFERENCE_MAX_MS} THEN 3
  WHEN ${at('good_t')} <= t + ${CLOCK_DIFFERENCE_MAX_MS} THEN 1
  WHEN ${at('looked')} THEN 4
  ELSE NULL END`;

/**
 * Of several permits in one session, the last before the action counts: a new prompt gives a new
 * pass and ends the first.
 */
const PASS = `coalesce(list_max(list_filter(${at('passes')}, lambda x: x.t <= t)),
  list_min(list_filter(${at('passes')}, lambda x: x.t <= t + ${CLOCK_DIFFERENCE_MAX_MS}))).pass`;

/** Whether another permit followed so soon that the clocks do not show the order. */
const IS_NEAR_ANOTHER = `len(list_filter(${at('passes')},
  lambda x: x.t > t AND x.t <= t + ${CLOCK_DIFFERENCE_MAX_MS})) > 0
  AND list_min(${at('passes')}).t <= t`;

/** The network of an address: three numbers of IPv4, four groups of IPv6. */
function network(address: string): string {
  return `CASE WHEN ${address} LIKE '%.%' THEN regexp_extract(${address}, '^\\d+\\.\\d+\\.\\d+')
    ELSE array_to_string(list_slice(string_split(split_part(${address}, '::', 1), ':'), 1, 4), ':')
    END`;
}

/** An address of the other IP family says nothing about the network. */
const IS_OTHER_NETWORK = `(ip LIKE '%.%') = (pass_address LIKE '%.%')
    AND ${network('ip')} <> ${network('pass_address')}`;

/** The bound of its pass that an action violates. */
const OUTSIDE = `CASE
  WHEN t >= pass_ended THEN 'ended'
  WHEN t > pass_expires + ${CLOCK_DIFFERENCE_MAX_MS}
    OR t < pass_opened - ${CLOCK_DIFFERENCE_MAX_MS} THEN 'expired'
  WHEN NOT is_own AND app_uid <> pass_app THEN 'other-app'
  WHEN device_uid <> pass_device THEN 'other-device'
  WHEN ${IS_OTHER_NETWORK} THEN 'other-network' END`;

const CAUSE = `CASE
  WHEN tie IN ('signed-in', 'no-ids', 'aggregated') AND flow = 'app' AND ids IS NOT NULL
    AND NOT list_contains(ids, app_uid) AND NOT list_contains(ids, coalesce(actor, ''))
    THEN 'unregistered-workload'
  WHEN tie <> 'signed-in' THEN tie
  WHEN stands = -1 THEN 'ambiguous'
  WHEN stands = 2 THEN 'check-failed'
  WHEN stands = 3 THEN 'no-decision'
  WHEN stands IN (0, 1) AND method <> 'person' AND (${OUTSIDE}) IS NOT NULL
    THEN CASE WHEN ${IS_NEAR_ANOTHER} THEN 'ambiguous' ELSE ${OUTSIDE} END
  WHEN stands IN (0, 1) THEN 'accounted'
  WHEN stands = 4 THEN 'check-unknown'
  ELSE 'no-policy' END`;
