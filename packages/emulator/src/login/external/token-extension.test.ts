import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { createRemoteJWKSet, decodeJwt, jwtVerify } from 'jose';
import type { JsonObject } from '../../core/json-object.ts';
import type { Emulator } from '../../emulator-options.ts';
import { type Ask, json, type Reply } from '../../http/http-message.ts';
import { type Server, serve } from '../../http/http-server.ts';
import { Router } from '../../http/router.ts';
import { startEmulator } from '../../start-emulator.ts';
import { browse } from '../../testing/browser.ts';
import { endAfter } from '../../testing/end-after.ts';
import type { RegisteredApp } from '../login-directory.ts';
import { EVENTS_SERVICE } from './token-extension.ts';

const START_MS = Date.UTC(2026, 2, 2, 9);
const MINUTE_MS = 60_000;
const REDIRECT = 'http://localhost:4180/callback';
const API_ID = '6e0c1d2b-3a4f-4958-8677-95a4b3c2d1e0';
const SECRET = 'the secret of the wiki';

const common = { isEnabled: true, certificates: [], scopes: {}, isPublic: false };
const WIKI: RegisteredApp = {
  ...common,
  clientId: '9c2b7d64-1f0a-4e7b-8a55-6c1f2f3f4a10',
  objectId: '2b3c4d5e-6f70-4182-93a4-b5c6d7e8f901',
  name: 'Wiki',
  ...{ secrets: [SECRET], roles: {}, redirectUris: [REDIRECT] },
};
const API: RegisteredApp = {
  ...common,
  clientId: API_ID,
  objectId: '3c4d5e6f-7081-4293-a4b5-c6d7e8f90112',
  name: 'Token events',
  ...{ secrets: [], redirectUris: [] },
  roles: { 'https://graph.microsoft.com': ['CustomAuthenticationExtensions.Receive.Payload'] },
};

/** The replies of an extension, to the first call and to retries. */
type Answers = readonly ((ask: Ask) => Reply | Promise<Reply>)[];

type TestSetup = {
  readonly emulator: Emulator;
  readonly tenantId: string;
  readonly upn: string;
  readonly asked: Ask[];
};

async function begin(
  t: TestContext,
  answers: Answers,
  options: { apps?: readonly RegisteredApp[]; maximumRetries?: 0 | 1; timeoutMs?: number } = {},
): Promise<TestSetup> {
  const { apps = [WIKI, API], maximumRetries = 0, timeoutMs = 2_000 } = options;
  const emulator = await startEmulator({ startMs: START_MS, tenants: [{ apps }] });
  const asked: Ask[] = [];
  const router = new Router().on('POST', '/events', (ask) => {
    asked.push(ask);
    return (answers[asked.length - 1] ?? answers.at(-1) ?? assert.fail())(ask);
  });
  const sleep = (): Promise<void> => Promise.resolve();
  const server: Server = await serve({ router, port: 0, now: () => emulator.clock.now(), sleep });
  t.after(() => server.stop());
  endAfter(t, emulator);
  const [{ tenantId, population } = assert.fail()] = emulator.tenants;
  emulator.companies.connectExtension(tenantId, {
    ...{ displayName: 'Countersign', targetUrl: `${server.origin}/events`, appId: API_ID },
    ...{ clients: [WIKI.clientId], claims: ['pass', 'roles'], timeoutMs, maximumRetries },
  });
  return { emulator, tenantId, upn: population.person(3).upn, asked };
}

function claims(given: unknown): Reply {
  const action = {
    '@odata.type': 'microsoft.graph.tokenIssuanceStart.provideClaimsForToken',
    claims: given,
  };
  return acted([action]);
}

function acted(actions: unknown): Reply {
  const type = 'microsoft.graph.onTokenIssuanceStartResponseData';
  return json(200, { data: { '@odata.type': type, actions } });
}

const GOOD = claims({ pass: 'pass-17', roles: ['Writer', 'Editor'], sub: 'stolen', other: 'x' });

/** Signs in at the wiki, for the wiki's own API. */
async function tokensOf({ emulator, tenantId, upn }: TestSetup): Promise<JsonObject> {
  const base = `${emulator.origins['login']}/${tenantId}/oauth2/v2.0`;
  const asks = { client_id: WIKI.clientId, redirect_uri: REDIRECT };
  const query = new URLSearchParams({
    ...{ ...asks, response_type: 'code', login_hint: upn },
    scope: `openid offline_access api://${WIKI.clientId}/.default`,
  });
  const stand = await browse(`${base}/authorize?${query}`);
  assert.equal(stand.kind, 'sent-away');
  const code = (stand as { location: URL }).location.searchParams.get('code') ?? '';
  const form = { ...asks, grant_type: 'authorization_code', code, client_secret: SECRET };
  const answer = await fetch(`${base}/token`, { method: 'POST', body: new URLSearchParams(form) });
  return (await answer.json()) as JsonObject;
}

async function rows({ emulator, tenantId }: TestSetup): Promise<readonly JsonObject[]> {
  await emulator.advance(30 * MINUTE_MS);
  const nowMs = emulator.clock.now();
  const found = emulator.store.byEventTime('graph/signIns', tenantId, 0, nowMs, nowMs);
  return found.map(({ record }) => record.body);
}

