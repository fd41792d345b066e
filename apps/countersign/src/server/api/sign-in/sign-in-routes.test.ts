import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { test } from 'node:test';
import { systemClock } from '@countersign/core';
import fc from 'fast-check';
import { SignJWT, UnsecuredJWT } from 'jose';
import { localPath } from './local-path.ts';
import { ORIGIN, SignInWorld, type WorldOptions } from './testing/sign-in-world.ts';
import { type Forgery, SECRET } from './testing/test-provider.ts';

const MINUTE_MS = 60_000;

async function withWorld(
  use: (world: SignInWorld) => Promise<void>,
  options: WorldOptions = {},
): Promise<void> {
  const world = await SignInWorld.open(options);
  try {
    await use(world);
  } finally {
    await world.close();
  }
}

function ask(world: SignInWorld, value: string | undefined, headers = {}, method = 'GET') {
  const cookie = `other=1; cs=${value}`;
  return world.authenticator.authenticate({ method, headers: new Headers({ cookie, ...headers }) });
}

async function codeOf(response: Response): Promise<unknown> {
  return ((await response.json()) as { code: unknown }).code;
}

for (const par of [false, true]) {
  test(`a person signs in ${par ? 'with' : 'without'} a pushed request`, () =>
    withWorld(
      async (world) => {
        const browser = world.browser();
        const [at, response] = await browser.signIn();
        assert.equal(at, `${ORIGIN}/findings`);
        assert.match(
          response.headers.getSetCookie()[0] ?? '',
          /^cs=[\w-]{43}; Path=\/; Max-Age=36000; HttpOnly; SameSite=Lax$/,
        );
        const answer = ask(world, browser.session);
        assert.equal(answer.kind, 'caller');
        const { who, scopes, provedAtMs, people } = answer.caller;
        assert.match(who, /^operator ada@127\.0\.0\.1:\d+$/);
        assert.ok(
          scopes !== 'all' && scopes.has('passes:end') && !scopes.has('operators:administer'),
        );
        assert.ok(Math.abs((provedAtMs ?? 0) - world.clock.now()) < MINUTE_MS);
        assert.equal(people, 'pseudonyms');
        const [entry] = world.entries;
        assert.equal(entry?.signIn.what, 'operator-signed-in');
        assert.deepEqual(entry?.signIn.roles, ['responder']);
        assert.equal(entry?.by, who);
      },
      { par },
    ));
}

test('the service proves itself to the provider with a private key', () =>
  withWorld(
    async (world) => {
      const browser = world.browser();
      await browser.signIn();
      assert.equal(ask(world, browser.session).kind, 'caller');
    },
    { proof: 'key' },
  ));

function signed(header: { readonly alg: string; readonly kid?: string }, more: object): Forgery {
  return (claims, key) =>
    new SignJWT({ ...claims, ...more }).setProtectedHeader({ kid: 'k1', ...header }).sign(key);
}

const stranger = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
const ES256 = { alg: 'ES256' } as const;
const EARLY_S = Math.floor(systemClock.now() / 1000) - 3600;

for (const [what, forgery] of [
  ['another nonce', signed(ES256, { nonce: 'another' })],
  ['no nonce', signed(ES256, { nonce: undefined })],
  ['another issuer', signed(ES256, { iss: 'https://idp.attacker.example' })],
  ['another audience', signed(ES256, { aud: 'another-client' })],
  ['several audiences without our own as the authorized one', signed(ES256, { aud: ['a', 'b'] })],
  ['no subject', signed(ES256, { sub: undefined })],
  ['an end in the past', signed(ES256, { exp: EARLY_S })],
  ['a key of a stranger', (claims) => signed(ES256, {})(claims, stranger)],
  ['no signature', (claims) => new UnsecuredJWT({ ...claims }).encode()],
  [
    'the secret of the client as its key',
    (claims) =>
      new SignJWT({ ...claims })
        .setProtectedHeader({ alg: 'HS256' })
        .sign(new TextEncoder().encode(SECRET)),
  ],
] as const satisfies readonly (readonly [string, Forgery])[]) {
  test(`an ID token with ${what} is refused`, () =>
    withWorld(async (world) => {
      world.forgery = forgery;
      const browser = world.browser();
      const [, response] = await browser.signIn();
      assert.equal(response.status, 400);
      assert.equal(await codeOf(response), 'sign-in-refused');
      assert.equal(browser.session, undefined);
      assert.deepEqual(world.entries, []);
    }));
}

test('an ID token that the provider signs again, without a change, is accepted', () =>
  withWorld(async (world) => {
    world.forgery = signed(ES256, {});
    const browser = world.browser();
    await browser.signIn();
    assert.equal(ask(world, browser.session).kind, 'caller');
  }));

