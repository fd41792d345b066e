import { z } from 'zod';
import type { Verdict } from '../../store/rows/entry-rows.ts';
import type { StoredFinding } from '../../store/sqlite/finding-table.ts';

/** Findings by the last verdict of a person. Without one, a finding is in none. */
export type VerdictCounts = {
  readonly truePositive: number;
  readonly benign: number;
  readonly falsePositive: number;
};

export const verdictCounts: z.ZodType<VerdictCounts> = z.strictObject({
  truePositive: z.int().min(0),
  benign: z.int().min(0),
  falsePositive: z.int().min(0),
});

export function verdictsOf(findings: readonly StoredFinding[]): VerdictCounts {
  const count = (verdict: Verdict): number =>
    findings.filter(({ mark }) => mark?.verdict === verdict).length;
  return {
    truePositive: count('true-positive'),
    benign: count('benign'),
    falsePositive: count('false-positive'),
  };
}
