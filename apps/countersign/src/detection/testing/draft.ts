import { tenantId } from '@countersign/core';
import type { FindingDraft } from '../../store/rows/finding.ts';

/** A draft with all members; `extra` overrides some. */
export function draftOf(extra: Partial<FindingDraft> = {}): FindingDraft {
  return {
    rule: 'reconcile/no-sign-in',
    version: 1,
    tenant: tenantId('5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794'),
    group: 'user:freya.sandison@northmoor.example',
    windowMs: Date.parse('2026-03-02T09:00:00Z'),
    title: 'freya.sandison@northmoor.example read mail without a sign-in',
    message: 'Items were read, and no sign-in stands behind it.',
    next: 'Ask the vendor for the sign-in of the session.',
    severity: 4,
    techniques: ['T1606.002'],
    entries: [1, 2],
    firstMs: Date.parse('2026-03-02T09:00:07Z'),
    lastMs: Date.parse('2026-03-02T09:10:07Z'),
    principals: ['user:freya.sandison@northmoor.example'],
    sessions: ['s-1'],
    apps: [],
    addresses: ['203.0.113.7'],
    confidence: null,
    ...extra,
  };
}
