import { type Interval, type IntervalSet, normalize } from '@countersign/core';
import type { CanaryWindow } from '../canaries/canary-log.ts';
import type { StreamKey } from '../coverage-state.ts';
import { DelaySketch } from '../delay-sketch.ts';
import {
  ENTRA_EXPIRY_MS,
  EXPIRY_MS,
  PURVIEW_EXPIRY_MS,
  REACH_FACTOR,
  REACH_SHARE,
  SETTLE_UNLEARNED_MS,
} from '../limits.ts';
import type { ArrivalsByHour } from './arrivals-by-hour.ts';
import { type Check, differenceHoles } from './comparison-gaps.ts';
import { ASKED_ONCE, notLearnedText, settleText } from './coverage-text.ts';
import { isSpotSource } from './expected-sources.ts';
import {
  type Gap,
  type HoleContext,
  pollHoles,
  queryHoles,
  reopenedHours,
  silentHoles,
} from './gaps.ts';
import type { Piece } from './interval-map.ts';
import { type Settle, settleOf } from './settle-time.ts';
import type { StreamHistory } from './stream-history.ts';
import { type Segment, segmentsOf } from './worst-segments.ts';

/** The state of one stream at one moment, from which rows are made. */
export type View = {
  readonly key: StreamKey;
  readonly settle: Settle;
  /** The source of a borrowed settle time, if its own was not learned. */
  readonly borrowed: string | undefined;
  readonly segments: readonly Segment[];
  /** Intervals without known gaps. */
  readonly covered: IntervalSet;
  readonly arrivals: ArrivalsByHour;
  readonly canaries: readonly CanaryWindow[];
  readonly canaryDelays: DelaySketch;
  /** Workloads that were probed with canaries, if others of the same source were not. */
  readonly probedAlone: readonly string[];
  readonly streams: readonly StreamHistory[];
};

/** The streams without a subject of one source and tenant. */
export type Family = {
  readonly tenant: string;
  readonly source: string;
  /** For all workloads together. */
  readonly base: StreamHistory | undefined;
  readonly workloads: readonly StreamHistory[];
  readonly checks: readonly Piece<Check>[];
};

export function ownSettle(stream: StreamHistory | undefined): Settle {
  if (stream === undefined) return { kind: 'not-learned', seen: 0, windows: 0 };
  if (isSpotSource(stream.key.source)) return { kind: 'not-needed' };
  const { sketch, windows } = stream.delays();
  return settleOf(sketch, windows);
}

/** One view of all workloads together, and one for each workload with observations. */
export function viewsOf(
  family: Family,
  options: {
    readonly nowMs: number;
    readonly lent: { readonly source: string; readonly settle: Settle } | undefined;
  },
): View[] {
  const { base, workloads } = family;
  const all = base === undefined ? workloads : [base, ...workloads];
  const views = workloads.map((stream) => {
    return viewOf(family, base === undefined ? [stream] : [stream, base], stream, options);
  });
  if (base === undefined) return views;
  return [viewOf(family, all, base, options), ...views];
}

function viewOf(
  family: Family,
  streams: readonly StreamHistory[],
  own: StreamHistory,
  options: Parameters<typeof viewsOf>[1],
): View {
  const { base, source } = family;
  const { nowMs } = options;
  const learned = [own, base].map(ownSettle).find(({ kind }) => kind === 'learned');
  const settle = learned ?? options.lent?.settle ?? ownSettle(own);
  const context = contextOf(source, settle, { nowMs, reachMs: reachOf(streams) });
  const isWhole = own === base;
  const checks = family.checks.filter(
    ({ value }) => isWhole || value.workload === null || value.workload === own.key.workload,
  );
  const holes = [
    ...streams.flatMap((stream) => streamHoles(stream, base ?? own, context)),
    ...differenceHoles(source, checks, context),
  ];
  const startMs = Math.min(...streams.flatMap(startsOf));
  const whole = startMs < nowMs ? [{ from: startMs, to: nowMs }] : [];
  const periods = isSpotSource(source) ? normalize(streams.flatMap(piecesOf)) : whole;
  const segments = periods.flatMap((period) => segmentsOf(period, holes));
  return {
    key: own.key,
    settle,
    borrowed: learned === undefined ? options.lent?.source : undefined,
    segments,
    covered: normalize(segments.filter(({ hole }) => hole === undefined)),
    arrivals: joinedArrivals(streams),
    canaries: canariesOf(isWhole ? streams : [own]),
    canaryDelays: canaryDelaysOf(isWhole ? streams : [own]),
    probedAlone: isWhole ? probedAlone(streams) : [],
    streams,
  };
}

