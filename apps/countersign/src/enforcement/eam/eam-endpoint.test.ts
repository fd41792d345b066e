import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { SoftAuthenticator } from '../../../../../tools/testing/soft-authenticator.ts';
import {
  ADA,
  answerIn,
  BACK,
  EamWorld,
  ISSUER,
  NAMED,
  PREY,
  STRANGER,
} from '../testing/eam-world.ts';
import { EAM_DISCOVERY, EAM_PATHS } from './eam-metadata.ts';
import { FAILURES_MAX } from './limits.ts';

test('a person registers by invitation, proves the passkey, and is confirmed', async () => {
  const world = await EamWorld.begin();
  const authenticator = new SoftAuthenticator();
  const registered = await world.enroll(authenticator);
  assert.match(registered.text, /Your passkey is registered/);
  assert.equal(world.decisions.length, 0, 'nothing is decided before the passkey is used');
  const page = await world.use(registered, authenticator);
  const { action, fields } = answerIn(page);
  assert.equal(action, BACK);
  assert.equal(fields['state'], 'the state of Entra');
  const jwks = createLocalJWKSet(await world.ring.jwks());
  const currentDate = new Date(world.clock.now());
  const { payload, protectedHeader } = await jwtVerify(fields['id_token'] ?? '', jwks, {
    currentDate,
  });
  assert.equal(protectedHeader.alg, 'RS256');
  assert.deepEqual(payload, {
    iss: ISSUER,
    aud: 'countersign-northmoor',
    sub: `pairwise of ${ADA}`,
    nonce: 'nonce 1',
    iat: world.seconds,
    nbf: world.seconds,
    exp: world.seconds + 300,
    acr: 'possessionorinherence',
    amr: ['fido'],
  });
});

test('a permit and its pass are durable before the answer to Entra', async () => {
  const world = await EamWorld.begin();
  const authenticator = new SoftAuthenticator();
  await world.use(await world.enroll(authenticator), authenticator);
  const [{ decision, request } = assert.fail()] = world.decisions;
  assert.equal(decision.effect, 'permit');
  assert.equal(decision.enforcementPoint, 'eam');
  assert.deepEqual(request.subject, { type: 'user', id: ADA });
  assert.deepEqual(request.context, {
    factor: 'phishing-resistant',
    address: '198.51.100.7',
    requestId: '00000000-0000-4000-8000-000000000001',
    passkey: authenticator.id,
  });
  assert.equal(world.passCount, 1);
  const [pass] = world.passes;
  assert.deepEqual([pass?.id, pass?.person], [decision.pass?.id, ADA]);
  // The second sign-in needs no invitation, and has its own decision.
  await world.use(await world.arrive(), authenticator);
  assert.equal(world.decisions.length, 2);
});

test('finds a person by name if the directory has no object id', async () => {
  const world = await EamWorld.begin();
  const authenticator = new SoftAuthenticator();
  const page = await world.use(await world.enroll(authenticator, NAMED), authenticator);
  assert.equal(answerIn(page).action, BACK);
  const [{ decision, request } = assert.fail()] = world.decisions;
  assert.deepEqual([decision.effect, request.subject.id], ['permit', '4444@northmoor.example']);
});

test("reports a temporary failure while Entra's keys are unreadable", async () => {
  const world = await EamWorld.begin();
  world.authority = 'away';
  const page = await world.arrive();
  assert.equal(page.status, 503);
  assert.match(page.text, /Try again in a few minutes/);
  assert.equal(answerIn(page).action, undefined, 'nobody knows who sent them');
});

test('a permit that cannot be recorded is not given', async () => {
  const world = await EamWorld.begin();
  const authenticator = new SoftAuthenticator();
  const registered = await world.enroll(authenticator);
  world.ledger = 'full';
  const page = await world.use(registered, authenticator);
  assert.equal(page.status, 503);
  assert.match(page.text, /policy service is not available/);
  const { action, fields } = answerIn(page);
  assert.deepEqual([action, fields['error']], [BACK, 'temporarily_unavailable']);
  assert.equal(fields['id_token'], undefined);
});

test('shows a denied person a reference, and tells Entra', async () => {
  const world = await EamWorld.begin();
  const authenticator = new SoftAuthenticator();
  const page = await world.use(await world.enroll(authenticator, PREY), authenticator);
  assert.equal(page.status, 403);
  assert.match(page.text, /policy does not allow this sign-in/);
  assert.doesNotMatch(page.text, /risk/);
  const [{ decision } = assert.fail()] = world.decisions;
  assert.deepEqual([decision.effect, decision.policies], ['deny', ['high-risk']]);
  const [, reference = ''] = /<code>([0-9a-f-]+)<\/code>/.exec(page.text) ?? [];
  assert.equal(reference.replaceAll('-', ''), decision.id.slice(-12));
  const { action, fields } = answerIn(page);
  assert.equal(action, BACK);
  assert.deepEqual(fields, { error: 'access_denied', state: 'the state of Entra' });
  assert.equal(world.passCount, 0);
});

test('tells a person unknown to the directory that access cannot be decided', async () => {
  const world = await EamWorld.begin();
  const authenticator = new SoftAuthenticator();
  const page = await world.use(await world.enroll(authenticator, STRANGER), authenticator);
  assert.match(page.text, /We cannot tell whether/);
  assert.equal(world.decisions[0]?.decision.cause, 'unknown');
});

