import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SoftAuthenticator } from '../../../../../../tools/testing/soft-authenticator.ts';
import { ADA, EAM_TENANT, EamWorld, ISSUER, PREY } from '../../testing/eam-world.ts';
import { EAM_PATHS } from '../eam-metadata.ts';
import { CODE_MS, PASSKEYS_MAX } from '../limits.ts';
import type { InvitationDraft } from './enrollment.ts';
import { PasskeyRegistry } from './passkey-registry.ts';

function inviteTo(world: EamWorld, person: string, by: string): InvitationDraft {
  return world.invite(person, by);
}

/** Whether a code lets this person register now. */
async function opens(world: EamWorld, code: string, person = ADA): Promise<boolean> {
  const page = await world.submit(await world.arrive(person), EAM_PATHS.enroll, { code });
  if (/Register a passkey<\/h1>/.test(page.text)) return true;
  assert.match(page.text, /This code is wrong/);
  return false;
}

test('a code works for one person, once, for a day', async () => {
  const world = await EamWorld.begin();
  const { code } = inviteTo(world, ADA, 'carol');
  assert.match(code ?? '', /^[0-9A-HJKMNP-TV-Z]{4}(-[0-9A-HJKMNP-TV-Z]{4}){3}$/);
  assert.equal(await opens(world, code ?? '', PREY), false, 'somebody else');
  assert.equal(await opens(world, '0000-0000-0000-0000'), false);
  assert.equal(await opens(world, ''), false);
  assert.equal(await opens(world, (code ?? '').toLowerCase().replaceAll('-', ' ')), true);
  await enrollBy(world, code ?? '');
  assert.equal(await opens(world, code ?? ''), false, 'it is used');
  assert.deepEqual(
    [...world.book.invitations()].map(({ used }) => used),
    ['yes'],
  );
  assert.deepEqual(world.book.of(EAM_TENANT, ADA)[0]?.passkey.transports, ['internal']);
  const other = inviteTo(world, PREY, 'carol').code ?? '';
  world.clock.advance(CODE_MS - 1);
  assert.equal(await opens(world, other, PREY), true);
  world.clock.advance(1);
  assert.equal(await opens(world, other, PREY), false, 'it is over');
});

async function enrollBy(world: EamWorld, code: string, person = ADA): Promise<SoftAuthenticator> {
  const authenticator = new SoftAuthenticator();
  const page = await world.submit(await world.arrive(person), EAM_PATHS.enroll, { code });
  const credential = authenticator.create(page.options, ISSUER);
  const done = await world.submit(page, EAM_PATHS.register, { credential });
  assert.match(done.text, /is registered/);
  return authenticator;
}

test('a further passkey needs two administrators', async () => {
  const world = await EamWorld.begin();
  await enrollBy(world, inviteTo(world, ADA, 'carol').code ?? '');
  const asked = inviteTo(world, ADA, 'carol');
  assert.deepEqual([asked.reason, asked.code], ['recovery', null]);
  assert.throws(() => world.agree(asked.id, 'carol'), /two different people must sign/);
  const { code } = world.agree(asked.id, 'dave');
  assert.throws(() => world.agree(asked.id, 'erin'), /dave has already approved it/);
  await enrollBy(world, code ?? '');
  assert.equal(world.book.of(EAM_TENANT, ADA).length, 2);
});

test('a revoked passkey, or one under another name, counts as an earlier one', async () => {
  const world = await EamWorld.begin();
  const byName = inviteTo(world, '1111@NORTHMOOR.example', 'carol');
  assert.equal(byName.reason, 'first');
  const authenticator = await enrollBy(world, inviteTo(world, ADA, 'carol').code ?? '');
  assert.equal(await opens(world, byName.code ?? ''), false, 'one administrator is not enough now');
  const { id } = authenticator;
  world.book.apply({ v: 1, what: 'passkey-revoked', id, by: 'carol', reason: 'lost', atMs: 0 });
  assert.equal(inviteTo(world, ADA, 'carol').reason, 'recovery');
});

test('rejects invalid approvals', async () => {
  const world = await EamWorld.begin();
  const first = inviteTo(world, ADA, 'carol');
  assert.throws(() => world.agree(first.id), /needs no approval/);
  assert.throws(() => world.agree('x'), /no invitation has this id/);
  await enrollBy(world, first.code ?? '');
  const { id } = inviteTo(world, ADA, 'carol');
  world.clock.advance(CODE_MS);
  assert.throws(() => world.agree(id), /it is used or expired/);
});

