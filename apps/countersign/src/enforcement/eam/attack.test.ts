import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { exportSPKI, generateKeyPair, SignJWT } from 'jose';
import { SoftAuthenticator } from '../../../../../tools/testing/soft-authenticator.ts';
import {
  ADA,
  EamHarness,
  HIGH_RISK_USER,
  ISSUER,
  type Page,
  postedForm,
  REDIRECT_URI,
  UNKNOWN_USER,
} from '../testing/eam-harness.ts';
import { EAM_PATHS } from './eam-metadata.ts';

const MINUTE_MS = 60_000;

/** The page lets no person in, and links nowhere. */
function assertRefused(page: Page, cause: string): void {
  assert.equal(page.status, 400, page.text);
  assert.equal(page.headers['x-countersign-cause'], cause);
  assert.equal(postedForm(page).action, undefined);
  assert.doesNotMatch(page.cookie ?? '', /=./);
}

async function withHint(harness: EamHarness, hint: string): Promise<Page> {
  const form = await harness.request();
  form.set('id_token_hint', hint);
  return harness.post(EAM_PATHS.authorize, form);
}

function unsigned(harness: EamHarness, header: object, sign: (text: string) => string): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part(header)}.${part(harness.hintClaims())}`;
  return `${text}.${sign(text)}`;
}

test('refuses a hint without a signature, or with another algorithm', async () => {
  const harness = await EamHarness.create();
  const none = unsigned(harness, { alg: 'none' }, () => '');
  assertRefused(await withHint(harness, none), 'signature');
  // Entra's public key used as a shared secret, which anyone has.
  const spki = await exportSPKI(harness.entraKey.publicKey);
  const hmac = (text: string): string =>
    createHmac('sha256', spki).update(text).digest('base64url');
  const confused = unsigned(harness, { alg: 'HS256', kid: 'entra-1' }, hmac);
  assertRefused(await withHint(harness, confused), 'signature');
  const padded = await harness.sign(harness.hintClaims(), { alg: 'RS256' });
  assertRefused(await withHint(harness, `${padded.slice(0, -4)}AAAA`), 'signature');
  for (const text of ['', 'no token', 'a.b.c', 'e30.e30.e30', '..']) {
    const { status } = await withHint(harness, text);
    assert.equal(status, 400, text);
  }
  assert.equal(harness.decisions.length, 0);
});

test('refuses a key that the attacker supplies, by any header', async () => {
  const harness = await EamHarness.create();
  const own = await generateKeyPair('RS256', { extractable: true });
  const sign = (header: Record<string, unknown>): Promise<string> =>
    new SignJWT(harness.hintClaims())
      .setProtectedHeader({ alg: 'RS256', ...header })
      .sign(own.privateKey);
  const jwk = { kty: 'RSA', n: 'AQAB', e: 'AQAB' };
  for (const header of [
    { kid: 'entra-1' },
    { kid: 'another' },
    { jwk },
    { jku: 'https://elsewhere.example/keys' },
    { x5u: 'https://elsewhere.example/chain', x5c: ['MAA='] },
  ]) {
    assertRefused(await withHint(harness, await sign(header)), 'signature');
  }
});

test('refuses a hint of another issuer, audience or tenant', async () => {
  const harness = await EamHarness.create();
  const other = '99999999-7a54-4d0b-9c36-1e5d8a7b6c21';
  const cases: readonly (readonly [cause: string, claims: Record<string, unknown>])[] = [
    ['issuer', { iss: 'https://login.elsewhere.example/x/v2.0' }],
    ['issuer', { tid: other }],
    ['tenant', { tid: other, iss: `https://login.example.com/${other}/v2.0` }],
    ['audience', { aud: other }],
    ['audience', { aud: [String(harness.hintClaims().aud), other] }],
    ['malformed', { oid: undefined }],
    ['malformed', { oid: { $ne: null } }],
    ['malformed', { sub: '' }],
    ['malformed', { ver: '1.0' }],
    ['malformed', { iat: 'now' }],
  ];
  for (const [cause, claims] of cases) {
    const hint = await harness.sign({ ...harness.hintClaims(), ...claims });
    assertRefused(await withHint(harness, hint), cause);
  }
});

