import type { CoverageState, Observation } from '@countersign/coverage';
import type { DecisionRow, PassRow } from '../sqlite/decision-table.ts';
import type { FindingDraft } from './finding.ts';

/** Rows of the store that hold the content of the ledger's own entries. */

/** One imported file, where the chain of custody starts. */
export type ImportRow = {
  readonly index: number;
  readonly seenMs: number;
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Operator and machine. */
  readonly by: string;
  /** The declared origin of the file; null if none was declared. */
  readonly origin: string | null;
};

/** Any tenant or any source. */
export const ANY = '*';

/** What is known about the completeness of one interval (design, "The words"). */
export type CoverageRow = {
  /** The entry that states it; the latest of several. */
  readonly index: number;
  /** All entries, if the state follows from observations of collectors. */
  readonly entries?: readonly number[];
  /** Or {@link ANY}. */
  readonly tenant: string;
  /** As the inventory names the tenant, for texts. */
  readonly tenantName?: string;
  /** Or {@link ANY}. */
  readonly source: string;
  readonly workload: string | null;
  readonly subject: string | null;
  /** `[fromMs, toMs)`; null means open. */
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly state: CoverageState;
  /** Upper bound on uniform loss, 0 to 1; null if there is none. */
  readonly bound: number | null;
  readonly because: string;
};

/** An erasure of bodies: count, time, operator, reason, and the interval of their event times. */
export type ErasureRow = {
  readonly index: number;
  readonly atMs: number;
  readonly by: string;
  readonly reason: string;
  readonly entries: number;
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly tenants: readonly string[];
};

/** Whether an erasure, given by its entry, was about a person with any of these names. */
export type ErasureSubjectTest = (erasure: number, names: readonly string[]) => boolean;

/** An entry about Countersign's own actions. Its body is in the ledger. */
export type OwnEntryRow = { readonly index: number; readonly kind: string };

/** An observation of a collector or canary. Coverage states follow from all of them. */
export type ObservationRow = { readonly index: number; readonly seen: Observation };

/** A tenant that the company owns. */
export type InventoryTenant = {
  readonly tenant: string;
  readonly name: string;
  /** Its purpose: `production`, `test`, `acquired`. */
  readonly use: string;
  readonly state: 'connected' | 'not connected';
};

/** The company's tenants by the latest configuration, and known tenants of others. */
export type InventoryRow = {
  readonly index: number;
  readonly tenants: readonly InventoryTenant[];
  readonly partners: readonly { readonly tenant: string; readonly name: string }[];
};

/** `withdrawn`: later records refute it. It stays in the ledger and no longer counts. */
export type FindingState = 'open' | 'withdrawn';

/** A finding as its entry states it. */
export type FindingRow = {
  readonly index: number;
  /** Derived from rule, version, tenant, group and window. */
  readonly uid: string;
  /** The detector that reported it. */
  readonly detector: string;
  readonly state: FindingState;
  /** Why it was withdrawn. */
  readonly because: string | null;
  /** Number of earlier versions with other content. */
  readonly revision: number;
  readonly draft: FindingDraft;
};

/** OCSF `status_id` of a finding: 1 new, 2 in progress, 3 suppressed, 4 resolved. */
export type FindingStatus = 1 | 2 | 3 | 4;

/**
 * What a person found out about a finding. Names as OCSF has them: a true positive is what the rule
 * searches for, a benign one too, but by people who may; a false positive is something else.
 */
export const VERDICTS = ['true-positive', 'benign', 'false-positive'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** A person's note of progress on a finding. */
export type FindingMark = {
  readonly index: number;
  readonly uid: string;
  readonly status: FindingStatus;
  readonly reason: string;
  /** End of a suppression. Then the finding counts as new again. */
  readonly untilMs: number | null;
  /** Undefined: the person did not say. */
  readonly verdict?: Verdict | undefined;
  readonly by: string;
  readonly atMs: number;
};

/** A person's assignment of a finding, or a comment on it. */
export type FindingNote = {
  readonly index: number;
  readonly uid: string;
  readonly by: string;
  readonly atMs: number;
} & (
  | {
      readonly kind: 'assignment';
      /** Null: no one works on it. */
      readonly assignee: string | null;
    }
  | { readonly kind: 'comment'; readonly text: string }
);

/** The coverage reason for times when the clock was wrong. */
export const CLOCK_STEPPED = 'the clock of this machine was stepped';

/** From this time on an operator declared the ledger's clock to be right. */
export type ClockRestart = { readonly index: number; readonly atMs: number };

export type EntryRows = {
  readonly clockRestart?: ClockRestart | undefined;
  readonly acts?: readonly OwnEntryRow[];
  readonly imports?: readonly ImportRow[];
  readonly coverage?: readonly CoverageRow[];
  readonly observations?: readonly ObservationRow[];
  readonly erasures?: readonly ErasureRow[];
  readonly inventory?: InventoryRow;
  readonly findings?: readonly FindingRow[];
  readonly findingMarks?: readonly FindingMark[];
  readonly findingNotes?: readonly FindingNote[];
  readonly decisions?: readonly DecisionRow[];
  readonly passes?: readonly PassRow[];
};
