import type { Interval } from '@countersign/core';
import { type CanaryLog, findSilences } from '../canaries/canary-log.ts';
import type { CoverageState } from '../coverage-state.ts';
import { CLOCK_SKEW_MS } from '../limits.ts';
import { ARRIVAL_HOUR_MS, type ArrivalsByHour } from './arrivals-by-hour.ts';
import { type CollectionState, lagOf } from './collection-state.ts';
import { durationText, stillComingText, timeText } from './coverage-text.ts';
import type { IntervalMap, Piece } from './interval-map.ts';

/** An interval of event time with missing or possibly missing records. */
export type Gap = Interval & {
  readonly state: Exclude<CoverageState, 'corroborated' | 'collected'>;
  readonly because: string;
  readonly entries: readonly number[];
};

/** The facts that show what a missing window means. */
export type HoleContext = {
  readonly nowMs: number;
  /** How long after its event a record may become available. */
  readonly settleMs: number;
  /** How long before a missing window its events may have happened, with a margin. */
  readonly reachMs: number;
  readonly settleWords: string;
  readonly isLearned: boolean;
  /** How long after it became available content can be requested. */
  readonly expiryMs: number;
};

/** Codes of an exhausted quota (Graph answers 429). */
const QUOTA_CODES: readonly string[] = ['AF429', '429', 'quota'];

/**
 * The holes in requests by availability. A missing window may hold the latest event of all.
 * Requests up to now settle everything except the last settle time.
 */
export function pollHoles(polls: IntervalMap<CollectionState>, context: HoleContext): Gap[] {
  const { reachMs, nowMs } = context;
  const holes: Gap[] = [];
  const endMs = polls.pieces.at(-1)?.to ?? nowMs;
  for (const window of withGaps(polls, nowMs)) {
    if (window.value?.status === 'complete') continue;
    // A window that was not requested yet says nothing about the past; `unsettled` covers it.
    const before = window.from === endMs ? 0 : reachMs;
    const event = { from: window.from - before, to: window.to + CLOCK_SKEW_MS };
    holes.push(...missing(window, event, context));
  }
  return [...holes, ...unsettled(polls, endMs, context)];
}

/**
 * The holes in requests by event time. Each event must be requested again after its settle time.
 */
export function queryHoles(queries: IntervalMap<CollectionState>, context: HoleContext): Gap[] {
  const holes: Gap[] = [];
  for (const window of withGaps(queries, context.nowMs)) {
    const { value } = window;
    if (value?.status !== 'complete') {
      holes.push(...missing(window, window, context));
      continue;
    }
    const settledMs = settledUntil({ ...window, value }, context.settleMs);
    if (settledMs >= window.to) continue;
    const from = Math.max(window.from, settledMs);
    holes.push(...notAskedAgain({ from, to: window.to }, value.last, context));
  }
  return holes;
}

function settledUntil(window: Piece<CollectionState>, settleMs: number): number {
  if (window.value.lagMs === null) return window.value.atMs - settleMs;
  return lagOf(window) >= settleMs ? window.to : window.from;
}

type Window = Interval & { readonly value: CollectionState | undefined };

/** The pieces, with the gaps between them and up to now that were never requested. */
function withGaps(map: IntervalMap<CollectionState>, nowMs: number): Window[] {
  const windows: Window[] = [];
  let lastMs: number | undefined;
  for (const piece of map.pieces) {
    if (lastMs !== undefined && lastMs < piece.from) {
      windows.push({ from: lastMs, to: piece.from, value: undefined });
    }
    windows.push(piece);
    lastMs = piece.to;
  }
  if (lastMs !== undefined && lastMs < nowMs) {
    windows.push({ from: lastMs, to: nowMs, value: undefined });
  }
  return windows;
}

function missing({ from, to, value }: Window, event: Interval, context: HoleContext): Gap[] {
  const entries = value === undefined ? [] : [value.first, value.last];
  const why = value?.because ?? value?.code;
  const said = why === null || why === undefined ? '' : `: ${why}`;
  const hole = (state: Gap['state'], because: string): Gap[] => [
    { ...event, state, because: because + said, entries },
  ];
  switch (value?.status) {
    case 'gone':
      return hole('lost', 'content that was listed is not available');
    case 'off':
      return hole('off', 'the source is switched off');
    case 'missed':
      return hole('lost', 'records of the time when the source was off are permanently lost');
    case 'unread':
      return hole('lost', 'some fetched content could not be read');
    case 'narrow':
      return expiringIntervals({ from, to }, event, context).map(
        ({ isLost, untilMs: _, ...part }) => {
          const what = why ?? 'some of it was not requested';
          const because = isLost ? `${what}, and the source no longer keeps it` : what;
          return { ...part, state: 'unknown', because, entries };
        },
      );
    case 'short':
    case 'failed':
    case undefined: {
      const isQuota = value !== undefined && QUOTA_CODES.includes(value.code ?? '');
      const what = isQuota ? 'quota' : WHAT[value?.status ?? 'never'];
      return expiringIntervals({ from, to }, event, context).map(
        ({ isLost, untilMs, ...part }) => ({
          ...part,
          state: isLost ? 'lost' : 'late',
          because: isLost
            ? `${what}, until it expired${said}`
            : `${what}${said}; it is available until ${timeText(untilMs)}`,
          entries,
        }),
      );
    }
    default:
      return [];
  }
}

