import type { SignInStep } from '@countersign/ocsf';
import type { ReportedSignIn } from './reported-sign-in.ts';

/** What a sign-in proved, as a value of the schema; undefined if not stated. */
export type Factor = 'single' | 'multi' | 'phishing-resistant';

/** Phishing-resistant methods: bound to the origin or to the device. */
const PHISHING_RESISTANT = /fido2|passkey|windows hello|x\.?509|certificate|platform credential/i;

export function factorOf({ detail, isMfa }: ReportedSignIn): Factor | undefined {
  const steps = (detail?.steps ?? []).filter(({ succeeded }) => succeeded);
  if (steps.some(isPhishingResistant)) return 'phishing-resistant';
  if (isMfa === null) return undefined;
  return isMfa ? 'multi' : 'single';
}

function isPhishingResistant({ method, detail }: SignInStep): boolean {
  return PHISHING_RESISTANT.test(method) || PHISHING_RESISTANT.test(detail);
}

/**
 * Whether a factor was proved in this sign-in or earlier in its session. Refreshing a token asks no
 * person.
 */
export function proofOf({ detail, flow }: ReportedSignIn): 'now' | 'earlier' {
  const steps = (detail?.steps ?? []).filter(({ succeeded }) => succeeded);
  if (steps.length === 0) return flow === 'nonInteractiveUser' ? 'earlier' : 'now';
  return steps.every(isEarlier) ? 'earlier' : 'now';
}

function isEarlier({ method, result }: SignInStep): boolean {
  return /satisfied by claim|previously satisfied/i.test(`${method} ${result}`);
}

/** Whether another provider was asked for the second factor in this sign-in. */
export function isExternal({ detail }: ReportedSignIn): boolean {
  return (detail?.steps ?? []).some((step) => {
    const isNow = step.succeeded && !isEarlier(step);
    return isNow && /extern/i.test(`${step.method} ${step.detail}`);
  });
}