test('states the device of a device-bound passkey, whose health counts', async () => {
  const world = await EamWorld.begin();
  const authenticator = new SoftAuthenticator();
  const page = await world.arrive();
  const code = world.code(ADA);
  const [{ invitation } = assert.fail()] = world.book.invitations();
  Object.assign(invitation, { device: 'laptop' });
  const next = await world.submit(page, EAM_PATHS.enroll, { code });
  const credential = authenticator.create(next.options, ISSUER);
  const registered = await world.submit(next, EAM_PATHS.register, { credential });
  await world.use(registered, authenticator);
  const [{ decision, request } = assert.fail()] = world.decisions;
  assert.equal(request.context['device'], 'laptop');
  assert.deepEqual([decision.effect, decision.policies], ['deny', ['device-seen-unhealthy']]);
});

test('a synced passkey states no device', async () => {
  const world = await EamWorld.begin();
  const authenticator = new SoftAuthenticator({ bound: 'synced' });
  const page = await world.arrive();
  const code = world.code(ADA);
  const [{ invitation } = assert.fail()] = world.book.invitations();
  Object.assign(invitation, { device: 'laptop' });
  const next = await world.submit(page, EAM_PATHS.enroll, { code });
  const credential = authenticator.create(next.options, ISSUER);
  const registered = await world.submit(next, EAM_PATHS.register, { credential });
  await world.use(registered, authenticator);
  assert.equal(world.decisions[0]?.request.context['device'], undefined);
});

test('records only a GUID as request id', async () => {
  const world = await EamWorld.begin();
  const form = await world.request();
  form.set('client-request-id', 'somebody wrote this');
  const page = await world.post(EAM_PATHS.authorize, form);
  await world.submit(page, EAM_PATHS.refuse, {});
  assert.equal(Object.hasOwn(world.decisions[0]?.request.context ?? {}, 'requestId'), false);
});

test('a person without a passkey is refused, with an entry', async () => {
  const world = await EamWorld.begin();
  const page = await world.submit(await world.arrive(), EAM_PATHS.refuse, {});
  assert.equal(page.status, 403);
  const [{ decision, request } = assert.fail()] = world.decisions;
  assert.equal(decision.effect, 'deny');
  assert.equal(request.context['factor'], 'none');
  assert.match(page.text, /did not confirm your identity with a registered passkey/);
  assert.equal(answerIn(page).fields['error'], 'access_denied');
});

test('ends an attempt after several failures, and records each of them', async () => {
  const world = await EamWorld.begin();
  let page = await world.arrive();
  for (let count = 1; count < FAILURES_MAX; count++) {
    page = await world.use(page, new SoftAuthenticator());
    assert.equal(page.status, 200);
    assert.match(page.text, /That did not work/);
  }
  page = await world.use(page, new SoftAuthenticator());
  assert.equal(page.status, 403);
  assert.equal(world.records.length, FAILURES_MAX);
  for (const record of world.records) {
    assert.ok(record.what === 'passkey-refused');
    assert.equal(record.requestId, '00000000-0000-4000-8000-000000000001');
  }
  assert.equal(world.decisions.length, 1);
});

test('pages use the language of the browser and at most 30 KB', async () => {
  const world = await EamWorld.begin();
  const english = await world.arrive();
  assert.match(english.text, /<html lang="en">/);
  assert.ok(english.text.length < 30_000, `${english.text.length} characters`);
  const form = await world.request();
  const german = await world.post(EAM_PATHS.authorize, form, { 'accept-language': 'de-CH,en' });
  assert.match(german.text, /<html lang="de">/);
  assert.match(german.text, /Passkey verwenden/);
  assert.doesNotMatch(german.text, /https?:\/\/(?!pdp\.example\.com)/, 'nothing from elsewhere');
});

test('publishes the metadata that Entra reads, with a certificate for every key', async () => {
  const world = await EamWorld.begin();
  const read = async (path: string) => {
    const { status, body } = await world.endpoint.publicPage({ method: 'GET', path });
    assert.equal(status, 200);
    return JSON.parse(body) as Record<string, unknown>;
  };
  const metadata = await read(EAM_DISCOVERY);
  assert.equal(metadata['issuer'], ISSUER);
  assert.deepEqual(metadata['id_token_signing_alg_values_supported'], ['RS256']);
  assert.deepEqual(metadata['scopes_supported'], ['openid']);
  const path = String(metadata['jwks_uri']).slice(ISSUER.length);
  const { keys } = (await read(path)) as { keys: Record<string, unknown>[] };
  for (const key of keys) {
    assert.deepEqual(
      ['kty', 'use', 'kid', 'x5t', 'n', 'e', 'x5c'].filter((member) => key[member] === undefined),
      [],
    );
    assert.equal(key['d'], undefined);
  }
  assert.ok(world.endpoint.isPublic(EAM_DISCOVERY) && world.endpoint.isPublic(EAM_PATHS.keys));
  for (const own of [EAM_PATHS.authorize, EAM_PATHS.passkey, `${path}/x`, '/']) {
    assert.ok(!world.endpoint.isPublic(own), own);
  }
  const posted = await world.endpoint.publicPage({ method: 'POST', path });
  assert.equal(posted.status, 405);
});
