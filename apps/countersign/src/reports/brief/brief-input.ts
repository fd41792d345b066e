import type { Answer, Reason, Watermark } from '@countersign/core';
import type { EvictionReport } from '../../eviction/eviction-report.ts';
import type { CoverageRow } from '../../store/rows/entry-rows.ts';
import type { StoredFinding } from '../../store/sqlite/finding-table.ts';

/** The data that a brief is built from. */
export type BriefInput = {
  readonly incident:
    | { readonly id: string; readonly shortId: string; readonly title: string }
    | undefined;
  readonly fromMs: number;
  readonly toMs: number;
  /** Findings of the incident or the period; at least one. */
  readonly findings: readonly StoredFinding[];
  readonly eviction: EvictionReport;
  /** Whether the whole period was collected, with the rows that show it. */
  readonly coverage: { readonly answer: Answer; readonly facts: readonly CoverageRow[] };
  /** Rules that could not see the whole period. */
  readonly blind: readonly Reason[];
  readonly asOf: Watermark;
  /** Replaces ids with names. */
  readonly readable: (text: string) => string;
};
