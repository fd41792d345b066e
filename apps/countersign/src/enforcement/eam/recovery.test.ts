import assert from 'node:assert/strict';
import { randomFillSync } from 'node:crypto';
import { test } from 'node:test';
import { signed, statementDigest } from '../approvals/signed-statement.ts';
import { ADA, EAM_TENANT, EamWorld, PREY } from '../testing/eam-world.ts';
import { EAM_PATHS } from './eam-metadata.ts';
import { CODE_MS } from './limits.ts';
import { approve, invite } from './passkeys/enrollment.ts';
import type { Invitation, PasskeyRecord } from './passkeys/passkey-record.ts';

const random = { fill: <T extends Uint8Array>(into: T): T => randomFillSync(into) };

/** A person with a passkey, so that another one needs two people. */
async function worldOfTwo(): Promise<EamWorld> {
  const world = await EamWorld.begin();
  await world.enroll();
  return world;
}

async function opens(world: EamWorld, code: string): Promise<boolean> {
  const page = await world.submit(await world.arrive(), EAM_PATHS.enroll, { code });
  return /Register a passkey<\/h1>/.test(page.text);
}

test('refuses one person who claims to be two, under any names', async () => {
  const world = await worldOfTwo();
  const unsigned = { tenant: EAM_TENANT, person: ADA, device: null, by: 'carol', said: null };
  const sink = { nowMs: world.clock.now(), random, people: world.people };
  assert.throws(() => invite(world.book, unsigned, sink), /two people must sign/);
  assert.throws(
    () => world.invite(ADA, 'carol', 'mallory'),
    /carol is not in enforcementPoints\.people/,
  );
  assert.throws(() => world.invite(ADA, 'mallory'), /mallory is not in enforcementPoints\.people/);
  const { id } = world.invite(ADA, 'carol');
  assert.throws(() => world.agree(id, 'carol'), /two different people must sign/);
  assert.throws(() => world.agree(id, 'dave', 'carol'), /dave is not in enforcementPoints\.people/);
  assert.throws(() => world.agree(id, 'mallory'), /mallory is not in enforcementPoints\.people/);
  assert.equal(world.book.invitation(id)?.approval, null);
  assert.equal(await opens(world, world.agree(id, 'dave').code ?? ''), true);
});

test('one key under two names is one person', async () => {
  const world = await worldOfTwo();
  world.people.set('carol2', world.people.get('carol') ?? assert.fail());
  const { id } = world.invite(ADA, 'carol');
  assert.throws(() => world.agree(id, 'carol2', 'carol'), /two different people must sign/);
});

test('a signature counts only for its invitation, and soon after', async () => {
  const world = await worldOfTwo();
  const { id } = world.invite(ADA, 'carol');
  const request = world.book.invitation(id)?.invitation.request ?? assert.fail();
  const sink = () => ({ nowMs: world.clock.now(), random, people: world.people });
  const asked = { tenant: EAM_TENANT, person: ADA, device: null, by: 'carol', said: request };
  assert.throws(() => invite(world.book, asked, sink()), /with this id already exists/);
  await world.enroll(undefined, PREY);
  for (const other of [{ device: 'laptop' }, { person: PREY }]) {
    const changed = { ...asked, ...other };
    assert.throws(
      () => invite(world.book, changed, sink()),
      /the signature is for another invitation/,
    );
  }
  const key = world.privateKey('dave');
  const approval = (more: object) =>
    signed(
      {
        ...({ v: 1, what: 'passkey-approval', invitation: id, by: 'dave' } as const),
        ...{ request: statementDigest(request), atMs: world.clock.now(), ...more },
      },
      key,
    );
  const agree = (more: object) => approve(world.book, { said: approval(more), by: 'x' }, sink());
  assert.throws(() => agree({ request: 'another' }), /must sign the same/);
  assert.throws(() => agree({ atMs: world.clock.now() - CODE_MS }), /signature is too old/);
  assert.ok(agree({}).code !== null);
});

test('entries that an attacker wrote by hand give no access', async () => {
  const world = await worldOfTwo();
  const { id } = world.invite(ADA, 'carol');
  const { invitation } = world.book.invitation(id) ?? assert.fail();
  const { record: genuine, code } = world.agree(id, 'dave');
  assert.ok(genuine.what === 'passkey-approved');
  const forged: readonly (readonly [Partial<Invitation>, Partial<typeof genuine>])[] = [
    [{ request: null }, {}],
    [{}, { approval: { ...genuine.approval, signature: invitation.request?.signature ?? '' } }],
    [{}, { approval: invitation.request as never }],
  ];
  for (const [invited, approved] of forged) {
    const other = await worldOfTwo();
    const records: PasskeyRecord[] = [
      { v: 1, what: 'passkey-invited', atMs: 0, invitation: { ...invitation, ...invited } },
      { ...genuine, ...approved },
    ];
    for (const record of records) other.book.apply(record);
    assert.equal(other.book.invitationOf(code ?? '')?.used, 'no', 'the code is known');
    assert.equal(await opens(other, code ?? ''), false);
  }
  // One of the two is no longer an approver.
  world.people.delete('dave');
  assert.equal(await opens(world, code ?? ''), false);
});
