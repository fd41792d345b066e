import { ManualClock, type RecordDraft } from '@countersign/core';
import { type DecisionBody, DecisionPoint, PolicySet } from '@countersign/policy';
import { PlainDirectory } from '@countersign/policy/testing/plain-directory';
import { countingRandom } from '@countersign/policy/testing/random';
import { exportJWK, generateKeyPair, type JWTPayload, SignJWT } from 'jose';
import { FairQueue } from '../callers/fair-queue.ts';
import { DecisionQueue } from '../decisions/decision-queue.ts';
import { ForwardAuthEndpoint, type ProxyCaller } from '../forward-auth/forward-auth-endpoint.ts';
import type { ProxyKind } from '../forward-auth/original-request.ts';
import { TokenVerifier } from '../forward-auth/token-verifier.ts';
import type { EndpointReply } from '../http/http-exchange.ts';
import { NOW_MS, TENANT } from './authzen-world.ts';

const POLICIES = PolicySet.parse({
  schema: {
    file: 's.cedarschema',
    text: `
      entity Person = { enabled: Bool };
      entity Device = { compliant: Bool };
      entity App;
      action useApp appliesTo { principal: [Person], resource: [App], context: {
        factor: String, method?: String, address?: ipaddr, device?: Device,
      } };
    `,
  },
  policies: [
    {
      file: 'a.cedar',
      text: `
        @id("use") @sentence("Who is enabled and proved two factors.")
        @enforcement_points("forward-auth")
        permit (principal is Person, action == Action::"useApp", resource)
        when { principal.enabled && context.factor != "single" };
        @id("write") @sentence("No person deletes.") @enforcement_points("forward-auth")
        forbid (principal is Person, action == Action::"useApp", resource)
        when { context has method && context.method == "DELETE" };`,
    },
  ],
});

const DIRECTORY = new PlainDirectory(
  {
    'Person::ada': { attributes: { enabled: true } },
    'Person::ådä/1': { attributes: { enabled: true } },
    'Person::bob': { attributes: { enabled: false } },
    'App::wiki': {},
    'App::pay': {},
  },
  NOW_MS,
);

const ISSUER = 'https://idp.example.com';

export type ForwardAuthWorld = {
  readonly endpoint: ForwardAuthEndpoint;
  /** The decisions in order. */
  readonly decided: () => readonly DecisionBody[];
  /** Passes of this node that are over. */
  readonly over: Set<string>;
  readonly token: (claims?: JWTPayload) => Promise<string>;
};

/** `ledger`: whether decisions can be recorded, and the error if not. */
export async function forwardAuthWorld(
  ledger: 'takes entries' | 'is full' = 'takes entries',
): Promise<ForwardAuthWorld> {
  const drafts: RecordDraft[] = [];
  const decisionLog = {
    append: async (given: readonly RecordDraft[]) => {
      if (ledger === 'is full') throw new Error('the disk is full');
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
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const keys = { keys: [await exportJWK(publicKey)] };
  const identities = new TokenVerifier({
    issuer: ISSUER,
    audience: 'apps',
    claim: 'sub',
    keys,
    clock,
  });
  const over = new Set<string>();
  const usual = { iss: ISSUER, aud: 'apps', sub: 'ada', exp: NOW_MS / 1000 + 600, amr: ['mfa'] };
  return {
    endpoint: new ForwardAuthEndpoint({
      ...{ deciding: new DecisionQueue(point, turns), identities, cookie: 'app' },
      isOver: (pass) => over.has(pass),
    }),
    over,
    decided: () =>
      drafts
        .filter(({ kind }) => kind === 'decision')
        .map(({ body }) => JSON.parse(new TextDecoder().decode(body)) as DecisionBody),
    token: (claims) =>
      new SignJWT({ ...usual, ...claims }).setProtectedHeader({ alg: 'ES256' }).sign(privateKey),
  };
}

export function proxyOf(proxy: ProxyKind, more: Partial<ProxyCaller> = {}): ProxyCaller {
  return {
    ...{ name: proxy, tenant: TENANT, resources: [], proxy, passMs: undefined },
    ...{ signIn: undefined, ...more },
    sites: [
      { host: 'wiki.example.com', resource: { type: 'app', id: 'wiki' }, action: 'useApp' },
      { host: 'pay.example.com', resource: { type: 'app', id: 'pay' }, action: 'useApp' },
    ],
  };
}

export type ProxyRequestOptions = {
  readonly method?: string;
  readonly host?: string;
  readonly uri?: string;
  readonly headers?: Readonly<Record<string, string | undefined>>;
};

/** Asks about a waiting request, as this kind of proxy does. */
export function askedBy(
  endpoint: ForwardAuthEndpoint,
  caller: ProxyCaller,
  {
    method = 'GET',
    host = 'wiki.example.com',
    uri = '/page?q=1',
    headers = {},
  }: ProxyRequestOptions,
): Promise<EndpointReply> {
  const stated: Readonly<Record<ProxyKind, Record<string, string>>> = {
    nginx: { 'x-original-method': method, 'x-original-uri': uri, 'x-forwarded-host': host },
    envoy: { host },
    traefik: { 'x-forwarded-method': method, 'x-forwarded-uri': uri, 'x-forwarded-host': host },
  };
  const all: Readonly<Record<string, string | undefined>> = {
    ...stated[caller.proxy],
    ...{ 'x-forwarded-for': '192.0.2.7', ...headers },
  };
  const isEnvoy = caller.proxy === 'envoy';
  return endpoint.answer(caller, {
    method: isEnvoy ? method : 'GET',
    path: isEnvoy ? `/forward-auth${uri.split('?')[0]}` : '/forward-auth',
    uri: isEnvoy ? `/forward-auth${uri}` : '/forward-auth',
    query: new URLSearchParams(),
    header: (name) => all[name],
    body: Buffer.alloc(0),
    signal: new AbortController().signal,
  });
}
