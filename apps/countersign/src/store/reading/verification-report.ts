import type { Answer } from '@countersign/core';
import type { CheckCount } from '../sqlite/check-table.ts';

/** How much of all access is verified, and how. */
export type VerifiedCount = {
  /** Sign-ins with a Countersign decision. */
  readonly decided: number;
  /** Sign-ins checked against the same policies afterwards. */
  readonly checked: number;
  /** All others, by cause. */
  readonly unverified: Readonly<Record<string, number>>;
  /** Sign-ins that the suite permitted and the company's policy denies. */
  readonly disagreements: number;
};

export type VerificationReport = VerifiedCount & {
  readonly flows: Readonly<Record<string, VerifiedCount>>;
  readonly days: readonly (VerifiedCount & { readonly day: string; readonly flow: string })[];
  /** Whether these are all sign-ins of the period. */
  readonly coverage: Answer;
};

/** All stored sign-ins of one day and flow. */
export type SignInCount = { readonly day: string; readonly flow: string; readonly count: number };

/**
 * Sums up the counts. Sign-ins without a check yet are unverified, so that the three numbers always
 * add up to all sign-ins.
 */
export function verifiedOf(
  checks: readonly CheckCount[],
  all: readonly SignInCount[],
  causeOfUnchecked: string,
): Omit<VerificationReport, 'coverage'> {
  const total = new VerificationTotals();
  const flows = new Map<string, VerificationTotals>();
  const days = new Map<string, VerificationTotals>();
  const of = (map: Map<string, VerificationTotals>, key: string): VerificationTotals => {
    const known = map.get(key) ?? new VerificationTotals();
    map.set(key, known);
    return known;
  };
  const add = (check: Pick<CheckCount, 'day' | 'flow'> & CheckTotals): void => {
    const key = `${check.day}\n${check.flow}`;
    for (const adding of [total, of(flows, check.flow), of(days, key)]) adding.add(check);
  };
  for (const check of checks) add(check);
  for (const { day, flow, count } of all) {
    const left = count - of(days, `${day}\n${flow}`).all;
    if (left <= 0) continue;
    add({ day, flow, state: 'unverified', cause: causeOfUnchecked, count: left, disagreements: 0 });
  }
  return {
    ...total.count,
    flows: Object.fromEntries([...flows].sort(byKey).map(([flow, adding]) => [flow, adding.count])),
    days: [...days].sort(byKey).map(([key, adding]) => {
      const [day = '', flow = ''] = key.split('\n');
      return { day, flow, ...adding.count };
    }),
  };
}

type CheckTotals = Pick<CheckCount, 'state' | 'cause' | 'count' | 'disagreements'>;

class VerificationTotals {
  #decided = 0;
  #checked = 0;
  #disagreements = 0;
  readonly #unverified = new Map<string, number>();

  add({ state, cause, count, disagreements }: CheckTotals): void {
    this.#disagreements += disagreements;
    if (state === 'decided') this.#decided += count;
    else if (state === 'checked') this.#checked += count;
    else {
      const name = cause ?? 'not said';
      this.#unverified.set(name, (this.#unverified.get(name) ?? 0) + count);
    }
  }

  get all(): number {
    return [...this.#unverified.values()].reduce((a, b) => a + b, this.#decided + this.#checked);
  }

  get count(): VerifiedCount {
    return {
      decided: this.#decided,
      checked: this.#checked,
      unverified: Object.fromEntries([...this.#unverified].sort(byKey)),
      disagreements: this.#disagreements,
    };
  }
}

function byKey([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}
