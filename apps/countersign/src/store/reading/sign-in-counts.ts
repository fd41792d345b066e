import type { Reason } from '@countersign/core';
import { tenantPhrase } from '../coverage/inventory-coverage.ts';
import { FLOW_LOGS, tellsOf } from '../coverage/log-sources.ts';
import { UTC_TIME } from '../parquet/event-columns.ts';
import type { CoverageRow } from '../rows/entry-rows.ts';
import type { Scope, Snapshot } from './current-rows.ts';
import { conditionOf } from './row-filter.ts';
import type { SignInCount } from './verification-report.ts';

/** OCSF Authentication. Its activity 2 is a sign-out, which grants no access. */
export const SIGN_IN_CLASS = 3002;

/** Counts sign-ins by day and flow. */
export async function signInCounts(
  snapshot: Snapshot,
  scope: Scope,
  tenants: readonly string[] | undefined,
): Promise<SignInCount[]> {
  const { where, values } = conditionOf({ ...scope, tenants, classes: [SIGN_IN_CLASS] });
  const rows = await snapshot.rows({
    select: `strftime(${UTC_TIME}, '%Y-%m-%d'), coalesce(sign_in_type, 'unknown'), count(*)`,
    scope,
    rest: `${where} AND activity_id <> 2 GROUP BY ALL ORDER BY ALL`,
    values,
  });
  return rows.map(([day, flow, count]) => ({
    day: String(day),
    flow: String(flow),
    count: Number(count),
  }));
}

/** Whether a coverage row is about a source of sign-ins. */
export function isOfSignIns({ source, workload }: CoverageRow): boolean {
  return /sign-?in|AzureActiveDirectory/i.test(`${source} ${workload ?? ''}`) || source === '*';
}

/**
 * Flows without any data in tenants that have other sign-ins. A count of zero there says nothing
 * about how many there were.
 */
export function unseenFlows(facts: readonly CoverageRow[]): readonly Reason[] {
  const ofTenants = Map.groupBy(
    facts.filter(({ source }) => source !== '*'),
    ({ tenant }) => tenant,
  );
  return [...ofTenants].flatMap(([tenant, own]) =>
    Object.values(FLOW_LOGS).flatMap((log) => {
      if (own.some((fact) => tellsOf(log, fact))) return [];
      const whose = tenantPhrase({ tenant, ...own[0] });
      const text = `no log of ${log.words} in ${whose} was ever collected or imported`;
      return [{ code: 'flow-not-connected', text }];
    }),
  );
}
