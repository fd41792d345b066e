import type { BooksReader } from '../../books/index.ts';
import type { FindingDraft, FindingSeverity, TenantId } from '../../core/index.ts';
import { draftOfItself } from '../findings/of-itself.ts';
import { EVIDENCE_MAX } from './limits.ts';

export const DAY_MS = 86_400_000;
export const HOUR_MS = 3_600_000;

/** What a detector looks at: everything there is, and the period whose findings are asked for. */
export type StreamScene = {
  readonly books: BooksReader;
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
 * of a day depends on {@link HISTORY_MS} before that day's end, and on nothing else.
 */
export type StreamDetector = {
  /** The `rule` of what it finds. */
  readonly rules: readonly string[];
  readonly title: string;
  /** Which kinds of logs it needs, as rules name them. Without one of them it is blind. */
  readonly needs: readonly string[];
  /** Rules of it that need others instead. */
  readonly rulesNeed?: Readonly<Record<string, readonly string[]>>;
  readonly find: (scene: StreamScene) => Promise<readonly FindingDraft[]>;
};

/** One event that a finding rests on. */
export type Seen = {
  readonly index: number;
  readonly atMs: number;
  readonly actor?: string | null;
  readonly session?: string | null;
  readonly app?: string | null;
  readonly ip?: string | null;
};

export type Told = {
  readonly rule: string;
  readonly tenant: string;
  readonly group: string;
  /** The event that completes it: its day is the window. */
  readonly at: Seen;
  readonly title: string;
  readonly message: string;
  readonly next: string;
  readonly severity: FindingSeverity;
  readonly techniques: readonly string[];
  readonly seen: readonly Seen[];
};

/** What a detector finds, and that it did not look at everything where that is so. */
export async function lookWith(
  { find, title }: StreamDetector,
  scene: StreamScene,
): Promise<readonly FindingDraft[]> {
  let cut: number | undefined;
  const onCut = (most: number): void => {
    cut = most;
  };
  const found = await find({ ...scene, onCut });
  return cut === undefined ? found : [...found, cutDraft(title, scene.period.fromMs, cut)];
}

/** The rule of such findings; their group is the title of who says it, their window its start. */
export const CUT_OFF = 'stream/cut-off';

/** A detector that stopped looking: what it did not say of the period is no answer. */
export function cutDraft(title: string, fromMs: number, most: number): FindingDraft {
  const date = new Date(fromMs).toISOString().slice(0, 10);
  return draftOfItself({
    rule: CUT_OFF,
    group: title,
    windowMs: fromMs,
    title: `"${title}" looked at the first ${most} events that may concern it since ${date}`,
    message:
      'There were more, at which nobody looked: that nothing else was found says nothing of ' +
      'them. An attack may hide behind a flood that somebody makes for it.',
    next: 'Find out what there is so much of, and query the events of the period.',
    severity: 3,
  });
}

export function draftFrom(told: Told): FindingDraft {
  const { rule, tenant, group, at, title, message, next, severity, techniques } = told;
  const seen = told.seen.toSorted((a, b) => a.atMs - b.atMs || a.index - b.index);
  const named = (read: (one: Seen) => string | null | undefined): string[] =>
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

export function isWithin(scene: StreamScene, atMs: number): boolean {
  return atMs >= scene.period.fromMs && atMs < scene.period.toMs;
}
