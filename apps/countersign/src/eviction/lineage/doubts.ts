import type { StoredFinding } from '../../store/sqlite/finding-table.ts';
import { DOUBTS_MAX } from '../limits.ts';
import type { Name } from '../reversals/parties.ts';
import type { Lineage } from './lineage.ts';

/** What the answers come to without one finding. */
export type Doubt = {
  readonly finding: StoredFinding;
  /** How many openings each foothold has left, by its number. */
  readonly openCounts: ReadonlyMap<number, number>;
  /** Who is not suspect any more. */
  readonly cleared: readonly Name[];
};

/** Findings without which less is suspect; those that others bear out change nothing. */
export async function doubtsOf(input: {
  readonly findings: readonly StoredFinding[];
  readonly whole: Lineage;
  readonly without: (uid: string) => Lineage;
  readonly openCounts: (lineage: Lineage, uid: string) => Promise<ReadonlyMap<number, number>>;
}): Promise<{ readonly doubts: readonly Doubt[]; readonly untried: number }> {
  const { findings, whole, without, openCounts } = input;
  const doubts: Doubt[] = [];
  for (const finding of findings.slice(0, DOUBTS_MAX)) {
    const lineage = without(finding.uid);
    const cleared = whole.list().flatMap(({ party }) => (lineage.has(party) ? [] : party));
    doubts.push({ finding, cleared, openCounts: await openCounts(lineage, finding.uid) });
  }
  return { doubts, untried: Math.max(0, findings.length - DOUBTS_MAX) };
}
