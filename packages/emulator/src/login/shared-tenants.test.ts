import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { decodeJwt } from 'jose';
import type { Emulator } from '../emulator-options.ts';
import { startEmulator } from '../start-emulator.ts';
import type { RegisteredApp } from './login-directory.ts';

const NOTES_ID = '5d3c1c2e-8a4f-4b5d-9d0e-2f6a7b8c9d01';
const LOCAL_ID = '5d3c1c2e-8a4f-4b5d-9d0e-2f6a7b8c9d02';
const GRAPH = 'https://graph.microsoft.com';

function notes(change: Partial<RegisteredApp> = {}): RegisteredApp {
  return {
    clientId: NOTES_ID,
    objectId: '5d3c1c2e-8a4f-4b5d-9d0e-2f6a7b8c9d03',
    name: 'Notes',
    isEnabled: true,
    secrets: [],
    certificates: [],
    roles: {},
    scopes: { [GRAPH]: ['User.Read', 'Mail.Read'] },
    redirectUris: ['http://localhost'],
    isPublic: true,
    ...change,
  };
}

let emulator: Emulator;

/** Two tenants; one has the application. */
async function begin(t: TestContext): Promise<void> {
  const objectId = '5d3c1c2e-8a4f-4b5d-9d0e-2f6a7b8c9d04';
  const local = { clientId: LOCAL_ID, objectId, signInAudience: 'AzureADMyOrg' } as const;
  emulator = await startEmulator({
    startMs: Date.UTC(2026, 2, 2, 8),
    tenants: [{ people: 10 }, { people: 10, apps: [notes(), notes(local)] }],
  });
  t.after(async () => {
    assert.deepEqual(emulator.defects, []);
    await emulator.stop();
  });
}

/** A person of the second tenant. */
function someone(): { upn: string; objectId: string; password: string; tenantId: string } {
  const tenant = emulator.tenants[1];
  assert.ok(tenant !== undefined);
  const { tenantId, population } = tenant;
  const { upn, objectId } = population.person(3);
  const password = emulator.companies.login.passwordOf(tenantId, objectId) ?? '';
  return { upn, objectId, password, tenantId };
}

type Answer = { status: number; headers: Headers; body: Record<string, unknown> };

async function post(
  path: string,
  form: Record<string, string>,
  headers: Record<string, string> = {},
): Promise<Answer> {
  const address = emulator.origins['login'] + path;
  const init = { method: 'POST', body: new URLSearchParams(form), headers };
  const response = await fetch(address, init);
  const text = await response.text();
  const isJson = response.headers.get('content-type')?.includes('json') === true;
  const body = isJson ? (JSON.parse(text) as Answer['body']) : { text };
  return { status: response.status, headers: response.headers, body };
}

function refusalOf({ body }: Answer): unknown {
  return (body['error_codes'] as unknown[] | undefined)?.[0];
}

function byPassword(change: Record<string, string> = {}): Record<string, string> {
  const { upn, password } = someone();
  return {
    ...{ grant_type: 'password', client_id: NOTES_ID, username: upn, password },
    scope: 'openid offline_access User.Read',
    ...change,
  };
}

test('common and organizations stand for the tenant of the person', async (t) => {
  await begin(t);
  const { tenantId, objectId } = someone();
  for (const shared of ['common', 'organizations', 'Organizations']) {
    const { status, body } = await post(`/${shared}/oauth2/v2.0/token`, byPassword());
    assert.equal(status, 200, JSON.stringify(body));
    const { tid, iss, oid } = decodeJwt(String(body['id_token']));
    assert.deepEqual([tid, oid], [tenantId, objectId]);
    assert.equal(iss, `${emulator.origins['login']}/${tenantId}/v2.0`, 'never of the shared name');
    const again = await post(`/${shared}/oauth2/v2.0/token`, {
      grant_type: 'refresh_token',
      client_id: NOTES_ID,
      refresh_token: String(body['refresh_token']),
    });
    assert.equal(again.status, 200, JSON.stringify(again.body));
  }
});