test('refuses a hint of another time, and accepts one that just expired', async () => {
  const harness = await EamHarness.create();
  const { seconds } = harness;
  const at = async (iat: number, claims: Record<string, unknown> = {}): Promise<Page> =>
    withHint(
      harness,
      await harness.sign({ ...harness.hintClaims(), iat, nbf: iat, exp: iat - 1, ...claims }),
    );
  assert.equal((await at(seconds - 299)).status, 200);
  assert.equal((await at(seconds + 59)).status, 200);
  assertRefused(await at(seconds - 361), 'expired');
  assertRefused(await at(seconds, { exp: seconds - 3600 }), 'expired');
  assertRefused(await at(seconds + 61), 'future');
  assertRefused(await at(seconds, { nbf: seconds + 3600 }), 'future');
  assertRefused(await at(seconds, { exp: undefined }), 'malformed');
});

test('accepts the same hint, or the same nonce, once', async () => {
  const harness = await EamHarness.create();
  const form = await harness.request();
  assert.equal((await harness.post(EAM_PATHS.authorize, form)).status, 200);
  assertRefused(await harness.post(EAM_PATHS.authorize, form), 'again');
  const sameHint = new URLSearchParams(form);
  sameHint.set('nonce', 'another');
  assertRefused(await harness.post(EAM_PATHS.authorize, sameHint), 'again');
  const sameNonce = await harness.request();
  sameNonce.set('nonce', form.get('nonce') ?? '');
  assertRefused(await harness.post(EAM_PATHS.authorize, sameNonce), 'again');
});

test('no step of our clock makes an old hint new', async () => {
  const harness = await EamHarness.create();
  const form = await harness.request();
  assert.equal((await harness.post(EAM_PATHS.authorize, form)).status, 200);
  // Ahead, where it is expired, and back again.
  harness.clock.step(3 * 3_600_000);
  assertRefused(await harness.post(EAM_PATHS.authorize, form), 'expired');
  assertRefused(await harness.startSignIn(), 'expired');
  harness.clock.step(-3 * 3_600_000);
  assertRefused(await harness.post(EAM_PATHS.authorize, form), 'again');
  assert.equal((await harness.startSignIn()).status, 200);
  // An hour later, after the cache forgot it, the clock is set back.
  const later = 60 * MINUTE_MS;
  harness.clock.advance(later);
  assert.equal((await harness.startSignIn()).status, 200);
  harness.clock.step(-later);
  assertRefused(await harness.post(EAM_PATHS.authorize, form), 'again');
});

test('a clock step completes no expired attempt, and ends no other', async () => {
  const harness = await EamHarness.create();
  const authenticator = new SoftAuthenticator();
  const first = await harness.enroll(authenticator);
  harness.clock.advance(6 * MINUTE_MS);
  harness.clock.step(-6 * MINUTE_MS);
  assert.match((await harness.signIn(first, authenticator)).text, /sign-in expired or continues/);
  harness.clock.step(6 * MINUTE_MS);
  const second = await harness.startSignIn();
  harness.clock.step(6 * MINUTE_MS);
  assert.equal(postedForm(await harness.signIn(second, authenticator)).action, REDIRECT_URI);
});

test('redirects only to the exact registered address', async () => {
  const harness = await EamHarness.create();
  for (const address of [
    'https://elsewhere.example/',
    `${REDIRECT_URI}/`,
    `${REDIRECT_URI}?next=https://elsewhere.example`,
    `${REDIRECT_URI}#x`,
    REDIRECT_URI.toUpperCase(),
    REDIRECT_URI.replace('https', 'http'),
    REDIRECT_URI.replace('login.example.com', 'login.example.com@elsewhere.example'),
    `${REDIRECT_URI}/../../elsewhere`,
    'javascript:alert(1)',
    '',
  ]) {
    const form = await harness.request();
    form.set('redirect_uri', address);
    assertRefused(await harness.post(EAM_PATHS.authorize, form), 'redirect');
  }
  const twoNames = await harness.request();
  twoNames.set('redirect_url', 'https://elsewhere.example/');
  assertRefused(await harness.post(EAM_PATHS.authorize, twoNames), 'redirect');
  const other = await harness.request();
  other.set('client_id', 'another');
  assertRefused(await harness.post(EAM_PATHS.authorize, other), 'client');
});

