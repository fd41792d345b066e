import assert from 'node:assert/strict';
import { createHash, createPrivateKey, X509Certificate } from 'node:crypto';
import { type TestContext, test } from 'node:test';
import { createRemoteJWKSet, decodeJwt, jwtVerify, SignJWT } from 'jose';
import { type KeyAndCertificate, selfSigned } from '../certificate.ts';
import { ManualClock } from '../core/virtual-clock.ts';
import { serve } from '../http/http-server.ts';
import { NORTHMOOR } from '../testing/office-worker.ts';
import {
  COLLECTOR_ID,
  COLLECTOR_SECRET,
  CONSOLE_ID,
  CONSOLE_REDIRECT,
  FREYA,
  SmallRegistry,
} from '../testing/registry.ts';
import type { SignIn } from './client-sign-in.ts';
import { LoginAuthority } from './login-authority.ts';
import { VENDOR_RESOURCES } from './resources.ts';
import { TokenMint } from './token-mint.ts';

const START_MS = Date.UTC(2026, 2, 2, 8);
const MANAGE = 'https://manage.office.com';
const ASSERTION_TYPE = 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer';

const certificate: Promise<KeyAndCertificate> = selfSigned({ commonName: 'Collector' });
const mint: Promise<TokenMint> = TokenMint.make();

let origin: string;
let clock: ManualClock;
let registry: SmallRegistry;
let signIns: SignIn[];

/** A separate authority for each test. */
async function begin(t: TestContext): Promise<void> {
  clock = new ManualClock(START_MS);
  registry = new SmallRegistry([(await certificate).certPem]);
  signIns = [];
  const { router } = new LoginAuthority({
    seed: 1,
    origin: () => origin,
    directory: registry,
    resources: VENDOR_RESOURCES,
    mint: await mint,
    now: () => clock.now(),
    onSignIn: (signIn) => signIns.push(signIn),
  });
  const sleep = (): Promise<void> => Promise.resolve();
  const server = await serve({ router, port: 0, now: () => clock.now(), sleep });
  t.after(() => server.stop());
  origin = server.origin;
}

type Answer = { status: number; body: Record<string, unknown> };

async function token(
  form: Record<string, string>,
  version = '/v2.0',
  tenant = NORTHMOOR,
): Promise<Answer> {
  const address = `${origin}/${tenant}/oauth2${version}/token`;
  const response = await fetch(address, { method: 'POST', body: new URLSearchParams(form) });
  return { status: response.status, body: (await response.json()) as Answer['body'] };
}

const bySecret = {
  grant_type: 'client_credentials',
  client_id: COLLECTOR_ID,
  client_secret: COLLECTOR_SECRET,
  scope: `${MANAGE}/.default`,
};

function refusalOf({ body }: Answer): unknown {
  return (body['error_codes'] as unknown[] | undefined)?.[0];
}

test('a secret gives a token that verifies with the published keys', async (t) => {
  await begin(t);
  const { status, body } = await token(bySecret);
  assert.equal(status, 200, JSON.stringify(body));
  assert.equal(body['token_type'], 'Bearer');
  assert.equal(body['expires_in'], 3_599);
  const found = await fetch(`${origin}/${NORTHMOOR}/.well-known/openid-configuration`);
  const { jwks_uri, issuer } = (await found.json()) as { jwks_uri: string; issuer: string };
  const keys = createRemoteJWKSet(new URL(jwks_uri));
  const { payload } = await jwtVerify(String(body['access_token']), keys, {
    issuer,
    audience: MANAGE,
    currentDate: new Date(clock.now()),
  });
  assert.equal(payload['tid'], NORTHMOOR);
  assert.equal(payload['appid'], COLLECTOR_ID);
  assert.equal(payload['appidacr'], '1');
  assert.equal(payload['idtyp'], 'app');
  assert.deepEqual(payload['roles'], ['ActivityFeed.Read', 'ActivityFeed.ReadDlp']);
  assert.match(String(payload['uti']), /^[\w-]{22}$/);
  assert.equal(payload['sid'], undefined);
  assert.equal(signIns[0]?.uti, payload['uti']);
  assert.equal(signIns[0]?.proof, 'secret');
});

test('the older endpoint accepts a resource, and writes numbers as text', async (t) => {
  await begin(t);
  const { scope: _, ...rest } = bySecret;
  const { body } = await token({ ...rest, resource: MANAGE }, '');
  assert.equal(body['expires_in'], '3599');
  assert.equal(body['resource'], MANAGE);
  assert.equal(body['not_before'], String(START_MS / 1_000));
  assert.equal(decodeJwt(String(body['access_token'])).aud, MANAGE);
});

type Shape = {
  alg?: string;
  digest?: 'x5t' | 'x5t#S256';
  /** The form of the digest: Python and Go libraries pad it. */
  padding?: string;
  aud?: string;
  exp?: number;
  key?: string;
};

