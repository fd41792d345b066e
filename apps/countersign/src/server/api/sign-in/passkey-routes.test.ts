import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Habits,
  SoftAuthenticator,
} from '../../../../../../tools/testing/soft-authenticator.ts';
import { createLink } from '../../../operators/links/create-link.ts';
import { LINK_API_PATH, PASSKEY_API_PATH, SIGN_IN_API_PATH } from './paths.ts';
import { type Browser, ORIGIN, SignInWorld } from './testing/sign-in-world.ts';

const MINUTE_MS = 60_000;
const OWN = { 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' };
type Options = { readonly publicKey: Readonly<Record<string, unknown>> };

async function withWorld(use: (world: SignInWorld) => Promise<void>): Promise<void> {
  const world = await SignInWorld.open();
  try {
    await use(world);
  } finally {
    await world.close();
  }
}

function post(browser: Browser, path: string, body: object, headers: object = OWN) {
  const init = { method: 'POST', body: JSON.stringify(body), headers: { ...headers } };
  return browser.request(`${ORIGIN}${path}`, init);
}

/** A browser in which the link of an operator was used. */
async function invited(world: SignInWorld, name: string, use?: 'passkey'): Promise<Browser> {
  const request = { name, roles: ['administrator'], use, nowMs: world.clock.now() };
  const { draft, secret } = createLink({ ...request, random: world.random });
  world.state.links.add(draft, 'root@host');
  const browser = world.browser();
  assert.equal((await post(browser, LINK_API_PATH, { secret })).status, 200);
  return browser;
}

async function register(browser: Browser, authenticator: SoftAuthenticator): Promise<number> {
  const asked = await post(browser, `${PASSKEY_API_PATH}/registration/options`, {});
  if (asked.status !== 200) return asked.status;
  const { publicKey } = (await asked.json()) as Options;
  const credential: unknown = JSON.parse(authenticator.create(publicKey, ORIGIN));
  return (await post(browser, `${PASSKEY_API_PATH}/registration`, { credential })).status;
}

async function signIn(
  browser: Browser,
  authenticator: SoftAuthenticator,
  habits: Habits = {},
): Promise<number> {
  const asked = await post(browser, `${PASSKEY_API_PATH}/options`, {});
  const { publicKey } = (await asked.json()) as Options;
  const credential: unknown = JSON.parse(authenticator.get(publicKey, ORIGIN, habits));
  return (await post(browser, PASSKEY_API_PATH, { credential })).status;
}

/** An operator with a passkey, in a world with nothing else. */
async function registered(world: SignInWorld, name = 'ada'): Promise<SoftAuthenticator> {
  const authenticator = new SoftAuthenticator();
  assert.equal(await register(await invited(world, name, 'passkey'), authenticator), 200);
  return authenticator;
}

function ask(world: SignInWorld, { session }: Browser) {
  const headers = new Headers({ cookie: `cs=${session}` });
  return world.authenticator.authenticate({ method: 'GET', headers });
}

test('a break-glass operator registers a passkey by a link, and signs in with it', () =>
  withWorld(async (world) => {
    const authenticator = await registered(world);
    const browser = world.browser();
    assert.equal(await signIn(browser, authenticator), 200);
    const answer = ask(world, browser);
    assert.equal(answer.kind, 'caller');
    assert.equal(answer.caller.who, 'operator local:ada');
    assert.ok(answer.caller.scopes !== 'all');
    assert.ok(answer.caller.scopes.has('operators:administer'));
    const { signIn: entry } = world.entries.at(-1) ?? {};
    assert.equal(entry?.what, 'operator-signed-in');
    assert.deepEqual(entry?.passkey, { id: authenticator.id, counter: 1 });
    assert.equal(world.state.passkeys.get(authenticator.id)?.counter, 1);
    const methods = await browser.request(`${ORIGIN}${SIGN_IN_API_PATH}`);
    assert.deepEqual(await methods.json(), { provider: true, passkey: true });
  }));

test('a passkey proves the operator of a session again', () =>
  withWorld(async (world) => {
    const authenticator = await registered(world);
    const browser = world.browser();
    await signIn(browser, authenticator);
    const first = browser.session;
    world.clock.advance(20 * MINUTE_MS);
    assert.equal(await signIn(browser, authenticator), 200);
    assert.notEqual(browser.session, first);
    assert.equal(world.entries.at(-1)?.signIn.what, 'operator-stepped-up');
    const answer = ask(world, browser);
    assert.equal(answer.kind === 'caller' && answer.caller.provedAtMs, world.clock.now());
    const other = await invited(world, 'eve');
    assert.equal(await signIn(other, authenticator), 403);
  }));

test('an ordinary link, or no session, registers no passkey', () =>
  withWorld(async (world) => {
    for (const browser of [await invited(world, 'eve'), world.browser()]) {
      assert.equal(await register(browser, new SoftAuthenticator()), 403);
    }
    assert.deepEqual(world.state.passkeys.all(), []);
  }));

test('two operators have a passkey at most, and each has one', () =>
  withWorld(async (world) => {
    await registered(world, 'ada');
    const again = await invited(world, 'ada', 'passkey');
    assert.equal(await register(again, new SoftAuthenticator()), 409);
    await registered(world, 'ben');
    const third = await invited(world, 'cyd', 'passkey');
    assert.equal(await register(third, new SoftAuthenticator()), 409);
    assert.equal(world.state.passkeys.all().length, 2);
  }));

for (const [what, habits] of [
  ['of another site', { site: 'attacker.example' }],
  ['for another origin', { origin: 'https://attacker.example' }],
  ['for another challenge', { challenge: 'AAAA' }],
  ['without user verification', { person: 'present' }],
  ['with the handle of another person', { userHandle: 'AAAA' }],
] as const) {
  test(`a response ${what} is refused`, () =>
    withWorld(async (world) => {
      const authenticator = await registered(world);
      const browser = world.browser();
      assert.equal(await signIn(browser, authenticator, habits), 403);
      assert.equal(browser.session, undefined);
      assert.equal(await signIn(browser, authenticator), 200);
    }));
}

test('a copied passkey, an unknown one and a replayed response are refused', () =>
  withWorld(async (world) => {
    const authenticator = await registered(world);
    const copy = authenticator.copy();
    assert.equal(await signIn(world.browser(), authenticator), 200);
    assert.equal(await signIn(world.browser(), copy), 403, 'its counter is not ahead');
    assert.equal(await signIn(world.browser(), new SoftAuthenticator()), 403);
    const browser = world.browser();
    const asked = await post(browser, `${PASSKEY_API_PATH}/options`, {});
    const { publicKey } = (await asked.json()) as Options;
    const credential: unknown = JSON.parse(authenticator.get(publicKey, ORIGIN));
    assert.equal((await post(browser, PASSKEY_API_PATH, { credential })).status, 200);
    assert.equal((await post(browser, PASSKEY_API_PATH, { credential })).status, 400);
    // The same response in a browser that did not ask for it.
    assert.equal((await post(world.browser(), PASSKEY_API_PATH, { credential })).status, 400);
  }));

test('a refused passkey is recorded once an hour for each reason, and an unknown one never', () =>
  withWorld(async (world) => {
    const authenticator = await registered(world);
    const copies = [authenticator.copy(), authenticator.copy()];
    assert.equal(await signIn(world.browser(), authenticator), 200);
    for (const copy of copies) assert.equal(await signIn(world.browser(), copy), 403);
    assert.equal(await signIn(world.browser(), new SoftAuthenticator()), 403);
    const { id: passkey } = authenticator;
    const said = { what: 'operator-passkey-refused', name: 'ada', passkey };
    assert.deepEqual(world.refusals, [{ ...said, why: 'copied' }]);
    await signIn(world.browser(), authenticator, { challenge: 'AAAA' });
    assert.deepEqual(world.refusals.slice(1), [{ ...said, why: 'unproven' }]);
    world.clock.advance(61 * MINUTE_MS);
    world.isRecordFailing = true;
    assert.equal(await signIn(world.browser(), authenticator, { challenge: 'AAAA' }), 503);
    world.isRecordFailing = false;
    assert.equal(await signIn(world.browser(), authenticator, { challenge: 'AAAA' }), 403);
    assert.equal(world.refusals.length, 3);
  }));

test('a request of another site begins nothing', () =>
  withWorld(async (world) => {
    const headers = { ...OWN, 'sec-fetch-site': 'cross-site' };
    const browser = await invited(world, 'ada', 'passkey');
    for (const path of ['', '/options', '/registration', '/registration/options']) {
      assert.equal((await post(browser, `${PASSKEY_API_PATH}${path}`, {}, headers)).status, 403);
    }
  }));

test('a revoked operator loses sessions, tokens, links and the passkey at once', () =>
  withWorld(async (world) => {
    const { state } = world;
    const authenticator = await registered(world);
    const browser = world.browser();
    await signIn(browser, authenticator);
    const atMs = world.clock.now();
    const head = { v: 1, atMs } as const;
    const limits = { tenants: null, regions: null, groups: null, expiresMs: atMs + MINUTE_MS };
    for (const [id, by] of [
      ['hers', 'operator local:ada@host'],
      ['other', 'operator local:adam@host'],
    ] as const) {
      const token = { id, name: id, hash: id.padEnd(64, '0'), scopes: [], ...limits };
      state.apply(state.next, { ...head, by, what: 'token-created', token });
    }
    const revoked = { what: 'operator-revoked', person: 'local:ada', reason: 'left' } as const;
    state.apply(state.next, { ...head, by: 'root@host', ...revoked });
    assert.equal(ask(world, browser).kind, 'refused');
    assert.equal(await signIn(world.browser(), authenticator), 403);
    assert.notEqual(state.tokens.get('hers')?.revoked, null);
    assert.equal(state.tokens.get('other')?.revoked, null);
    const request = { name: 'ada', roles: ['viewer'], nowMs: atMs, random: world.random };
    const { draft, secret } = createLink(request);
    state.links.add(draft, 'root@host');
    assert.equal((await post(world.browser(), LINK_API_PATH, { secret })).status, 403);
  }));
