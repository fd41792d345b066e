import type { Answer, Reason, Watermark } from '@countersign/core';
import type { EvictionReport } from '../../eviction/eviction-report.ts';
import type { CoverageRow } from '../../store/rows/entry-rows.ts';
import type { StoredFinding } from '../../store/sqlite/finding-table.ts';

/** What a brief is made of. */
export type BriefInput = {
  readonly incident:
    | { readonly id: string; readonly shortId: string; readonly title: string }
    | undefined;
  readonly fromMs: number;
  readonly toMs: number;
  /** Of the incident or the period; at least one. */
  readonly findings: readonly StoredFinding[];
  readonly eviction: EvictionReport;
  /** Whether all of the period was collected, with the facts that say so. */
  readonly coverage: { readonly answer: Answer; readonly facts: readonly CoverageRow[] };
  /** Rules that could not see all of it. */
  readonly blind: readonly Reason[];
  readonly asOf: Watermark;
  /** Names in the place of ids. */
  readonly readable: (text: string) => string;
};
