import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { exportSPKI, generateKeyPair, SignJWT } from 'jose';
import { SoftAuthenticator } from '../../../../../tools/testing/soft-authenticator.ts';
import {
  ADA,
  answerIn,
  BACK,
  EamWorld,
  ISSUER,
  type Page,
  PREY,
  STRANGER,
} from '../testing/eam-world.ts';
import { EAM_PATHS } from './eam-metadata.ts';

const MINUTE_MS = 60_000;

/** The page lets no person in, and links nowhere. */
function assertRefused(page: Page, cause: string): void {
  assert.equal(page.status, 400, page.text);
  assert.equal(page.headers['x-countersign-cause'], cause);
  assert.equal(answerIn(page).action, undefined);
  assert.doesNotMatch(page.cookie ?? '', /=./);
}

async function withHint(world: EamWorld, hint: string): Promise<Page> {
  const form = await world.request();
  form.set('id_token_hint', hint);
  return world.post(EAM_PATHS.authorize, form);
}

function unsigned(world: EamWorld, header: object, sign: (text: string) => string): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const text = `${part(header)}.${part(world.hintClaims())}`;
  return `${text}.${sign(text)}`;
}

test('refuses a hint without a signature, or with another algorithm', async () => {
  const world = await EamWorld.begin();
  const none = unsigned(world, { alg: 'none' }, () => '');
  assertRefused(await withHint(world, none), 'signature');
  // Entra's public key used as a shared secret, which anyone has.
  const spki = await exportSPKI(world.entraKey.publicKey);
  const hmac = (text: string): string =>
    createHmac('sha256', spki).update(text).digest('base64url');
  const confused = unsigned(world, { alg: 'HS256', kid: 'entra-1' }, hmac);
  assertRefused(await withHint(world, confused), 'signature');
  const padded = await world.sign(world.hintClaims(), { alg: 'RS256' });
  assertRefused(await withHint(world, `${padded.slice(0, -4)}AAAA`), 'signature');
  for (const text of ['', 'no token', 'a.b.c', 'e30.e30.e30', '..']) {
    const { status } = await withHint(world, text);
    assert.equal(status, 400, text);
  }
  assert.equal(world.decisions.length, 0);
});

test('refuses a key that the attacker supplies, by any header', async () => {
  const world = await EamWorld.begin();
  const own = await generateKeyPair('RS256', { extractable: true });
  const sign = (header: Record<string, unknown>): Promise<string> =>
    new SignJWT(world.hintClaims())
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
    assertRefused(await withHint(world, await sign(header)), 'signature');
  }
});

test('refuses a hint of another issuer, audience or tenant', async () => {
  const world = await EamWorld.begin();
  const other = '99999999-7a54-4d0b-9c36-1e5d8a7b6c21';
  const cases: readonly (readonly [cause: string, claims: Record<string, unknown>])[] = [
    ['issuer', { iss: 'https://login.elsewhere.example/x/v2.0' }],
    ['issuer', { tid: other }],
    ['tenant', { tid: other, iss: `https://login.example.com/${other}/v2.0` }],
    ['audience', { aud: other }],
    ['audience', { aud: [String(world.hintClaims().aud), other] }],
    ['malformed', { oid: undefined }],
    ['malformed', { oid: { $ne: null } }],
    ['malformed', { sub: '' }],
    ['malformed', { ver: '1.0' }],
    ['malformed', { iat: 'now' }],
  ];
  for (const [cause, claims] of cases) {
    const hint = await world.sign({ ...world.hintClaims(), ...claims });
    assertRefused(await withHint(world, hint), cause);
  }
});