test("a code and device code of a shared address lead to the person's tenant", async (t) => {
  await begin(t);
  const { upn, tenantId } = someone();
  const verifier = 'a-verifier-of-the-right-length-for-the-rfc-7636';
  const redirect = 'http://localhost:53122';
  const query = new URLSearchParams({
    ...{ client_id: NOTES_ID, response_type: 'code', redirect_uri: redirect },
    ...{ scope: 'openid User.Read', code_challenge_method: 'S256' },
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
  });
  const address = `${emulator.origins['login']}/common/oauth2/v2.0/authorize?${query}`;
  assert.match(await (await fetch(address)).text(), /name="login_hint"/);
  const there = await fetch(`${address}&login_hint=${upn}`, { redirect: 'manual' });
  const location = there.headers.get('location') ?? '';
  const redeemed = await post('/common/oauth2/v2.0/token', {
    ...{ grant_type: 'authorization_code', client_id: NOTES_ID, redirect_uri: redirect },
    ...{ code: new URL(location).searchParams.get('code') ?? '', code_verifier: verifier },
  });
  assert.equal(redeemed.status, 200, JSON.stringify(redeemed.body));
  assert.equal(decodeJwt(String(redeemed.body['access_token']))['tid'], tenantId);

  const begun = await post('/organizations/oauth2/v2.0/devicecode', {
    client_id: NOTES_ID,
    scope: 'openid User.Read',
  });
  const ask = {
    ...{ grant_type: 'urn:ietf:params:oauth:grant-type:device_code', client_id: NOTES_ID },
    device_code: String(begun.body['device_code']),
    // As MSAL for Python sends it, for older authorities.
    code: String(begun.body['device_code']),
  };
  assert.equal(refusalOf(await post('/organizations/oauth2/v2.0/token', ask)), 70016);
  const page = new URL(String(begun.body['verification_uri'])).pathname;
  const typed = { otc: String(begun.body['user_code']), login_hint: upn };
  assert.match(String((await post(page, typed)).body['text']), /signed in on your device/);
  const given = await post('/organizations/oauth2/v2.0/token', ask);
  assert.equal(decodeJwt(String(given.body['access_token']))['tid'], tenantId);
  assert.equal(refusalOf(await post('/organizations/oauth2/v2.0/token', ask)), 70018, 'once');
});

test('a shared address refuses requests without a tenant, and single-tenant apps', async (t) => {
  await begin(t);
  const [, second] = emulator.tenants;
  const { clientId, clientSecret } = emulator.credentials;
  const client = {
    ...{ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret },
    scope: `${GRAPH}/.default`,
  };
  // The collector is registered in both tenants, so neither is its home.
  assert.equal(refusalOf(await post('/common/oauth2/v2.0/token', client)), 50059);
  const stranger = byPassword({ username: 'alex@elsewhere.example' });
  assert.equal(refusalOf(await post('/common/oauth2/v2.0/token', stranger)), 50059);
  const ofOne = byPassword({ client_id: LOCAL_ID });
  assert.equal(refusalOf(await post('/organizations/oauth2/v2.0/token', ofOne)), 50194);
  const there = await post(`/${second?.tenantId}/oauth2/v2.0/token`, ofOne);
  assert.equal(there.status, 200, JSON.stringify(there.body));
});

test('a permission without consent gives no token', async (t) => {
  await begin(t);
  const { tenantId } = someone();
  const path = `/${tenantId}/oauth2/v2.0/token`;
  for (const scope of [
    'openid Mail.ReadWrite',
    'openid User.Read Mail.ReadWrite',
    'https://manage.office.com/.default openid',
  ]) {
    const refused = await post(path, byPassword({ scope }));
    assert.equal(refusalOf(refused), 65001, scope);
    assert.equal(refused.body['suberror'], 'consent_required');
  }
  const given = await post(path, byPassword({ scope: `openid ${GRAPH}/user.read` }));
  assert.equal(given.body['scope'], 'User.Read', 'in any case, and short');
  const all = await post(path, byPassword({ scope: `${GRAPH}/.default` }));
  assert.equal(all.body['scope'], 'User.Read Mail.Read');
  const identity = await post(path, byPassword({ scope: 'openid profile' }));
  assert.equal(decodeJwt(String(identity.body['access_token']))['scp'], 'openid profile');
});

