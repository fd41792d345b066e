import type { StoredFinding } from '../../store/sqlite/finding-table.ts';
import { DOUBTS_MAX } from '../limits.ts';
import type { Name } from '../reversals/parties.ts';
import type { Lineage } from './lineage.ts';

/** The answers without one finding. */
export type Doubt = {
  readonly finding: StoredFinding;
  /** Openings left per foothold, by number. */
  readonly openCounts: ReadonlyMap<number, number>;
  /** Parties that are no longer suspect. */
  readonly cleared: readonly Name[];
};

/** Findings whose omission reduces suspicion. Findings that others confirm change nothing. */
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
