import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { SoftAuthenticator } from '../../../../../tools/testing/soft-authenticator.ts';
import {
  ADA,
  EamHarness,
  HIGH_RISK_USER,
  ISSUER,
  postedForm,
  REDIRECT_URI,
  UNKNOWN_USER,
  USER_BY_NAME,
} from '../testing/eam-harness.ts';
import { EAM_DISCOVERY, EAM_PATHS } from './eam-metadata.ts';
import { FAILURES_MAX } from './limits.ts';

test('a person registers by invitation, proves the passkey, and is confirmed', async () => {
  const harness = await EamHarness.create();
  const authenticator = new SoftAuthenticator();
  const registered = await harness.enroll(authenticator);
  assert.match(registered.text, /Your passkey is registered/);
  assert.equal(harness.decisions.length, 0, 'nothing is decided before the passkey is used');
  const page = await harness.signIn(registered, authenticator);
  const { action, fields } = postedForm(page);
  assert.equal(action, REDIRECT_URI);
  assert.equal(fields['state'], 'the state of Entra');
  const jwks = createLocalJWKSet(await harness.ring.jwks());
  const currentDate = new Date(harness.clock.now());
  const { payload, protectedHeader } = await jwtVerify(fields['id_token'] ?? '', jwks, {
    currentDate,
  });
  assert.equal(protectedHeader.alg, 'RS256');
  assert.deepEqual(payload, {
    iss: ISSUER,
    aud: 'countersign-northmoor',
    sub: `pairwise of ${ADA}`,
    nonce: 'nonce 1',
    iat: harness.seconds,
    nbf: harness.seconds,
    exp: harness.seconds + 300,
    acr: 'possessionorinherence',
    amr: ['fido'],
  });
});

test('a permit and its pass are durable before the answer to Entra', async () => {
  const harness = await EamHarness.create();
  const authenticator = new SoftAuthenticator();
  await harness.signIn(await harness.enroll(authenticator), authenticator);
  const [{ decision, request } = assert.fail()] = harness.decisions;
  assert.equal(decision.effect, 'permit');
  assert.equal(decision.enforcementPoint, 'eam');
  assert.deepEqual(request.subject, { type: 'user', id: ADA });
  assert.deepEqual(request.context, {
    factor: 'phishing-resistant',
    address: '198.51.100.7',
    requestId: '00000000-0000-4000-8000-000000000001',
    passkey: authenticator.id,
  });
  assert.equal(harness.passCount, 1);
  const [pass] = harness.passes;
  assert.deepEqual([pass?.id, pass?.person], [decision.pass?.id, ADA]);
  // The second sign-in needs no invitation, and has its own decision.
  await harness.signIn(await harness.startSignIn(), authenticator);
  assert.equal(harness.decisions.length, 2);
});

test('finds a person by name if the directory has no object id', async () => {
  const harness = await EamHarness.create();
  const authenticator = new SoftAuthenticator();
  const page = await harness.signIn(
    await harness.enroll(authenticator, USER_BY_NAME),
    authenticator,
  );
  assert.equal(postedForm(page).action, REDIRECT_URI);
  const [{ decision, request } = assert.fail()] = harness.decisions;
  assert.deepEqual([decision.effect, request.subject.id], ['permit', '4444@northmoor.example']);
});

test("reports a temporary failure while Entra's keys are unreadable", async () => {
  const harness = await EamHarness.create();
  harness.authority = 'away';
  const page = await harness.startSignIn();
  assert.equal(page.status, 503);
  assert.match(page.text, /Try again in a few minutes/);
  assert.equal(postedForm(page).action, undefined, 'the sender is unknown');
});

test('a permit that cannot be recorded is not given', async () => {
  const harness = await EamHarness.create();
  const authenticator = new SoftAuthenticator();
  const registered = await harness.enroll(authenticator);
  harness.ledger = 'full';
  const page = await harness.signIn(registered, authenticator);
  assert.equal(page.status, 503);
  assert.match(page.text, /policy service is not available/);
  const { action, fields } = postedForm(page);
  assert.deepEqual([action, fields['error']], [REDIRECT_URI, 'temporarily_unavailable']);
  assert.equal(fields['id_token'], undefined);
});

test('shows a denied person a reference, and tells Entra', async () => {
  const harness = await EamHarness.create();
  const authenticator = new SoftAuthenticator();
  const page = await harness.signIn(
    await harness.enroll(authenticator, HIGH_RISK_USER),
    authenticator,
  );
  assert.equal(page.status, 403);
  assert.match(page.text, /policy does not allow this sign-in/);
  assert.doesNotMatch(page.text, /risk/);
  const [{ decision } = assert.fail()] = harness.decisions;
  assert.deepEqual([decision.effect, decision.policies], ['deny', ['high-risk']]);
  const [, reference = ''] = /<code>([0-9a-f-]+)<\/code>/.exec(page.text) ?? [];
  assert.equal(reference.replaceAll('-', ''), decision.id.slice(-12));
  const { action, fields } = postedForm(page);
  assert.equal(action, REDIRECT_URI);
  assert.deepEqual(fields, { error: 'access_denied', state: 'the state of Entra' });
  assert.equal(harness.passCount, 0);
});

