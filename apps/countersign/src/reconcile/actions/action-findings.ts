import { plural, type TenantId } from '@countersign/core';
import type { FindingDraft } from '../../store/rows/finding.ts';
import { DAY_MS, EVIDENCE_MAX } from '../limits.ts';
import type { ActionVerdict } from './action-totals.ts';
import type { Cause } from './action-verdict.ts';

/** Causes that a person should hear of, and how. */
type CauseText = {
  readonly rule: string;
  readonly title: (act: string, who: string) => string;
  readonly next: string;
  readonly techniques: readonly string[];
};

const NO_SIGN_IN: CauseText = {
  rule: 'reconcile/no-sign-in',
  title: (act, who) => `${act} by ${who} with a token that no sign-in stands behind`,
  next:
    'Take the token for forged until a sign-in is found: ask the vendor for the issuing record ' +
    'of each token id, revoke the sessions of the person, and look at what was read.',
  techniques: ['T1606.002', 'T1550.001'],
};

const SAID: Readonly<Partial<Record<Cause, CauseText>>> = {
  'no-sign-in': NO_SIGN_IN,
  'no-sign-in-delivered': NO_SIGN_IN,
  'no-sign-in-imported': NO_SIGN_IN,
  expired: {
    rule: 'reconcile/expired-token',
    title: (act, who) => `${act} by ${who} outside the life of the token`,
    next: 'Compare the times of both records with the vendor, and revoke the session.',
    techniques: ['T1550.001'],
  },
  'other-device': {
    rule: 'reconcile/other-device',
    title: (act, who) => `${act} by ${who} from a device that its session does not belong to`,
    next: 'Ask the person which devices are theirs, revoke the session, and look at the other one.',
    techniques: ['T1539', 'T1550.004'],
  },
  ended: {
    rule: 'reconcile/ended-pass',
    title: (act, who) => `${act} by ${who} after the pass of the session had ended`,
    next: 'Revoke the session with the vendor too, and look at what was done since.',
    techniques: ['T1550.001'],
  },
  'other-network': {
    rule: 'reconcile/other-network',
    title: (act, who) => `${act} by ${who} from a network that the pass was not for`,
    next: 'Ask the person where they were, revoke the session, and look at the other network.',
    techniques: ['T1550.004'],
  },
  'no-decision': {
    rule: 'reconcile/no-decision',
    title: (act, who) => `${act} by ${who} past a door that was not asked`,
    next: 'Find out how the sign-in came past the door: a policy of the vendor may have changed.',
    techniques: ['T1556.006'],
  },
  'unregistered-workload': {
    rule: 'reconcile/unregistered-workload',
    title: (act, who) => `${act} by ${who}, which nobody has registered`,
    next: 'Find its owner and register it, or take its credentials and permissions away.',
    techniques: ['T1078.004'],
  },
  'other-app': {
    rule: 'reconcile/other-app',
    title: (act, who) => `${act} by ${who} with a token of another application`,
    next: 'Find out how the application came by the token, and revoke it.',
    techniques: ['T1550.001'],
  },
};

/** The rules of what reconciliation says of actions. */
export const ACTION_RULES: readonly string[] = [
  ...new Set(Object.values(SAID).map(({ rule }) => rule)),
];

export function isSaid(cause: Cause): boolean {
  return SAID[cause] !== undefined;
}

/** One finding for each person, application and day. */
export function findingsOf(
  verdicts: readonly ActionVerdict[],
  severityOf: (verdict: ActionVerdict) => 3 | 4,
): FindingDraft[] {
  const reported = verdicts.filter(({ cause }) => isSaid(cause));
  const groups = Map.groupBy(reported, (verdict) => {
    const { tenant, who, app, cause, atMs } = verdict;
    return [tenant, SAID[cause]?.rule, who, app, dayOf(atMs)].join('\n');
  });
  return [...groups.values()].map((own) => draftOf(own, severityOf));
}

function draftOf(
  own: readonly ActionVerdict[],
  severityOf: (verdict: ActionVerdict) => 3 | 4,
): FindingDraft {
  const first = own[0] as ActionVerdict;
  const last = own.at(-1) as ActionVerdict;
  const said = SAID[first.cause] as CauseText;
  const who = first.who?.replace(/^app:/, 'application ') ?? 'somebody who is not named';
  const act = first.operation ?? 'an action';
  const texts = (of: (verdict: ActionVerdict) => string | null): string[] =>
    [...new Set(own.flatMap((verdict) => of(verdict) ?? []))].sort();
  return {
    rule: said.rule,
    version: 1,
    tenant: first.tenant as TenantId,
    group: `${first.who ?? ''} ${first.app ?? ''}`,
    windowMs: dayOf(first.atMs),
    title: said.title(act, who),
    message: messageOf(own),
    next: said.next,
    severity: Math.max(...own.map(severityOf)) as 3 | 4,
    techniques: techniquesOf(said, own),
    entries: own.slice(0, EVIDENCE_MAX).map(({ index }) => index),
    firstMs: first.atMs,
    lastMs: last.atMs,
    principals: texts(({ actor }) => actor),
    sessions: texts(({ session }) => session),
    apps: texts(({ app }) => app),
    addresses: texts(({ ip }) => ip),
    confidence: null,
  };
}

/** What was done with it is told as well. */
function techniquesOf(said: CauseText, own: readonly ActionVerdict[]): string[] {
  const isMail = own.some(({ operation }) => /^mailitemsaccessed$/i.test(operation ?? ''));
  return isMail ? [...said.techniques, 'T1114.002'] : [...said.techniques];
}

function messageOf(own: readonly ActionVerdict[]): string {
  const first = own[0] as ActionVerdict;
  const tokens = new Set(own.map(({ token }) => token)).size;
  const count =
    `${plural(own.length, 'action')} of the day with ${plural(tokens, 'token')} that no sign-in ` +
    'in the ledger was issued with';
  switch (first.cause) {
    case 'no-sign-in':
      return `${count}, and both logs are corroborated: nothing harmless explains that.`;
    case 'no-sign-in-delivered': {
      const { bound } = first;
      const share = bound === null ? '' : ` (at most ${(bound * 100).toFixed(1)} % were lost)`;
      return `${count}. A sign-in that the vendor lost would explain it${share}.`;
    }
    case 'no-sign-in-imported':
      return (
        `${count}, while nearly all other actions of the day have theirs. A sign-in that is ` +
        'missing from the export would explain it.'
      );
    default:
      return `${plural(own.length, 'action')} of the day.`;
  }
}

function dayOf(ms: number): number {
  return Math.floor(ms / DAY_MS) * DAY_MS;
}
