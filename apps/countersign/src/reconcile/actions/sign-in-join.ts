import { appIds } from '@countersign/ocsf';
import { IS_ACTION_SQL } from '../../store/rows/event-kind.ts';
import { CLOCK_DIFFERENCE_MAX_MS, PERSON_WINDOW_MS, TOKEN_LIFE_MAX_MS } from '../limits.ts';

/** What sign-ins are taken from. Texts are SQL; none holds anything from outside. */
export type SignInParts = {
  /** What follows FROM; sign-ins are taken from further back than actions. */
  readonly source: string;
  /** Which actions, by their columns. */
  readonly where: string;
  /** When actions are, in milliseconds: `[fromMs, toMs)`, open where undefined. */
  readonly fromMs: number | undefined;
  readonly toMs: number | undefined;
  /** A tenant as it is read: of a delivery that states none, the only one that there is. */
  readonly tenant: string;
};

/** What the joins are made over: names of tables of `authorization-tables.ts`. */
export type JoinParts = SignInParts & Readonly<Record<'said' | 'bounds' | 'register', string>>;

/** Tables that are made one after the other: each is put aside before the next needs memory. */
export type Tables = Readonly<Record<string, string>>;

/** The tables that {@link joinedSql} is made over. */
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
 * SQL with one row for each action and what ties it to its sign-in, in this order: token (UTI),
 * session (SID), and where a record names neither the person, application and address within a day
 * (contracts 7). Only hash joins where ids are: what came in how often, and in which order,
 * changes nothing. The tenant is part of every key.
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

/** Resources that the suite's records name in the place of the client: no other application. */
const OWN_APPS: string = appIds()
  .map((id) => `'${id}'`)
  .join(', ');

const CLIENT = `CASE WHEN NOT is_own THEN app_uid ELSE '*' END`;

/** A person goes by the object id, which a name stands for where it is one person's alone. */
function who(names: string): string {
  return `CASE WHEN actor_type = 4 AND app_uid IS NOT NULL THEN 'app:' || app_uid
    WHEN actor_uid IS NOT NULL THEN actor_uid ELSE coalesce(${names}.uid, actor) END`;
}

/** A sign-off opens nothing, nor does a page between the password and the session. */
const OPENS = `class_uid = 3002 AND activity_id <> 2 AND status_id NOT IN (2, 99)`;

/**
 * The sign-ins that actions name, and those of persons near them whose actions name none, in `raw`:
 * of all others of months nothing is kept. Whose a name is alone is told by all of them.
 */
export function signInTables(parts: SignInParts): Tables {
  const { source, tenant, where } = parts;
  const named = (id: string): string => `SELECT DISTINCT ${id} FROM ${source}
    WHERE class_uid <> 3002 AND ${id} IS NOT NULL AND ${where}`;
  return {
    unnamed: `SELECT DISTINCT actor_name FROM ${source}
      WHERE actor_uid IS NULL AND actor_name IS NOT NULL
        AND ((${IS_ACTION_SQL} AND ${where}) OR (${OPENS}))`,
    names: `SELECT tk, actor_name, min(actor_uid) AS uid FROM (
        SELECT ${tenant} AS tk, actor_name, actor_uid FROM ${source}
        WHERE ${OPENS} AND actor_name IS NOT NULL AND actor_uid IS NOT NULL AND actor_type <> 4)
      SEMI JOIN unnamed USING (actor_name)
      GROUP BY tk, actor_name HAVING min(actor_uid) = max(actor_uid)`,
    named_tokens: named('token_uid'),
    named_sessions: named('session_uid'),
    named_people: `SELECT DISTINCT who FROM ${actsSql(parts, WITHOUT_IDS)}`,
    raw: `SELECT e.*, ${who('names')} AS who
      FROM (SELECT "index", entries, ${tenant} AS tk, action, epoch_ms("time") AS t, actor,
          actor_uid, actor_name, actor_type, app_uid, app_uid IN (${OWN_APPS}) AS is_own,
          device_uid, ip, session_uid, token_uid
        FROM ${source} WHERE ${OPENS}) AS e
      LEFT JOIN names ON names.tk = e.tk AND names.actor_name = e.actor_name
      WHERE token_uid IN (SELECT token_uid FROM named_tokens)
        OR session_uid IN (SELECT session_uid FROM named_sessions)
        OR (${nearSql(parts)} AND ${who('names')} IN (SELECT who FROM named_people))`,
  };
}

