import { type Interval, interval, type TenantId } from '@countersign/core';
import type { FindingDraft, FindingSeverity } from '../../../store/rows/finding.ts';
import type { StoreReader } from '../../../store/store-reader.ts';
import { limitationFinding } from '../../findings/limitation-finding.ts';
import { EVIDENCE_MAX } from '../limits.ts';

export const DAY_MS = 86_400_000;

/** What a detector looks at: everything there is, and the period whose findings are asked for. */
export type DetectionWindow = {
  readonly store: StoreReader;
  /** The record as it was delivered; undefined where it is erased, or not to be had. */
  readonly bodyOf: (index: number) => Promise<string | undefined>;
  /** Whole days. */
  readonly period: { readonly fromMs: number; readonly toMs: number };
  /** Told when there was more to look at than is looked at; of how much it was the first. */
  readonly onCut?: (most: number) => void;
};

/**
 * What a rule language cannot say. A detector MUST find the same in a period whatever the order
 * and the parts in which its records came, and whatever longer period is asked for: what it says
 * of a day depends on {@link LOOK_BACK_MS} before that day's end, and on nothing else.
 */
export type WindowDetector = {
  /** The `rule` of what it finds. */
  readonly rules: readonly string[];
  readonly title: string;
  /** Its name in the ids of findings about itself: a new title MUST NOT change them. */
  readonly cutTitle?: string;
  /** Which kinds of logs it needs, as rules name them. Without one of them it is blind. */
  readonly needs: readonly string[];
  /** Rules of it that need others instead. */
  readonly rulesNeed?: Readonly<Record<string, readonly string[]>>;
  readonly find: (scene: DetectionWindow) => Promise<readonly FindingDraft[]>;
};

/** One event that a finding rests on. */
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
  /** The event that completes it: its day is the window. */
  readonly at: CitedEvent;
  readonly title: string;
  readonly message: string;
  readonly next: string;
  readonly severity: FindingSeverity;
  readonly techniques: readonly string[];
  readonly seen: readonly CitedEvent[];
};

/** What a detector says of a period, and of which days that is not all. */
export type DetectionOutcome = {
  readonly drafts: readonly FindingDraft[];
  /** Days on which it did not look at everything: what it does not say of them means nothing. */
  readonly cutShort: readonly Interval[];
};

/**
 * What a detector finds, and of which days it did not look at everything. What it says of a day is
 * the same in whatever period it is asked: so a period with too much in it is asked about in
 * halves, until it is known which days are too full, and all others are looked at.
 */
export async function lookWith(
  detector: WindowDetector,
  scene: DetectionWindow,
): Promise<DetectionOutcome> {
  let most: number | undefined;
  const onCut = (of: number): void => {
    most = of;
  };
  const drafts = await detector.find({ ...scene, onCut });
  if (most === undefined) return { drafts, cutShort: [] };
  const { fromMs, toMs } = scene.period;
  const days = Math.ceil((toMs - fromMs) / DAY_MS);
  if (days <= 1) {
    const cut = cutDraft(detector, scene.period, most);
    return { drafts: [...drafts, cut], cutShort: [interval(fromMs, toMs)] };
  }
  const middleMs = fromMs + Math.ceil(days / 2) * DAY_MS;
  const halves = [
    await lookWith(detector, { ...scene, period: { fromMs, toMs: middleMs } }),
    await lookWith(detector, { ...scene, period: { fromMs: middleMs, toMs } }),
  ];
  return {
    drafts: halves.flatMap((half) => half.drafts),
    cutShort: halves.flatMap((half) => half.cutShort),
  };
}

/** The rule of findings about a window that a detector did not read to its end. */
export const CUT_OFF = 'stream/cut-off';

/** A detector stopped before the end of the period: its silence about the rest is no answer. */
export function cutDraft(
  { title, cutTitle = title }: Pick<WindowDetector, 'title' | 'cutTitle'>,
  { fromMs, toMs }: DetectionWindow['period'],
  most: number,
): FindingDraft {
  const [first, last] = [fromMs, toMs - 1].map((ms) => new Date(ms).toISOString().slice(0, 10));
  const when = first === last ? `on ${first}` : `from ${first} to ${last}`;
  return limitationFinding({
    rule: CUT_OFF,
    group: cutTitle,
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

export function isWithin(scene: DetectionWindow, atMs: number): boolean {
  return atMs >= scene.period.fromMs && atMs < scene.period.toMs;
}
