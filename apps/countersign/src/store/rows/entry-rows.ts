import type { CoverageState, Observation } from '@countersign/coverage';
import type { DecisionRow, PassRow } from '../sqlite/decision-table.ts';
import type { FindingDraft } from './finding.ts';

/** What the ledger's own entries say, as the books keep it beside the events. */

/** One file that was imported: the chain of custody starts here. */
export type ImportRow = {
  readonly index: number;
  readonly seenMs: number;
  readonly file: string;
  readonly bytes: number;
  readonly sha256: string;
  /** Who imported it, where. */
  readonly by: string;
  /** Where the file came from, as declared; null when nobody said. */
  readonly origin: string | null;
};

/** In the place of a tenant or a source: whichever it is. */
export const ANY = '*';

/** What is known about the completeness of one interval (design, "The words"). */
export type CoverageRow = {
  /** The entry that says so; of several the latest. */
  readonly index: number;
  /** All of them, where the state follows from what collectors saw. */
  readonly entries?: readonly number[];
  /** Or {@link ANY}. */
  readonly tenant: string;
  /** Or {@link ANY}. */
  readonly source: string;
  readonly workload: string | null;
  readonly subject: string | null;
  /** `[fromMs, toMs)`; null is open. */
  readonly fromMs: number | null;
  readonly toMs: number | null;
  readonly state: CoverageState;
  /** Upper bound on uniform loss, 0 to 1; null when there is none. */
  readonly bound: number | null;
  readonly because: string;
};

/** Bodies that were erased: how many, when, by whom and why; the interval of their event times. */
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

/** Whether an erasure, told by its entry, sought a person of any of these names. */
export type ErasureSubjectTest = (erasure: number, names: readonly string[]) => boolean;

/** An entry in which Countersign says what it did; the body is in the ledger. */
export type OwnEntryRow = { readonly index: number; readonly kind: string };

/** What a collector or a canary saw; the states of coverage follow from all of them. */
export type ObservationRow = { readonly index: number; readonly seen: Observation };

/** A tenant that the company owns. */
export type InventoryTenant = {
  readonly tenant: string;
  readonly name: string;
  /** What it is for: `production`, `test`, `acquired`. */
  readonly use: string;
  readonly state: 'connected' | 'not connected';
};

/** The tenants that the company owns, as the configuration said last, and others that it knows. */
export type InventoryRow = {
  readonly index: number;
  readonly tenants: readonly InventoryTenant[];
  readonly partners: readonly { readonly tenant: string; readonly name: string }[];
};

/** `withdrawn`: what came in later speaks against it; it stays in the ledger and counts no more. */
export type FindingState = 'open' | 'withdrawn';

/** A finding as an entry says it. */
export type FindingRow = {
  readonly index: number;
  /** Follows from rule, version, tenant, group and window. */
  readonly uid: string;
  /** Which judge said it. */
  readonly detector: string;
  readonly state: FindingState;
  /** Why it was taken back. */
  readonly because: string | null;
  /** How often it was said before with other content. */
  readonly revision: number;
  readonly draft: FindingDraft;
};

/** OCSF status_id of a finding: 1 new, 2 in progress, 3 suppressed, 4 resolved. */
export type FindingStatus = 1 | 2 | 3 | 4;

/** How far people are with a finding. */
export type FindingMark = {
  readonly index: number;
  readonly uid: string;
  readonly status: FindingStatus;
  readonly reason: string;
  /** Of a suppression: from then on it counts as new again. */
  readonly untilMs: number | null;
  readonly by: string;
  readonly atMs: number;
};

/** Why coverage is unknown for a time that a wrong clock showed. */
export const CLOCK_STEPPED = 'the clock of this machine was stepped';

/** From this time on the clock of the ledger is right again, by an operator's word. */
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
  readonly decisions?: readonly DecisionRow[];
  readonly passes?: readonly PassRow[];
};
