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
 * The status of a finding at a time. An expired suppression does not count. A resolved finding is
 * new again if it has events after its resolution.
 */
export function statusOf(finding: StoredFinding, nowMs: number): FindingStatus {
  const { mark, draft } = finding;
  if (mark === undefined) return NEW;
  if (mark.status === SUPPRESSED && mark.untilMs !== null && mark.untilMs <= nowMs) return NEW;
  if (mark.status === RESOLVED && draft.lastMs > mark.atMs) return NEW;
  return mark.status;
}
