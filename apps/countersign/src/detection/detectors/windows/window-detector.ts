import { type Interval, interval, type TenantId } from '@countersign/core';
import type { FindingDraft, FindingSeverity } from '../../../store/rows/finding.ts';
import type { StoreReader } from '../../../store/store-reader.ts';
import { limitationFinding } from '../../findings/limitation-finding.ts';
import { EVIDENCE_MAX } from '../limits.ts';

export const DAY_MS = 86_400_000;

/** The input of a detector: the store, and the period whose findings are requested. */
export type DetectionWindow = {
  readonly store: StoreReader;
  /** The record as delivered; undefined if it was erased or cannot be read. */
  readonly bodyOf: (index: number) => Promise<string | undefined>;
  /** Whole days. */
  readonly period: { readonly fromMs: number; readonly toMs: number };
  /** Called if there were more rows than the limit `most`. */
  readonly onCut?: (most: number) => void;
};

/**
 * A detector for behavior that Sigma cannot express.
 *
 * It MUST find the same in a period for any order and split of records, and within any longer
 * period. The findings of a day depend on the {@link LOOK_BACK_MS} before its end and on nothing
 * else.
 */
export type WindowDetector = {
  /** The `rule` of its findings. The first one names the detector in findings about itself. */
  readonly rules: readonly [string, ...string[]];
  readonly title: string;
  /** The logs that it needs, as rules name them. Without one of them it is blind. */
  readonly needs: readonly string[];
  /** Rules that need other logs instead. */
  readonly rulesNeed?: Readonly<Record<string, readonly string[]>>;
  readonly find: (window: DetectionWindow) => Promise<readonly FindingDraft[]>;
};

/** One event that supports a finding. */
export type CitedEvent = {
  readonly index: number;
  readonly atMs: number;
  readonly actor?: string | null;
  readonly session?: string | null;
  readonly app?: string | null;
  readonly ip?: string | null;
};

export type FindingFields = {
  readonly rule: string;
  readonly tenant: string;
  readonly group: string;
  /** The event that completes the finding. Its day is the window. */
  readonly at: CitedEvent;
  readonly title: string;
  readonly message: string;
  readonly next: string;
  readonly severity: FindingSeverity;
  readonly techniques: readonly string[];
  readonly seen: readonly CitedEvent[];
};

/** The findings of a period, and the days that are incomplete. */
export type DetectionOutcome = {
  readonly drafts: readonly FindingDraft[];
  /** Days that were not examined completely, so the absence of findings there means nothing. */
  readonly cutShort: readonly Interval[];
};

/**
 * Runs a detector over a period, and reports the days that it did not examine completely.
 *
 * A day's findings are the same in any period. So a period with too much data is split in halves
 * until single days are too large; all other days are examined.
 */
export async function runWindowDetector(
  detector: WindowDetector,
  window: DetectionWindow,
): Promise<DetectionOutcome> {
  let most: number | undefined;
  const onCut = (of: number): void => {
    most = of;
  };
  const drafts = await detector.find({ ...window, onCut });
  if (most === undefined) return { drafts, cutShort: [] };
  const { fromMs, toMs } = window.period;
  const days = Math.ceil((toMs - fromMs) / DAY_MS);
  if (days <= 1) {
    const cut = cutDraft({ unit: detector.rules[0], title: detector.title }, window.period, most);
    return { drafts: [...drafts, cut], cutShort: [interval(fromMs, toMs)] };
  }
  const middleMs = fromMs + Math.ceil(days / 2) * DAY_MS;
  const halves = [
    await runWindowDetector(detector, { ...window, period: { fromMs, toMs: middleMs } }),
    await runWindowDetector(detector, { ...window, period: { fromMs: middleMs, toMs } }),
  ];
  return {
    drafts: halves.flatMap((half) => half.drafts),
    cutShort: halves.flatMap((half) => half.cutShort),
  };
}

/** The rule of findings about a window that a detector did not read to its end. */
export const CUT_OFF = 'stream/cut-off';

/** A detector stopped before the end of the period, so its silence about the rest is no answer. */
export function cutDraft(
  { unit, title }: { readonly unit: string; readonly title: string },
  { fromMs, toMs }: DetectionWindow['period'],
  most: number,
): FindingDraft {
  const [first, last] = [fromMs, toMs - 1].map((ms) => new Date(ms).toISOString().slice(0, 10));
  const when = first === last ? `on ${first}` : `from ${first} to ${last}`;
  return limitationFinding({
    rule: CUT_OFF,
    group: unit,
    windowMs: fromMs,
    endMs: toMs,
    title: `The detector "${title}" read only the first ${most} candidate events ${when}`,
    message:
      'There are more candidate events, which the detector did not read. For these, no finding ' +
      'means: cannot tell. An intruder can hide an attack behind a flood of events.',
    next: 'Query the events of that time to find out what produces so many of them.',
    severity: 3,
  });
}

export function draftFrom(fields: FindingFields): FindingDraft {
  const { rule, tenant, group, at, title, message, next, severity, techniques } = fields;
  const seen = fields.seen.toSorted((a, b) => a.atMs - b.atMs || a.index - b.index);
  const named = (read: (one: CitedEvent) => string | null | undefined): string[] =>
    [...new Set(seen.flatMap((one) => read(one) ?? []))].sort();
  return {
    ...{ rule, version: 1, tenant: tenant as TenantId, group, title, message, next, severity },
    windowMs: dayOf(at.atMs),
    techniques,
    entries: seen.slice(0, EVIDENCE_MAX).map(({ index }) => index),
    firstMs: seen[0]?.atMs ?? at.atMs,
    lastMs: seen.at(-1)?.atMs ?? at.atMs,
    principals: named(({ actor }) => actor),
    sessions: named(({ session }) => session),
    apps: named(({ app }) => app),
    addresses: named(({ ip }) => ip),
    confidence: null,
  };
}

export function dayOf(atMs: number): number {
  return Math.floor(atMs / DAY_MS) * DAY_MS;
}

export function isWithin(window: DetectionWindow, atMs: number): boolean {
  return atMs >= window.period.fromMs && atMs < window.period.toMs;
}
