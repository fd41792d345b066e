import type { TenantId } from '@countersign/core';
import type { Passkey, PasskeyRecord } from '../eam/passkeys/passkey-record.ts';
import {
  type CredentialChange,
  type CredentialType,
  credentialChange,
  EVENT_TYPES,
  type Initiator,
  type SecurityEvent,
} from '../ssf/security-event.ts';
import type { SsfRecord } from '../ssf/ssf-record.ts';
import { complex, opaque } from '../ssf/subject-identifier.ts';
import { userSubject } from './pass-events.ts';

/** A directory change from the audit log. */
export type DirectoryAct = {
  readonly tenant: TenantId;
  readonly atMs: number;
  /** The action's id within its tenant. */
  readonly action: string;
  /** The name of the activity in a normalized spelling. */
  readonly activity: string;
  /** The owner of the credential: object id or sign-in name. */
  readonly whose: { readonly kind: 'person' | 'application'; readonly id: string };
  readonly by: Exclude<Initiator, 'policy'>;
  /** The record's other texts about the credential: reason, old and new values. */
  readonly said: string;
};

type Change = CredentialChange['change'];

const INFO = 'security info';

/** The credential type of each activity; `said`: only the record states it. */
const OF_PEOPLE: ReadonlyMap<string, readonly [CredentialType | 'said', Change]> = new Map([
  ['change user password', ['password', 'update']],
  ['change password (self-service)', ['password', 'update']],
  ['reset user password', ['password', 'update']],
  ['reset password', ['password', 'update']],
  ['reset password (self-service)', ['password', 'update']],
  ['reset password (by admin)', ['password', 'update']],
  [`user registered ${INFO}`, ['said', 'create']],
  [`admin registered ${INFO}`, ['said', 'create']],
  [`user updated ${INFO}`, ['said', 'update']],
  [`admin updated ${INFO}`, ['said', 'update']],
  [`user deleted ${INFO}`, ['said', 'delete']],
  [`admin deleted ${INFO}`, ['said', 'delete']],
  ['add windows hello for business credential', ['fido2-platform', 'create']],
  ['delete windows hello for business credential', ['fido2-platform', 'delete']],
  ['add passwordless phone sign-in credential', ['app', 'create']],
  ['delete passwordless phone sign-in credential', ['app', 'delete']],
  ['add fido2 security key', ['fido2-roaming', 'create']],
  ['delete fido2 security key', ['fido2-roaming', 'delete']],
  ['add passkey (device-bound)', ['fido2-roaming', 'create']],
  ['delete passkey (device-bound)', ['fido2-roaming', 'delete']],
  ['create application password for user', ['password', 'create']],
  ['delete application password for user', ['password', 'delete']],
]);

const OF_APPLICATIONS: ReadonlyMap<string, readonly [CredentialType | 'said', Change]> = new Map([
  ['add service principal credentials', ['said', 'create']],
  ['remove service principal credentials', ['said', 'delete']],
  ['update application - certificates and secrets management', ['said', 'update']],
  ['add federated identity credential', ['unstated', 'create']],
  ['delete federated identity credential', ['unstated', 'delete']],
]);

/** The first match counts. A phone app is an app, not a phone number. */
const KINDS: readonly (readonly [RegExp, CredentialType])[] = [
  [/fido|passkey|security ?key/i, 'fido2-roaming'],
  [/windows ?hello/i, 'fido2-platform'],
  [/authenticator|phone ?app|software ?oath|one-time/i, 'app'],
  [/\bsms\b|text message/i, 'phone-sms'],
  [/voice|office ?phone/i, 'phone-voice'],
  [/x\.?509|certificate/i, 'x509'],
  [/password(?! ?less)/i, 'password'],
];

/** Whether a directory activity adds, changes or removes a credential. */
export function changesCredential(activity: string): boolean {
  return OF_PEOPLE.has(activity) || OF_APPLICATIONS.has(activity);
}

/** The event for receivers; undefined if no credential changes. */
export function directoryCredentialEvent(
  { tenant, atMs, action, activity, whose, by, said }: DirectoryAct,
  issuer: string,
): SecurityEvent | undefined {
  const known = (whose.kind === 'person' ? OF_PEOPLE : OF_APPLICATIONS).get(activity);
  if (known === undefined) return undefined;
  const [kind, change] = known;
  const subject = complex({
    ...(whose.kind === 'person'
      ? { user: userSubject(whose.id, issuer) }
      : { application: opaque(whose.id) }),
    tenant: opaque(tenant),
  });
  const reason = `the directory's audit log reports: ${activity}`;
  const transaction = `audit/${tenant}/${action}`;
  const credential = kind === 'said' ? kindIn(said) : kind;
  return credentialChange(subject, { atMs, by, reason, transaction }, { credential, change });
}

/** The event about a passkey that Countersign manages; undefined if nothing changes. */
export function passkeyEvent(
  record: PasskeyRecord,
  passkeyOf: (id: string) => Passkey | undefined,
  issuer: string,
): SecurityEvent | undefined {
  switch (record.what) {
    case 'passkey-registered': {
      const { passkey, atMs } = record;
      return ofPasskey(
        passkey,
        'create',
        { atMs, by: 'user', reason: 'a passkey was registered' },
        issuer,
      );
    }
    case 'passkey-revoked': {
      const passkey = passkeyOf(record.id);
      const { atMs, reason } = record;
      return passkey && ofPasskey(passkey, 'revoke', { atMs, by: 'admin', reason }, issuer);
    }
    case 'passkey-refused': {
      // After a copy, neither the original nor the copy is valid.
      const passkey = record.why === 'copied' ? passkeyOf(record.id ?? '') : undefined;
      const reason = 'its counter went back, so a copy of it exists';
      const because = { atMs: record.atMs, by: 'system', reason } as const;
      return passkey && ofPasskey(passkey, 'revoke', because, issuer);
    }
    default:
      return undefined;
  }
}

/** The transaction of a credential event that was sent. */
export function sentTransactionOf(record: SsfRecord): string | undefined {
  if (record.what !== 'ssf-issued') return undefined;
  return EVENT_TYPES.credentialChange in record.claims.events ? record.claims.txn : undefined;
}

function ofPasskey(
  { id, tenant, person, transports, aaguid }: Passkey,
  change: Change,
  because: { readonly atMs: number; readonly by: Initiator; readonly reason: string },
  issuer: string,
): SecurityEvent {
  const subject = complex({ user: userSubject(person, issuer), tenant: opaque(tenant) });
  const isPlatform = transports.includes('internal');
  const credential = isPlatform ? 'fido2-platform' : 'fido2-roaming';
  const transaction = `passkey/${id}/${change}`;
  return credentialChange(subject, { ...because, transaction }, { credential, change, aaguid });
}

function kindIn(said: string): CredentialType {
  return KINDS.find(([form]) => form.test(said))?.[1] ?? 'unstated';
}
