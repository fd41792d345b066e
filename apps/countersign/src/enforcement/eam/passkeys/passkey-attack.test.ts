import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SoftAuthenticator } from '../../../../../../tools/testing/soft-authenticator.ts';
import {
  EamHarness,
  HIGH_RISK_USER,
  ISSUER,
  type Page,
  postedForm,
  REDIRECT_URI,
} from '../../testing/eam-harness.ts';
import { EAM_PATHS } from '../eam-metadata.ts';

test('a passkey counts on our site, for this attempt, used by its owner', async () => {
  const harness = await EamHarness.create();
  const mine = new SoftAuthenticator();
  const theirs = new SoftAuthenticator();
  await harness.enroll(mine);
  await harness.enroll(theirs, HIGH_RISK_USER);
  const cases: readonly (readonly [why: string, use: (page: Page) => string])[] = [
    ['unproven', ({ options }) => mine.get(options, 'https://pdp.example.com.elsewhere.example')],
    ['unproven', ({ options }) => mine.get(options, ISSUER, { site: 'elsewhere.example' })],
    ['unproven', ({ options }) => mine.get(options, ISSUER, { challenge: 'AAAA' })],
    ['unproven', ({ options }) => mine.get(options, ISSUER, { person: 'present' })],
    ['another', ({ options }) => theirs.get(options, ISSUER)],
    ['another', ({ options }) => mine.get(options, ISSUER, { userHandle: 'AAAA' })],
    ['unknown', ({ options }) => new SoftAuthenticator().get(options, ISSUER)],
    ['unreadable', () => '{}'],
    ['unreadable', () => 'not JSON'],
    ['unreadable', () => ''],
  ];
  for (const [why, use] of cases) {
    const page = await harness.startSignIn();
    const answer = await harness.submit(page, EAM_PATHS.passkey, { credential: use(page) });
    assert.match(answer.text, /That did not work/);
    const last = harness.records.at(-1);
    assert.deepEqual(
      [last?.what, last?.what === 'passkey-refused' && last.why],
      ['passkey-refused', why],
    );
  }
  const [first, second] = [await harness.startSignIn(), await harness.startSignIn()];
  const stale = mine.get(first.options, ISSUER);
  await harness.submit(second, EAM_PATHS.passkey, { credential: stale });
  assert.equal(harness.decisions.length, 0, 'what was signed for one attempt is none for another');
});

test('a copied passkey is found by its counter, and both copies stop working', async () => {
  const harness = await EamHarness.create();
  const original = new SoftAuthenticator();
  await harness.signIn(await harness.enroll(original), original);
  const copy = original.copy();
  assert.equal(
    postedForm(await harness.signIn(await harness.startSignIn(), original)).action,
    REDIRECT_URI,
  );
  const page = await harness.signIn(await harness.startSignIn(), copy);
  assert.match(page.text, /That did not work/);
  const last = harness.records.at(-1);
  assert.equal(last?.what === 'passkey-refused' && last.why, 'copied');
  const again = await harness.signIn(await harness.startSignIn(), original);
  assert.match(again.text, /That did not work/);
  assert.ok(harness.registry.get(original.id)?.revoked?.reason.includes('copy'));
});

test('a counter that restarts at zero is a copy too', async () => {
  const harness = await EamHarness.create();
  const authenticator = new SoftAuthenticator();
  await harness.signIn(await harness.enroll(authenticator), authenticator);
  const page = await harness.startSignIn();
  const credential = authenticator.get(page.options, ISSUER, { counter: 0 });
  await harness.submit(page, EAM_PATHS.passkey, { credential });
  const last = harness.records.at(-1);
  assert.equal(last?.what === 'passkey-refused' && last.why, 'copied');
});

test('only the holder of a passkey can make it look copied', async () => {
  const harness = await EamHarness.create();
  const authenticator = new SoftAuthenticator();
  await harness.signIn(await harness.enroll(authenticator), authenticator);
  const page = await harness.startSignIn();
  const forged = JSON.parse(authenticator.get(page.options, ISSUER, { counter: 0 })) as {
    response: { signature: string };
  };
  forged.response.signature = Buffer.from('no signature').toString('base64url');
  await harness.submit(page, EAM_PATHS.passkey, { credential: JSON.stringify(forged) });
  assert.equal(harness.registry.get(authenticator.id)?.revoked, null);
});

test('an authenticator without a counter is not taken for a copy', async () => {
  const harness = await EamHarness.create();
  const authenticator = new SoftAuthenticator({ counter: 0 });
  await harness.signIn(await harness.enroll(authenticator), authenticator);
  assert.equal(
    postedForm(await harness.signIn(await harness.startSignIn(), authenticator)).action,
    REDIRECT_URI,
  );
});
