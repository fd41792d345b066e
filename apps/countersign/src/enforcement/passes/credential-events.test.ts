import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tenantId } from '@countersign/core';
import type { Passkey } from '../eam/passkeys/passkey-record.ts';
import { EVENT_TYPES } from '../ssf/security-event.ts';
import { type DirectoryAct, directoryCredentialEvent, passkeyEvent } from './credential-events.ts';

const TENANT = tenantId('3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21');
const ISSUER = 'https://access.example.com';
const NOW_MS = Date.UTC(2026, 0, 5, 9);
const OF_TENANT = { format: 'opaque', id: TENANT };

function act(activity: string, said = '', more: Partial<DirectoryAct> = {}): DirectoryAct {
  const whose = { kind: 'person', id: 'ada-id' } as const;
  const where = { tenant: TENANT, atMs: NOW_MS, action: 'a1' };
  return { ...where, activity, whose, by: 'user', said, ...more };
}

for (const [activity, said, type, change] of [
  ['reset user password', '', 'password', 'update'],
  ['add fido2 security key', '', 'fido2-roaming', 'create'],
  ['delete windows hello for business credential', '', 'fido2-platform', 'delete'],
  ['user registered security info', 'User registered Authenticator App', 'app', 'create'],
  ['user registered security info', '"PhoneAppNotification"', 'app', 'create'],
  ['admin deleted security info', 'fido2AuthenticationMethod', 'fido2-roaming', 'delete'],
  ['user updated security info', 'Mobile phone SMS', 'phone-sms', 'update'],
  ['user registered security info', 'alternate office phone', 'phone-voice', 'create'],
  ['user registered security info', 'emailAuthenticationMethod', 'unstated', 'create'],
  ['user registered security info', 'passwordless', 'unstated', 'create'],
] as const) {
  test(`"${activity}" (${said}) is reported as ${type} ${change}`, () => {
    const event = directoryCredentialEvent(act(activity, said), ISSUER);
    assert.deepEqual(event, {
      type: EVENT_TYPES.credentialChange,
      subject: {
        format: 'complex',
        user: { format: 'iss_sub', iss: ISSUER, sub: 'ada-id' },
        tenant: OF_TENANT,
      },
      payload: {
        event_timestamp: NOW_MS / 1000,
        initiating_entity: 'user',
        reason_admin: { en: `the directory's audit log reports: ${activity}` },
        credential_type: type,
        change_type: change,
      },
      transaction: `audit/${TENANT}/a1`,
    });
  });
}

test('reports a credential of an application with the application as subject', () => {
  const whose = { kind: 'application', id: 'app-id' } as const;
  const activity = 'add service principal credentials';
  const said = '[KeyIdentifier=1,KeyType=AsymmetricX509Cert,KeyUsage=Verify]';
  const event = directoryCredentialEvent(act(activity, said, { whose, by: 'admin' }), ISSUER);
  const application = { format: 'opaque', id: 'app-id' };
  assert.deepEqual(event?.subject, { format: 'complex', application, tenant: OF_TENANT });
  assert.equal(event?.payload['credential_type'], 'x509');
  assert.equal(event?.payload['initiating_entity'], 'admin');
});

test('reports nothing for changes without a credential', () => {
  for (const activity of ['update user', 'disable account', 'add member to role', '']) {
    assert.equal(directoryCredentialEvent(act(activity), ISSUER), undefined);
  }
  const whose = { kind: 'application', id: 'app-id' } as const;
  assert.equal(
    directoryCredentialEvent(act('reset user password', '', { whose }), ISSUER),
    undefined,
  );
});

const PASSKEY: Passkey = {
  ...{ id: 'k1', tenant: TENANT, person: 'ada-id', publicKey: '', counter: 0, format: 'packed' },
  ...{ aaguid: '2fc0579f-8113-47ea-b116-bb5a8db9202a', transports: ['usb'], bound: 'device' },
  ...{ device: null, invitation: 'i1' },
};
const known = (id: string): Passkey | undefined => (id === 'k1' ? PASSKEY : undefined);
const SAID = { v: 1, atMs: NOW_MS } as const;

test('reports a registered or revoked passkey with its model', () => {
  const registered = passkeyEvent(
    { ...SAID, what: 'passkey-registered', passkey: PASSKEY },
    known,
    ISSUER,
  );
  assert.deepEqual(registered?.payload, {
    event_timestamp: NOW_MS / 1000,
    initiating_entity: 'user',
    reason_admin: { en: 'a passkey was registered' },
    credential_type: 'fido2-roaming',
    change_type: 'create',
    fido2_aaguid: PASSKEY.aaguid,
  });
  const platform = { ...PASSKEY, transports: ['internal', 'hybrid'] };
  const record = { ...SAID, what: 'passkey-registered', passkey: platform } as const;
  assert.equal(passkeyEvent(record, known, ISSUER)?.payload['credential_type'], 'fido2-platform');
  const revoked = passkeyEvent(
    { ...SAID, what: 'passkey-revoked', id: 'k1', by: 'carol', reason: 'lost' },
    known,
    ISSUER,
  );
  assert.equal(revoked?.payload['change_type'], 'revoke');
  assert.equal(revoked?.payload['initiating_entity'], 'admin');
  assert.deepEqual(revoked?.payload['reason_admin'], { en: 'lost' });
});

test('a copied passkey is reported as revoked; a refusal or an unknown one is not', () => {
  const refused = { ...SAID, what: 'passkey-refused', tenant: TENANT, person: 'ada-id' } as const;
  const event = (why: 'copied' | 'unproven', id: string | null) =>
    passkeyEvent({ ...refused, id, why, requestId: null }, known, ISSUER);
  assert.equal(event('copied', 'k1')?.payload['change_type'], 'revoke');
  assert.equal(event('copied', 'k1')?.payload['initiating_entity'], 'system');
  assert.equal(event('copied', 'k2'), undefined);
  assert.equal(event('copied', null), undefined);
  assert.equal(event('unproven', 'k1'), undefined);
});
