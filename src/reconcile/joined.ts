import { appIds } from '../ocsf/index.ts';
import { CLOCK_DIFFERENCE_MAX_MS, PERSON_WINDOW_MS, TOKEN_LIFE_MAX_MS } from './limits.ts';

/**
 * SQL that ties every action of a scope to its sign-in, in this order: by token (UTI), by session
 * (SID), by person and address within a day where the record names neither (contracts 7).
 *
 * `acts` and `signIns` are what follows FROM; the sign-ins reach further back than the actions.
 * The result has one row for each action: nothing is tied twice, whatever came in how often.
 */
export function joinedSql(of: {
  readonly acts: string;
  readonly signIns: string;
  /** Of the columns of `acts`. */
  readonly where: string;
}): string {
  const { acts, signIns, where } = of;
  return `
  WITH s AS (
    SELECT "index", tenant, epoch_ms("time") AS t, ${WHO} AS who, app_uid, device_uid, ip,
      session_uid, token_uid
    FROM ${signIns} WHERE class_uid = 3002 AND status_id <> 2
  ),
  tok AS (
    SELECT token_uid, min(t) AS t, arg_min("index", (t, "index")) AS sign_in,
      count(DISTINCT who) AS parties, count(DISTINCT app_uid) AS apps, min(app_uid) AS app,
      count(DISTINCT device_uid) AS devices, min(device_uid) AS device
    FROM s WHERE token_uid IS NOT NULL GROUP BY token_uid
  ),
  ses AS (
    SELECT session_uid, min(t) AS t, arg_min("index", (t, "index")) AS sign_in,
      count(DISTINCT who) AS parties,
      count(DISTINCT device_uid) AS devices, min(device_uid) AS device
    FROM s WHERE session_uid IS NOT NULL GROUP BY session_uid
  ),
  per AS (
    SELECT who, ip, t, min("index") AS sign_in FROM s
    WHERE ip IS NOT NULL AND who IS NOT NULL GROUP BY who, ip, t
  ),
  a AS (
    SELECT *, epoch_ms("time") AS t, ${WHO} AS who FROM ${acts}
    WHERE class_uid <> 3002 AND ${where}
  ),
  tied AS (
    SELECT a.*,
      tok.sign_in AS tok_in, tok.t AS tok_t, tok.parties AS tok_parties, tok.apps AS tok_apps,
      tok.app AS tok_app, tok.devices AS tok_devices, tok.device AS tok_device,
      ses.sign_in AS ses_in, ses.t AS ses_t, ses.parties AS ses_parties,
      ses.devices AS ses_devices, ses.device AS ses_device
    FROM a LEFT JOIN tok ON a.token_uid = tok.token_uid
      LEFT JOIN ses ON a.session_uid = ses.session_uid
  ),
  near AS (
    SELECT tied.*, per.sign_in AS per_in, per.t AS per_t
    FROM tied ASOF LEFT JOIN per
      ON per.who = tied.who AND per.ip = tied.ip AND tied.t >= per.t
  ),
  methods AS (
    SELECT *, CASE
      WHEN tok_in IS NOT NULL THEN 'token'
      WHEN ses_in IS NOT NULL THEN 'session'
      WHEN token_uid IS NULL AND session_uid IS NULL AND per_in IS NOT NULL
        AND t - per_t <= ${PERSON_WINDOW_MS} THEN 'person'
      ELSE 'none' END AS method,
      (token_uid IS NOT NULL OR session_uid IS NOT NULL) AS has_ids
    FROM near
  )
  SELECT "index", tenant, source, workload, record_type, operation, t, who, actor, actor_type,
    app_uid, ip, session_uid, token_uid, method,
    CASE method WHEN 'token' THEN tok_in WHEN 'session' THEN ses_in WHEN 'person' THEN per_in END
      AS sign_in,
    ${CAUSE} AS cause
  FROM methods`;
}

/** The client application of a service acts as itself; a person goes by the sign-in name. */
const WHO = `CASE WHEN actor_type = 4 AND app_uid IS NOT NULL THEN 'app:' || app_uid
  WHEN actor_name LIKE '%@%' THEN actor_name ELSE actor END`;

/** Resources that the suite's records name in the place of the client: no other application. */
const OWN_APPS: string = appIds()
  .map((id) => `'${id}'`)
  .join(', ');

const CAUSE = `CASE
  WHEN actor_type = 3 THEN 'vendor-service'
  WHEN who IS NULL THEN 'nobody-named'
  WHEN method = 'token' AND tok_parties > 1 THEN 'ambiguous'
  WHEN method = 'session' AND ses_parties > 1 THEN 'ambiguous'
  WHEN method = 'token' AND (t > tok_t + ${TOKEN_LIFE_MAX_MS + CLOCK_DIFFERENCE_MAX_MS}
    OR t < tok_t - ${CLOCK_DIFFERENCE_MAX_MS}) THEN 'expired'
  WHEN method = 'session' AND t < ses_t - ${CLOCK_DIFFERENCE_MAX_MS} THEN 'older-than-source'
  WHEN method = 'token' AND tok_devices = 1 AND device_uid <> tok_device THEN 'other-device'
  WHEN method = 'session' AND ses_devices = 1 AND device_uid <> ses_device THEN 'other-device'
  WHEN method = 'token' AND tok_apps = 1 AND app_uid <> tok_app
    AND app_uid NOT IN (${OWN_APPS}) AND tok_app NOT IN (${OWN_APPS}) THEN 'other-app'
  WHEN method <> 'none' THEN 'signed-in'
  WHEN has_ids THEN 'no-sign-in'
  WHEN actor_type = 4 AND app_uid IN (${OWN_APPS}) THEN 'vendor-service'
  WHEN record_type IN (19, 50) OR item_count > 1 THEN 'aggregated'
  ELSE 'no-ids' END`;
