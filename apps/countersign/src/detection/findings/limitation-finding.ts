import { TENANT_NOT_STATED } from '@countersign/core';
import type { FindingDraft } from '../../store/rows/finding.ts';

/** What is to be said; all else of a finding is about somebody, and this one is about nobody. */
type LimitationText = Pick<
  FindingDraft,
  'rule' | 'group' | 'windowMs' | 'title' | 'message' | 'next' | 'severity'
>;

/**
 * A finding of the watch about itself: what it did not look at, and could not say more of, from
 * `windowMs` to `endMs`.
 */
export function limitationFinding({
  endMs,
  ...said
}: LimitationText & { readonly endMs: number }): FindingDraft {
  return {
    ...said,
    version: 1,
    tenant: TENANT_NOT_STATED,
    techniques: [],
    entries: [],
    firstMs: said.windowMs,
    lastMs: endMs - 1,
    principals: [],
    sessions: [],
    apps: [],
    addresses: [],
    confidence: null,
  };
}

/** Up to when it did not look; undefined where an earlier version did not say. */
export function endOfItself({ windowMs, lastMs }: FindingDraft): number | undefined {
  return lastMs > windowMs ? lastMs + 1 : undefined;
}
