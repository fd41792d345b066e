import type { Decision, DecisionRequest, Directory, Properties } from '@countersign/policy';
import type { Refusal } from './pages/page-text.ts';
import type { Passkey } from './passkeys/passkey-record.ts';
import type { AuthenticationResult } from './passkeys/webauthn-ceremony.ts';
import type { PendingSignIn } from './pending-sign-ins.ts';

/** A passkey that a person used in this attempt, and what its use proves. */
export type PasskeyUse = {
  readonly proof: AuthenticationResult;
  readonly passkey: Passkey;
};

/** The question of a sign-in for the policies. Without a passkey, its factor is `none`. */
export function signInRequest(
  { hint, asked, address }: PendingSignIn,
  shown: PasskeyUse | undefined,
  directory: Directory,
): DecisionRequest {
  const { tenant } = hint;
  const isBound = shown?.proof.bound === 'device' && shown.passkey.bound === 'device';
  const device = isBound ? shown.passkey.device : null;
  const context: Properties = {
    factor: shown === undefined ? 'none' : 'phishing-resistant',
    ...(address === null ? {} : { address }),
    ...(device === null ? {} : { device }),
    // These identify the sign-in in the vendor's log, and the passkey in an investigation.
    ...(asked.requestId === undefined ? {} : { requestId: asked.requestId }),
    ...(shown === undefined ? {} : { passkey: shown.passkey.id }),
  };
  return {
    enforcementPoint: 'eam',
    tenant,
    subject: { type: 'user', id: subjectIdOf(hint, directory) },
    action: { name: 'signIn' },
    resource: { type: 'suite', id: tenant },
    context,
  };
}

/** The object id, unless the company's directory identifies people by sign-in name. */
function subjectIdOf(
  { tenant, person, username }: PendingSignIn['hint'],
  directory: Directory,
): string {
  const isKnown = (id: string): boolean => directory.find(tenant, 'Person', id) !== undefined;
  if (username === undefined || isKnown(person) || !isKnown(username)) return person;
  return username;
}

/** The refusal that a denied person reads. */
export function refusalOf({ cause }: Decision): Refusal {
  return cause === 'policy' || cause === 'no-policy' ? 'denied' : 'unknown';
}
