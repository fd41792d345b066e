import {
  type Answer,
  type EvidenceRef,
  no,
  type Observation,
  plural,
  type Reason,
  unknown,
  type Watermark,
} from '@countersign/core';
import type { CoverageRow } from '../store/rows/entry-rows.ts';
import type { StoredFinding } from '../store/sqlite/finding-table.ts';
import type { IncidentSource, Period } from './analysis/eviction-source.ts';
import { activityWithin, type ReadLocation } from './analysis/intruder-activity.ts';
import { type Opening, readChanges } from './analysis/open-footholds.ts';
import { groundReasons } from './analysis/required-sources.ts';
import { readSpecial } from './analysis/special-footholds.ts';
import type { Foothold } from './footholds/foothold.ts';
import { FOOTHOLDS } from './footholds/foothold-list.ts';
import type { AddressStatus } from './lineage/addresses.ts';
import { type Doubt, doubtsOf } from './lineage/doubts.ts';
import { type Investigation, investigate, withoutFinding } from './lineage/investigation.ts';
import type { Lineage, Seed, Taint } from './lineage/lineage.ts';
import type { FootholdChanges } from './reversals/change-index.ts';
import type { Name } from './reversals/parties.ts';

export type OutInput = {
  readonly source: IncidentSource;
  /** The log position that the indices refer to. */
  readonly asOf: Watermark;
  readonly period: Period;
  readonly findings: readonly StoredFinding[];
  /** Parties that people named as the intruders'. */
  readonly seeds: readonly Seed[];
  /** Coverage rows that overlap the period. */
  readonly coverage: readonly CoverageRow[];
  readonly connected: ReadonlySet<string>;
  /** Names of owned tenants that are not connected. */
  readonly unconnected: readonly string[];
  /** Why findings about them may be missing: rules that could not see. */
  readonly blind: readonly Reason[];
  readonly nowMs: number;
  /** Ids of findings whose records count as harmless. Default: none. */
  readonly without?: readonly string[];
};

/**
 * The answer for one foothold. `no`: it is open, so they are not out. `yes` is impossible without
 * reading the state.
 */
export type FootholdAnswer = {
  readonly foothold: Foothold;
  readonly answer: Answer;
  /** Open ones first, then those that a later change reversed or may have reversed. */
  readonly openings: readonly Opening[];
};

export type SuspectParty = {
  readonly party: Name;
  readonly names: readonly Name[];
  /** All reasons, earliest first. */
  readonly taints: readonly Taint[];
};

export type EvictionReport = {
  readonly footholds: readonly FootholdAnswer[];
  /** Everything attributed to the intruders, earliest first. */
  readonly lineage: readonly SuspectParty[];
  /** The users of the addresses in findings. */
  readonly addresses: readonly AddressStatus[];
  /** The answers without each finding that no person has confirmed. */
  readonly doubts: readonly Doubt[];
  /** Findings that were skipped for this because there are too many. */
  readonly undoubted: number;
  /** Where the suspects read, as far as records state it. */
  readonly readings: readonly ReadLocation[];
};

/** Are they out? Returns one answer per foothold (44). */
export async function assessEviction(input: OutInput): Promise<EvictionReport> {
  const source = remembering(input.source);
  const found = await investigate({ ...input, source, without: input.without ?? [] });
  const { lineage, statuses } = found;
  const asked = { ...input, source };
  const footholds: FootholdAnswer[] = [];
  for (const foothold of FOOTHOLDS) {
    const { openings, because } = await readFoothold(asked, found, foothold);
    footholds.push(answerOf(input, foothold, openings, because, lineage.size));
  }
  const { doubts, untried } = await doubtsOf({
    findings: input.findings.filter(({ uid }) => input.without?.includes(uid) !== true),
    whole: lineage,
    without: found.without,
    openCounts: (smaller, uid) => openCounts(asked, within(found, smaller, uid)),
  });
  return {
    ...{ footholds, lineage: lineage.list(), addresses: statuses },
    ...{ doubts, undoubted: untried, readings: found.activity.readings },
  };
}

function isOpen({ reversal }: Opening): boolean {
  return reversal.kind === 'none';
}

type FootholdReading = {
  readonly openings: readonly Opening[];
  readonly because: readonly Reason[];
};

async function readFoothold(
  input: OutInput,
  found: Investigation,
  foothold: Foothold,
): Promise<FootholdReading> {
  const { source, connected, nowMs } = input;
  const { lineage, activity, clues } = found;
  const changes = found.changes.get(foothold.number) as FootholdChanges;
  const { openings, others } = readChanges(foothold, changes, lineage);
  const of = { foothold, changes, lineage, activity, passwords: clues.passwords };
  const special = await readSpecial({ ...of, source, connected, nowMs });
  const because = [...special.because, ...othersReasons(others)];
  return { openings: [...openings, ...special.openings], because };
}