const WHAT = {
  short: 'some listed content was not fetched',
  failed: 'it could not be listed',
  never: 'it was not requested',
} as const;

type ExpiringInterval = Interval & { readonly isLost: boolean; readonly untilMs: number };

/** The expired and the remaining part of a window, in event time. */
function expiringIntervals(
  window: Interval,
  event: Interval,
  context: HoleContext,
): ExpiringInterval[] {
  const expiredMs = context.nowMs - context.expiryMs;
  const untilMs = Math.max(window.from, expiredMs) + context.expiryMs;
  const before = window.from - event.from;
  const after = event.to - window.to;
  const parts: ExpiringInterval[] = [];
  if (window.from < expiredMs) {
    const to = Math.min(window.to, expiredMs) + after;
    parts.push({ from: event.from, to, isLost: true, untilMs });
  }
  if (window.to > expiredMs) {
    const from = Math.max(window.from, expiredMs) - before;
    parts.push({ from, to: event.to, isLost: false, untilMs });
  }
  return parts;
}

/** Events so recent that their records may still become available, or should have by now. */
function unsettled(
  polls: IntervalMap<CollectionState>,
  endMs: number,
  context: HoleContext,
): Gap[] {
  const last = polls.pieces.at(-1);
  if (last === undefined || last.value.status !== 'complete') return [];
  // If no request was made for that long, it is an ordinary missing window.
  const isBehind = context.nowMs - endMs > context.settleMs;
  const from = endMs - (isBehind ? context.reachMs : context.settleMs);
  const event = { from, to: endMs };
  const entries = [last.value.last];
  if (endMs <= context.nowMs - context.expiryMs) {
    const because = 'it was not requested again before it expired';
    return [{ ...event, state: 'lost', because, entries }];
  }
  return [stillComing(event, entries, context)];
}

function stillComing(
  interval: Interval,
  entries: readonly number[],
  { settleWords, isLearned }: HoleContext,
): Gap {
  const because = isLearned ? stillComingText(settleWords) : settleWords;
  return { ...interval, state: isLearned ? 'late' : 'unknown', because, entries };
}

function notAskedAgain(interval: Interval, entry: number, context: HoleContext): Gap[] {
  const expiredMs = context.nowMs - context.expiryMs;
  const holes: Gap[] = [];
  if (interval.to > expiredMs) {
    const from = Math.max(interval.from, expiredMs);
    holes.push(stillComing({ from, to: interval.to }, [entry], context));
  }
  if (interval.from < expiredMs) {
    const because = 'it was not requested again after its settle time, and has expired';
    const to = Math.min(interval.to, expiredMs);
    holes.push({ from: interval.from, to, state: 'unknown', because, entries: [entry] });
  }
  return holes;
}

/**
 * Hours that received a record after they were settled. They are open again until a settle time has
 * passed. `askedMs`: everything available up to this time was requested.
 */
export function reopenedHours(
  arrivals: ArrivalsByHour,
  askedMs: number,
  context: HoleContext,
): Gap[] {
  const holes: Gap[] = [];
  for (const [hour, { longestMs, availableMs, index }] of arrivals) {
    if (longestMs <= context.settleMs || askedMs >= availableMs + context.settleMs) continue;
    const late = durationText(longestMs);
    const because =
      `reopened: a record came ${late} after its event, later than the settle time of ` +
      durationText(context.settleMs);
    const from = hour * ARRIVAL_HOUR_MS;
    const isLost = availableMs <= context.nowMs - context.expiryMs;
    const state = isLost ? 'lost' : 'late';
    const reason = isLost ? `${because}, and later records were not requested` : because;
    holes.push({ from, to: from + ARRIVAL_HOUR_MS, state, because: reason, entries: [index] });
  }
  return holes;
}

/** Holes of a silent feed: none of our canaries returned through it. */
export function silentHoles(canaries: CanaryLog, context: HoleContext): Gap[] {
  return findSilences(canaries.windows).flatMap(({ fromMs, toMs, sent, entries }) => {
    const event = { from: fromMs, to: toMs ?? context.nowMs };
    if (event.from >= event.to) return [];
    return expiringIntervals(event, event, context).map(({ isLost, untilMs: _, ...part }): Gap => {
      const because = `silent: none of the last ${sent} canaries came back`;
      return { ...part, state: isLost ? 'lost' : 'late', because, entries };
    });
  });
}
