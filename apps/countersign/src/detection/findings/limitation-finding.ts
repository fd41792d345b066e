import { TENANT_NOT_STATED } from '@countersign/core';
import type { FindingDraft } from '../../store/rows/finding.ts';

/** The texts. All other members of a finding are about a subject, and this one has none. */
type LimitationText = Pick<
  FindingDraft,
  'rule' | 'group' | 'windowMs' | 'title' | 'message' | 'next' | 'severity'
>;

/**
 * A finding of the detection runner about itself: what it did not examine from `windowMs` to
 * `endMs`.
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

/** The end of the unexamined period; undefined if an earlier version did not state it. */
export function endOfItself({ windowMs, lastMs }: FindingDraft): number | undefined {
  return lastMs > windowMs ? lastMs + 1 : undefined;
}
