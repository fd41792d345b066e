import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import type { Feed } from './core/feed-record.ts';
import type { JsonObject } from './core/json-object.ts';
import type { Emulator } from './emulator-options.ts';
import type { RegisteredApp } from './login/login-directory.ts';
import { startEmulator } from './start-emulator.ts';
import { browse } from './testing/browser.ts';
import { endAfter } from './testing/end-after.ts';

const START_MS = Date.UTC(2026, 2, 2, 9);
const MINUTE_MS = 60_000;
const REDIRECT = 'http://localhost:4180/callback';
const SECRET = 'the secret of the wiki';
const ADDED = '00000000-1111-4222-8333-444444444444';

const WIKI: RegisteredApp = {
  clientId: '9c2b7d64-1f0a-4e7b-8a55-6c1f2f3f4a10',
  objectId: '2b3c4d5e-6f70-4182-93a4-b5c6d7e8f901',
  name: 'Wiki',
  ...{ isEnabled: true, isPublic: false, certificates: [], roles: {} },
  scopes: { 'https://graph.microsoft.com': ['User.Read'] },
  ...{ secrets: [SECRET], redirectUris: [REDIRECT] },
};

async function begin(t: TestContext): Promise<Emulator> {
  const emulator = await startEmulator({ startMs: START_MS, tenants: [{ apps: [WIKI] }] });
  endAfter(t, emulator);
  return emulator;
}

function baseOf({ origins, tenants }: Emulator): string {
  return `${origins['login']}/${tenants[0]?.tenantId}/oauth2/v2.0`;
}

async function token(emulator: Emulator, form: Record<string, string>): Promise<JsonObject> {
  const body = new URLSearchParams({ client_id: WIKI.clientId, ...form });
  const answer = await fetch(`${baseOf(emulator)}/token`, { method: 'POST', body });
  return (await answer.json()) as JsonObject;
}

/** Signs a person in at the wiki; undefined if refused. */
async function signIn(emulator: Emulator, name: string): Promise<JsonObject | undefined> {
  const query = new URLSearchParams({
    ...{ client_id: WIKI.clientId, response_type: 'code', redirect_uri: REDIRECT },
    ...{ scope: 'offline_access User.Read', login_hint: name },
  });
  const stand = await browse(`${baseOf(emulator)}/authorize?${query}`);
  assert.equal(stand.kind, 'sent-away');
  const code = (stand as { location: URL }).location.searchParams.get('code');
  if (code === null) return undefined;
  const grant = { grant_type: 'authorization_code', redirect_uri: REDIRECT, client_secret: SECRET };
  return token(emulator, { ...grant, code });
}

async function rows(emulator: Emulator, feed: Feed = 'graph/signIns'): Promise<JsonObject[]> {
  await emulator.advance(30 * MINUTE_MS);
  const nowMs = emulator.clock.now();
  const { tenantId = '' } = emulator.tenants[0] ?? {};
  const found = emulator.store.byEventTime(feed, tenantId, 0, nowMs, nowMs);
  return found.map(({ record }) => record.body);
}

function codeOf({ status }: JsonObject): unknown {
  return (status as JsonObject)['errorCode'];
}

test('a refused application has its row and code', async (t) => {
  const emulator = await begin(t);
  const grant = { grant_type: 'client_credentials', scope: 'https://graph.microsoft.com/.default' };
  await token(emulator, { ...grant, client_secret: 'a guess' });
  const [row] = await rows(emulator);
  assert.equal(codeOf(row ?? {}), 7000215);
  assert.equal((await rows(emulator, 'azure/ServicePrincipalSignInLogs')).length, 1);
});

test('unknown names and disabled people have their rows', async (t) => {
  const emulator = await begin(t);
  const person = emulator.tenants[0]?.population.person(3);
  const { tenantId = '' } = emulator.tenants[0] ?? {};
  const directory = emulator.companies.directories.get(tenantId);
  const set = { accountEnabled: false };
  const id = person?.objectId ?? '';
  directory?.follow([{ act: 'update', kind: 'users', id, set }], START_MS);
  await emulator.advance(10 * MINUTE_MS);
  assert.equal(await signIn(emulator, 'nobody@nowhere.example'), undefined);
  assert.equal(await signIn(emulator, person?.upn ?? ''), undefined);
  assert.deepEqual(new Set((await rows(emulator)).map(codeOf)), new Set([50034, 50057]));
});

test('a revoked session is in the log when it is used again', async (t) => {
  const emulator = await begin(t);
  const person = emulator.tenants[0]?.population.person(3);
  const tokens = await signIn(emulator, person?.upn ?? '');
  const { tenantId = '' } = emulator.tenants[0] ?? {};
  await emulator.advance(MINUTE_MS);
  const directory = emulator.companies.directories.get(tenantId);
  const revoked = { act: 'revoke-sessions', id: person?.objectId ?? '' } as const;
  directory?.follow([revoked], emulator.clock.now());
  await emulator.advance(10 * MINUTE_MS);
  const refresh_token = String(tokens?.['refresh_token']);
  const grant = { grant_type: 'refresh_token', refresh_token, client_secret: SECRET };
  assert.deepEqual((await token(emulator, grant))['error_codes'], [50173]);
  assert.deepEqual((await rows(emulator)).map(codeOf), [0, 50173]);
});

test('a person added after the start has rows like all others', async (t) => {
  const emulator = await begin(t);
  const { tenantId = '', domain } = emulator.tenants[0] ?? {};
  const userPrincipalName = `new.person@${domain}`;
  const object = { id: ADDED, displayName: 'New Person', userPrincipalName, accountEnabled: true };
  const directory = emulator.companies.directories.get(tenantId);
  directory?.follow([{ act: 'create', kind: 'users', object }], START_MS);
  const tokens = await signIn(emulator, userPrincipalName);
  assert.equal(typeof tokens?.['access_token'], 'string');
  const [row] = await rows(emulator);
  assert.deepEqual([row?.['userId'], row?.['userDisplayName']], [ADDED, 'New Person']);
});

test('a password posted by a program, right or wrong, has its row', async (t) => {
  const emulator = await begin(t);
  const person = emulator.tenants[0]?.population.person(3);
  const { tenantId = '' } = emulator.tenants[0] ?? {};
  const password = emulator.companies.login.passwordOf(tenantId, person?.objectId ?? '') ?? '';
  const named = { grant_type: 'password', username: person?.upn ?? '', client_secret: SECRET };
  const post = (typed: string): Promise<JsonObject> =>
    token(emulator, { ...named, password: typed, scope: 'User.Read' });
  assert.deepEqual((await post('a guess'))['error_codes'], [50126]);
  await emulator.advance(1_000);
  assert.equal(typeof (await post(password))['access_token'], 'string');
  const found = await rows(emulator);
  assert.deepEqual(found.map(codeOf), [50126, 0]);
  for (const row of found) {
    assert.equal(row['authenticationProtocol'], 'ropc');
    assert.equal(row['authenticationRequirement'], 'singleFactorAuthentication');
  }
  const at = new Date(emulator.clock.now()).toISOString();
  const set = { lastPasswordChangeDateTime: at };
  const directory = emulator.companies.directories.get(tenantId);
  directory?.follow([{ act: 'update', kind: 'users', id: person?.objectId ?? '', set }], START_MS);
  await emulator.advance(10 * MINUTE_MS);
  assert.deepEqual((await post(password))['error_codes'], [50126], 'it was reset');
});
