import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SoftAuthenticator } from '../../../../../../tools/testing/soft-authenticator.ts';
import { answerIn, BACK, EamWorld, ISSUER, type Page, PREY } from '../../testing/eam-world.ts';
import { EAM_PATHS } from '../eam-metadata.ts';

test('a passkey counts on our site, for this attempt, used by its owner', async () => {
  const world = await EamWorld.begin();
  const mine = new SoftAuthenticator();
  const theirs = new SoftAuthenticator();
  await world.enroll(mine);
  await world.enroll(theirs, PREY);
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
    const page = await world.arrive();
    const answer = await world.submit(page, EAM_PATHS.passkey, { credential: use(page) });
    assert.match(answer.text, /That did not work/);
    const last = world.records.at(-1);
    assert.deepEqual(
      [last?.what, last?.what === 'passkey-refused' && last.why],
      ['passkey-refused', why],
    );
  }
  const [first, second] = [await world.arrive(), await world.arrive()];
  const stale = mine.get(first.options, ISSUER);
  await world.submit(second, EAM_PATHS.passkey, { credential: stale });
  assert.equal(world.decisions.length, 0, 'what was signed for one attempt is none for another');
});

test('a copied passkey is found by its counter, and both copies stop working', async () => {
  const world = await EamWorld.begin();
  const original = new SoftAuthenticator();
  await world.use(await world.enroll(original), original);
  const copy = original.copy();
  assert.equal(answerIn(await world.use(await world.arrive(), original)).action, BACK);
  const page = await world.use(await world.arrive(), copy);
  assert.match(page.text, /That did not work/);
  const last = world.records.at(-1);
  assert.equal(last?.what === 'passkey-refused' && last.why, 'copied');
  const again = await world.use(await world.arrive(), original);
  assert.match(again.text, /That did not work/);
  assert.ok(world.book.get(original.id)?.revoked?.reason.includes('copy'));
});

test('a counter that restarts at zero is a copy too', async () => {
  const world = await EamWorld.begin();
  const authenticator = new SoftAuthenticator();
  await world.use(await world.enroll(authenticator), authenticator);
  const page = await world.arrive();
  const credential = authenticator.get(page.options, ISSUER, { counter: 0 });
  await world.submit(page, EAM_PATHS.passkey, { credential });
  const last = world.records.at(-1);
  assert.equal(last?.what === 'passkey-refused' && last.why, 'copied');
});

test('only the holder of a passkey can make it look copied', async () => {
  const world = await EamWorld.begin();
  const authenticator = new SoftAuthenticator();
  await world.use(await world.enroll(authenticator), authenticator);
  const page = await world.arrive();
  const forged = JSON.parse(authenticator.get(page.options, ISSUER, { counter: 0 })) as {
    response: { signature: string };
  };
  forged.response.signature = Buffer.from('no signature').toString('base64url');
  await world.submit(page, EAM_PATHS.passkey, { credential: JSON.stringify(forged) });
  assert.equal(world.book.get(authenticator.id)?.revoked, null);
});

test('an authenticator without a counter is not taken for a copy', async () => {
  const world = await EamWorld.begin();
  const authenticator = new SoftAuthenticator({ counter: 0 });
  await world.use(await world.enroll(authenticator), authenticator);
  assert.equal(answerIn(await world.use(await world.arrive(), authenticator)).action, BACK);
});