function codeOf(row: JsonObject | undefined): unknown {
  return (row?.['status'] as JsonObject | undefined)?.['errorCode'];
}

/** The extension's result in the row. */
function resultOf(row: JsonObject | undefined): JsonObject | undefined {
  const [listener] = (row?.['appliedEventListeners'] ?? []) as readonly JsonObject[];
  return listener?.['handlerResult'] as JsonObject | undefined;
}

test('calls an extension as documented, and adds its claims to the token', async (t) => {
  const setting = await begin(t, [() => GOOD]);
  const { emulator, tenantId, upn, asked } = setting;
  const tokens = await tokensOf(setting);
  const [ask] = asked;
  const keys = createRemoteJWKSet(
    new URL(`${emulator.origins['login']}/${tenantId}/discovery/v2.0/keys`),
  );
  const bearer = (ask?.headers['authorization'] ?? '').replace('Bearer ', '');
  const { payload } = await jwtVerify(bearer, keys, {
    issuer: `${emulator.origins['login']}/${tenantId}/v2.0`,
    audience: API_ID,
    currentDate: new Date(emulator.clock.now()),
  });
  assert.equal(payload['azp'], EVENTS_SERVICE);
  const event = JSON.parse(String(ask?.body)) as { type: string; source: string; data: JsonObject };
  assert.equal(event.type, 'microsoft.graph.authenticationEvent.tokenIssuanceStart');
  assert.equal(event.source, `/tenants/${tenantId}/applications/${WIKI.clientId}`);
  const context = event.data['authenticationContext'] as { user: JsonObject; protocol: string };
  assert.equal(context.protocol, 'OAUTH2.0');
  assert.equal(context.user['userPrincipalName'], upn);
  for (const name of ['access_token', 'id_token']) {
    const given = decodeJwt(String(tokens[name]));
    assert.equal(given['pass'], 'pass-17', name);
    assert.deepEqual(given['roles'], ['Writer', 'Editor']);
    assert.equal(given['other'], undefined, 'it was not set up to come into tokens');
    assert.notEqual(given.sub, 'stolen');
  }
  const [row, ...more] = await rows(setting);
  assert.equal(more.length, 0);
  assert.deepEqual(resultOf(row), { code: 0, httpStatus: 200 });
});

const body = (text: string, type = 'application/json'): Reply => ({
  ...{ status: 200, headers: { 'content-type': type }, body: text },
});

/** The server ends the connection when it stops. */
const never = (): Promise<Reply> => new Promise(() => undefined);

const FAILED: readonly (readonly [what: string, answer: Answers[number], code: number])[] = [
  ['answers 500', () => ({ status: 500 }), 1003002],
  ['answers no JSON', () => body('{'), 1003003],
  ['gives a claim that is not a string', () => claims({ pass: true }), 1003003],
  ['answers 429', () => ({ status: 429 }), 1003004],
  ['is late', never, 1003005],
  ['answers a page', () => body('<p>', 'text/html'), 1003006],
  ['gives null', () => claims(null), 1003007],
  ['answers in another schema', () => json(200, { data: {} }), 1003008],
  ['answers nothing', () => body(''), 1003009],
  ['does nothing', () => acted([]), 1003010],
  ['does two things', () => acted([{}, {}]), 1003010],
  ['does what it cannot', () => acted([{ '@odata.type': 'deny' }]), 1003012],
  ['answers too much', () => body(' '.repeat(200_000)), 1003024],
  ['gives too many claims', () => claims({ pass: 'x'.repeat(3_100) }), 1003025],
  ['gives a claim without a name', () => claims({ '': 'x' }), 1003026],
];

for (const [what, answer, code] of FAILED) {
  test(`issues no token while an extension ${what}: ${code}`, async (t) => {
    const setting = await begin(t, [answer], code === 1003005 ? { timeoutMs: 200 } : {});
    const refused = await tokensOf(setting);
    assert.deepEqual(refused['error_codes'], [code]);
    assert.equal(refused['access_token'], undefined);
    const failed = (await rows(setting)).filter((row) => codeOf(row) !== 0);
    assert.deepEqual(failed.map(codeOf), [code]);
    assert.equal(resultOf(failed[0])?.['code'], code);
  });
}

test('does not call a misconfigured extension', async (t) => {
  const notConsented = await begin(t, [() => GOOD], { apps: [WIKI, { ...API, roles: {} }] });
  assert.deepEqual((await tokensOf(notConsented))['error_codes'], [1003021]);
  const disabled = { apps: [WIKI, { ...API, isEnabled: false }] };
  assert.deepEqual(
    (await tokensOf(await begin(t, [() => GOOD], disabled)))['error_codes'],
    [1003019],
  );
  const gone = await begin(t, [() => GOOD], { apps: [WIKI] });
  assert.deepEqual((await tokensOf(gone))['error_codes'], [1003016]);
  assert.equal(notConsented.asked.length + gone.asked.length, 0);
});

test('retries a failed extension once, if configured', async (t) => {
  const setting = await begin(t, [() => ({ status: 503 }), () => GOOD], { maximumRetries: 1 });
  const tokens = await tokensOf(setting);
  assert.equal(decodeJwt(String(tokens['access_token']))['pass'], 'pass-17');
  assert.equal(setting.asked.length, 2);
});
