import type { FindingStatus } from '../../store/rows/entry-rows.ts';
import type { StoredFinding } from '../../store/sqlite/finding-table.ts';

const NEW: FindingStatus = 1;
export const SUPPRESSED: FindingStatus = 3;
export const RESOLVED: FindingStatus = 4;

const WORDS = ['', 'new', 'in progress', 'suppressed', 'resolved'] as const;

/** A status, in words. */
export function statusText(status: FindingStatus): (typeof WORDS)[FindingStatus] {
  return WORDS[status];
}

/**
 * How far people are with a finding at a moment. A suppression that has expired is none, and what
 * was resolved counts as new again once something of it happened behind its resolution.
 */
export function statusOf(finding: StoredFinding, nowMs: number): FindingStatus {
  const { mark, draft } = finding;
  if (mark === undefined) return NEW;
  if (mark.status === SUPPRESSED && mark.untilMs !== null && mark.untilMs <= nowMs) return NEW;
  if (mark.status === RESOLVED && draft.lastMs > mark.atMs) return NEW;
  return mark.status;
}
