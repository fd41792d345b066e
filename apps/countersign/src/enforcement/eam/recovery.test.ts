import assert from 'node:assert/strict';
import { randomFillSync } from 'node:crypto';
import { test } from 'node:test';
import { signed, statementDigest } from '../approvals/signed-statement.ts';
import { ADA, EAM_TENANT, EamHarness, HIGH_RISK_USER } from '../testing/eam-harness.ts';
import { EAM_PATHS } from './eam-metadata.ts';
import { CODE_MS } from './limits.ts';
import { approve, invite } from './passkeys/enrollment.ts';
import type { Invitation, PasskeyRecord } from './passkeys/passkey-record.ts';

const random = { fill: <T extends Uint8Array>(into: T): T => randomFillSync(into) };

/** A person with a passkey, so that another one needs two people. */
async function worldOfTwo(): Promise<EamHarness> {
  const harness = await EamHarness.create();
  await harness.enroll();
  return harness;
}

async function opens(harness: EamHarness, code: string): Promise<boolean> {
  const page = await harness.submit(await harness.startSignIn(), EAM_PATHS.enroll, { code });
  return /Register a passkey<\/h1>/.test(page.text);
}

test('refuses one person who claims to be two, under any names', async () => {
  const harness = await worldOfTwo();
  const unsigned = { tenant: EAM_TENANT, person: ADA, device: null, by: 'carol', said: null };
  const sink = { nowMs: harness.clock.now(), random, people: harness.approvers };
  assert.throws(() => invite(harness.registry, unsigned, sink), /two people must sign/);
  assert.throws(
    () => harness.invite(ADA, 'carol', 'mallory'),
    /carol is not in enforcementPoints\.people/,
  );
  assert.throws(
    () => harness.invite(ADA, 'mallory'),
    /mallory is not in enforcementPoints\.people/,
  );
  const { id } = harness.invite(ADA, 'carol');
  assert.throws(() => harness.approveInvitation(id, 'carol'), /two different people must sign/);
  assert.throws(
    () => harness.approveInvitation(id, 'dave', 'carol'),
    /dave is not in enforcementPoints\.people/,
  );
  assert.throws(
    () => harness.approveInvitation(id, 'mallory'),
    /mallory is not in enforcementPoints\.people/,
  );
  assert.equal(harness.registry.invitation(id)?.approval, null);
  assert.equal(await opens(harness, harness.approveInvitation(id, 'dave').code ?? ''), true);
});

test('one key under two names is one person', async () => {
  const harness = await worldOfTwo();
  harness.approvers.set('carol2', harness.approvers.get('carol') ?? assert.fail());
  const { id } = harness.invite(ADA, 'carol');
  assert.throws(
    () => harness.approveInvitation(id, 'carol2', 'carol'),
    /two different people must sign/,
  );
});

test('a signature counts only for its invitation, and soon after', async () => {
  const harness = await worldOfTwo();
  const { id } = harness.invite(ADA, 'carol');
  const request = harness.registry.invitation(id)?.invitation.request ?? assert.fail();
  const sink = () => ({ nowMs: harness.clock.now(), random, people: harness.approvers });
  const asked = { tenant: EAM_TENANT, person: ADA, device: null, by: 'carol', said: request };
  assert.throws(() => invite(harness.registry, asked, sink()), /with this id already exists/);
  await harness.enroll(undefined, HIGH_RISK_USER);
  for (const other of [{ device: 'laptop' }, { person: HIGH_RISK_USER }]) {
    const changed = { ...asked, ...other };
    assert.throws(
      () => invite(harness.registry, changed, sink()),
      /the signature is for another invitation/,
    );
  }
  const key = harness.privateKey('dave');
  const approval = (more: object) =>
    signed(
      {
        ...({ v: 1, what: 'passkey-approval', invitation: id, by: 'dave' } as const),
        ...{ request: statementDigest(request), atMs: harness.clock.now(), ...more },
      },
      key,
    );
  const agree = (more: object) =>
    approve(harness.registry, { said: approval(more), by: 'x' }, sink());
  assert.throws(() => agree({ request: 'another' }), /must sign the same/);
  assert.throws(() => agree({ atMs: harness.clock.now() - CODE_MS }), /signature is too old/);
  assert.ok(agree({}).code !== null);
});

test('entries that an attacker wrote by hand give no access', async () => {
  const harness = await worldOfTwo();
  const { id } = harness.invite(ADA, 'carol');
  const { invitation } = harness.registry.invitation(id) ?? assert.fail();
  const { record: genuine, code } = harness.approveInvitation(id, 'dave');
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
    for (const record of records) other.registry.apply(record);
    assert.equal(other.registry.invitationOf(code ?? '')?.used, 'no', 'the code is known');
    assert.equal(await opens(other, code ?? ''), false);
  }
  // One of the two is no longer an approver.
  harness.approvers.delete('dave');
  assert.equal(await opens(harness, code ?? ''), false);
});
