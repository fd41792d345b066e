import { instantOfMs } from '@countersign/core';
import type { CoverageRow } from '../store/rows/entry-rows.ts';

/** A coverage row in the output of the command line and the HTTP API. */
export type CoverageItem = {
  readonly tenant: string;
  readonly source: string;
  readonly workload: string | null;
  readonly subject: string | null;
  /** `[from, to)`; null means open. */
  readonly from: string | null;
  readonly to: string | null;
  readonly state: CoverageRow['state'];
  readonly bound: number | null;
  readonly because: string;
  readonly entries: readonly number[];
};

export function coverageItem(fact: CoverageRow): CoverageItem {
  const { tenant, source, workload, subject, fromMs, toMs, state, bound, because } = fact;
  const { index, entries = [index] } = fact;
  const from = fromMs === null ? null : (instantOfMs(fromMs) ?? null);
  const to = toMs === null ? null : (instantOfMs(toMs) ?? null);
  return { tenant, source, workload, subject, from, to, state, bound, because, entries };
}
