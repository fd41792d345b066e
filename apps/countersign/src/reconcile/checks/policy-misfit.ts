import { plural, type TenantId } from '@countersign/core';
import { POLICY_EXAMPLES_MAX, POLICY_PEOPLE_MIN, POLICY_PEOPLE_SHARE } from '@countersign/policy';
import type { FindingDraft } from '../../store/rows/finding.ts';
import {
  type CheckRow,
  monthOf,
  nextMonthOf,
  type PrincipalCount,
  type PrincipalKind,
  principalKindOf,
} from '../../store/sqlite/check-table.ts';

/** Increased when the meaning of these findings changes. */
const VERSION = 1;

/** The group of the finding about a policy; individual findings have a principal's id there. */
const POLICY_GROUP = '*';

/** These are always reported by person: an act against a decision, or an emergency. */
const ALWAYS_INDIVIDUAL: ReadonlySet<string> = new Set([
  'check/denied-and-in',
  'check/ended-pass',
  'check/break-glass',
]);

type Misfit = {
  readonly tenant: string;
  readonly monthMs: number;
  readonly kind: PrincipalKind;
  readonly rule: string;
  readonly text: string;
  readonly people: Set<string>;
  /** People who disagree, by flow and application. */
  readonly contexts: Map<string, Set<string>>;
  readonly examples: Map<string, number>;
  readonly firstMs: number;
  lastMs: number;
  signIns: number;
};

/**
 * Policies that would have denied a large part of the company.
 *
 * Each is one finding about the policy. Its sign-ins are separate findings only if they stand out:
 * by another policy, by a combination that few people break, or by a flow and application in which
 * others comply.
 */
export class PolicyMisfits {
  readonly #all = new Map<string, Misfit>();
  /** Principals by month, tenant and the set of broken rules. */
  readonly #together = new Map<string, Set<string>>();
  readonly #principals = new Map<string, number>();
  readonly #large: ReadonlyMap<string, Misfit>;

  /** `rows`: all disagreements of whole months, in time order. */
  constructor(rows: Iterable<CheckRow>, principals: readonly PrincipalCount[]) {
    for (const { tenant, monthMs, kind, principals: count } of principals) {
      this.#principals.set([tenant, monthMs, kind].join('\n'), count);
    }
    for (const row of rows) this.#add(row);
    const large = [...this.#all].filter(([, misfit]) => this.#isLarge(misfit.people, misfit));
    this.#large = new Map(large);
  }

  #add(row: CheckRow): void {
    const { tenant, timeMs, principal, disagreements, entries } = row;
    const [monthMs, kind] = [monthOf(timeMs), principalKindOf(row)];
    for (const { rule, text } of disagreements) {
      if (ALWAYS_INDIVIDUAL.has(rule)) continue;
      const key = misfitKey(row, rule);
      const known = this.#all.get(key);
      const misfit: Misfit = known ?? {
        ...{ tenant, monthMs, kind, rule, text, people: new Set(), contexts: new Map() },
        ...{ examples: new Map(), firstMs: timeMs, lastMs: timeMs, signIns: 0 },
      };
      if (known === undefined) this.#all.set(key, misfit);
      misfit.people.add(principal);
      reach(misfit.contexts, contextOf(row)).add(principal);
      if (misfit.examples.size < POLICY_EXAMPLES_MAX && !misfit.examples.has(principal)) {
        misfit.examples.set(principal, entries.at(-1) ?? 0);
      }
      misfit.lastMs = timeMs;
      misfit.signIns += 1;
    }
    if (disagreements.length > 1) reach(this.#together, togetherKey(row)).add(principal);
  }

  /** Whether the finding about the policy covers this disagreement. */
  covers(row: CheckRow, rule: string): boolean {
    const misfit = this.#large.get(misfitKey(row, rule));
    if (misfit === undefined) return false;
    const here = misfit.contexts.get(contextOf(row))?.size ?? 0;
    if (here < misfit.people.size * POLICY_PEOPLE_SHARE) return false;
    const others = row.disagreements.filter((other) => other.rule !== rule);
    // The other rules' findings report it, or the combination is common in this company too.
    if (others.some((other) => !this.#large.has(misfitKey(row, other.rule)))) return true;
    if (others.length === 0) return true;
    return this.#isLarge(this.#together.get(togetherKey(row)) ?? new Set(), misfit);
  }

  drafts(): readonly FindingDraft[] {
    return [...this.#large.values()].map((misfit) => this.#draftOf(misfit));
  }

  #isLarge(people: ReadonlySet<string>, { tenant, monthMs, kind }: Misfit): boolean {
    const all = this.#principals.get([tenant, monthMs, kind].join('\n')) ?? people.size;
    return people.size >= POLICY_PEOPLE_MIN && people.size >= all * POLICY_PEOPLE_SHARE;
  }

  #draftOf(misfit: Misfit): FindingDraft {
    const { tenant, monthMs, kind, rule, text, people, examples, firstMs, lastMs } = misfit;
    const all = this.#principals.get([tenant, monthMs, kind].join('\n')) ?? people.size;
    const who = kind === 'person' ? 'people' : 'workload identities';
    const policy = rule.slice(rule.indexOf('/') + 1);
    const [from, to] = [day(monthMs), day(nextMonthOf(monthMs))];
    return {
      rule,
      version: VERSION,
      tenant: tenant as TenantId,
      group: POLICY_GROUP,
      windowMs: monthMs,
      title: `Policy ${policy} disagrees with ${people.size} of ${all} ${who}`,
      message:
        `The policy says: "${text}" Since ${from}, Microsoft 365 allowed ` +
        `${plural(misfit.signIns, 'sign-in')} that break it. Examples: ` +
        `${[...examples.keys()].join(', ')}. A policy that so many break usually does not fit ` +
        'the company. Unusual sign-ins among them have their own findings.',
      next:
        'Change the policy, or the way people sign in. Test a new policy first: "countersign ' +
        `policy replay --policies DIR --from ${from} --to ${to}" lists who it would deny. Apply ` +
        'it with "countersign policy use DIR".',
      severity: 3,
      techniques: [],
      entries: [...new Set(examples.values())].sort((a, b) => a - b),
      firstMs,
      lastMs,
      // Empty: the finding is about the policy, and must not raise a person's risk.
      principals: [],
      sessions: [],
      apps: [],
      addresses: [],
      confidence: null,
    };
  }
}

function misfitKey(row: CheckRow, rule: string): string {
  return [row.tenant, monthOf(row.timeMs), principalKindOf(row), rule].join('\n');
}

function togetherKey(row: CheckRow): string {
  const rules = row.disagreements.map(({ rule }) => rule).sort();
  return misfitKey(row, rules.join(' '));
}

function contextOf({ flow, app }: CheckRow): string {
  return `${flow}\n${app ?? ''}`;
}

function reach(map: Map<string, Set<string>>, key: string): Set<string> {
  const known = map.get(key) ?? new Set<string>();
  map.set(key, known);
  return known;
}

function day(ms: number): string {
  return new Date(ms).toISOString().slice(0, 10);
}