test('answers only by form_post', async () => {
  const harness = await EamHarness.create();
  const cases: readonly (readonly [string, string, string])[] = [
    ['response_mode', 'fragment', 'response'],
    ['response_mode', 'query', 'response'],
    ['response_mode', '', 'response'],
    ['response_type', 'code', 'response'],
    ['response_type', 'id_token token', 'response'],
    ['scope', 'profile', 'scope'],
    ['nonce', '', 'nonce'],
    ['claims', '{', 'claims'],
    ['claims', '{"id_token":{"amr":{"values":["face"]}}}', 'claims'],
    ['claims', '{"id_token":{"acr":{"values":["knowledge"]}}}', 'claims'],
  ];
  for (const [name, value, cause] of cases) {
    const form = await harness.request();
    form.set(name, value);
    assertRefused(await harness.post(EAM_PATHS.authorize, form), cause);
  }
  const named = await harness.request();
  named.set('response_type', 'Id_token');
  assert.equal(
    (await harness.post(EAM_PATHS.authorize, named)).status,
    200,
    'as the documents print',
  );
});

test('refuses a parameter that occurs twice, or in the URL', async () => {
  const harness = await EamHarness.create();
  for (const name of ['redirect_uri', 'nonce', 'id_token_hint', 'state', 'client_id', 'x']) {
    const form = await harness.request();
    form.append(name, form.get(name) ?? '1');
    form.append(name, 'another');
    assertRefused(await harness.post(EAM_PATHS.authorize, form), 'form');
  }
  const body = String(await harness.request());
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const path = EAM_PATHS.authorize;
  assertRefused(await harness.send({ path, body, headers, query: 'state=other' }), 'form');
  assertRefused(await harness.send({ path, body, headers, method: 'GET', query: body }), 'form');
  const json = { 'content-type': 'application/json' };
  assertRefused(await harness.send({ path, body: '{}', headers: json }), 'form');
  assertRefused(await harness.send({ path, body: 'state=%00', headers }), 'form');
  const many = `${body}&${Array.from({ length: 60 }, (_, at) => `p${at}=1`).join('&')}`;
  assertRefused(await harness.send({ path, body: many, headers }), 'form');
  const long = await harness.request();
  long.set('state', 'x'.repeat(10_000));
  assertRefused(await harness.post(path, long), 'form');
});

test('shows input from Entra as text', async () => {
  const harness = await EamHarness.create();
  const form = await harness.request();
  const evil = `"><script>alert(1)</script><form action='//x'>`;
  form.set('state', evil);
  const page = await harness.submit(
    await harness.post(EAM_PATHS.authorize, form),
    EAM_PATHS.refuse,
    {},
  );
  assert.doesNotMatch(page.text, /<script|<form action/);
  assert.equal(postedForm(page).fields['state'], evil);
});

test('another site cannot post on behalf of a person with a session', async () => {
  const harness = await EamHarness.create();
  const authenticator = new SoftAuthenticator();
  const page = await harness.enroll(authenticator);
  const credential = authenticator.get(page.options, ISSUER);
  const form = new URLSearchParams({ token: page.token, credential });
  const cookie = page.cookie ?? '';
  for (const headers of [
    { cookie },
    { cookie, origin: 'null' },
    { cookie, origin: 'https://elsewhere.example' },
    { cookie, origin: `${ISSUER}.elsewhere.example` },
    { cookie, origin: ISSUER, 'sec-fetch-site': 'cross-site' },
    { cookie, origin: ISSUER, 'sec-fetch-site': 'same-site' },
  ]) {
    const answer = await harness.post(EAM_PATHS.passkey, form, headers as Record<string, string>);
    assertRefused(answer, 'over');
  }
  form.set('token', 'guessed');
  assertRefused(await harness.post(EAM_PATHS.passkey, form, { cookie, origin: ISSUER }), 'over');
  form.set('token', page.token);
  assertRefused(await harness.post(EAM_PATHS.passkey, form, { origin: ISSUER }), 'over');
  // None of it ended the attempt of the real person.
  assert.equal(postedForm(await harness.signIn(page, authenticator)).action, REDIRECT_URI);
});

