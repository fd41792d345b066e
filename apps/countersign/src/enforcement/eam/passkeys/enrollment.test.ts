import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SoftAuthenticator } from '../../../../../../tools/testing/soft-authenticator.ts';
import { ADA, EAM_TENANT, EamHarness, HIGH_RISK_USER, ISSUER } from '../../testing/eam-harness.ts';
import { EAM_PATHS } from '../eam-metadata.ts';
import { CODE_MS, PASSKEYS_MAX } from '../limits.ts';
import type { InvitationDraft } from './enrollment.ts';
import { PasskeyRegistry } from './passkey-registry.ts';

function inviteTo(harness: EamHarness, person: string, by: string): InvitationDraft {
  return harness.invite(person, by);
}

/** Whether a code lets this person register now. */
async function opens(harness: EamHarness, code: string, person = ADA): Promise<boolean> {
  const page = await harness.submit(await harness.startSignIn(person), EAM_PATHS.enroll, { code });
  if (/Register a passkey<\/h1>/.test(page.text)) return true;
  assert.match(page.text, /This code is wrong/);
  return false;
}

test('a code works for one person, once, for a day', async () => {
  const harness = await EamHarness.create();
  const { code } = inviteTo(harness, ADA, 'carol');
  assert.match(code ?? '', /^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}$/);
  assert.equal(await opens(harness, code ?? '', HIGH_RISK_USER), false, 'another person');
  assert.equal(await opens(harness, '0000-0000-0000-0000'), false);
  assert.equal(await opens(harness, ''), false);
  assert.equal(await opens(harness, (code ?? '').toLowerCase().replaceAll('-', ' ')), true);
  await enrollBy(harness, code ?? '');
  assert.equal(await opens(harness, code ?? ''), false, 'it is used');
  assert.deepEqual(
    [...harness.registry.invitations()].map(({ used }) => used),
    ['yes'],
  );
  assert.deepEqual(harness.registry.of(EAM_TENANT, ADA)[0]?.passkey.transports, ['internal']);
  const other = inviteTo(harness, HIGH_RISK_USER, 'carol').code ?? '';
  harness.clock.advance(CODE_MS - 1);
  assert.equal(await opens(harness, other, HIGH_RISK_USER), true);
  harness.clock.advance(1);
  assert.equal(await opens(harness, other, HIGH_RISK_USER), false, 'it is over');
});

async function enrollBy(
  harness: EamHarness,
  code: string,
  person = ADA,
): Promise<SoftAuthenticator> {
  const authenticator = new SoftAuthenticator();
  const page = await harness.submit(await harness.startSignIn(person), EAM_PATHS.enroll, { code });
  const credential = authenticator.create(page.options, ISSUER);
  const done = await harness.submit(page, EAM_PATHS.register, { credential });
  assert.match(done.text, /is registered/);
  return authenticator;
}

test('a further passkey needs two administrators', async () => {
  const harness = await EamHarness.create();
  await enrollBy(harness, inviteTo(harness, ADA, 'carol').code ?? '');
  const asked = inviteTo(harness, ADA, 'carol');
  assert.deepEqual([asked.reason, asked.code], ['recovery', null]);
  assert.throws(
    () => harness.approveInvitation(asked.id, 'carol'),
    /two different people must sign/,
  );
  const { code } = harness.approveInvitation(asked.id, 'dave');
  assert.throws(() => harness.approveInvitation(asked.id, 'erin'), /dave has already approved it/);
  await enrollBy(harness, code ?? '');
  assert.equal(harness.registry.of(EAM_TENANT, ADA).length, 2);
});

test('a revoked passkey, or one under another name, counts as an earlier one', async () => {
  const harness = await EamHarness.create();
  const byName = inviteTo(harness, '1111@NORTHMOOR.example', 'carol');
  assert.equal(byName.reason, 'first');
  const authenticator = await enrollBy(harness, inviteTo(harness, ADA, 'carol').code ?? '');
  assert.equal(
    await opens(harness, byName.code ?? ''),
    false,
    'one administrator is not enough now',
  );
  const { id } = authenticator;
  harness.registry.apply({
    v: 1,
    what: 'passkey-revoked',
    id,
    by: 'carol',
    reason: 'lost',
    atMs: 0,
  });
  assert.equal(inviteTo(harness, ADA, 'carol').reason, 'recovery');
});

test('rejects invalid approvals', async () => {
  const harness = await EamHarness.create();
  const first = inviteTo(harness, ADA, 'carol');
  assert.throws(() => harness.approveInvitation(first.id), /needs no approval/);
  assert.throws(() => harness.approveInvitation('x'), /no invitation has this id/);
  await enrollBy(harness, first.code ?? '');
  const { id } = inviteTo(harness, ADA, 'carol');
  harness.clock.advance(CODE_MS);
  assert.throws(() => harness.approveInvitation(id), /it is used or expired/);
});