async function assertion(shape: Shape = {}): Promise<Record<string, string>> {
  const { alg = 'PS256', digest = 'x5t#S256', exp = START_MS / 1_000 + 300 } = shape;
  const { raw } = new X509Certificate((await certificate).certPem);
  const hash = createHash(digest === 'x5t' ? 'sha1' : 'sha256')
    .update(raw)
    .digest('base64url');
  const signed = await new SignJWT({ jti: 'one' })
    .setProtectedHeader({ alg, typ: 'JWT', [digest]: hash + (shape.padding ?? '') })
    .setIssuer(COLLECTOR_ID)
    .setSubject(COLLECTOR_ID)
    .setAudience(shape.aud ?? `${origin}/${NORTHMOOR}/oauth2/v2.0/token`)
    .setNotBefore(exp - 600)
    .setExpirationTime(exp)
    .sign(createPrivateKey(shape.key ?? (await certificate).keyPem));
  return {
    grant_type: 'client_credentials',
    scope: `${MANAGE}/.default`,
    client_assertion_type: ASSERTION_TYPE,
    client_assertion: signed,
  };
}

test('an assertion signed with the certificate is as good as a secret', async (t) => {
  await begin(t);
  const shapes: Shape[] = [
    ...[{}, { alg: 'RS256', digest: 'x5t' } as const, { alg: 'RS256' }],
    { padding: '=' },
    { alg: 'RS256', digest: 'x5t', padding: '=' },
    { aud: `${origin}/northmoor.example/oauth2/v2.0/token` },
  ];
  for (const shape of shapes) {
    const form = await assertion(shape);
    const { status, body } = await token(form, '/v2.0', shape.aud && 'northmoor.example');
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal(decodeJwt(String(body['access_token']))['appidacr'], '2');
  }
});

test('refuses an assertion that is expired, or of another key or audience', async (t) => {
  await begin(t);
  const stranger = await selfSigned({ commonName: 'Collector' });
  const other = await assertion({ digest: 'x5t' });
  const [head = '', ...rest] = (other['client_assertion'] ?? '').split('.');
  const header = JSON.parse(Buffer.from(head, 'base64url').toString('utf8')) as object;
  for (const x5t of ['', '=', '====', 7, undefined, 'a'.repeat(27)]) {
    const named = Buffer.from(JSON.stringify({ ...header, x5t })).toString('base64url');
    const asked = { ...other, client_assertion: [named, ...rest].join('.') };
    assert.equal(refusalOf(await token(asked)), 700027, String(x5t));
  }
  const late = await token(await assertion({ exp: START_MS / 1_000 - 1_000 }));
  const foreign = await token(await assertion({ key: stranger.keyPem }));
  const elsewhere = await token(await assertion({ aud: 'https://elsewhere.example' }));
  assert.deepEqual([late, foreign, elsewhere].map(refusalOf), [700024, 700027, 700027]);
  assert.deepEqual([late.status, foreign.status], [401, 401]);
});

test('answers each invalid request with its code', async (t) => {
  await begin(t);
  const cases: readonly [change: Record<string, string>, number: number][] = [
    [{ client_secret: 'wrong' }, 7000215],
    [{ client_id: '11111111-2222-3333-4444-555555555555' }, 700016],
    [{ grant_type: 'saml2-bearer' }, 70003],
    [{ scope: 'https://unknown.example/.default' }, 500011],
    [{ scope: `${MANAGE}/ActivityFeed.Read` }, 70011],
    [{ grant_type: '' }, 90014],
  ];
  for (const [change, number] of cases) {
    const answer = await token({ ...bySecret, ...change });
    assert.equal(refusalOf(answer), number, JSON.stringify(answer.body));
    assert.match(String(answer.body['error_description']), new RegExp(`^AADSTS${number}: `));
  }
  const { client_secret: _, ...without } = bySecret;
  assert.equal(refusalOf(await token(without)), 7000218);
  const nowhere = await fetch(`${origin}/nowhere.example/oauth2/token`, { method: 'POST' });
  assert.deepEqual(((await nowhere.json()) as Answer['body'])['error_codes'], [90002]);
});

test('a disabled application gets no token', async (t) => {
  await begin(t);
  registry.apps = registry.apps.map((app) => ({ ...app, isEnabled: false }));
  assert.equal(refusalOf(await token(bySecret)), 7000112);
});

test('a token is valid from issue to expiry, and only if it is ours', async (t) => {
  await begin(t);
  const { body } = await token(bySecret);
  const text = String(body['access_token']);
  assert.equal((await (await mint).verify(text, START_MS))?.tenantId, NORTHMOOR);
  assert.equal(await (await mint).verify(text, START_MS + 3_599_000), undefined);
  const [head, , signature] = text.split('.');
  const forged = Buffer.from(JSON.stringify({ ...decodeJwt(text), roles: ['All'] }));
  const other = `${head}.${forged.toString('base64url')}.${signature}`;
  assert.equal(await (await mint).verify(other, START_MS), undefined);
  assert.equal(await (await mint).verify('no token', START_MS), undefined);
});