test('refuses a hint of another time, and accepts one that just expired', async () => {
  const world = await EamWorld.begin();
  const { seconds } = world;
  const at = async (iat: number, claims: Record<string, unknown> = {}): Promise<Page> =>
    withHint(
      world,
      await world.sign({ ...world.hintClaims(), iat, nbf: iat, exp: iat - 1, ...claims }),
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
  const world = await EamWorld.begin();
  const form = await world.request();
  assert.equal((await world.post(EAM_PATHS.authorize, form)).status, 200);
  assertRefused(await world.post(EAM_PATHS.authorize, form), 'again');
  const sameHint = new URLSearchParams(form);
  sameHint.set('nonce', 'another');
  assertRefused(await world.post(EAM_PATHS.authorize, sameHint), 'again');
  const sameNonce = await world.request();
  sameNonce.set('nonce', form.get('nonce') ?? '');
  assertRefused(await world.post(EAM_PATHS.authorize, sameNonce), 'again');
});

test('no step of our clock makes an old hint new', async () => {
  const world = await EamWorld.begin();
  const form = await world.request();
  assert.equal((await world.post(EAM_PATHS.authorize, form)).status, 200);
  // Ahead, where it is expired, and back again.
  world.clock.step(3 * 3_600_000);
  assertRefused(await world.post(EAM_PATHS.authorize, form), 'expired');
  assertRefused(await world.arrive(), 'expired');
  world.clock.step(-3 * 3_600_000);
  assertRefused(await world.post(EAM_PATHS.authorize, form), 'again');
  assert.equal((await world.arrive()).status, 200);
  // An hour later, after the cache forgot it, the clock is set back.
  const later = 60 * MINUTE_MS;
  world.clock.advance(later);
  assert.equal((await world.arrive()).status, 200);
  world.clock.step(-later);
  assertRefused(await world.post(EAM_PATHS.authorize, form), 'again');
});

test('a clock step completes no expired attempt, and ends no other', async () => {
  const world = await EamWorld.begin();
  const authenticator = new SoftAuthenticator();
  const first = await world.enroll(authenticator);
  world.clock.advance(6 * MINUTE_MS);
  world.clock.step(-6 * MINUTE_MS);
  assert.match((await world.use(first, authenticator)).text, /sign-in expired or continues/);
  world.clock.step(6 * MINUTE_MS);
  const second = await world.arrive();
  world.clock.step(6 * MINUTE_MS);
  assert.equal(answerIn(await world.use(second, authenticator)).action, BACK);
});

test('redirects only to the exact registered address', async () => {
  const world = await EamWorld.begin();
  for (const address of [
    'https://elsewhere.example/',
    `${BACK}/`,
    `${BACK}?next=https://elsewhere.example`,
    `${BACK}#x`,
    BACK.toUpperCase(),
    BACK.replace('https', 'http'),
    BACK.replace('login.example.com', 'login.example.com@elsewhere.example'),
    `${BACK}/../../elsewhere`,
    'javascript:alert(1)',
    '',
  ]) {
    const form = await world.request();
    form.set('redirect_uri', address);
    assertRefused(await world.post(EAM_PATHS.authorize, form), 'redirect');
  }
  const twoNames = await world.request();
  twoNames.set('redirect_url', 'https://elsewhere.example/');
  assertRefused(await world.post(EAM_PATHS.authorize, twoNames), 'redirect');
  const other = await world.request();
  other.set('client_id', 'another');
  assertRefused(await world.post(EAM_PATHS.authorize, other), 'client');
});

test('answers only by form_post', async () => {
  const world = await EamWorld.begin();
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
    const form = await world.request();
    form.set(name, value);
    assertRefused(await world.post(EAM_PATHS.authorize, form), cause);
  }
  const named = await world.request();
  named.set('response_type', 'Id_token');
  assert.equal(
    (await world.post(EAM_PATHS.authorize, named)).status,
    200,
    'as the documents print',
  );
});

test('refuses a parameter that occurs twice, or in the URL', async () => {
  const world = await EamWorld.begin();
  for (const name of ['redirect_uri', 'nonce', 'id_token_hint', 'state', 'client_id', 'x']) {
    const form = await world.request();
    form.append(name, form.get(name) ?? '1');
    form.append(name, 'another');
    assertRefused(await world.post(EAM_PATHS.authorize, form), 'form');
  }
  const body = String(await world.request());
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const path = EAM_PATHS.authorize;
  assertRefused(await world.ask({ path, body, headers, query: 'state=other' }), 'form');
  assertRefused(await world.ask({ path, body, headers, method: 'GET', query: body }), 'form');
  const json = { 'content-type': 'application/json' };
  assertRefused(await world.ask({ path, body: '{}', headers: json }), 'form');
  assertRefused(await world.ask({ path, body: 'state=%00', headers }), 'form');
  const many = `${body}&${Array.from({ length: 60 }, (_, at) => `p${at}=1`).join('&')}`;
  assertRefused(await world.ask({ path, body: many, headers }), 'form');
  const long = await world.request();
  long.set('state', 'x'.repeat(10_000));
  assertRefused(await world.post(path, long), 'form');
});

