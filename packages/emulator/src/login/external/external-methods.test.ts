import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { decodeJwt } from 'jose';
import type { JsonObject } from '../../core/json-object.ts';
import type { Emulator } from '../../emulator-options.ts';
import { startEmulator } from '../../start-emulator.ts';
import { browse, type Form, formOf, type Stand } from '../../testing/browser.ts';
import { endAfter } from '../../testing/end-after.ts';
import { ExternalProvider, type Mood } from '../../testing/external-provider.ts';
import type { RegisteredApp } from '../login-directory.ts';

const START_MS = Date.UTC(2026, 2, 2, 9);
const MINUTE_MS = 60_000;
const VERIFIER = 'a-verifier-of-the-right-length-for-the-rfc-7636';
const REDIRECT = 'http://localhost:4180/callback';

const WIKI: RegisteredApp = {
  clientId: '9c2b7d64-1f0a-4e7b-8a55-6c1f2f3f4a10',
  objectId: '2b3c4d5e-6f70-4182-93a4-b5c6d7e8f901',
  name: 'Wiki',
  isEnabled: true,
  ...{ secrets: [], certificates: [], roles: {} },
  scopes: { 'https://graph.microsoft.com': ['User.Read'] },
  redirectUris: [REDIRECT],
  isPublic: true,
};

type TestSetup = {
  readonly emulator: Emulator;
  readonly provider: ExternalProvider;
  readonly tenantId: string;
  readonly upn: string;
};

async function begin(t: TestContext, registered = true): Promise<TestSetup> {
  const emulator = await startEmulator({
    ...{ startMs: START_MS, tenants: [{ apps: [WIKI] }], subscribed: 'before' },
  });
  const provider = await ExternalProvider.start({
    authority: () => emulator.origins['login'] ?? '',
    now: () => emulator.clock.now(),
  });
  t.after(() => provider.stop());
  endAfter(t, emulator);
  const [{ tenantId = '', population } = assert.fail()] = emulator.tenants;
  const { clientId, appId, origin } = provider;
  emulator.companies.connectMethod(tenantId, {
    ...{ displayName: 'Countersign', clientId, appId },
    discoveryUrl: `${origin}/.well-known/openid-configuration`,
    authorizationEndpoint: `${origin}/${registered ? 'authorize' : 'elsewhere'}`,
  });
  return { emulator, provider, tenantId, upn: population.person(3).upn };
}

/** Opens the application's sign-in page. */
function signIn({ emulator, tenantId, upn }: TestSetup, until?: string): Promise<Stand> {
  const query = new URLSearchParams({
    client_id: WIKI.clientId,
    response_type: 'code',
    redirect_uri: REDIRECT,
    scope: 'openid offline_access https://graph.microsoft.com/User.Read',
    state: 'the state',
    code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
    code_challenge_method: 'S256',
    login_hint: upn,
  });
  const origin = emulator.origins['login'];
  return browse(`${origin}/${tenantId}/oauth2/v2.0/authorize?${query}`, until);
}

/** The current rows of the log, from Graph and the export. */
async function rows({ emulator, tenantId }: TestSetup): Promise<readonly JsonObject[]> {
  await emulator.advance(30 * MINUTE_MS);
  const nowMs = emulator.clock.now();
  const { store } = emulator;
  const found = store.byEventTime('graph/signIns', tenantId, 0, nowMs, nowMs);
  const exported = store.byEventTime('azure/SignInLogs', tenantId, 0, nowMs, nowMs);
  const people = found.filter(({ record }) => record.body['userId'] !== '');
  assert.deepEqual(
    exported.map(({ record }) => record.id),
    people.map(({ record }) => record.id),
  );
  return people.map(({ record }) => record.body);
}

function codeOf(row: JsonObject | undefined): unknown {
  return (row?.['status'] as JsonObject | undefined)?.['errorCode'];
}

function stepsOf(row: JsonObject | undefined): readonly JsonObject[] {
  return (row?.['authenticationDetails'] ?? []) as readonly JsonObject[];
}

async function redeem({ emulator, tenantId }: TestSetup, stand: Stand): Promise<JsonObject> {
  assert.equal(stand.kind, 'sent-away', JSON.stringify(stand));
  const { searchParams } = (stand as { location: URL }).location;
  assert.equal(searchParams.get('state'), 'the state');
  const address = `${emulator.origins['login']}/${tenantId}/oauth2/v2.0/token`;
  const form = {
    grant_type: 'authorization_code',
    client_id: WIKI.clientId,
    redirect_uri: REDIRECT,
    code: searchParams.get('code') ?? '',
    code_verifier: VERIFIER,
  };
  const response = await fetch(address, { method: 'POST', body: new URLSearchParams(form) });
  return (await response.json()) as JsonObject;
}

