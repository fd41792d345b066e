/** How an action was matched with its sign-in, strongest first. */
export const METHODS = ['token', 'session', 'person', 'none'] as const;
export type Method = (typeof METHODS)[number];

/** There is no authorization, or it does not cover the action. */
export const UNACCOUNTED_CAUSES = [
  'no-sign-in',
  'expired',
  'ended',
  'other-app',
  'other-device',
  'other-network',
  'no-decision',
  'unregistered-workload',
  'check-failed',
] as const;
export type UnaccountedCause = (typeof UNACCOUNTED_CAUSES)[number];

/** Causes of an unknown verdict. */
export const UNKNOWN_CAUSES = [
  'no-sign-in-delivered',
  'no-sign-in-imported',
  'not-settled',
  'coverage-hole',
  'coverage-unknown',
  'no-sign-in-source',
  'erased',
  'older-than-source',
  'no-ids',
  'aggregated',
  'vendor-service',
  'no-actor',
  'ambiguous',
  'no-policy',
  'check-unknown',
] as const;
export type UnknownCause = (typeof UNKNOWN_CAUSES)[number];

export type Cause = 'accounted' | UnaccountedCause | UnknownCause;

/** In words. For unknown causes, it completes "cannot tell, because …". */
export const CAUSE_TEXTS: Readonly<Record<Cause, string>> = {
  accounted: 'the policy decided or checked its sign-in',
  'no-sign-in': 'it has no sign-in, and both logs are corroborated',
  expired: 'it happened outside the lifetime of its token or pass',
  ended: 'its pass had ended',
  'other-app': 'its token was issued to another application',
  'other-device': 'its token or session belongs to another device',
  'other-network': 'its pass was for another network',
  'no-decision': 'an enforcement point guards its flow, and no decision was made',
  'unregistered-workload': 'no workload identity of that application is registered',
  'check-failed': 'the policy, applied to its sign-in after the fact, would have denied it',
  'no-sign-in-delivered': 'the vendor delivered no sign-in for it',
  'no-sign-in-imported': 'no file has a sign-in for it, although nearly all other actions have one',
  'not-settled': 'its sign-in may still arrive',
  'coverage-hole': 'the log that would hold its sign-in has a gap there',
  'coverage-unknown': 'it is unknown whether the log of sign-ins is complete for that time',
  'no-sign-in-source': 'a log that would hold its sign-in is not connected',
  erased: 'its body, or that of its sign-in, was erased',
  'older-than-source': 'its sign-in may be older than the log of sign-ins',
  'no-ids': 'its record names neither token nor session, and no other field links it to a sign-in',
  aggregated: 'its record stands for several actions and names neither token nor session',
  'vendor-service': 'a service of the suite did it, and no field links it to a sign-in',
  'no-actor': 'its record does not name the actor',
  ambiguous: 'its possible sign-ins contradict each other, or belong to another person',
  'no-policy': 'its sign-in is known, but no policy was applied to it',
  'check-unknown': 'the policy could not be applied to its sign-in',
};

/** What the operator can do about a cause. Every cause but `accounted` has one. */
const CAUSE_CURES: Readonly<Record<Exclude<Cause, 'accounted'>, string>> = {
  'no-sign-in': 'Treat the token as forged: revoke the sessions and ask the vendor who issued it.',
  expired: 'Compare the times of both records with the vendor, and revoke the session.',
  ended: 'Revoke the session in the suite as well. Check what it did since then.',
  'other-app': 'Find out how the application got the token, and revoke it.',
  'other-device': 'Ask the person which devices are theirs, and revoke the session.',
  'other-network': 'Ask the person where they were, and revoke the session.',
  'no-decision': 'Find out how the sign-in bypassed the enforcement point, and close that path.',
  'unregistered-workload':
    'Register the application ("policy use --register FILE"), or remove its credentials.',
  'check-failed':
    'Run "findings --rule check". If a policy does not fit, try another: ' +
    '"policy replay --policies DIR".',
  'no-sign-in-delivered':
    'Ask the vendor for the sign-in of each token id. Connect canaries to get an upper bound ' +
    'for loss.',
  'no-sign-in-imported': 'Export the sign-ins of that time again, all four kinds, and import them.',
  'not-settled': 'Ask again when the log has settled: "coverage" states until when it is late.',
  'coverage-hole': 'Import the sign-ins of the gap. "coverage" names its log and its times.',
  'coverage-unknown': 'Collect the log with "serve": a file does not state whether it is complete.',
  'no-sign-in-source': 'Connect the missing sign-in log, or import it. "coverage" names it.',
  erased: 'None: erased data cannot be recovered. The erasure is an entry with its reason.',
  'older-than-source':
    'Import earlier sign-ins, back to the start of the session, or end the old sessions.',
  'no-ids': 'Connect a log that names tokens (Graph activity), or ask the person.',
  aggregated: 'Read the records of single actions in the same mailbox; they name tokens.',
  'vendor-service': 'Ask the vendor which of its services acted and why ("requests").',
  'no-actor': 'Ask the vendor who acted. "show ENTRY" prints the record.',
  ambiguous: 'Compare both sign-ins ("show ENTRY"). Revoke a token that two people use.',
  'no-policy':
    'Put policies in force: "policy use --directory FILE --register FILE", with since: in both.',
  'check-unknown':
    'Run "verified": it names the input that was missing. State it in the directory file.',
};

export function cureOf(cause: Cause): string | null {
  return cause === 'accounted' ? null : CAUSE_CURES[cause];
}

export type Verdict = 'accounted' | 'unaccounted' | 'unknown';

const UNACCOUNTED: ReadonlySet<string> = new Set(UNACCOUNTED_CAUSES);

export function verdictOf(cause: Cause): Verdict {
  if (cause === 'accounted') return 'accounted';
  return UNACCOUNTED.has(cause) ? 'unaccounted' : 'unknown';
}

const UNEXPLAINED: ReadonlySet<Cause> = new Set([
  'no-sign-in',
  'no-sign-in-delivered',
  'no-sign-in-imported',
]);

/** Whether no explanation of an action is left. */
export function isUnexplained(cause: Cause): boolean {
  return UNEXPLAINED.has(cause);
}
