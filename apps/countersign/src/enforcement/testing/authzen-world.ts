import assert from 'node:assert/strict';
import { ManualClock, type RecordDraft, type TenantId, tenantId } from '@countersign/core';
import { DecisionPoint, PolicySet } from '@countersign/policy';
import { PlainDirectory } from '@countersign/policy/testing/plain-directory';
import { countingRandom } from '@countersign/policy/testing/random';
import { type AuthzenCaller, AuthzenEndpoint } from '../authzen/authzen-endpoint.ts';
import { FairQueue } from '../callers/fair-queue.ts';
import { DecisionQueue } from '../decisions/decision-queue.ts';
import type { Candidates } from '../decisions/search-candidates.ts';
import type { EndpointReply } from '../http/http-exchange.ts';

export const TENANT: TenantId = tenantId('3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21');
export const NOW_MS: number = Date.UTC(2026, 0, 5, 9);
export const IDENTIFIER = 'https://pdp.contoso.example/own/';

const POLICIES = PolicySet.parse({
  schema: {
    file: 's.cedarschema',
    text: `
      entity Person = { enabled: Bool };
      entity App = { level: Long };
      entity Suite;
      action read appliesTo { principal: [Person], resource: [App], context: { purpose?: String } };
      action write appliesTo { principal: [Person], resource: [App], context: {} };
      action signIn appliesTo { principal: [Person], resource: [Suite], context: {} };
    `,
  },
  policies: [
    {
      file: 'a.cedar',
      text: `
        @id("read") @sentence("Who is enabled reads.")
        @enforcement_points("authzen") @obligations("log")
        permit (principal is Person, action == Action::"read", resource)
        when { principal.enabled };
        @id("low") @sentence("No person reads a high-risk document.") @enforcement_points("authzen")
        forbid (principal is Person, action == Action::"read", resource is App)
        when { resource.level > 2 };`,
    },
  ],
});

const DIRECTORY = new PlainDirectory(
  {
    'Person::ada': { attributes: { enabled: true } },
    'Person::bob': { attributes: { enabled: false } },
    'Person::cleo': { attributes: { enabled: true } },
    'App::wiki': { attributes: { level: 1 } },
    'App::pay': { attributes: { level: 3 } },
  },
  NOW_MS,
);

/** `strangers`: the number of people before all others without any attributes. */
function candidatesOf(strangers: number): Candidates {
  const before = Array.from({ length: strangers }, (_, at) => `a${String(at).padStart(6, '0')}`);
  const known: Readonly<Record<string, readonly string[]>> = {
    Person: [...before, 'ada', 'bob', 'cleo'],
    App: ['pay', 'wiki'],
  };
  return {
    list: (tenant, type, { after, count }) => {
      assert.equal(tenant, TENANT);
      return (known[type] ?? []).filter((id) => after === undefined || id > after).slice(0, count);
    },
  };
}

const TOOL: AuthzenCaller = {
  ...{ name: 'tool', tenant: TENANT, enforcementPoint: 'authzen', passMs: undefined },
  resources: [{ type: 'app' }],
};

export type World = {
  readonly drafts: RecordDraft[];
  readonly ask: (path: string, body: unknown, caller?: Partial<AuthzenCaller>) => Promise<Json>;
  readonly endpoint: AuthzenEndpoint;
};

export type Json = { readonly [name: string]: unknown };

export function world({
  fails = false,
  strangers = 0,
}: {
  readonly fails?: boolean;
  readonly strangers?: number;
} = {}): World {
  const drafts: RecordDraft[] = [];
  const decisionLog = {
    append: async (given: readonly RecordDraft[]) => {
      if (fails) throw new Error('the disk is full');
      return given.map((draft) => drafts.push(draft) - 1);
    },
  };
  const clock = new ManualClock(NOW_MS);
  const point = new DecisionPoint({
    ...{
      policies: POLICIES,
      directory: DIRECTORY,
      decisionLog,
      clock,
      random: countingRandom(),
    },
  });
  const turns = new FairQueue({
    yieldTurn: (next) => setImmediate(next),
    nowMs: () => performance.now(),
    turnMs: 2,
  });
  const endpoint = new AuthzenEndpoint({
    ...{
      deciding: new DecisionQueue(point, turns),
      candidates: candidatesOf(strangers),
      decisionLog,
    },
    ...{ now: () => clock.now(), identifier: IDENTIFIER },
  });
  const ask: World['ask'] = async (path, body, caller = {}) => {
    const reply = await answer(endpoint, `/access/v1/${path}`, { body, caller });
    assert.equal(reply.status, 200);
    return JSON.parse(String(reply.body)) as Json;
  };
  return { drafts, ask, endpoint };
}

export function answer(
  endpoint: AuthzenEndpoint,
  path: string,
  of: {
    readonly method?: string;
    readonly headers?: Readonly<Record<string, string>>;
    readonly body?: unknown;
    readonly caller?: Partial<AuthzenCaller>;
  } = {},
): Promise<EndpointReply> {
  const headers: Readonly<Record<string, string>> = {
    'content-type': 'application/json',
    ...of.headers,
  };
  return endpoint.answer(
    { ...TOOL, ...of.caller },
    {
      ...{ method: of.method ?? 'POST', path, header: (name: string) => headers[name] },
      ...{ query: new URLSearchParams(), signal: new AbortController().signal },
      body: Buffer.from(JSON.stringify(of.body ?? {})),
    },
  );
}