test('a person is sent to the provider and arrives at the application', async (t) => {
  const setting = await begin(t);
  const tokens = await redeem(setting, await signIn(setting));
  const access = decodeJwt(String(tokens['access_token']));
  const [row, ...more] = await rows(setting);
  assert.equal(more.length, 0, 'one sign-in, one row');
  assert.equal(codeOf(row), 0);
  assert.equal(row?.['uniqueTokenIdentifier'], access['uti']);
  assert.equal(row?.['sessionId'], access['sid']);
  assert.equal(row?.['appDisplayName'], 'Wiki');
  const [password, external] = stepsOf(row);
  assert.equal(password?.['authenticationMethod'], 'Password');
  assert.equal(external?.['authenticationMethod'], 'External authentication method');
  assert.equal(external?.['authenticationMethodDetail'], 'Countersign, fido');
  await setting.emulator.advance(24 * 60 * MINUTE_MS);
  const audited = setting.emulator.offered(setting.tenantId, 'activity/Audit.AzureActiveDirectory');
  assert.ok(audited.has(String(row?.['id'])), 'the unified audit log has it too');
});

test('the request to the provider has the documented form', async (t) => {
  const setting = await begin(t);
  await signIn(setting);
  const { asked, clientId, appId } = setting.provider;
  const { emulator, tenantId, upn } = setting;
  const names = [...asked.keys()].sort();
  assert.deepEqual(
    names,
    [
      ...['claims', 'client-request-id', 'client_id', 'id_token_hint', 'nonce', 'redirect_uri'],
      ...['response_mode', 'response_type', 'scope', 'state'],
    ].sort(),
  );
  assert.deepEqual(
    ['scope', 'response_type', 'response_mode', 'client_id'].map((name) => asked.get(name)),
    ['openid', 'id_token', 'form_post', clientId],
  );
  const claims = JSON.parse(asked.get('claims') ?? '') as { id_token: { acr: JsonObject } };
  assert.deepEqual(claims.id_token.acr['values'], ['possessionorinherence']);
  const hint = decodeJwt(asked.get('id_token_hint') ?? '');
  assert.equal(hint.iss, `${emulator.origins['login']}/${tenantId}/v2.0`);
  assert.deepEqual([hint.aud, hint['tid'], hint['ver']], [appId, tenantId, '2.0']);
  assert.equal(hint['preferred_username'], upn);
  assert.ok((hint.exp ?? 0) < (hint.iat ?? 0), 'it is over when it comes');
  assert.notEqual(hint.sub, hint['oid']);
});

const REFUSED: readonly (readonly [what: string, mood: Mood, number: number])[] = [
  ['says no', { error: 'access_denied' }, 50158],
  ['echoes another nonce', { claims: { nonce: 'another' } }, 50012],
  ['names another subject', { claims: { sub: 'another' } }, 50012],
  ['means another client', { claims: { aud: 'another' } }, 50012],
  ['is another issuer', { claims: { iss: 'https://elsewhere.example' } }, 50012],
  ['answers with a token that is over', { claims: { exp: START_MS / 1000 - 3600 } }, 50012],
  ['states two methods', { claims: { amr: ['fido', 'otp'] } }, 50159],
  ['states a method of no kind', { claims: { amr: ['pwd'] } }, 50159],
  ['states a class that was not asked for', { claims: { acr: 'knowledge' } }, 50159],
  ['states no class', { claims: { acr: undefined } }, 50159],
  ['signs with a key of its own', { signs: 'with another key' }, 5001256],
  ['answers with no token', { token: 'no token' }, 50027],
  ['publishes keys without certificates', { keys: 'without certificates' }, 50161],
  ['publishes certificates of other keys', { keys: 'with certificates of others' }, 50161],
  ['cannot sign as it has to', { metadata: { id_token_signing_alg_values_supported: [] } }, 50161],
  ['is another issuer by its own word', { metadata: { issuer: 'https://x.example' } }, 50161],
];

test('an unconfirmed person is refused, and the log has the code', async (t) => {
  for (const [what, mood, number] of REFUSED) {
    await t.test(`a provider that ${what}: ${number}`, async (inner) => {
      const setting = await begin(inner);
      setting.provider.mood = mood;
      const stand = await signIn(setting);
      assert.equal(stand.kind, 'page', 'no redirect to the application');
      assert.match((stand as { text: string }).text, new RegExp(`AADSTS${number}:`));
      const [row, ...more] = await rows(setting);
      assert.equal(more.length, 0);
      assert.equal(codeOf(row), number);
      assert.equal(row?.['sessionId'], null);
      assert.equal(row?.['conditionalAccessStatus'], 'failure');
      const external = stepsOf(row).at(-1);
      assert.equal(external?.['authenticationMethod'], 'External authentication method');
      assert.equal(external?.['succeeded'], false);
    });
  }
});