test('tells a person unknown to the directory that access cannot be decided', async () => {
  const harness = await EamHarness.create();
  const authenticator = new SoftAuthenticator();
  const page = await harness.signIn(
    await harness.enroll(authenticator, UNKNOWN_USER),
    authenticator,
  );
  assert.match(page.text, /We cannot tell whether/);
  assert.equal(harness.decisions[0]?.decision.cause, 'unknown');
});

test('states the device of a device-bound passkey, whose health counts', async () => {
  const harness = await EamHarness.create();
  const authenticator = new SoftAuthenticator();
  const page = await harness.startSignIn();
  const code = harness.code(ADA);
  const [{ invitation } = assert.fail()] = harness.registry.invitations();
  Object.assign(invitation, { device: 'laptop' });
  const next = await harness.submit(page, EAM_PATHS.enroll, { code });
  const credential = authenticator.create(next.options, ISSUER);
  const registered = await harness.submit(next, EAM_PATHS.register, { credential });
  await harness.signIn(registered, authenticator);
  const [{ decision, request } = assert.fail()] = harness.decisions;
  assert.equal(request.context['device'], 'laptop');
  assert.deepEqual([decision.effect, decision.policies], ['deny', ['device-seen-unhealthy']]);
});

test('a synced passkey states no device', async () => {
  const harness = await EamHarness.create();
  const authenticator = new SoftAuthenticator({ bound: 'synced' });
  const page = await harness.startSignIn();
  const code = harness.code(ADA);
  const [{ invitation } = assert.fail()] = harness.registry.invitations();
  Object.assign(invitation, { device: 'laptop' });
  const next = await harness.submit(page, EAM_PATHS.enroll, { code });
  const credential = authenticator.create(next.options, ISSUER);
  const registered = await harness.submit(next, EAM_PATHS.register, { credential });
  await harness.signIn(registered, authenticator);
  assert.equal(harness.decisions[0]?.request.context['device'], undefined);
});

test('records only a GUID as request id', async () => {
  const harness = await EamHarness.create();
  const form = await harness.request();
  form.set('client-request-id', 'text of the sender');
  const page = await harness.post(EAM_PATHS.authorize, form);
  await harness.submit(page, EAM_PATHS.refuse, {});
  assert.equal(Object.hasOwn(harness.decisions[0]?.request.context ?? {}, 'requestId'), false);
});

test('a person without a passkey is refused, with an entry', async () => {
  const harness = await EamHarness.create();
  const page = await harness.submit(await harness.startSignIn(), EAM_PATHS.refuse, {});
  assert.equal(page.status, 403);
  const [{ decision, request } = assert.fail()] = harness.decisions;
  assert.equal(decision.effect, 'deny');
  assert.equal(request.context['factor'], 'none');
  assert.match(page.text, /did not confirm your identity with a registered passkey/);
  assert.equal(postedForm(page).fields['error'], 'access_denied');
});

test('ends an attempt after several failures, and records each of them', async () => {
  const harness = await EamHarness.create();
  let page = await harness.startSignIn();
  for (let count = 1; count < FAILURES_MAX; count++) {
    page = await harness.signIn(page, new SoftAuthenticator());
    assert.equal(page.status, 200);
    assert.match(page.text, /That did not work/);
  }
  page = await harness.signIn(page, new SoftAuthenticator());
  assert.equal(page.status, 403);
  assert.equal(harness.records.length, FAILURES_MAX);
  for (const record of harness.records) {
    assert.ok(record.what === 'passkey-refused');
    assert.equal(record.requestId, '00000000-0000-4000-8000-000000000001');
  }
  assert.equal(harness.decisions.length, 1);
});

test('pages use the language of the browser and at most 30 KB', async () => {
  const harness = await EamHarness.create();
  const english = await harness.startSignIn();
  assert.match(english.text, /<html lang="en">/);
  assert.ok(english.text.length < 30_000, `${english.text.length} characters`);
  const form = await harness.request();
  const german = await harness.post(EAM_PATHS.authorize, form, { 'accept-language': 'de-CH,en' });
  assert.match(german.text, /<html lang="de">/);
  assert.match(german.text, /Passkey verwenden/);
  assert.doesNotMatch(german.text, /https?:\/\/(?!pdp\.example\.com)/, 'nothing from elsewhere');
});

test('publishes the metadata that Entra reads, with a certificate for every key', async () => {
  const harness = await EamHarness.create();
  const read = async (path: string) => {
    const { status, body } = await harness.endpoint.publicPage({ method: 'GET', path });
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
  assert.ok(harness.endpoint.isPublic(EAM_DISCOVERY) && harness.endpoint.isPublic(EAM_PATHS.keys));
  for (const own of [EAM_PATHS.authorize, EAM_PATHS.passkey, `${path}/x`, '/']) {
    assert.ok(!harness.endpoint.isPublic(own), own);
  }
  const posted = await harness.endpoint.publicPage({ method: 'POST', path });
  assert.equal(posted.status, 405);
});