const VERIFIER = 'a-verifier-of-the-right-length-for-the-rfc-7636';

async function authorizeAs(change: Record<string, string> = {}): Promise<URL> {
  const query = new URLSearchParams({
    client_id: CONSOLE_ID,
    response_type: 'code',
    redirect_uri: CONSOLE_REDIRECT,
    scope: 'openid offline_access User.Read',
    state: 'the state',
    nonce: 'the nonce',
    code_challenge: createHash('sha256').update(VERIFIER).digest('base64url'),
    code_challenge_method: 'S256',
    login_hint: FREYA,
    ...change,
  });
  const address = `${origin}/northmoor.example/oauth2/v2.0/authorize?${query}`;
  const response = await fetch(address, { redirect: 'manual' });
  assert.equal(response.status, 302, await response.text());
  return new URL(response.headers.get('location') ?? '');
}

function redeem(code: string, change: Record<string, string> = {}): Promise<Answer> {
  return token({
    grant_type: 'authorization_code',
    client_id: CONSOLE_ID,
    redirect_uri: CONSOLE_REDIRECT,
    code,
    code_verifier: VERIFIER,
    ...change,
  });
}

test('a code is redeemed once, for tokens of one session', async (t) => {
  await begin(t);
  const back = await authorizeAs();
  assert.equal(back.searchParams.get('state'), 'the state');
  const code = back.searchParams.get('code') ?? '';
  const { status, body } = await redeem(code);
  assert.equal(status, 200, JSON.stringify(body));
  const access = decodeJwt(String(body['access_token']));
  const identity = decodeJwt(String(body['id_token']));
  assert.equal(access['scp'], 'User.Read');
  assert.equal(body['scope'], 'User.Read', 'permissions of Graph without their resource');
  assert.equal(access['upn'], FREYA);
  assert.equal(access['sid'], identity['sid']);
  assert.equal(identity['nonce'], 'the nonce');
  assert.equal(identity.aud, CONSOLE_ID);
  assert.equal(refusalOf(await redeem(code)), 54005);
  const refreshed = await token({
    grant_type: 'refresh_token',
    client_id: CONSOLE_ID,
    refresh_token: String(body['refresh_token']),
  });
  const again = decodeJwt(String(refreshed.body['access_token']));
  assert.equal(again['sid'], access['sid']);
  assert.notEqual(again['uti'], access['uti']);
});

test('a code is useless without its verifier, elsewhere or later', async (t) => {
  await begin(t);
  const code = async (): Promise<string> => (await authorizeAs()).searchParams.get('code') ?? '';
  assert.equal(refusalOf(await redeem(await code(), { code_verifier: 'guess' })), 501481);
  assert.equal(refusalOf(await redeem(await code(), { redirect_uri: 'http://x.example' })), 50011);
  assert.equal(refusalOf(await redeem('made up')), 70000);
  const late = await code();
  clock.advance(600_000);
  assert.equal(refusalOf(await redeem(late)), 70008);
});

test('old tokens give a disabled or revoked person nothing', async (t) => {
  await begin(t);
  const { body } = await redeem((await authorizeAs()).searchParams.get('code') ?? '');
  const refresh = {
    grant_type: 'refresh_token',
    client_id: CONSOLE_ID,
    refresh_token: String(body['refresh_token']),
  };
  clock.advance(1_000);
  registry.freya = { ...registry.freya, sessionsValidFromMs: clock.now() };
  assert.equal(refusalOf(await token(refresh)), 50173);
  registry.freya = { ...registry.freya, sessionsValidFromMs: 0, isEnabled: false };
  assert.equal(refusalOf(await token(refresh)), 50057);
  const back = await authorizeAs();
  assert.match(back.searchParams.get('error_description') ?? '', /^AADSTS50057/);
});

test('redirects to no unregistered address', async (t) => {
  await begin(t);
  const query = new URLSearchParams({
    client_id: CONSOLE_ID,
    response_type: 'code',
    redirect_uri: 'https://thief.example',
    login_hint: FREYA,
  });
  const address = `${origin}/${NORTHMOOR}/oauth2/v2.0/authorize?${query}`;
  const response = await fetch(address, { redirect: 'manual' });
  assert.equal(response.status, 400);
  assert.equal(response.headers.get('location'), null);
});

test('asks for a missing name with a form, and repeats the request safely', async (t) => {
  await begin(t);
  const query = new URLSearchParams({
    client_id: CONSOLE_ID,
    response_type: 'code',
    redirect_uri: CONSOLE_REDIRECT,
    code_challenge: 'challenge',
    state: '"><script>',
  });
  const response = await fetch(`${origin}/${NORTHMOOR}/oauth2/authorize?${query}`);
  const text = await response.text();
  assert.match(text, /name="login_hint"/);
  assert.doesNotMatch(text, /"><script>/);
});
