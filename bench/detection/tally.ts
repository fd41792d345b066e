import type { FindingDraft } from '../../apps/countersign/src/store/rows/finding.ts';
import type { AttributedFinding } from '../../test/support/detection/detect.ts';

const MEDIUM = 3;

/** The results of a detector over all runs. */
type Row = {
  /** Parent techniques of its findings. */
  readonly techniques: Set<string>;
  /** Runs in which it reported findings; whether they were about the attackers. */
  readonly hits: { readonly used: ReadonlySet<string>; readonly isFound: boolean }[];
  /** Findings of medium or higher without a record of an attacker. */
  wrong: number;
};

export type Line = {
  readonly rule: string;
  /** Runs in which attackers used one of its techniques; in how many of them it found them. */
  readonly attacked: number;
  readonly found: number;
  readonly missed: number;
  /** Runs without its techniques in which it was silent. */
  readonly silent: number;
  readonly wrong: number;
  readonly wrongRate: number;
};

/** Counts by detector, over runs, people and days. */
export class Tally {
  readonly #rows = new Map<string, Row>();
  readonly #titles: ReadonlyMap<string, string>;
  runs: ReadonlySet<string>[] = [];
  personDays = 0;

  constructor(titles: ReadonlyMap<string, string>) {
    this.#titles = titles;
  }

  /** Rules are named by their titles, because their ids are opaque. */
  nameOf({ rule }: Pick<FindingDraft, 'rule'>): string {
    return this.#titles.get(rule) ?? rule;
  }

  /** Counts one attack: its findings, and the techniques used. */
  count(found: readonly AttributedFinding[], used: readonly string[]): void {
    const techniques = new Set(used.map(parent));
    this.runs.push(techniques);
    for (const [rule, own] of Map.groupBy(found, ({ finding }) => this.nameOf(finding))) {
      this.#learn(rule, own);
      const isFound = own.some(({ about }) => about.some(({ technique }) => technique));
      this.#of(rule).hits.push({ used: techniques, isFound });
    }
  }

  /** Counts findings without an attack. */
  countWrong(found: readonly AttributedFinding[]): void {
    for (const [rule, own] of Map.groupBy(found, ({ finding }) => this.nameOf(finding))) {
      this.#learn(rule, own);
      this.#of(rule).wrong += own.filter(({ finding }) => finding.severity >= MEDIUM).length;
    }
  }

  #learn(rule: string, found: readonly AttributedFinding[]): void {
    for (const { finding } of found) {
      for (const technique of finding.techniques) this.#of(rule).techniques.add(parent(technique));
    }
  }

  #of(rule: string): Row {
    const row = this.#rows.get(rule) ?? { techniques: new Set(), hits: [], wrong: 0 };
    this.#rows.set(rule, row);
    return row;
  }

  lines(): Line[] {
    return [...this.#rows]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([rule, row]) => {
        const isOwn = (used: ReadonlySet<string>): boolean =>
          [...used].some((one) => row.techniques.has(one));
        const attacked = this.runs.filter(isOwn).length;
        const found = row.hits.filter(({ used, isFound }) => isFound && isOwn(used)).length;
        const silent = this.runs.length - attacked - row.hits.filter((h) => !isOwn(h.used)).length;
        const { wrong } = row;
        const wrongRate = this.rate(wrong);
        return { rule, attacked, found, missed: attacked - found, silent, wrong, wrongRate };
      });
  }

  /** Per 10,000 people and day. */
  rate(wrong: number): number {
    return this.personDays === 0 ? Number.NaN : (wrong / this.personDays) * 10_000;
  }
}

function parent(technique: string): string {
  return technique.slice(0, 5);
}
