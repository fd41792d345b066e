import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { test } from 'node:test';
import { createLink, LINK_PATH, linkAddress } from '../../../operators/links/create-link.ts';
import { LINK_API_PATH } from './paths.ts';
import { ORIGIN, SignInWorld } from './testing/sign-in-world.ts';

const MINUTE_MS = 60_000;
const OWN = { 'sec-fetch-site': 'same-origin', 'content-type': 'application/json' };

async function withWorld(use: (world: SignInWorld) => Promise<void>): Promise<void> {
  const world = await SignInWorld.open();
  try {
    await use(world);
  } finally {
    await world.close();
  }
}

function newLink(world: SignInWorld, name = 'ada'): string {
  const request = { name, roles: ['administrator'], nowMs: world.clock.now() };
  const { draft, secret } = createLink({ ...request, random: world.random });
  world.state.links.add(draft, 'root@host');
  return secret;
}

function exchange(world: SignInWorld, secret: unknown, headers: object = OWN) {
  const browser = world.browser();
  const init = { method: 'POST', body: JSON.stringify({ secret }), headers: { ...headers } };
  return browser.request(`${ORIGIN}${LINK_API_PATH}`, init).then((response) => {
    return { response, session: browser.session };
  });
}

function ask(world: SignInWorld, value: string | undefined) {
  const headers = new Headers({ cookie: `cs=${value}` });
  return world.authenticator.authenticate({ method: 'GET', headers });
}

test('a link signs one person in as administrator, once, and its use is an entry', () =>
  withWorld(async (world) => {
    const secret = newLink(world);
    const { response, session } = await exchange(world, secret);
    assert.equal(response.status, 200);
    assert.deepEqual(await response.json(), { returnTo: '/', passkey: false });
    const answer = ask(world, session);
    assert.equal(answer.kind, 'caller');
    const { who, scopes } = answer.caller;
    assert.equal(who, 'operator local:ada');
    assert.ok(scopes !== 'all' && scopes.has('operators:administer') && !scopes.has('names:read'));
    const [entry, ...others] = world.entries;
    assert.deepEqual(others, []);
    assert.equal(entry?.by, who);
    assert.equal(entry?.signIn.what, 'operator-signed-in');
    assert.notEqual(entry?.signIn.link, undefined);
    assert.ok(!JSON.stringify(world.entries).includes(secret));
    const again = await exchange(world, secret);
    assert.equal(again.response.status, 403);
    assert.equal(again.session, undefined);
  }));

test('of two requests with one link, one gets a session', () =>
  withWorld(async (world) => {
    const secret = newLink(world);
    const all = await Promise.all(Array.from({ length: 8 }, () => exchange(world, secret)));
    assert.equal(all.filter(({ session }) => session !== undefined).length, 1);
  }));

test('a link ends after 15 minutes', () =>
  withWorld(async (world) => {
    const [early, late] = [newLink(world), newLink(world)];
    world.clock.advance(15 * MINUTE_MS - 1);
    assert.equal((await exchange(world, early)).response.status, 200);
    world.clock.advance(1);
    assert.equal((await exchange(world, late)).response.status, 403);
  }));

test('reading the page, or a guess, does not use a link up', () =>
  withWorld(async (world) => {
    const secret = newLink(world);
    for (const method of ['GET', 'HEAD']) {
      assert.equal((await world.app.request(`${ORIGIN}${LINK_PATH}`, { method })).status, 200);
    }
    for (const wrong of ['A'.repeat(43), '', `${secret}x`, secret.slice(1), 7, null, [secret]]) {
      assert.equal((await exchange(world, wrong)).response.status, 403);
    }
    assert.equal((await exchange(world, secret)).response.status, 200);
  }));

for (const headers of [
  { 'sec-fetch-site': 'cross-site', origin: ORIGIN },
  { origin: 'https://attacker.example' },
  {},
]) {
  test(`a POST with ${JSON.stringify(headers)} does not use a link up`, () =>
    withWorld(async (world) => {
      const secret = newLink(world);
      const { response, session } = await exchange(world, secret, headers);
      assert.equal(response.status, 403);
      assert.equal(session, undefined);
      assert.equal((await exchange(world, secret)).response.status, 200);
    }));
}

test('a link whose use cannot be recorded stays valid', () =>
  withWorld(async (world) => {
    const secret = newLink(world);
    world.isRecordFailing = true;
    const { response, session } = await exchange(world, secret);
    assert.equal(response.status, 503);
    assert.equal(session, undefined);
    assert.deepEqual(world.state.sessions.open(), []);
    world.isRecordFailing = false;
    assert.equal((await exchange(world, secret)).response.status, 200);
  }));

test('a used link stays used when the state is read again from the ledger', () =>
  withWorld(async (world) => {
    const request = { name: 'ada', roles: ['viewer'], nowMs: world.clock.now() };
    const { draft, secret } = createLink({ ...request, random: world.random });
    const head = { v: 1, atMs: world.clock.now() } as const;
    world.state.apply(0, { ...head, by: 'root@host', what: 'link-created', link: draft });
    const signIn = { what: 'operator-signed-in', session: 's', issuer: null, roles: [] } as const;
    world.state.apply(1, { ...head, by: 'operator local:ada', ...signIn, link: draft.id });
    assert.equal((await exchange(world, secret)).response.status, 403);
  }));

test('an erased entry, which may have been the use of a link, ends all links', () =>
  withWorld(async (world) => {
    const secret = newLink(world);
    world.state.apply(0, 'erased');
    assert.equal((await exchange(world, secret)).response.status, 403);
  }));

test('the page runs its own script only, and the secret is in the fragment', () =>
  withWorld(async (world) => {
    const link = new URL(linkAddress(ORIGIN, newLink(world)));
    assert.match(link.hash, /^#[\w-]{43}$/);
    const response = await world.app.request(link.href);
    const policy = response.headers.get('content-security-policy') ?? '';
    assert.match(policy, /^default-src 'none'; /);
    assert.ok(!policy.includes('unsafe'), policy);
    assert.equal(response.headers.get('referrer-policy'), 'no-referrer');
    assert.equal(response.headers.get('cache-control'), 'no-store');
    const page = await response.text();
    for (const part of ['script', 'style']) {
      const text = new RegExp(`<${part}>([\\s\\S]*?)</${part}>`).exec(page)?.[1] ?? '';
      const digest = createHash('sha256').update(text).digest('base64');
      assert.ok(policy.includes(`${part}-src 'sha256-${digest}'`), part);
    }
  }));