test('a person without a role is refused, and gets no session', () =>
  withWorld(async (world) => {
    world.claims = { sub: 'eve', roles: ['Owner'] };
    const browser = world.browser();
    const [, response] = await browser.signIn();
    assert.equal(response.status, 403);
    assert.equal(await codeOf(response), 'no-role');
    assert.equal(browser.session, undefined);
    assert.deepEqual(world.entries, []);
  }));

test('groups that do not fit into a token are unknown, not none', () =>
  withWorld(async (world) => {
    world.claims = { sub: 'eve', _claim_names: { groups: 'src1' } };
    const [, response] = await world.browser().signIn();
    assert.equal(response.status, 403);
    assert.match(await response.text(), /cannot tell whether you have a role/);
  }));

test('Entra names a person by object id and tenant, not by address', () =>
  withWorld(async (world) => {
    world.claims = { sub: 'x', oid: 'o1', tid: 't1', roles: ['Responder'] };
    const browser = world.browser();
    await browser.signIn();
    const answer = ask(world, browser.session);
    assert.equal(answer.kind === 'caller' && answer.caller.who, 'operator o1@t1');
  }));

test('a callback works once, and only in the browser that began the sign-in', () =>
  withWorld(async (world) => {
    const [ada, eve] = [world.browser(), world.browser()];
    const stolen = await ada.callback();
    assert.equal(await codeOf(await eve.request(stolen)), 'sign-in');
    // The attempt of another browser used it up.
    assert.equal(await codeOf(await ada.request(stolen)), 'sign-in');
    const own = await ada.callback();
    assert.equal((await ada.request(own)).status, 302);
    assert.equal(await codeOf(await ada.request(own)), 'sign-in');
  }));

test('a callback of another issuer is refused', () =>
  withWorld(async (world) => {
    const browser = world.browser();
    const url = new URL(await browser.callback());
    assert.equal(url.searchParams.get('iss'), world.issuer);
    url.searchParams.set('iss', 'https://idp.attacker.example');
    const response = await browser.request(url.href);
    assert.equal(await codeOf(response), 'sign-in-refused');
    assert.equal(browser.session, undefined);
  }));

test('a sign-in that takes longer than 10 minutes begins again', () =>
  withWorld(async (world) => {
    const browser = world.browser();
    const url = await browser.callback();
    world.clock.advance(10 * MINUTE_MS);
    assert.equal(await codeOf(await browser.request(url)), 'sign-in');
  }));

test('a session ends after 30 idle minutes, and after 10 hours', () =>
  withWorld(async (world) => {
    const browser = world.browser();
    await browser.signIn();
    for (let minutes = 0; minutes < 590; minutes += 29) {
      assert.equal(ask(world, browser.session).kind, 'caller', `after ${minutes} minutes`);
      world.clock.advance(29 * MINUTE_MS);
    }
    assert.equal(ask(world, browser.session).kind, 'refused');
    const other = world.browser();
    await other.signIn();
    world.clock.advance(30 * MINUTE_MS);
    assert.equal(ask(world, other.session).kind, 'refused');
  }));

test('a session that ends refuses the next item of a stream', () =>
  withWorld(async (world) => {
    const browser = world.browser();
    await browser.signIn();
    const answer = ask(world, browser.session);
    assert.equal(answer.kind, 'caller');
    assert.ok(world.authenticator.stillValid(answer.caller));
    world.clock.advance(30 * MINUTE_MS);
    assert.ok(!world.authenticator.stillValid(answer.caller));
  }));

test('a sign-in replaces a value from before it', () =>
  withWorld(async (world) => {
    const browser = world.browser();
    await browser.signIn();
    const first = browser.session;
    await browser.signIn();
    assert.notEqual(browser.session, first);
    assert.equal(ask(world, first).kind, 'refused');
    // A value that an attacker planted in the browser.
    const planted = 'A'.repeat(43);
    const victim = world.browser();
    victim.cookies.set(ORIGIN, new Map([['cs', planted]]));
    await victim.signIn();
    assert.equal(ask(world, planted).kind, 'refused');
    assert.notEqual(victim.session, planted);
  }));

test('a step-up proves the same person again, and does not prolong the session', () =>
  withWorld(async (world) => {
    const browser = world.browser();
    await browser.signIn();
    const before = world.state.sessions.open()[0];
    const old = browser.session;
    const [at] = await browser.signIn('?return=/act&step-up');
    assert.equal(at, `${ORIGIN}/act`);
    assert.notEqual(browser.session, old);
    assert.equal(ask(world, old).kind, 'refused');
    assert.equal(world.entries.at(-1)?.signIn.what, 'operator-stepped-up');
    assert.equal(world.state.sessions.open()[0]?.endsMs, before?.endsMs);
    world.claims = { sub: 'eve', roles: ['Responder'] };
    browser.cookies.delete(world.issuer);
    const [, response] = await browser.signIn('?step-up');
    assert.equal(await codeOf(response), 'step-up');
  }));

