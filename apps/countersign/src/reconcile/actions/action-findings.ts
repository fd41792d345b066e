import { plural, type TenantId } from '@countersign/core';
import type { FindingDraft } from '../../store/rows/finding.ts';
import { DAY_MS, EVIDENCE_MAX } from '../limits.ts';
import type { ActionVerdict } from './action-totals.ts';
import type { Cause } from './action-verdict.ts';

/** The texts of a finding, by cause. */
type CauseText = {
  readonly rule: string;
  readonly title: (act: string, who: string) => string;
  /** Why it matters, and what may explain it harmlessly. */
  readonly why?: string;
  readonly next: string;
  readonly techniques: readonly string[];
};

const NO_SIGN_IN: CauseText = {
  rule: 'reconcile/no-sign-in',
  title: (act, who) => `${who} performed ${act} with a token that no known sign-in issued`,
  next:
    'Treat the token as forged until a sign-in is found. Revoke the sessions of the account, ' +
    'check what was read, and ask Microsoft for the issuing record of each token id.',
  techniques: ['T1606.002', 'T1550.001'],
};

const CAUSE_TEXTS: Readonly<Partial<Record<Cause, CauseText>>> = {
  'no-sign-in': NO_SIGN_IN,
  'no-sign-in-delivered': NO_SIGN_IN,
  'no-sign-in-imported': NO_SIGN_IN,
  expired: {
    rule: 'reconcile/expired-token',
    why:
      'Services must refuse an expired token. A replayed or forged token may still work. Likely ' +
      'harmless when: the clocks of two services differ.',
    title: (act, who) => `${who} performed ${act} outside the lifetime of the token`,
    next: 'Revoke the session, and ask Microsoft why its service accepted the expired token.',
    techniques: ['T1550.001'],
  },
  'other-device': {
    rule: 'reconcile/other-device',
    why:
      'A token belongs to one device, so this one may be stolen. Likely harmless when: the ' +
      'person changed devices and the record names the old one.',
    title: (act, who) =>
      `${who} performed ${act} from a device that did not sign in to the session`,
    next:
      'Revoke the session. Ask the person which devices are theirs, and check the other ' +
      'device.',
    techniques: ['T1539', 'T1550.004'],
  },
  ended: {
    rule: 'reconcile/ended-pass',
    why:
      'The company ended this access, and Microsoft 365 still allowed it. Likely harmless ' +
      'when: the token was valid for a few more minutes.',
    title: (act, who) => `${who} performed ${act} after the pass of the session had ended`,
    next: 'Revoke the session in Microsoft 365 too, and check what it did since the pass ended.',
    techniques: ['T1550.001'],
  },
  'other-network': {
    rule: 'reconcile/other-network',
    why:
      'The pass allows certain networks only, so the token may be used by another party. ' +
      'Likely harmless when: the person switched to a phone or a VPN.',
    title: (act, who) => `${who} performed ${act} from a network outside the pass`,
    next: 'Revoke the session and ask the person where they were. Check other use of that network.',
    techniques: ['T1550.004'],
  },
  'no-decision': {
    rule: 'reconcile/no-decision',
    why:
      'Entra accepted the sign-in without a decision by the company. Likely harmless when: the ' +
      'account is not yet in the scope of the method.',
    title: (act, who) =>
      `${who} performed ${act} after a sign-in that bypassed the enforcement point`,
    next:
      'Find out why Entra did not ask the enforcement point: look for a changed conditional ' +
      'access policy or a new exception.',
    techniques: ['T1556.006'],
  },
  'unregistered-workload': {
    rule: 'reconcile/unregistered-workload',
    why:
      'An application without an owner can act for an intruder unnoticed. Likely harmless ' +
      'when: a team forgot to register it.',
    title: (act, who) => `The unregistered ${who} performed ${act}`,
    next: 'Find its owner and register it, or remove its credentials and permissions.',
    techniques: ['T1078.004'],
  },
  'other-app': {
    rule: 'reconcile/other-app',
    why:
      'One application acts with the token of another, as token thieves do. Likely harmless ' +
      'when: both are parts of one Microsoft application.',
    title: (act, who) => `${who} performed ${act} with a token of another application`,
    next: 'Revoke the session. Ask the owners of both applications whether they share tokens.',
    techniques: ['T1550.001'],
  },
};

