import type { Reason, Watermark } from '@countersign/core';
import type { PartyKind } from '../../eviction/lineage/suspect-names.ts';
import type { StoryPhase } from './story-phase.ts';

/** One event of an attack: a finding, or a change by the intruders that no finding reports. */
export type StoryStep = {
  readonly phase: StoryPhase;
  readonly kind: 'finding' | 'change';
  readonly text: string;
  readonly atMs: number;
  readonly untilMs: number;
  /** Null: a change. */
  readonly finding: string | null;
  readonly severity: number | null;
  /** 0 to 1; null: the rule states none. */
  readonly confidence: number | null;
  /** Of a change: the foothold that it leaves. */
  readonly foothold: string | null;
  /** Nodes of the graph. */
  readonly nodes: readonly string[];
  /** Ledger indices. */
  readonly entries: readonly number[];
};

export type StoryNodeKind = PartyKind | 'mailbox' | 'site';

export type StoryNode = {
  readonly id: string;
  readonly kind: StoryNodeKind;
  readonly name: string;
  /** The id behind the name, if it is another text. */
  readonly detail: string | null;
  readonly sinceMs: number;
  /** Under the intruders' control. The others were only read or changed. */
  readonly isSuspect: boolean;
  /** Why, earliest first. */
  readonly because: readonly StoryReason[];
  /** All reasons, those included. */
  readonly reasons: number;
};

export type StoryReason = {
  readonly text: string;
  readonly atMs: number;
  readonly finding: string | null;
  readonly confidence: number | null;
  readonly entries: readonly number[];
};

/** Who tainted what, and by which act. */
export type StoryEdge = {
  readonly from: string;
  readonly to: string;
  readonly kind: 'came from' | 'session' | 'change' | 'read';
  readonly text: string;
  readonly atMs: number;
  /** Acts of this kind between the two. */
  readonly count: number;
  /** Findings that support it. Empty: the records themselves. */
  readonly findings: readonly string[];
  /** The highest of its findings; null: none states one. */
  readonly confidence: number | null;
  readonly entries: readonly number[];
};

export type StoryReading = {
  readonly place: string;
  readonly node: string;
  /** Nodes. */
  readonly by: readonly string[];
  readonly items: number;
  /** More was read than the records state. */
  readonly isMore: boolean;
  readonly fromMs: number;
  readonly toMs: number;
  readonly entries: readonly number[];
};

/** What changes if one finding is a false alarm. */
export type StoryDoubt = {
  readonly finding: string;
  readonly text: string;
  readonly confidence: number | null;
  /** Names of parties that are no longer suspect. */
  readonly clears: readonly string[];
  /** Footholds that are open, with and without it. */
  readonly open: number;
  readonly openWithout: number;
};

export type Story = {
  readonly incident: { readonly id: string; readonly shortId: string; readonly title: string };
  readonly asOf: Watermark;
  /** Findings that count as false alarms here. */
  readonly without: readonly { readonly finding: string; readonly text: string }[];
  readonly steps: readonly StoryStep[];
  readonly nodes: readonly StoryNode[];
  readonly edges: readonly StoryEdge[];
  /** Parties that are left out, because there are too many. */
  readonly nodesOmitted: number;
  readonly readings: readonly StoryReading[];
  /** Why more may have been read. */
  readonly readingsMayLack: readonly Reason[];
  readonly doubts: readonly StoryDoubt[];
  readonly footholds: { readonly open: number; readonly unknown: number };
};