test('a missing or misconfigured provider lets no person in', async (t) => {
  await t.test('its endpoint is no reply URL: 50161', async (inner) => {
    const setting = await begin(inner, false);
    await signIn(setting);
    assert.deepEqual((await rows(setting)).map(codeOf), [50161]);
  });
  await t.test('it does not answer: 50166', async (inner) => {
    const setting = await begin(inner);
    await setting.provider.stop();
    await signIn(setting);
    assert.deepEqual((await rows(setting)).map(codeOf), [50166]);
  });
  await t.test('its application has no consent: 900491', async (inner) => {
    const setting = await begin(inner);
    const directory = setting.emulator.companies.directories.get(setting.tenantId);
    const principal = directory?.state.find('servicePrincipals', setting.provider.appId);
    const gone = { act: 'delete', kind: 'servicePrincipals', id: principal?.id ?? '' } as const;
    directory?.follow([gone], START_MS);
    await signIn(setting);
    assert.deepEqual((await rows(setting)).map(codeOf), [900491]);
  });
});

/** Stops the browser before it posts the provider's answer. */
async function answerOf(setting: TestSetup): Promise<Form> {
  const back = `${setting.emulator.origins['login']}/common/federation`;
  const stand = await signIn(setting, back);
  assert.equal(stand.kind, 'page');
  return formOf((stand as { text: string }).text) ?? assert.fail('no answer');
}

test('an answer is valid once, and for five minutes', async (t) => {
  const setting = await begin(t);
  const answer = await answerOf(setting);
  assert.equal((await browse(answer)).kind, 'sent-away');
  const again = await browse(answer);
  assert.match((again as { text: string }).text, /AADSTS50012/);
  const late = await answerOf(setting);
  await setting.emulator.advance(5 * MINUTE_MS);
  assert.match(((await browse(late)) as { text: string }).text, /AADSTS50012/);
  assert.deepEqual((await rows(setting)).map(codeOf), [0, 50158]);
});

test("one person's answer does not sign another in", async (t) => {
  const setting = await begin(t);
  const other = setting.emulator.tenants[0]?.population.person(4).upn ?? '';
  const mine = await answerOf(setting);
  const theirs = await answerOf({ ...setting, upn: other });
  mine.values.set('state', theirs.values.get('state') ?? '');
  assert.match(((await browse(mine)) as { text: string }).text, /AADSTS50012/);
});

test('without a required factor no person is redirected, and no row has one', async (t) => {
  const setting = await begin(t);
  const directory = setting.emulator.companies.directories.get(setting.tenantId);
  assert.ok(directory !== undefined);
  for (const { object } of directory.state.list('authenticationMethodConfigurations')) {
    const off = { state: 'disabled' };
    const kind = 'authenticationMethodConfigurations';
    directory.follow([{ act: 'update', kind, id: object.id, set: off }], START_MS);
  }
  await redeem(setting, await signIn(setting));
  const [row] = await rows(setting);
  assert.equal(codeOf(row), 0);
  assert.doesNotMatch(JSON.stringify(row), /External authentication method/);
  assert.equal(setting.provider.asked.size, 0);
});

test('later tokens of a session state that its factor was shown before', async (t) => {
  const setting = await begin(t);
  const tokens = await redeem(setting, await signIn(setting));
  const address = `${setting.emulator.origins['login']}/${setting.tenantId}/oauth2/v2.0/token`;
  const refresh_token = String(tokens['refresh_token']);
  const form = { grant_type: 'refresh_token', client_id: WIKI.clientId, refresh_token };
  await fetch(address, { method: 'POST', body: new URLSearchParams(form) });
  await setting.emulator.advance(30 * MINUTE_MS);
  const { store, clock } = setting.emulator;
  const nowMs = clock.now();
  const feed = 'azure/NonInteractiveUserSignInLogs';
  const [stored] = store.byEventTime(feed, setting.tenantId, 0, nowMs, nowMs);
  const refreshed = stored?.record.body['properties'] as JsonObject;
  const [step] = stepsOf(refreshed);
  assert.equal(step?.['authenticationMethod'], 'Previously satisfied');
  assert.equal(refreshed['sessionId'], decodeJwt(String(tokens['access_token']))['sid']);
});