test('no page posts twice', async () => {
  const harness = await EamHarness.create();
  const authenticator = new SoftAuthenticator();
  const page = await harness.enroll(authenticator);
  await harness.signIn(page, authenticator);
  assertRefused(await harness.signIn(page, authenticator), 'over');
  assert.equal(harness.decisions.length, 1);
});

test('never accepts a session id from a browser, and changes it after every step', async () => {
  const harness = await EamHarness.create();
  const planted = '__Host-countersign-eam=planted';
  const first = await harness.post(EAM_PATHS.authorize, await harness.request(), {
    cookie: planted,
  });
  assert.notEqual(first.cookie, planted);
  const second = await harness.signIn(first, new SoftAuthenticator());
  assert.notEqual(second.cookie, first.cookie);
  assert.notEqual(second.token, first.token);
  assertRefused(await harness.signIn(first, new SoftAuthenticator()), 'over');
  const form = new URLSearchParams({ token: second.token });
  const two = `${second.cookie}; ${planted}`;
  const answer = await harness.post(EAM_PATHS.refuse, form, { origin: ISSUER, cookie: two });
  assertRefused(answer, 'over');
});

test('no page can be framed, and none runs foreign scripts', async () => {
  const harness = await EamHarness.create();
  const page = await harness.startSignIn();
  const policy = page.headers['content-security-policy'] ?? '';
  const [, nonce = ''] = /script-src 'nonce-([^']+)'/.exec(policy) ?? [];
  assert.ok(nonce.length >= 16);
  assert.match(policy, /default-src 'none'/);
  assert.match(policy, /frame-ancestors 'none'/);
  assert.match(policy, /form-action 'self'/);
  assert.match(policy, /base-uri 'none'/);
  assert.equal(page.headers['x-frame-options'], 'DENY');
  const scripts = [...page.text.matchAll(/<script([^>]*)>/g)].map(([, attributes]) => attributes);
  assert.ok(scripts.every((each) => /json/.test(each ?? '') || each?.includes(nonce)));
  assert.doesNotMatch(page.text, /\son\w+=|style=|<script[^>]+src|<link|<img/);
  assert.notEqual((await harness.startSignIn()).headers['content-security-policy'], policy);
  const set = page.headers['set-cookie'] ?? '';
  for (const part of ['Path=/', 'Secure', 'HttpOnly', 'SameSite=Strict']) {
    assert.ok(set.includes(part), set);
  }
  assert.doesNotMatch(set, /Domain/);
  const framed = await harness.post(EAM_PATHS.authorize, await harness.request(), {
    'sec-fetch-dest': 'iframe',
  });
  assertRefused(framed, 'form');
});

test('the page is the same for every person', async () => {
  const harness = await EamHarness.create();
  await harness.enroll(new SoftAuthenticator());
  const plain = (page: Page): string =>
    page.text
      .replaceAll(page.token || 'none', 'TOKEN')
      .replace(String(page.options['challenge']), 'CHALLENGE')
      .replaceAll(/nonce="[^"]+"/g, 'NONCE')
      .replace(/\d{4}@northmoor.example/, 'NAME');
  const pages = [];
  for (const person of [ADA, HIGH_RISK_USER, UNKNOWN_USER])
    pages.push(plain(await harness.startSignIn(person)));
  assert.equal(new Set(pages).size, 1);
  const refused = [];
  for (const person of [ADA, HIGH_RISK_USER, UNKNOWN_USER]) {
    const page = await harness.submit(await harness.startSignIn(person), EAM_PATHS.refuse, {});
    refused.push(plain(page).replace(/<code>[^<]+<\/code>/, 'REFERENCE'));
  }
  assert.equal(new Set(refused).size, 1, 'a refusal before a proof tells nothing either');
});
