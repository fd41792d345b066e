import type { TenantId } from '@countersign/core';

/** OCSF `severity_id` of a finding: 1 informational, 2 low, 3 medium, 4 high, 5 critical. */
export type FindingSeverity = 1 | 2 | 3 | 4 | 5;

/** In a finding's message, what follows it may explain the finding harmlessly. */
export const HARMLESS_WHEN = 'Likely harmless when:';

/**
 * A finding before it is an entry. Rules, stream detectors, the reconciliation and sign-in checks
 * create drafts. One stage turns them into entries.
 *
 * A draft MUST be a function of the ledger's records alone, never of the order or time of reading:
 * the same records give the same draft, byte for byte. Its identity is (rule, version, tenant,
 * group, window). The same identity with other content is a revision.
 */
export type FindingDraft = {
  /** Stable id of the rule or detector, such as a Sigma rule's UUID or `reconcile/no-sign-in`. */
  readonly rule: string;
  /** Increased when the rule's meaning changes. */
  readonly version: number;
  readonly tenant: TenantId;
  /** The subject within the rule: a principal, a session, an application. */
  readonly group: string;
  /** Start of the window, in milliseconds. It distinguishes findings of one group. */
  readonly windowMs: number;
  /** One sentence: who did what to whom. */
  readonly title: string;
  /** Why it was raised; after {@link HARMLESS_WHEN}, what may explain it harmlessly. */
  readonly message: string;
  /** What a person should do next. */
  readonly next: string;
  readonly severity: FindingSeverity;
  /** MITRE ATT&CK techniques, such as `T1110.003`. */
  readonly techniques: readonly string[];
  /** Ledger indices of the newest delivery of each action in evidence, ascending. */
  readonly entries: readonly number[];
  /** Times of the first and last event, in milliseconds. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** Keys that group findings into incidents: actor keys, session ids, app ids, addresses. */
  readonly principals: readonly string[];
  readonly sessions: readonly string[];
  readonly apps: readonly string[];
  readonly addresses: readonly string[];
  /** 0 to 1 if the detector computes a probability; otherwise null. */
  readonly confidence: number | null;
};