/** The same investigation with a lineage without one finding. */
function within(found: Investigation, lineage: Lineage, without: string): Investigation {
  const { clues } = found;
  const passwords = clues.passwords.filter(withoutFinding(clues.passwords, without));
  const activity = activityWithin(found.activity, lineage);
  return { ...found, changes: found.theirs, lineage, activity, clues: { ...clues, passwords } };
}

async function openCounts(
  input: OutInput,
  found: Investigation,
): Promise<ReadonlyMap<number, number>> {
  const counts = new Map<number, number>();
  for (const foothold of FOOTHOLDS) {
    const { openings } = await readFoothold(input, found, foothold);
    counts.set(foothold.number, openings.filter(isOpen).length);
  }
  return counts;
}

/** Caches records, because each omitted finding asks for them again. */
function remembering(source: IncidentSource): IncidentSource {
  const records = new Map<number, Promise<unknown>>();
  return {
    ...source,
    record(index) {
      const known = records.get(index) ?? source.record(index);
      records.set(index, known);
      return known;
    },
  };
}

function answerOf(
  input: OutInput,
  foothold: Foothold,
  openings: readonly Opening[],
  because: readonly Reason[],
  tainted: number,
): FootholdAnswer {
  const { asOf } = input;
  const open = openings.filter(isOpen);
  const ended = openings.filter((opening) => !isOpen(opening));
  const ordered = [...open, ...ended];
  if (open.length > 0) {
    const evidence: EvidenceRef[] = open.flatMap(({ entries }) =>
      entries.map((index) => ({ origin: asOf.origin, index })),
    );
    const because = open.map((each) => ({ code: 'opened', text: openText(each) }));
    return { foothold, answer: no(asOf, because, evidence), openings: ordered };
  }
  const reasons = [
    ...reversalReasons(ended, input.nowMs),
    ...because,
    ...(tainted === 0 ? [NO_SUSPECT] : []),
    ...input.blind,
    ...groundReasons(foothold.grounds, input.coverage),
    ...input.unconnected.map(
      (name): Reason => ({
        code: 'tenant-not-connected',
        text: `the company owns the tenant ${name}, and it is not connected`,
      }),
    ),
    { code: 'state-not-read', text: 'the live state was not read back' },
    ...(foothold.blind === undefined ? [] : [{ code: 'not-in-any-log', text: foothold.blind }]),
  ];
  const wouldDecide: Observation[] = [{ what: foothold.readBack }];
  return { foothold, answer: unknown(asOf, reasons, wouldDecide), openings: ordered };
}

/** What is open, with reversals that do not count. */
function openText({ text, reversal }: Opening): string {
  if (reversal.kind !== 'none') return text;
  const { putBack, byThemselves } = reversal;
  if (putBack !== undefined) return `${text}, reversed, and restored by entry ${putBack.entry}`;
  if (byThemselves === undefined) return text;
  return `${text}, reversed by the intruders themselves (entry ${byThemselves.entry})`;
}

const NO_SUSPECT: Reason = {
  code: 'no-suspect',
  text: 'no finding of high severity names an account or application, and --tainted was not given',
};

/** Reversed openings, what the reversals leave, and possible reversals. */
function reversalReasons(ended: readonly Opening[], nowMs: number): Reason[] {
  const reasons: Reason[] = [];
  for (const { text, reversal } of ended) {
    if (reversal.kind === 'closed') {
      const when = new Date(reversal.atMs).toISOString();
      const by = `by ${reversal.by} (entry ${reversal.entry})`;
      reasons.push({ code: 'taken-back', text: `${text} was reversed at ${when} ${by}` });
    }
    if (reversal.kind === 'unsure') {
      const why = `entry ${reversal.entry} may have reversed it, but ${reversal.why}`;
      reasons.push({ code: 'reversal-unsure', text: `${text}: ${why}` });
    }
  }
  const left = ended.flatMap(({ reversal }) =>
    reversal.kind === 'closed' ? leftBy(reversal, nowMs) : [],
  );
  return [...groupedReasons(reasons), ...new Map(left.map((each) => [each.text, each])).values()];
}

function leftBy(
  { atMs, leaves }: Extract<Opening['reversal'], { kind: 'closed' }>,
  nowMs: number,
): Reason[] {
  return leaves
    .filter(({ lastsMs }) => nowMs < atMs + lastsMs)
    .map(({ code, text, lastsMs }) => {
      const endMs = atMs + lastsMs;
      const until = Number.isFinite(endMs) ? ` until ${new Date(endMs).toISOString()}` : '';
      return { code, text: `${text}${until}` };
    });
}

/** The first reason of each kind, and the number of others. */
function groupedReasons(reasons: readonly Reason[]): Reason[] {
  return [...Map.groupBy(reasons, ({ code }) => code).values()].map(([first, ...more]) => {
    const { code, text } = first as Reason;
    return { code, text: more.length === 0 ? text : `${text} (and ${more.length} more)` };
  });
}

function othersReasons(others: number): Reason[] {
  if (others === 0) return [];
  const changes = plural(others, 'change of this kind was', 'changes of this kind were');
  const text = `${changes} made by others, without a recorded approval`;
  return [{ code: 'others-not-approved', text }];
}
