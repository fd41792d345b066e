import { appNameOf } from '@countersign/ocsf';
import { HISTORY_MS, STEPS_MAX } from '../limits.ts';
import { numberOf, queryEvents, type Row, textOf } from '../windows/event-query.ts';
import type { CitedEvent, DetectionWindow } from '../windows/window-detector.ts';

/** Changes of applications and accounts that give power over others. */
export type StepKind = 'credential' | 'consent' | 'app-role' | 'role' | 'account' | 'application';

export type Step = CitedEvent & {
  readonly kind: StepKind;
  readonly tenant: string;
  readonly actor: string | null;
  readonly actorName: string | null;
  readonly target: string | null;
  readonly targetName: string | null;
};

const KINDS = `CASE
  WHEN o LIKE '%certificates and secrets management%' OR o LIKE 'add service principal cred%'
    OR o LIKE 'update service principal cred%' THEN 'credential'
  WHEN o LIKE 'consent to application%' OR o LIKE 'add delegated permission grant%'
    OR o LIKE 'add oauth2permissiongrant%' THEN 'consent'
  WHEN o LIKE 'add app role assignment to service principal%' THEN 'app-role'
  WHEN o LIKE 'add%member to role%' THEN 'role'
  WHEN o = 'add user' THEN 'account'
  WHEN o = 'add application' OR o = 'add service principal' THEN 'application' END`;

const COLUMNS = [
  ...['index', 'org', 't', 'kind', 'actor', 'actor_name', 'target_uid', 'target_name'],
  ...['ip', 'session_uid'],
];

/** All such changes in the period and the history before it, in order. */
export async function stepsOf(window: DetectionWindow): Promise<Step[]> {
  const rows = await queryEvents(
    window,
    HISTORY_MS,
    COLUMNS,
    (events) => `SELECT "index", org, t, kind, actor, actor_name, target_uid, target_name, ip,
        session_uid
      FROM (SELECT *, ${KINDS} AS kind FROM
        (SELECT *, lower(rtrim(trim(operation), '.')) AS o FROM ${events}
          WHERE operation IS NOT NULL AND status_id <> 2 AND class_uid BETWEEN 3000 AND 3999
            AND class_uid <> 3002))
      WHERE kind IS NOT NULL ORDER BY t DESC, "index" DESC`,
    STEPS_MAX,
  );
  return rows.map(stepOf).reverse();
}

function stepOf(row: Row): Step {
  return {
    index: numberOf(row['index']),
    atMs: numberOf(row['t']),
    kind: row['kind'] as StepKind,
    tenant: String(row['org']),
    actorName: textOf(row['actor_name']),
    target: textOf(row['target_uid']),
    targetName: textOf(row['target_name']),
    actor: textOf(row['actor']),
    session: textOf(row['session_uid']),
    ip: textOf(row['ip']),
  };
}

const GUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/gi;

/**
 * The ids by which other records may name the application of a change.
 *
 * A record has the id of one of its two objects. Its client id is among the changed values, or
 * missing; then the name must do.
 */
export async function keysOf(window: DetectionWindow, step: Step): Promise<ReadonlySet<string>> {
  const body = (await window.bodyOf(step.index)) ?? '';
  const ids = (body.match(GUID) ?? []).map((id) => id.toLowerCase());
  const others = new Set([step.tenant, step.actor]);
  const own = ids.filter((id) => !others.has(id) && appNameOf(id) === null);
  const name = step.targetName?.toLowerCase();
  const named = name === undefined || GENERIC.has(name) ? [] : [`name:${name}`];
  return new Set([...own, ...named, ...(step.target === null ? [] : [step.target])]);
}

/** Names that identify nothing, or the vendor's own resources. */
const GENERIC: ReadonlySet<string> = new Set(['', 'microsoft graph', 'office 365 exchange online']);
