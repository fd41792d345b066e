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
  'nobody-named',
  'ambiguous',
  'no-policy',
  'check-unknown',
] as const;
export type UnknownCause = (typeof UNKNOWN_CAUSES)[number];

export type Cause = 'accounted' | UnaccountedCause | UnknownCause;

/** In words. For unknown causes, it completes "cannot tell, because …". */
export const CAUSE_TEXTS: Readonly<Record<Cause, string>> = {
  accounted: 'its sign-in was decided, or checked, by the policy',
  'no-sign-in': 'no sign-in stands behind it, and both logs are corroborated',
  expired: 'it lies outside the time of its token, or of its pass',
  ended: 'its pass had ended',
  'other-app': 'its token was issued to another application',
  'other-device': 'its token or session belongs to another device',
  'other-network': 'its pass was for another network',
  'no-decision': 'its flow comes past an enforcement point, and no decision was made',
  'unregistered-workload': 'no workload identity of that application is registered',
  'check-failed': 'the policy, applied to its sign-in afterwards, would have denied it',
  'no-sign-in-delivered': 'no sign-in stands behind it in anything that the vendor delivered',
  'no-sign-in-imported':
    'no sign-in stands behind it in any file, where nearly all other actions have theirs',
  'not-settled': 'its sign-in may still come',
  'coverage-hole': 'the log that would hold its sign-in has a hole there',
  'coverage-unknown': 'cannot tell whether the log of sign-ins is complete for that time',
  'no-sign-in-source': 'a log that would hold its sign-in is not there',
  erased: 'its body, or that of its sign-in, was erased',
  'older-than-source': 'its sign-in may be older than the log of sign-ins',
  'no-ids': 'its record names neither token nor session, and nothing else ties it to a sign-in',
  aggregated: 'its record stands for several acts and names neither token nor session',
  'vendor-service': "the suite's own service did it, and nothing ties that to a sign-in",
  'nobody-named': 'its record does not name who acted',
  ambiguous: 'what may stand behind it contradicts itself, or is of another person',
  'no-policy': 'its sign-in is there, and no policy was applied to it',
  'check-unknown': 'the policy could not be applied to its sign-in',
};

/** What the operator can do about a cause. Every cause but `accounted` has one. */
const CAUSE_CURES: Readonly<Record<Exclude<Cause, 'accounted'>, string>> = {
  'no-sign-in': 'Treat the token as forged: revoke the sessions and ask the vendor who issued it.',
  expired: 'Compare the times of both records with the vendor, and revoke the session.',
  ended: 'Revoke the session in the suite as well; look at what was done since.',
  'other-app': 'Find how the application got the token, and revoke it.',
  'other-device': 'Ask the person which devices are theirs, and revoke the session.',
  'other-network': 'Ask the person where they were, and revoke the session.',
  'no-decision': 'Find how the sign-in passed the enforcement point, and close that way.',
  'unregistered-workload':
    'Register the application ("policy use --register FILE"), or take its credentials away.',
  'check-failed':
    'Run "findings --rule check". If a policy does not fit, try another: "policy replay DIR".',
  'no-sign-in-delivered':
    'Ask the vendor for the sign-in of each token id; connect canaries to bound what is lost.',
  'no-sign-in-imported': 'Export the sign-ins of that time again, all four kinds, and import them.',
  'not-settled': 'Ask again when the log has settled: "coverage" says until when it is late.',
  'coverage-hole': 'Import the sign-ins of the hole; "coverage" names its log and its times.',
  'coverage-unknown': 'Let "serve" collect the log: a file cannot tell whether it is whole.',
  'no-sign-in-source': 'Connect the missing log of sign-ins, or import it; "coverage" names it.',
  erased: 'None: what was erased cannot be told any more. The erasure is an entry with its reason.',
  'older-than-source':
    'Import sign-ins from before, back to the start of the session, or end the old sessions.',
  'no-ids':
    'Connect a log that names tokens (Graph activity), or ask the person: this kind names none.',
  aggregated: 'Read the records of the same mailbox that stand for single acts, which name tokens.',
  'vendor-service': 'Ask the vendor which of its services acted, and why ("requests").',
  'nobody-named': 'Ask the vendor who acted; "show ENTRY" has the record.',
  ambiguous: 'Compare both sign-ins ("show ENTRY"); a token of two people belongs revoked.',
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
