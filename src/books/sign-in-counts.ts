import type { Reason } from '../core/index.ts';
import type { CoverageFact } from './facts.ts';
import { conditionOf } from './filter.ts';
import type { Scope, Snapshot } from './live.ts';
import type { SignInCount } from './verified.ts';

/** OCSF Authentication; its activity 2 is a sign-out, which lets nobody in. */
export const SIGN_IN_CLASS = 3002;

/** Sign-ins by day and flow. */
export async function signInCounts(
  snapshot: Snapshot,
  scope: Scope,
  tenants: readonly string[] | undefined,
): Promise<SignInCount[]> {
  const { where, values } = conditionOf({ ...scope, tenants, classes: [SIGN_IN_CLASS] });
  const rows = await snapshot.rows({
    select: `strftime(time, '%Y-%m-%d'), coalesce(sign_in_type, 'unknown'), count(*)`,
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

/** Sources that sign-ins come from. */
export function isOfSignIns({ source, workload }: CoverageFact): boolean {
  return /sign-?in|AzureActiveDirectory/i.test(`${source} ${workload ?? ''}`) || source === '*';
}

/** How sign-ins are logged: each by itself, so that one can be there without the others. */
const FLOWS: readonly { readonly words: string; readonly sources: RegExp }[] = [
  {
    words: "people's sign-ins",
    sources: /^(?:graph\/signIns|.*\/SignInLogs|entra\.portal\/(?:interactive)?signins)$/i,
  },
  {
    words: 'sign-ins that nobody is asked for',
    sources: /^(?:graph\/signIns|.*NonInteractive.*)$/i,
  },
  {
    words: "applications' sign-ins",
    sources: /^(?:graph\/signIns|.*ServicePrincipalSignIn.*|entra\.portal\/Application.*)$/i,
  },
  {
    words: "managed identities' sign-ins",
    sources: /^(?:graph\/signIns|.*ManagedIdentitySignIn.*|entra\.portal\/M(?:SI|anaged).*)$/i,
  },
];

/**
 * Flows of which nothing was ever collected or handed in where other sign-ins were: that none of
 * them is counted says nothing of how many there were.
 */
export function unseenFlows(facts: readonly CoverageFact[]): readonly Reason[] {
  const ofTenants = Map.groupBy(
    facts.filter(({ source }) => source !== '*'),
    ({ tenant }) => tenant,
  );
  return [...ofTenants].flatMap(([tenant, own]) =>
    FLOWS.filter(({ sources }) => !own.some((fact) => isOf(fact, sources))).map(({ words }) => {
      const text = `no log of ${words} in tenant ${tenant} was ever collected or imported`;
      return { code: 'flow-not-connected', text };
    }),
  );
}

/** The audit log tells that people signed in, and of no other flow. */
function isOf({ source, workload }: CoverageFact, sources: RegExp): boolean {
  if (sources.test(source)) return true;
  const isAudit = /AzureActiveDirectory/i.test(`${source} ${workload ?? ''}`);
  return isAudit && sources === FLOWS[0]?.sources;
}