test('a passkey is registered once, to one person, within the limit', async () => {
  const harness = await EamHarness.create();
  const authenticator = new SoftAuthenticator();
  await harness.enroll(authenticator);
  const page = await harness.submit(await harness.startSignIn(HIGH_RISK_USER), EAM_PATHS.enroll, {
    code: inviteTo(harness, HIGH_RISK_USER, 'carol').code ?? '',
  });
  const credential = authenticator.create(page.options, ISSUER);
  const answer = await harness.submit(page, EAM_PATHS.register, { credential });
  assert.match(answer.text, /was not registered/);
  assert.equal(harness.registry.get(authenticator.id)?.passkey.person, ADA);
  for (let count = 1; count < PASSKEYS_MAX; count++) {
    const { id } = inviteTo(harness, ADA, 'carol');
    await enrollBy(harness, harness.approveInvitation(id).code ?? '');
  }
  const { id } = inviteTo(harness, ADA, 'carol');
  assert.equal(await opens(harness, harness.approveInvitation(id).code ?? ''), false);
});

test('with one code in two windows, one of them registers', async () => {
  const harness = await EamHarness.create();
  const code = inviteTo(harness, ADA, 'carol').code ?? '';
  const pages = [];
  for (let count = 0; count < 2; count++) {
    pages.push(await harness.submit(await harness.startSignIn(), EAM_PATHS.enroll, { code }));
  }
  const answers = await Promise.all(
    pages.map((page) => {
      const credential = new SoftAuthenticator().create(page.options, ISSUER);
      return harness.submit(page, EAM_PATHS.register, { credential });
    }),
  );
  const done = answers.filter(({ text }) => /is registered/.test(text));
  assert.equal(done.length, 1);
  assert.equal(harness.registry.of(EAM_TENANT, ADA).length, 1);
});

test('with two first codes of one administrator, one of them registers', async () => {
  const harness = await EamHarness.create();
  const codes = [ADA, '1111@northmoor.example'].map(
    (name) => inviteTo(harness, name, 'carol').code,
  );
  const pages = [];
  for (const code of codes) {
    pages.push(
      await harness.submit(await harness.startSignIn(), EAM_PATHS.enroll, { code: code ?? '' }),
    );
  }
  await Promise.all(
    pages.map((page) => {
      const credential = new SoftAuthenticator().create(page.options, ISSUER);
      return harness.submit(page, EAM_PATHS.register, { credential });
    }),
  );
  assert.equal(harness.registry.of(EAM_TENANT, ADA).length, 1);
});

test('a first code is void once another node registered a first passkey', async () => {
  const harness = await EamHarness.create();
  const [code, other] = [inviteTo(harness, ADA, 'carol'), inviteTo(harness, ADA, 'carol')];
  const page = await harness.submit(await harness.startSignIn(), EAM_PATHS.enroll, {
    code: code.code ?? '',
  });
  const elsewhere = await EamHarness.create();
  for (const { record } of [code, other]) elsewhere.registry.apply(record);
  await enrollBy(elsewhere, other.code ?? '');
  harness.unloadedRecords.push(...elsewhere.records);
  const credential = new SoftAuthenticator().create(page.options, ISSUER);
  const answer = await harness.submit(page, EAM_PATHS.register, { credential });
  assert.match(answer.text, /was not registered/);
  assert.equal(harness.registry.of(EAM_TENANT, ADA).length, 1);
});

test('with one passkey for two people, only one registration succeeds', async () => {
  const harness = await EamHarness.create();
  const authenticator = new SoftAuthenticator();
  const pages = [];
  for (const person of [ADA, HIGH_RISK_USER]) {
    const code = inviteTo(harness, person, 'carol').code ?? '';
    pages.push(await harness.submit(await harness.startSignIn(person), EAM_PATHS.enroll, { code }));
  }
  const answers = await Promise.all(
    pages.map((page) => {
      const credential = authenticator.create(page.options, ISSUER);
      return harness.submit(page, EAM_PATHS.register, { credential });
    }),
  );
  assert.equal(answers.filter(({ text }) => /is registered/.test(text)).length, 1);
  const written = harness.records.filter(({ what }) => what === 'passkey-registered');
  assert.equal(written.length, 1);
});

test('reading the ledger repeatedly gives the same registry', async () => {
  const harness = await EamHarness.create();
  const authenticator = new SoftAuthenticator();
  const said: InvitationDraft[] = [inviteTo(harness, ADA, 'carol')];
  await harness.signIn(await enrolled(harness, said[0]?.code ?? '', authenticator), authenticator);
  said.push(inviteTo(harness, ADA, 'carol'));
  const again = new PasskeyRegistry();
  const records = [said[0]?.record, ...harness.records, said[1]?.record];
  for (const record of [...records, ...records]) if (record !== undefined) again.apply(record);
  assert.deepEqual([...again.all()], [...harness.registry.all()]);
  assert.deepEqual([...again.invitations()], [...harness.registry.invitations()]);
});

async function enrolled(harness: EamHarness, code: string, authenticator: SoftAuthenticator) {
  const page = await harness.submit(await harness.startSignIn(), EAM_PATHS.enroll, { code });
  const credential = authenticator.create(page.options, ISSUER);
  return harness.submit(page, EAM_PATHS.register, { credential });
}