test('signing out ends the session, also for a stolen cookie', () =>
  withWorld(async (world) => {
    const browser = world.browser();
    await browser.signIn();
    const stolen = browser.session;
    const headers = { 'sec-fetch-site': 'same-origin' };
    const response = await browser.request(`${ORIGIN}/sign-out`, { method: 'POST', headers });
    assert.equal(response.status, 303);
    assert.match(
      response.headers.get('location') ?? '',
      new RegExp(`^${world.issuer}/session/end`),
    );
    assert.equal(browser.session, undefined);
    assert.equal(ask(world, stolen).kind, 'refused');
    assert.equal(world.entries.at(-1)?.signIn.what, 'operator-signed-out');
  }));

for (const [headers, isAccepted] of [
  [{ 'sec-fetch-site': 'same-origin' }, true],
  [{ 'sec-fetch-site': 'cross-site', origin: ORIGIN }, false],
  [{ 'sec-fetch-site': 'same-site' }, false],
  [{ 'sec-fetch-site': 'none' }, false],
  [{ origin: ORIGIN }, true],
  [{ origin: 'https://attacker.example' }, false],
  [{ origin: 'null' }, false],
  [{}, false],
] as const) {
  test(`a POST with ${JSON.stringify(headers)} ${isAccepted ? 'counts' : 'is refused'}`, () =>
    withWorld(async (world) => {
      const browser = world.browser();
      await browser.signIn();
      const { kind } = ask(world, browser.session, headers, 'POST');
      assert.equal(kind, isAccepted ? 'caller' : 'refused');
      const answer = await browser.request(`${ORIGIN}/sign-out`, { method: 'POST', headers });
      assert.equal(answer.status, isAccepted ? 303 : 403);
    }));
}

test('two cookies of one name are refused: another site may have set one', () =>
  withWorld(async (world) => {
    const browser = world.browser();
    await browser.signIn();
    const { session = '' } = browser;
    const cookie = `cs=${session}; cs=${'B'.repeat(43)}`;
    const answer = world.authenticator.authenticate({
      method: 'GET',
      headers: new Headers({ cookie }),
    });
    assert.equal(answer.kind, 'refused');
  }));

test('no session begins if its entry cannot be written', () =>
  withWorld(async (world) => {
    world.isRecordFailing = true;
    const browser = world.browser();
    const [, response] = await browser.signIn();
    assert.equal(response.status, 503);
    assert.equal(await codeOf(response), 'not-recorded');
    assert.equal(browser.session, undefined);
    assert.deepEqual(world.state.sessions.open(), []);
  }));

test('the provider ends the sessions of a person, once for each token', () =>
  withWorld(async (world) => {
    const browser = world.browser();
    await browser.signIn();
    const post = (token: string) =>
      world.app.request(`${ORIGIN}/sign-in/backchannel-logout`, {
        method: 'POST',
        body: new URLSearchParams({ logout_token: token }),
      });
    const signed = await world.logoutToken({ sub: 'ada' });
    const unsigned = Buffer.from('{"alg":"none"}').toString('base64url');
    for (const wrong of [
      await world.logoutToken({ sub: 'ada' }, 'http://schemas.openid.net/event/other'),
      await world.logoutToken({ sub: 'ada', nonce: 'n' }),
      await world.logoutToken({}),
      `${unsigned}.${signed.split('.')[1]}.`,
      'x',
    ]) {
      const { status } = await post(wrong);
      assert.equal(status, 400, wrong);
    }
    assert.equal(ask(world, browser.session).kind, 'caller');
    const token = await world.logoutToken({ sub: 'ada' });
    const answer = await post(token);
    assert.equal(answer.status, 200);
    assert.equal(answer.headers.get('cache-control'), 'no-store');
    assert.equal(ask(world, browser.session).kind, 'refused');
    assert.equal((await post(token)).status, 400);
  }));

test('a browser returns to a path of the service only', () => {
  for (const path of ['/', '/findings', '/a?b=//c', '/incidents/1#x']) {
    assert.equal(localPath(path), path);
  }
  for (const path of [
    '//evil.example',
    '/\\evil.example',
    'https://evil.example',
    '/\t/evil',
    '',
  ]) {
    assert.equal(localPath(path), '/');
  }
  fc.assert(
    fc.property(
      fc.oneof(
        fc.webUrl(),
        fc.string(),
        fc.string().map((text) => `/${text}`),
      ),
      (text) => {
        return new URL(localPath(text), ORIGIN).origin === ORIGIN;
      },
    ),
  );
});