test('a passkey is registered once, to one person, within the limit', async () => {
  const world = await EamWorld.begin();
  const authenticator = new SoftAuthenticator();
  await world.enroll(authenticator);
  const page = await world.submit(await world.arrive(PREY), EAM_PATHS.enroll, {
    code: inviteTo(world, PREY, 'carol').code ?? '',
  });
  const credential = authenticator.create(page.options, ISSUER);
  const answer = await world.submit(page, EAM_PATHS.register, { credential });
  assert.match(answer.text, /was not registered/);
  assert.equal(world.book.get(authenticator.id)?.passkey.person, ADA);
  for (let count = 1; count < PASSKEYS_MAX; count++) {
    const { id } = inviteTo(world, ADA, 'carol');
    await enrollBy(world, world.agree(id).code ?? '');
  }
  const { id } = inviteTo(world, ADA, 'carol');
  assert.equal(await opens(world, world.agree(id).code ?? ''), false);
});

test('with one code in two windows, one of them registers', async () => {
  const world = await EamWorld.begin();
  const code = inviteTo(world, ADA, 'carol').code ?? '';
  const pages = [];
  for (let count = 0; count < 2; count++) {
    pages.push(await world.submit(await world.arrive(), EAM_PATHS.enroll, { code }));
  }
  const answers = await Promise.all(
    pages.map((page) => {
      const credential = new SoftAuthenticator().create(page.options, ISSUER);
      return world.submit(page, EAM_PATHS.register, { credential });
    }),
  );
  const done = answers.filter(({ text }) => /is registered/.test(text));
  assert.equal(done.length, 1);
  assert.equal(world.book.of(EAM_TENANT, ADA).length, 1);
});

test('with two first codes of one administrator, one of them registers', async () => {
  const world = await EamWorld.begin();
  const codes = [ADA, '1111@northmoor.example'].map((name) => inviteTo(world, name, 'carol').code);
  const pages = [];
  for (const code of codes) {
    pages.push(await world.submit(await world.arrive(), EAM_PATHS.enroll, { code: code ?? '' }));
  }
  await Promise.all(
    pages.map((page) => {
      const credential = new SoftAuthenticator().create(page.options, ISSUER);
      return world.submit(page, EAM_PATHS.register, { credential });
    }),
  );
  assert.equal(world.book.of(EAM_TENANT, ADA).length, 1);
});

test('a first code is void once another node registered a first passkey', async () => {
  const world = await EamWorld.begin();
  const [code, other] = [inviteTo(world, ADA, 'carol'), inviteTo(world, ADA, 'carol')];
  const page = await world.submit(await world.arrive(), EAM_PATHS.enroll, {
    code: code.code ?? '',
  });
  const elsewhere = await EamWorld.begin();
  for (const { record } of [code, other]) elsewhere.book.apply(record);
  await enrollBy(elsewhere, other.code ?? '');
  world.others.push(...elsewhere.records);
  const credential = new SoftAuthenticator().create(page.options, ISSUER);
  const answer = await world.submit(page, EAM_PATHS.register, { credential });
  assert.match(answer.text, /was not registered/);
  assert.equal(world.book.of(EAM_TENANT, ADA).length, 1);
});

test('with one passkey for two people, only one registration succeeds', async () => {
  const world = await EamWorld.begin();
  const authenticator = new SoftAuthenticator();
  const pages = [];
  for (const person of [ADA, PREY]) {
    const code = inviteTo(world, person, 'carol').code ?? '';
    pages.push(await world.submit(await world.arrive(person), EAM_PATHS.enroll, { code }));
  }
  const answers = await Promise.all(
    pages.map((page) => {
      const credential = authenticator.create(page.options, ISSUER);
      return world.submit(page, EAM_PATHS.register, { credential });
    }),
  );
  assert.equal(answers.filter(({ text }) => /is registered/.test(text)).length, 1);
  const written = world.records.filter(({ what }) => what === 'passkey-registered');
  assert.equal(written.length, 1);
});

test('reading the ledger repeatedly gives the same registry', async () => {
  const world = await EamWorld.begin();
  const authenticator = new SoftAuthenticator();
  const said: InvitationDraft[] = [inviteTo(world, ADA, 'carol')];
  await world.use(await enrolled(world, said[0]?.code ?? '', authenticator), authenticator);
  said.push(inviteTo(world, ADA, 'carol'));
  const again = new PasskeyRegistry();
  const records = [said[0]?.record, ...world.records, said[1]?.record];
  for (const record of [...records, ...records]) if (record !== undefined) again.apply(record);
  assert.deepEqual([...again.all()], [...world.book.all()]);
  assert.deepEqual([...again.invitations()], [...world.book.invitations()]);
});

async function enrolled(world: EamWorld, code: string, authenticator: SoftAuthenticator) {
  const page = await world.submit(await world.arrive(), EAM_PATHS.enroll, { code });
  const credential = authenticator.create(page.options, ISSUER);
  return world.submit(page, EAM_PATHS.register, { credential });
}
