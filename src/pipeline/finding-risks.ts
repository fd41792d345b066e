import { RAISED_PER_FINDING_MAX, type RaisedRisk } from '../access/index.ts';
import type { FindingFilter, KeptFinding } from '../books/index.ts';
import { IN_PROGRESS, NEW, statusOf } from '../detect/index.ts';
import { FINDINGS_READ_AGAIN_MS } from './limits.ts';

/** Of OCSF: 4 is high, 5 is critical. */
const HIGH = 4;

/**
 * Rules that say what was wrong with a sign-in and not with the person: let in by one factor, in no
 * wave, at high risk already. Were they to raise the risk, it would hold itself up for ever.
 */
const OF_THE_DOOR = /^(?:check|door)\//;
const OF_THE_PERSON: ReadonlySet<string> = new Set(['check/denied-and-in', 'check/ended-pass']);

type Books = {
  acts(kind: string, fromIndex: number): readonly number[];
  findings(filter: FindingFilter): readonly KeptFinding[];
};

/** Whose risk the open findings raise: read again as soon as one is said, or said to be done. */
export class FindingRisks {
  readonly #books: Books;
  #nextIndex = 0;
  #readMs = Number.NEGATIVE_INFINITY;

  constructor(books: Books) {
    this.#books = books;
  }

  /** Undefined: all is as it was told last. */
  look(nowMs: number): readonly RaisedRisk[] | undefined {
    const [last] = this.#books.acts('finding', this.#nextIndex).slice(-1);
    // A suppression ends without an entry that says so; and the clock may have stepped back.
    const isOld = Math.abs(nowMs - this.#readMs) >= FINDINGS_READ_AGAIN_MS;
    if (last === undefined && !isOld) return undefined;
    this.#nextIndex = last === undefined ? this.#nextIndex : last + 1;
    this.#readMs = nowMs;
    return raisedRisks(this.#books.findings({ severityMin: HIGH }), nowMs);
  }
}

function raisedRisks(findings: readonly KeptFinding[], nowMs: number): readonly RaisedRisk[] {
  return findings.flatMap((finding): RaisedRisk[] => {
    const { uid, draft } = finding;
    const { rule, principals, tenant } = draft;
    const status = statusOf(finding, nowMs);
    if (status !== NEW && status !== IN_PROGRESS) return [];
    if (OF_THE_DOOR.test(rule) && !OF_THE_PERSON.has(rule)) return [];
    if (principals.length > RAISED_PER_FINDING_MAX) return [];
    return principals.map((key) => {
      return { tenant, who: key.replace(/^user:/, ''), level: 'high', finding: uid };
    });
  });
}
