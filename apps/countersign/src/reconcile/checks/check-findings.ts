import {
  type Interval,
  type IntervalSet,
  normalise,
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

/** Raised whenever the meaning of these rules changes. */
const VERSION = 1;

type Words = {
  readonly severity: FindingSeverity;
  readonly title: (who: string) => string;
  readonly next: string;
};

const SIGN_INS = 'look at the sign-ins, and at what was done in their sessions; ask the person';
const WORKLOAD = 'ask the owner; if nobody knows it, take its credentials away';

const WORDS: ReadonlyMap<string, Words> = new Map<string, Words>([
  [
    'check/break-glass',
    {
      severity: 5,
      title: (who) => `an account for emergencies was used: ${who}`,
      next: 'find out who used it and why; seal it again',
    },
  ],
  [
    'check/denied-and-in',
    {
      severity: 5,
      title: (who) => `denied at the door, and signed in: ${who}`,
      next: 'end the sessions: something lets people in past the door',
    },
  ],
  [
    'check/ended-pass',
    {
      severity: 4,
      title: (who) => `signed in after the pass had ended: ${who}`,
      next: 'end the sessions in the suite too; the pass was ended for a reason',
    },
  ],
  [
    'check/second-factor',
    { severity: 4, title: (who) => `one factor was enough for ${who}`, next: SIGN_INS },
  ],
  [
    'check/baseline-scope',
    {
      severity: 4,
      title: (who) => `the vendor's factor policy did not apply to ${who}`,
      next: SIGN_INS,
    },
  ],
  [
    'check/high-risk',
    { severity: 4, title: (who) => `signed in at high risk: ${who}`, next: SIGN_INS },
  ],
  [
    'check/disabled',
    { severity: 4, title: (who) => `a disabled account signed in: ${who}`, next: SIGN_INS },
  ],
  [
    'check/workload-registered',
    {
      severity: 3,
      title: (who) => `an application that nobody registered: ${who}`,
      next: 'find its owner and register it, or take its credentials away',
    },
  ],
  [
    'check/workload-credential',
    { severity: 4, title: (who) => `a new credential of the application ${who}`, next: WORKLOAD },
  ],
  [
    'check/workload-network',
    {
      severity: 4,
      title: (who) => `the application ${who} came from another network`,
      next: WORKLOAD,
    },
  ],
  [
    'check/workload-scope',
    {
      severity: 4,
      title: (who) => `the application ${who} reached further than registered`,
      next: WORKLOAD,
    },
  ],
]);

function wordsOf(rule: string): Words {
  const known = WORDS.get(rule);
  if (known !== undefined) return known;
  const name = rule.slice(rule.indexOf('/') + 1);
  return {
    severity: 3,
    title: (who) => `let in against the policy ${name}: ${who}`,
    next: SIGN_INS,
  };
}

/** The calendar months that any of these touch: whether a policy fits is told of all of one. */
export function monthsOf(touched: IntervalSet): IntervalSet {
  return normalise(
    touched.map(({ from, to }): Interval => {
      return { from: monthOf(from), to: nextMonthOf(Math.max(from, to - 1)) };
    }),
  );
}

/**
 * One finding for each rule, principal and day, and one for a policy that disagrees with a large
 * part of the company in a month, whatever the order in which sign-ins came. `rows` are all
 * disagreements of whole months; they are read twice.
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

/** Which other rules the same sign-ins break tells what kind of sign-ins they are. */
function messageOf({ rule, text, rows }: Group): string {
  const others = unique(
    rows.flatMap(({ disagreements }) => disagreements.map((each) => each.rule)),
  ).filter((other) => other !== rule);
  const said = `${text} ${plural(rows.length, 'sign-in')} of that day, each let in by the vendor.`;
  return others.length === 0 ? said : `${said} They break ${others.join(', ')} as well.`;
}

function unique(values: readonly (string | null)[]): readonly string[] {
  return [...new Set(values.filter((value) => value !== null))].sort();
}
