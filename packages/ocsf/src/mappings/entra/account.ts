import { fillDirectoryColumns, fillTarget } from '../../columns/directory-columns.ts';
import type { Interpretation } from '../../model/interpretation.ts';
import type { Attributes, Mapping } from '../../model/mapping.ts';
import type { RecordView } from '../../model/record-view.ts';
import { targetOf } from '../../shapes/directory-audit.ts';
import { directoryExample } from '../example-records.ts';

/**
 * Accounts: created, enabled, disabled, deleted, their passwords and their factors, as OCSF Account
 * Change. "Update user" is always 99. The directory also writes "Disable account", "Enable Strong
 * Authentication" and so on for the same act, and one act must not count twice. A changed start of
 * valid refresh tokens is 99 too: it revokes sessions, but is an act of an administrator, not a
 * logoff.
 */
const ACCOUNT_CHANGE = 3001;
const CREATE = 1;
const ENABLE = 2;
const PASSWORD_CHANGE = 3;
const PASSWORD_RESET = 4;
const DISABLE = 5;
const DELETE = 6;
const MFA_ENABLE = 10;
const MFA_DISABLE = 11;
const UNLOCK = 12;
const OTHER = 99;

const ACTIVITIES: ReadonlyMap<string, number> = new Map([
  ['add user', CREATE],
  ['create user', CREATE],
  ['delete user', DELETE],
  ['hard delete user', DELETE],
  ['enable account', ENABLE],
  ['disable account', DISABLE],
  ['change user password', PASSWORD_CHANGE],
  ['change password (self-service)', PASSWORD_CHANGE],
  ['reset user password', PASSWORD_RESET],
  ['reset password', PASSWORD_RESET],
  ['reset password (self-service)', PASSWORD_RESET],
  ['reset password (by admin)', PASSWORD_RESET],
  ['unlock user account (self-service)', UNLOCK],
  ['enable strong authentication', MFA_ENABLE],
  ['disable strong authentication', MFA_DISABLE],
  ['user registered security info', MFA_ENABLE],
  ['admin registered security info', MFA_ENABLE],
  ['user registered all required security info', MFA_ENABLE],
  ['user deleted security info', MFA_DISABLE],
  ['admin deleted security info', MFA_DISABLE],
  ['add windows hello for business credential', MFA_ENABLE],
  ['delete windows hello for business credential', MFA_DISABLE],
  ['add passwordless phone sign-in credential', MFA_ENABLE],
  ['delete passwordless phone sign-in credential', MFA_DISABLE],
  ['add fido2 security key', MFA_ENABLE],
  ['delete fido2 security key', MFA_DISABLE],
  ['add passkey (device-bound)', MFA_ENABLE],
  ['delete passkey (device-bound)', MFA_DISABLE],
  ['update user', OTHER],
  ['restore user', OTHER],
  ['invite external user', OTHER],
  ['invite internal user', OTHER],
  ['redeem external user invite', OTHER],
  ['update stsrefreshtokenvalidfrom timestamp', OTHER],
  ['set force change user password', OTHER],
  ['blocked from self-service password reset', OTHER],
  ['user started security info registration', OTHER],
  ['user changed default security info', OTHER],
  ['user updated security info', OTHER],
  ['admin updated security info', OTHER],
  ['create application password for user', OTHER],
  ['delete application password for user', OTHER],
  ['change user license', OTHER],
  ['set license properties', OTHER],
  ['set user manager', OTHER],
  ['convert federated user to managed', OTHER],
  ['admin confirmed user compromised', OTHER],
  ['admin dismissed user risk', OTHER],
]);

function interpret(subject: RecordView, into: Interpretation): void {
  const view = subject.directory;
  if (view === null) return;
  fillDirectoryColumns(view, subject.memo, into);
  into.classUid = ACCOUNT_CHANGE;
  into.activityId = ACTIVITIES.get(view.key) ?? OTHER;
  const user = targetOf(view, 'user', 'serviceprincipal');
  if (user !== undefined) fillTarget(user, view, into);
}

function build(subject: RecordView, _from: Interpretation): Attributes {
  const view = subject.directory;
  if (view === null) return {};
  const user = targetOf(view, 'user');
  return { user: { display_name: user?.name, uid_alt: user?.puid } };
}

export const entraAccount: Mapping = {
  name: 'entra-account',
  classes: [ACCOUNT_CHANGE],
  matches: { activities: [...ACTIVITIES.keys()] },
  interpret,
  build,
  examples: [
    directoryExample('Reset user password.', {
      expect: {
        classUid: ACCOUNT_CHANGE,
        activityId: PASSWORD_RESET,
        statusId: 1,
        actorName: 'admin@example.org',
        actorPuid: '10032000AAAA0001',
        targetName: 'ada@example.org',
        targetUid: 'c0ffee00-0000-4000-8000-000000000001',
        targetType: 'User',
      },
    }),
    directoryExample('Disable Strong Authentication.', {
      expect: { classUid: ACCOUNT_CHANGE, activityId: MFA_DISABLE },
    }),
  ],
};