/** How long before a missing window its events may have happened. */
function reachOf(streams: readonly StreamHistory[]): number {
  const longest = streams.map((stream) => {
    const { sketch } = stream.delays();
    return sketch.n === 0 ? 0 : sketch.ceilingAtRank(Math.ceil(REACH_SHARE * sketch.n));
  });
  return REACH_FACTOR * Math.max(0, ...longest);
}

function contextOf(
  source: string,
  settle: Settle,
  { nowMs, reachMs }: { readonly nowMs: number; readonly reachMs: number },
): HoleContext {
  const settleMs = settleMsOf(settle);
  return {
    nowMs,
    isLearned: settle.kind !== 'not-learned',
    settleMs,
    reachMs: Math.max(settleMs, reachMs),
    settleWords: settleWords(settle),
    expiryMs: expiryOf(source),
  };
}

function settleMsOf(settle: Settle): number {
  switch (settle.kind) {
    case 'learned':
      return settle.ms;
    case 'not-learned':
      return SETTLE_UNLEARNED_MS;
    case 'not-needed':
      return 0;
  }
}

function settleWords(settle: Settle): string {
  switch (settle.kind) {
    case 'learned':
      return settleText(settle);
    case 'not-learned':
      return notLearnedText(settle);
    case 'not-needed':
      return ASKED_ONCE;
  }
}

/** How long content is available. */
function expiryOf(source: string): number {
  if (source === 'graph/auditLogQuery') return PURVIEW_EXPIRY_MS;
  return source === 'graph/signIns' ? ENTRA_EXPIRY_MS : EXPIRY_MS;
}

/**
 * `asked` is the stream with the requests. If all workloads are requested together, an observation
 * of one workload covers only its records.
 */
function streamHoles(stream: StreamHistory, asked: StreamHistory, context: HoleContext): Gap[] {
  const { key, polls, queries, arrivals, canaries } = stream;
  const isAsked = stream === asked;
  const holes = [
    ...(isAsked && polls.pieces.length > 0 ? pollHoles(polls, context) : []),
    ...(isAsked && queries.pieces.length > 0 ? queryHoles(queries, context) : []),
    ...reopenedHours(arrivals, askedUntil(asked), context),
    ...silentHoles(canaries, context),
  ];
  const { workload } = key;
  if (workload === null) return holes;
  return holes.map((hole) => ({ ...hole, because: `${workload}: ${hole.because}` }));
}

function askedUntil({ polls, queries, newestMs }: StreamHistory): number {
  const lastPoll = polls.pieces.findLast(({ value }) => value.status === 'complete');
  if (lastPoll !== undefined) return lastPoll.to;
  return queries.pieces.length > 0 ? newestMs : Number.NEGATIVE_INFINITY;
}

function startsOf({ polls, queries }: StreamHistory): number[] {
  return [polls, queries].flatMap(({ pieces: [first] }) => (first === undefined ? [] : first.from));
}

function piecesOf({ polls, queries }: StreamHistory): Interval[] {
  return [...polls.pieces, ...queries.pieces];
}

function joinedArrivals(streams: readonly StreamHistory[]): ArrivalsByHour {
  const [first, ...more] = streams;
  if (first === undefined) return new Map();
  const arrivals: ArrivalsByHour = new Map(first.arrivals);
  for (const stream of more) {
    for (const [hour, own] of stream.arrivals) {
      const old = arrivals.get(hour);
      if (old === undefined || old.atMs < own.atMs) arrivals.set(hour, own);
    }
  }
  return arrivals;
}

function canariesOf(streams: readonly StreamHistory[]): CanaryWindow[] {
  return streams
    .flatMap(({ canaries }) => canaries.windows)
    .sort((a, b) => a.fromMs - b.fromMs || a.index - b.index);
}

function canaryDelaysOf(streams: readonly StreamHistory[]): DelaySketch {
  const all = new DelaySketch();
  for (const { canaryDelays } of streams) all.merge(canaryDelays);
  return all;
}

/** Canaries of one workload say nothing about another workload in the same source. */
function probedAlone(streams: readonly StreamHistory[]): string[] {
  const named = streams.filter(({ key }) => key.workload !== null);
  const probed = named.filter(({ canaries }) => canaries.windows.length > 0);
  if (probed.length === named.length) return [];
  return probed.flatMap(({ key }) => key.workload ?? []).sort();
}
