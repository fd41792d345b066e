import type { TenantId } from '@countersign/core';

/** OCSF severity_id of a finding: 1 informational, 2 low, 3 medium, 4 high, 5 critical. */
export type FindingSeverity = 1 | 2 | 3 | 4 | 5;

/**
 * What any stage that judges says: a rule, a stream detector, the reconciliation, a check of a
 * sign-in, the use of a break-glass account. One stage turns drafts into entries of the ledger.
 *
 * A draft MUST be a function of the ledger's records alone, never of the order or the moment in
 * which they were read: the same records give the same draft, byte for byte. Its identity is
 * (rule, version, tenant, group, window): the same identity with other content is a revision.
 */
export type FindingDraft = {
  /** Stable id of the rule or detector, e.g. a Sigma rule's UUID, or `reconcile/no-sign-in`. */
  readonly rule: string;
  /** Raised whenever a rule's meaning changes. */
  readonly version: number;
  readonly tenant: TenantId;
  /** What within the rule this is about, e.g. a principal, a session, an application. */
  readonly group: string;
  /** Start of the window that tells it from the next of the same group; milliseconds. */
  readonly windowMs: number;
  /** One sentence that names what happened to whom. */
  readonly title: string;
  /** Why it was raised, in plain words; what would explain it harmlessly. */
  readonly message: string;
  /** What a person should do next. */
  readonly next: string;
  readonly severity: FindingSeverity;
  /** MITRE ATT&CK techniques, e.g. `T1110.003`. */
  readonly techniques: readonly string[];
  /** Ledger indices of the newest sighting of each action that it rests on, ascending. */
  readonly entries: readonly number[];
  /** First and last event; milliseconds. */
  readonly firstMs: number;
  readonly lastMs: number;
  /** By which findings are grouped into incidents: actor keys, session ids, app ids, addresses. */
  readonly principals: readonly string[];
  readonly sessions: readonly string[];
  readonly apps: readonly string[];
  readonly addresses: readonly string[];
  /** 0 to 1, where the detector computes a probability; null where it does not. */
  readonly confidence: number | null;
};