test('shows input from Entra as text', async () => {
  const world = await EamWorld.begin();
  const form = await world.request();
  const evil = `"><script>alert(1)</script><form action='//x'>`;
  form.set('state', evil);
  const page = await world.submit(
    await world.post(EAM_PATHS.authorize, form),
    EAM_PATHS.refuse,
    {},
  );
  assert.doesNotMatch(page.text, /<script|<form action/);
  assert.equal(answerIn(page).fields['state'], evil);
});

test('another site cannot post on behalf of a person with a session', async () => {
  const world = await EamWorld.begin();
  const authenticator = new SoftAuthenticator();
  const page = await world.enroll(authenticator);
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
    const answer = await world.post(EAM_PATHS.passkey, form, headers as Record<string, string>);
    assertRefused(answer, 'over');
  }
  form.set('token', 'guessed');
  assertRefused(await world.post(EAM_PATHS.passkey, form, { cookie, origin: ISSUER }), 'over');
  form.set('token', page.token);
  assertRefused(await world.post(EAM_PATHS.passkey, form, { origin: ISSUER }), 'over');
  // None of it ended the attempt of the real person.
  assert.equal(answerIn(await world.use(page, authenticator)).action, BACK);
});

test('no page posts twice', async () => {
  const world = await EamWorld.begin();
  const authenticator = new SoftAuthenticator();
  const page = await world.enroll(authenticator);
  await world.use(page, authenticator);
  assertRefused(await world.use(page, authenticator), 'over');
  assert.equal(world.decisions.length, 1);
});

test('never accepts a session id from a browser, and changes it after every step', async () => {
  const world = await EamWorld.begin();
  const planted = '__Host-countersign-eam=planted';
  const first = await world.post(EAM_PATHS.authorize, await world.request(), { cookie: planted });
  assert.notEqual(first.cookie, planted);
  const second = await world.use(first, new SoftAuthenticator());
  assert.notEqual(second.cookie, first.cookie);
  assert.notEqual(second.token, first.token);
  assertRefused(await world.use(first, new SoftAuthenticator()), 'over');
  const form = new URLSearchParams({ token: second.token });
  const two = `${second.cookie}; ${planted}`;
  const answer = await world.post(EAM_PATHS.refuse, form, { origin: ISSUER, cookie: two });
  assertRefused(answer, 'over');
});

test('no page can be framed, and none runs foreign scripts', async () => {
  const world = await EamWorld.begin();
  const page = await world.arrive();
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
  assert.notEqual((await world.arrive()).headers['content-security-policy'], policy);
  const set = page.headers['set-cookie'] ?? '';
  for (const part of ['Path=/', 'Secure', 'HttpOnly', 'SameSite=Strict']) {
    assert.ok(set.includes(part), set);
  }
  assert.doesNotMatch(set, /Domain/);
  const framed = await world.post(EAM_PATHS.authorize, await world.request(), {
    'sec-fetch-dest': 'iframe',
  });
  assertRefused(framed, 'form');
});

test('the page is the same for every person', async () => {
  const world = await EamWorld.begin();
  await world.enroll(new SoftAuthenticator());
  const plain = (page: Page): string =>
    page.text
      .replaceAll(page.token || 'none', 'TOKEN')
      .replace(String(page.options['challenge']), 'CHALLENGE')
      .replaceAll(/nonce="[^"]+"/g, 'NONCE')
      .replace(/\d{4}@northmoor.example/, 'NAME');
  const pages = [];
  for (const person of [ADA, PREY, STRANGER]) pages.push(plain(await world.arrive(person)));
  assert.equal(new Set(pages).size, 1);
  const refused = [];
  for (const person of [ADA, PREY, STRANGER]) {
    const page = await world.submit(await world.arrive(person), EAM_PATHS.refuse, {});
    refused.push(plain(page).replace(/<code>[^<]+<\/code>/, 'REFERENCE'));
  }
  assert.equal(new Set(refused).size, 1, 'a refusal before a proof tells nothing either');
});