/** What stands behind each of them. */
function stoodSql({ said }: JoinParts): string {
  return `SELECT e."index", max(said.authorization_status) AS authorization_status,
      arg_max(said.pass, said.authorization_status) AS pass
    FROM (SELECT "index", unnest(entries) AS entry FROM raw) AS e
      JOIN ${said} AS said ON said.entry = e.entry
    GROUP BY e."index"`;
}

/** Whether a sign-in may be one that an action without ids goes with, by its time. */
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

/** Of the sign-ins of a group the first, by time and then by index, which is below 2^53. */
const FIRST = `t::HUGEINT * ${2 ** 53} + "index"`;

/** What all of a group have, where it is one; counts of what is distinct cost ten times as much. */
function oneOf(column: string): string {
  return `CASE WHEN min(${column}) = max(${column}) THEN min(${column}) END`;
}

/**
 * SQL of a number that stands for a text: groups of numbers the engine puts aside where there are
 * many, groups of texts it does not. Ids of people, devices and applications are the vendor's:
 * nobody can choose one that has the number of another.
 */
function numberOf(text: string): string {
  return `CASE WHEN ${text} IS NOT NULL THEN hash(${text}) END`;
}

/** The sign-ins of one token, or of one session: only of those that an action names. */
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

/** A sign-in stands for its own application, and for records that name a resource or none. */
function personsSql(parts: SignInParts): string {
  const one = (app: string): string => `SELECT tk, who, ip, ${app} AS app, t,
      min("index") AS sign_in, max(authorization_status) AS authorization_status
    FROM s WHERE ip IS NOT NULL AND who IS NOT NULL AND ${nearSql(parts)} GROUP BY ALL`;
  return `${one("'*'")} UNION ALL SELECT * FROM (${one(CLIENT)}) WHERE app <> '*'`;
}

/** Of an action: with either it is tied by that. */
const WITHOUT_IDS = 'token_uid IS NULL AND session_uid IS NULL';

/** Read once for each way of tying them: to keep all of them for both costs more. */
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

/** Whether the tie holds; before anything is said of what stands behind the sign-in. */
const TIE = `CASE
  WHEN erased THEN 'erased'
  WHEN method = 'none' AND flow = 'vendor' THEN 'vendor-service'
  WHEN who IS NULL AND NOT has_ids THEN 'nobody-named'
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
 * Of several sign-ins of one token or session those count that were before the action, as far as
 * clocks agree. One that is good and one that is not contradict each other.
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
 * Of several permits on one session the last before the action is the one it rests on: who is asked
 * again gets another pass, and the first is over then.
 */
const PASS = `coalesce(list_max(list_filter(${at('passes')}, lambda x: x.t <= t)),
  list_min(list_filter(${at('passes')}, lambda x: x.t <= t + ${CLOCK_DIFFERENCE_MAX_MS}))).pass`;

/** Whether one was given so soon behind it that clocks do not tell which of the two was first. */
const IS_NEAR_ANOTHER = `len(list_filter(${at('passes')},
  lambda x: x.t > t AND x.t <= t + ${CLOCK_DIFFERENCE_MAX_MS})) > 0
  AND list_min(${at('passes')}).t <= t`;

/** The first three numbers of IPv4, the first four groups of IPv6: what one network is. */
function network(address: string): string {
  return `CASE WHEN ${address} LIKE '%.%' THEN regexp_extract(${address}, '^\\d+\\.\\d+\\.\\d+')
    ELSE array_to_string(list_slice(string_split(split_part(${address}, '::', 1), ':'), 1, 4), ':')
    END`;
}

/** An address of the other family says nothing about the network. */
const IS_OTHER_NETWORK = `(ip LIKE '%.%') = (pass_address LIKE '%.%')
    AND ${network('ip')} <> ${network('pass_address')}`;

/** By what an action lies outside its pass. */
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
