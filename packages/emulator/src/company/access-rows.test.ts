import assert from 'node:assert/strict';
import { globSync } from 'node:fs';
import { basename } from 'node:path';
import { test } from 'node:test';
import { isDeepStrictEqual } from 'node:util';
import { IS_LONG } from '../../../../tools/property.ts';
import type { Feed } from '../core/feed-record.ts';
import type { JsonObject } from '../core/json-object.ts';
import type { Emulator } from '../emulator-options.ts';
import { loadScenario } from '../scenarios/steps/scenario.ts';
import { startEmulator } from '../start-emulator.ts';

const START_MS = Date.UTC(2026, 2, 2);
const DAY_MS = 86_400_000;

const SCENARIOS = globSync('*.yaml', { cwd: new URL('../../scenarios', import.meta.url) })
  .map((file) => basename(file, '.yaml'))
  .sort();
/** Its intruders sign in with a password alone. */
const SHORT: readonly string[] = ['fast-spray'];

type Policy = {
  readonly id: string;
  readonly state: string;
  readonly conditions: {
    readonly clientAppTypes: readonly string[];
    readonly users: { readonly [list: string]: readonly string[] };
    readonly applications: { readonly [list: string]: readonly string[] };
  };
  readonly grantControls: { readonly builtInControls: readonly string[] };
};

/** A tenant's policies in Graph, and the members of their groups. */
async function listed(
  emulator: Emulator,
  tenantId: string,
): Promise<{ policies: Policy[]; members: Map<string, Set<string>> }> {
  const { clientId, clientSecret } = emulator.credentials;
  const given = await fetch(`${emulator.origins['login']}/${tenantId}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      ...{ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret },
      scope: 'https://graph.microsoft.com/.default',
    }),
  });
  const { access_token: token } = (await given.json()) as { access_token: string };
  const read = async <T>(path: string): Promise<T[]> => {
    const address = `${emulator.origins['graph']}/v1.0${path}`;
    const response = await fetch(address, { headers: { authorization: `Bearer ${token}` } });
    assert.equal(response.status, 200, path);
    return ((await response.json()) as { value: T[] }).value;
  };
  const policies = await read<Policy>('/identity/conditionalAccess/policies');
  const members = new Map<string, Set<string>>();
  for (const { conditions } of policies) {
    for (const group of conditions.users['includeGroups'] ?? []) {
      if (members.has(group)) continue;
      const found = await read<{ id: string }>(`/groups/${group}/members?$select=id&$top=999`);
      members.set(group, new Set(found.map(({ id }) => id)));
    }
  }
  return { policies, members };
}

type Row = {
  readonly userId: string;
  readonly appDisplayName: string;
  readonly resourceId: string;
  readonly clientAppUsed: string;
  readonly status: { readonly errorCode: number };
  readonly authenticationRequirement: string;
  readonly deviceDetail: { readonly isCompliant: boolean };
  readonly conditionalAccessStatus: string;
  readonly appliedConditionalAccessPolicies: readonly { id: string; result: string }[];
};

/** Codes by their meaning for the policies. */
const LET_IN = [0, 50140, 50199];
const TURNED_AWAY = [50072, 50074, 50076, 50079, 53000, 53003, 500121, 50158];

function expected(
  row: Row,
  policy: Policy,
  members: ReadonlyMap<string, ReadonlySet<string>>,
): string {
  const { users, applications, clientAppTypes } = policy.conditions;
  const code = row.status.errorCode;
  const isAsked = [...LET_IN, ...TURNED_AWAY].includes(code);
  const kind =
    { Browser: 'browser', 'Mobile Apps and Desktop clients': 'mobileAppsAndDesktopClients' }[
      row.clientAppUsed
    ] ?? 'other';
  const isFor =
    users['includeUsers']?.includes('All') ||
    users['includeGroups']?.some((group) => members.get(group)?.has(row.userId));
  const isOf = applications['includeApplications']?.some((one) =>
    ['All', row.resourceId].includes(one),
  );
  const isHere = clientAppTypes.includes('all') || clientAppTypes.includes(kind);
  const [control] = policy.grantControls.builtInControls;
  const isTwo = row.authenticationRequirement === 'multiFactorAuthentication';
  const isMet =
    control === 'mfa'
      ? isTwo && LET_IN.includes(code)
      : control === 'compliantDevice' && row.deviceDetail.isCompliant;
  const isHeld = isAsked && isFor && isOf && isHere && row.appDisplayName !== 'Windows Sign In';
  const outcome = isHeld ? (isMet ? 'Success' : 'Failure') : 'NotApplied';
  if (policy.state === 'disabled') return 'notEnabled';
  if (policy.state === 'enabled') return outcome.charAt(0).toLowerCase() + outcome.slice(1);
  return `reportOnly${outcome}`;
}

const FEEDS: readonly Feed[] = [
  'graph/signIns',
  'azure/SignInLogs',
  'azure/NonInteractiveUserSignInLogs',
];

for (const name of IS_LONG ? SCENARIOS : SHORT) {
  test(`sign-in rows agree with the policies that Graph lists: ${name}`, async (t) => {
    const others = loadScenario(name)
      .tenants.slice(1)
      .map(() => ({ people: 12 }));
    const emulator = await startEmulator({
      startMs: START_MS,
      seed: 5,
      historyMs: (IS_LONG ? 40 : 4) * DAY_MS,
      tenants: [{ people: 25 }, ...others],
      scenarios: [name],
    });
    t.after(() => emulator.stop());
    let count = 0;
    const results = new Set<string>();
    for (const { tenantId } of emulator.tenants) {
      const { policies, members } = await listed(emulator, tenantId);
      assert.ok(policies.length >= 4);
      for (const feed of FEEDS) {
        for (const { json } of emulator.store.listed(feed, tenantId, 0, Number.MAX_SAFE_INTEGER)) {
          const body = JSON.parse(String(json)) as JsonObject;
          const row = (feed === 'graph/signIns' ? body : body['properties']) as Row;
          if (row.userId === '') continue;
          count++;
          const applied = row.appliedConditionalAccessPolicies;
          const wanted = policies.map((policy) => ({
            id: policy.id,
            result: expected(row, policy, members),
          }));
          const outcomes = applied.map(({ id, result }) => ({ id, result }));
          for (const { result } of wanted) results.add(result);
          const inForce = wanted.filter((_, at) => policies[at]?.state === 'enabled');
          const has = (result: string): boolean => inForce.some((one) => one.result === result);
          const status = has('failure') ? 'failure' : has('success') ? 'success' : 'notApplied';
          const code = row.status.errorCode;
          // No sign-in succeeds against a policy, and none is blocked without one.
          const isFit = code === 0 ? status !== 'failure' : code !== 53003 || status === 'failure';
          if (
            isDeepStrictEqual(outcomes, wanted) &&
            row.conditionalAccessStatus === status &&
            isFit
          )
            continue;
          const said = { outcomes, status: row.conditionalAccessStatus };
          assert.deepEqual(said, { outcomes: wanted, status }, JSON.stringify(row));
          assert.ok(isFit, JSON.stringify(row));
        }
      }
    }
    assert.ok(count > 1_000, `${count} rows`);
    for (const result of ['success', 'failure', 'reportOnlySuccess', 'reportOnlyFailure']) {
      assert.ok(results.has(result), result);
    }
  });
}