/** The rules of findings about actions. */
export const ACTION_RULES: readonly string[] = [
  ...new Set(Object.values(CAUSE_TEXTS).map(({ rule }) => rule)),
];

export function isReported(cause: Cause): boolean {
  return CAUSE_TEXTS[cause] !== undefined;
}

/** One finding per person, application and day. */
export function findingsOf(
  verdicts: readonly ActionVerdict[],
  severityOf: (verdict: ActionVerdict) => 3 | 4,
): FindingDraft[] {
  const reported = verdicts.filter(({ cause }) => isReported(cause));
  const groups = Map.groupBy(reported, (verdict) => {
    const { tenant, who, app, cause, atMs } = verdict;
    return [tenant, CAUSE_TEXTS[cause]?.rule, who, app, dayOf(atMs)].join('\n');
  });
  return [...groups.values()].map((own) => draftOf(own, severityOf));
}

function draftOf(
  own: readonly ActionVerdict[],
  severityOf: (verdict: ActionVerdict) => 3 | 4,
): FindingDraft {
  const first = own[0] as ActionVerdict;
  const last = own.at(-1) as ActionVerdict;
  const text = CAUSE_TEXTS[first.cause] as CauseText;
  const who = first.who?.replace(/^app:/, 'application ') ?? 'an unnamed account';
  const act = first.operation ?? 'an action';
  const distinctValues = (of: (verdict: ActionVerdict) => string | null): string[] =>
    [...new Set(own.flatMap((verdict) => of(verdict) ?? []))].sort();
  return {
    rule: text.rule,
    version: 1,
    tenant: first.tenant as TenantId,
    group: `${first.who ?? ''} ${first.app ?? ''}`,
    windowMs: dayOf(first.atMs),
    title: text.title(act, who),
    message: messageOf(own),
    next: text.next,
    severity: Math.max(...own.map(severityOf)) as 3 | 4,
    techniques: techniquesOf(text, own),
    entries: own.slice(0, EVIDENCE_MAX).map(({ index }) => index),
    firstMs: first.atMs,
    lastMs: last.atMs,
    principals: distinctValues(({ actor }) => actor),
    sessions: distinctValues(({ session }) => session),
    apps: distinctValues(({ app }) => app),
    addresses: distinctValues(({ ip }) => ip),
    confidence: null,
  };
}

/** Adds the techniques of the actions themselves. */
function techniquesOf(text: CauseText, own: readonly ActionVerdict[]): string[] {
  const isMail = own.some(({ operation }) => /^mailitemsaccessed$/i.test(operation ?? ''));
  return isMail ? [...text.techniques, 'T1114.002'] : [...text.techniques];
}

function messageOf(own: readonly ActionVerdict[]): string {
  const first = own[0] as ActionVerdict;
  const tokens = new Set(own.map(({ token }) => token)).size;
  const count =
    `${plural(own.length, 'action')} of the day used ${plural(tokens, 'token')} that no sign-in ` +
    'in the ledger issued';
  switch (first.cause) {
    case 'no-sign-in':
      return `${count}. Both logs are corroborated, so no harmless explanation is known.`;
    case 'no-sign-in-delivered': {
      const { bound } = first;
      const share = bound === null ? '' : ` (at most ${(bound * 100).toFixed(1)} % are lost)`;
      return `${count}. Likely harmless when: Microsoft lost the record of the sign-in${share}.`;
    }
    case 'no-sign-in-imported':
      return (
        `${count}. Nearly all other actions of the day have a sign-in. Likely harmless when: the ` +
        'sign-in is missing from the export.'
      );
    default:
      return `${plural(own.length, 'action')} of the day. ${CAUSE_TEXTS[first.cause]?.why}`;
  }
}

function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS) * DAY_MS;
}
