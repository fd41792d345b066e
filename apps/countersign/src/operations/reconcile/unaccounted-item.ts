import type { ActionVerdict } from '../../reconcile/actions/action-totals.ts';
import { CAUSE_TEXTS, cureOf } from '../../reconcile/actions/action-verdict.ts';
import type { DriftMatch } from '../../reconcile/directory-drift/drift-matcher.ts';
import { STATE_TEXTS, stateVerdictOf } from '../../reconcile/directory-drift/drift-verdict.ts';

export function verdictItem(found: ActionVerdict): object {
  const { index, tenant, atMs, workload, recordType, operation, who, app, ip } = found;
  const { session, token, method, signIn, cause, verdict, bound } = found;
  const time = new Date(atMs).toISOString();
  const ids = { session, token, method, signIn };
  const because = CAUSE_TEXTS[cause];
  return {
    ...{ index, tenant, time, workload, recordType, operation, who, app, ip, ...ids },
    ...{ verdict, cause, because, cure: cureOf(cause), bound },
  };
}

export function driftItem(match: DriftMatch): object {
  const { entries, tenant, atMs, fromMs, about, kind, way, ids, value, who, cause } = match;
  const time = new Date(atMs).toISOString();
  const since = fromMs === null ? null : new Date(fromMs).toISOString();
  const what = { about, kind, way, ids, value, who };
  const verdict = stateVerdictOf(cause);
  return {
    ...{ index: entries[0] ?? null, entries, tenant, time, since, ...what },
    ...{ verdict, cause, because: STATE_TEXTS[cause] },
  };
}