test("a person reads their own account with User.Read, and no other's", async (t) => {
  await begin(t);
  const { upn, objectId, tenantId } = someone();
  const { body } = await post(`/${tenantId}/oauth2/v2.0/token`, byPassword());
  const headers = { authorization: `Bearer ${String(body['access_token'])}` };
  const get = async (path: string): Promise<[number, unknown]> => {
    const response = await fetch(`${emulator.origins['graph']}/v1.0${path}`, { headers });
    return [response.status, ((await response.json()) as { id?: unknown }).id];
  };
  for (const path of ['/me', `/users/${objectId}`, `/users/${upn}`]) {
    assert.deepEqual(await get(path), [200, objectId], path);
  }
  assert.equal((await get('/me/memberOf'))[0], 200);
  const other = emulator.tenants[1]?.population.person(4).objectId;
  assert.equal((await get(`/users/${other}`))[0], 403);
  assert.equal((await get('/users'))[0], 403);
});

test('ignores only the port of a loopback address', async (t) => {
  await begin(t);
  const { upn, tenantId } = someone();
  const statusOf = async (redirect_uri: string): Promise<number> => {
    const query = new URLSearchParams({
      ...{ client_id: NOTES_ID, response_type: 'code', scope: 'openid', login_hint: upn },
      ...{ code_challenge: 'x', redirect_uri },
    });
    const address = `${emulator.origins['login']}/${tenantId}/oauth2/v2.0/authorize?${query}`;
    return (await fetch(address, { redirect: 'manual' })).status;
  };
  for (const taken of ['http://localhost', 'http://localhost:1', 'http://localhost:65535/']) {
    assert.equal(await statusOf(taken), 302, taken);
  }
  for (const refused of [
    'https://localhost:8400',
    'http://localhost:8400/other',
    'http://127.0.0.1:8400',
    'http://localhost.thief.example:8400',
    'http://thief@localhost:8400',
    'http://localhost:8400?to=thief',
    'http://localhost@thief.example',
    'localhost',
  ]) {
    assert.equal(await statusOf(refused), 400, refused);
  }
});

test("every reply repeats the client's request id", async (t) => {
  await begin(t);
  const { tenantId } = someone();
  const id = '0e8f2a44-5b7d-4c39-8c41-7f5d2b9a6e10';
  const path = `/${tenantId}/oauth2/v2.0/token`;
  const sent = { 'client-request-id': id.toUpperCase() };
  const given = await post(path, byPassword(), sent);
  assert.equal(given.headers.get('client-request-id'), id);
  const refused = await post(`${path}?client-request-id=${id}`, byPassword({ password: 'guess' }));
  assert.equal(refused.headers.get('client-request-id'), id);
  assert.equal(refused.body['correlation_id'], id);
  assert.match(String(refused.body['error_description']), new RegExp(`Correlation ID: ${id} `));
  assert.equal(refused.body['trace_id'], refused.headers.get('x-ms-request-id'));
  const mad = await post(path, byPassword(), { 'client-request-id': 'x'.repeat(99) });
  assert.match(mad.headers.get('client-request-id') ?? '', /^[0-9a-f-]{36}$/);
  await emulator.advance(3_600_000);
  const rows = [...emulator.store.listed('graph/signIns', tenantId, 0, Number.MAX_SAFE_INTEGER)]
    .map(({ json }) => JSON.parse(String(json)) as Record<string, unknown>)
    .filter((row) => row['appId'] === NOTES_ID);
  const errors = rows.map((row) => (row['status'] as { errorCode: number }).errorCode);
  assert.deepEqual(
    errors.toSorted((a, b) => a - b),
    [0, 0, 50126],
  );
  const ours = rows.filter((row) => row['correlationId'] === id);
  assert.deepEqual(
    new Set(ours.map((row) => row['id'])),
    new Set([given, refused].map(({ headers }) => headers.get('x-ms-request-id'))),
  );
});

test('home realm discovery states how people of a domain sign in', async (t) => {
  await begin(t);
  const realm = async (name: string): Promise<Record<string, unknown>> => {
    const address = `${emulator.origins['login']}/common/userrealm/${name}?api-version=1.0`;
    return (await (await fetch(address)).json()) as Record<string, unknown>;
  };
  const [first] = emulator.tenants;
  assert.equal((await realm(`a@${first?.domain}`))['account_type'], 'Managed');
  assert.equal((await realm('a@elsewhere.example'))['account_type'], 'Unknown');
  const { federatedDomain } = first?.population.tenant ?? {};
  const federated = await realm(`a@${federatedDomain}`);
  assert.equal(federated['account_type'], 'Federated');
  assert.match(String(federated['federation_metadata_url']), /\/adfs\/services\/trust\/mex$/);
});
