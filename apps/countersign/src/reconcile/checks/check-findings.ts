import {
  type Interval,
  type IntervalSet,
  normalize,
  plural,
  type TenantId,
} from '@countersign/core';
import type { FindingDraft, FindingSeverity } from '../../store/rows/finding.ts';
import {
  type CheckRow,
  monthOf,
  nextMonthOf,
  type PrincipalCount,
} from '../../store/sqlite/check-table.ts';
import { PolicyMisfits } from './policy-misfit.ts';

const DAY_MS = 86_400_000;

/** Increased when the meaning of these rules changes. */
const VERSION = 1;

type Words = {
  readonly severity: FindingSeverity;
  readonly title: (who: string) => string;
  readonly next: string;
};

const WORDS: ReadonlyMap<string, Words> = new Map<string, Words>([
  [
    'check/break-glass',
    {
      severity: 5,
      title: (who) => `The emergency account ${who} signed in`,
      next:
        'Find out who used the emergency account and why. Change its credentials and seal them ' +
        'again. Likely harmless when: an outage or a planned drill is on record.',
    },
  ],
  [
    'check/denied-and-in',
    {
      severity: 5,
      title: (who) => `${who} signed in although the enforcement point denied the access`,
      next:
        'Revoke the sessions now. Then find the path that does not ask the enforcement point: ' +
        'compare the conditional access policies with those of the company.',
    },
  ],
  [
    'check/ended-pass',
    {
      severity: 4,
      title: (who) => `${who} signed in after the pass had ended`,
      next:
        'Revoke the sessions in Microsoft 365 too. "countersign passes list --all" shows why the ' +
        'pass ended.',
    },
  ],
  [
    'check/second-factor',
    {
      severity: 4,
      title: (who) => `${who} signed in with one factor`,
      next:
        'Check the address and device of the sign-ins, and ask the person about them. Then find ' +
        'out which conditional access policy should have required a second factor.',
    },
  ],
  [
    'check/baseline-scope',
    {
      severity: 4,
      title: (who) =>
        `No conditional access policy with a second factor applied to a sign-in of ${who}`,
      next:
        'Find the exception or the client that no policy with a second factor covers, and close ' +
        'it. Check what the sessions of these sign-ins did.',
    },
  ],
  [
    'check/high-risk',
    {
      severity: 4,
      title: (who) => `${who} signed in at high risk`,
      next:
        'Revoke the sessions and reset the password, then ask the person. Likely harmless when: ' +
        'the person confirms the sign-in, for example from a trip.',
    },
  ],
  [
    'check/disabled',
    {
      severity: 4,
      title: (who) => `The disabled account ${who} signed in`,
      next:
        'Compare the time of the sign-in with the time at which the account was disabled. Revoke ' +
        'its sessions, and check what they did.',
    },
  ],
  [
    'check/workload-registered',
    {
      severity: 3,
      title: (who) => `The unregistered application ${who} signed in`,
      next: 'Find its owner and register it, or remove its credentials.',
    },
  ],
  [
    'check/workload-credential',
    {
      severity: 4,
      title: (who) => `The application ${who} used a credential that is not registered`,
      next:
        'Ask the owner whether they rotated the credential. If so, update the register; if not, ' +
        'remove the credential and check what it was used for.',
    },
  ],
  [
    'check/workload-network',
    {
      severity: 4,
      title: (who) => `The application ${who} signed in from an unregistered network`,
      next:
        'Ask the owner whether the application moved. If so, update the register; if not, ' +
        'replace its credentials and check what it did.',
    },
  ],
  [
    'check/workload-scope',
    {
      severity: 4,
      title: (who) => `The application ${who} used a service outside its registered scope`,
      next:
        'Ask the owner why the application needs the service. Remove the permission if the ' +
        'register is right.',
    },
  ],
]);

function wordsOf(rule: string): Words {
  const known = WORDS.get(rule);
  if (known !== undefined) return known;
  const name = rule.slice(rule.indexOf('/') + 1);
  return {
    severity: 3,
    title: (who) => `${who} signed in against the policy ${name}`,
    next:
      'Check the address and device of the sign-ins and what their sessions did. Ask the ' +
      'person.',
  };
}

/** The affected calendar months, because a policy's fit is judged per month. */
export function monthsOf(touched: IntervalSet): IntervalSet {
  return normalize(
    touched.map(({ from, to }): Interval => {
      return { from: monthOf(from), to: nextMonthOf(Math.max(from, to - 1)) };
    }),
  );
}

/**
 * One finding per rule, principal and day, and one per policy that disagrees with a large part of
 * the company in a month. Independent of the order of sign-ins. `rows` are all disagreements of
 * whole months; they are read twice.
 */
export function checkDrafts(
  rows: () => Iterable<CheckRow>,
  principals: readonly PrincipalCount[],
): readonly FindingDraft[] {
  const misfits = new PolicyMisfits(rows(), principals);
  return [...misfits.drafts(), ...individualDrafts(rows(), misfits)];
}

function individualDrafts(
  rows: Iterable<CheckRow>,
  misfits: PolicyMisfits,
): readonly FindingDraft[] {
  const groups = new Map<string, Group>();
  for (const row of rows) {
    const dayMs = Math.floor(row.timeMs / DAY_MS) * DAY_MS;
    for (const { rule, text } of row.disagreements) {
      if (misfits.covers(row, rule)) continue;
      const key = [row.tenant, rule, row.principal, dayMs].join('\n');
      const group = groups.get(key);
      if (group === undefined) groups.set(key, { rule, text, dayMs, rows: [row] });
      else group.rows.push(row);
    }
  }
  return [...groups.values()].map(draftOf);
}

type Group = {
  readonly rule: string;
  readonly text: string;
  readonly dayMs: number;
  readonly rows: CheckRow[];
};

function draftOf({ rule, text, dayMs, rows }: Group): FindingDraft {
  const [first] = rows;
  const times = rows.map(({ timeMs }) => timeMs);
  const who = first?.principal ?? '';
  const { severity, title, next } = wordsOf(rule);
  const [firstMs, lastMs] = [Math.min(...times), Math.max(...times)];
  return {
    rule,
    version: VERSION,
    tenant: (first?.tenant ?? '') as TenantId,
    group: who,
    windowMs: dayMs,
    title: title(who),
    message: messageOf({ rule, text, dayMs, rows }),
    next,
    severity,
    techniques: ['T1078.004'],
    entries: rows.map(({ entries }) => entries.at(-1) ?? 0).sort((a, b) => a - b),
    firstMs,
    lastMs,
    principals: [who],
    sessions: unique(rows.map(({ session }) => session)),
    apps: unique(rows.map(({ app }) => app)),
    addresses: unique(rows.map(({ address }) => address)),
    confidence: null,
  };
}

/** The other rules that the same sign-ins break characterize them. */
function messageOf({ rule, text, rows }: Group): string {
  const others = unique(
    rows.flatMap(({ disagreements }) => disagreements.map((each) => each.rule)),
  ).filter((other) => other !== rule);
  const isOne = rows.length === 1;
  const statement =
    `The policy says: "${text}" Microsoft 365 allowed ${plural(rows.length, 'sign-in')} of that ` +
    `day that ${isOne ? 'breaks' : 'break'} it.`;
  return others.length === 0 ? statement : `${statement} Also broken: ${others.join(', ')}.`;
}

function unique(values: readonly (string | null)[]): readonly string[] {
  return [...new Set(values.filter((value) => value !== null))].sort();
}
