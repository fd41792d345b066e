import { type Interval, msOfInstant } from '@countersign/core';
import { CanaryLog } from '../canaries/canary-log.ts';
import type { StreamKey } from '../coverage-state.ts';
import { DelaySketch } from '../delay-sketch.ts';
import { DELAY_WEEKS_KEPT, JOIN_PIECES_MIN } from '../limits.ts';
import type { Observation } from '../observation.ts';
import { type ArrivalsByHour, type HourArrivals, recordArrivals } from './arrivals-by-hour.ts';
import {
  askedAgain,
  askedOf,
  type CollectionState,
  joinAsked,
  READ_AGAIN_CODE,
  readAgain,
} from './collection-state.ts';
import { IntervalMap } from './interval-map.ts';

const WEEK_MS: number = 7 * 86_400_000;

/** Delays of one week, so that old ones can be dropped. */
type DelayWeek = { readonly week: number; windows: number; readonly sketch: DelaySketch };

/**
 * The state of one stream, folded from its observations. Continuing is cheap, and a year without
 * problems takes no more space than a day. Independent of other streams.
 */
export class StreamHistory {
  readonly key: StreamKey;
  /** Requests by availability, and requests by event time. */
  readonly polls: IntervalMap<CollectionState>;
  readonly queries: IntervalMap<CollectionState>;
  readonly arrivals: ArrivalsByHour;
  readonly canaries: CanaryLog;
  readonly canaryDelays: DelaySketch;
  #delayWeeks: DelayWeek[];
  #newestMs: number;
  #joinAt: number;
  /** The time up to which the source was last found off, unless it was found on since. */
  #offUntilMs: number | null;

  constructor(key: StreamKey, kept: KeptStream = NOTHING) {
    this.key = key;
    this.polls = new IntervalMap(kept.polls);
    this.queries = new IntervalMap(kept.queries);
    this.arrivals = new Map(kept.touched);
    this.canaries = new CanaryLog(kept.canaries, kept.canariesJoinAt);
    this.canaryDelays = sketchOf(kept.canaryDelays);
    this.#delayWeeks = kept.delayWeeks.map(({ week, windows, delays }) => ({
      week,
      windows,
      sketch: sketchOf(delays),
    }));
    this.#newestMs = kept.newestMs ?? Number.NEGATIVE_INFINITY;
    this.#joinAt = kept.joinAt;
    this.#offUntilMs = kept.offUntilMs;
  }

  /** The time of the latest observation of this stream. */
  get newestMs(): number {
    return this.#newestMs;
  }

  /** Delays of the last weeks, and the number of windows with delays. */
  delays(): { readonly sketch: DelaySketch; readonly windows: number } {
    const sketch = new DelaySketch();
    for (const week of this.#delayWeeks) sketch.merge(week.sketch);
    return { sketch, windows: this.#delayWeeks.reduce((sum, { windows }) => sum + windows, 0) };
  }

  /** MUST be called in index order. Cross-checks concern two streams and are stored elsewhere. */
  observe(index: number, seen: Observation): void {
    const atMs = msOfInstant(seen.at);
    this.#newestMs = Math.max(this.#newestMs, atMs);
    const window = { from: msOfInstant(seen.from), to: msOfInstant(seen.to) };
    if (seen.collector === 'canary') {
      this.#addCanaries(index, seen, atMs);
      return;
    }
    const map = seen.axis === 'availability' ? this.polls : this.queries;
    if (seen.outcome === 'complete' && seen.code === READ_AGAIN_CODE) {
      for (const { from, to } of overlapping(map, window)) {
        map.update({ from, to }, (old) => readAgain(index, old as CollectionState));
      }
      return;
    }
    const { axis } = seen;
    const next = askedOf(index, seen);
    if (next.status === 'off') this.#offUntilMs = Math.max(this.#offUntilMs ?? 0, window.to);
    const isOn = seen.outcome === 'complete' || seen.outcome === 'partial';
    if (isOn && this.#offUntilMs !== null && axis === 'availability') {
      const missed = { from: this.#offUntilMs, to: Math.max(atMs, this.#offUntilMs) };
      // The source was switched on at an unknown moment in between.
      if (missed.from < missed.to) {
        map.update(missed, (old) => askedAgain(axis, old, { ...next, status: 'missed' }));
      }
      this.#offUntilMs = null;
    }
    map.update(window, (old) => askedAgain(axis, old, next));
    if (map.pieces.length >= this.#joinAt) {
      joinAsked(map, seen.axis, this.#newestMs);
      this.#joinAt = Math.max(JOIN_PIECES_MIN, 2 * map.pieces.length);
    }
    this.#addDelays(index, seen, atMs);
  }

  keep(): KeptStream {
    return {
      polls: this.polls.pieces,
      queries: this.queries.pieces,
      touched: [...this.arrivals],
      canaries: this.canaries.windows,
      canariesJoinAt: this.canaries.joinAt,
      canaryDelays: this.canaryDelays.observed(),
      delayWeeks: this.#delayWeeks.map(({ week, windows, sketch }) => ({
        week,
        windows,
        delays: sketch.observed(),
      })),
      newestMs: Number.isFinite(this.#newestMs) ? this.#newestMs : null,
      joinAt: this.#joinAt,
      offUntilMs: this.#offUntilMs,
    };
  }

  #addCanaries(index: number, seen: Observation, atMs: number): void {
    if (seen.canaries === null) return;
    const fromMs = msOfInstant(seen.from);
    const times = { fromMs, toMs: msOfInstant(seen.to), lastMs: fromMs, atMs };
    const more = this.canaries.add({ ...times, ...seen.canaries, index });
    // A late canary is reported again, but its delay is counted once.
    if (more > 0 && seen.delays !== null) this.canaryDelays.addObserved(seen.delays);
  }

  #addDelays(index: number, seen: Observation, atMs: number): void {
    const { delays } = seen;
    if (delays === null || delays.n === 0) return;
    const week = Math.floor(atMs / WEEK_MS);
    let current = this.#delayWeeks.find((each) => each.week === week);
    if (current === undefined) {
      current = { week, windows: 0, sketch: new DelaySketch() };
      this.#delayWeeks.push(current);
      this.#delayWeeks.sort((a, b) => a.week - b.week);
      this.#delayWeeks = this.#delayWeeks.slice(-DELAY_WEEKS_KEPT);
    }
    current.windows += 1;
    current.sketch.addObserved(delays);
    const isPoll = seen.axis === 'availability';
    // A query does not state when content became available: at the latest when it was requested.
    const fromMs = isPoll ? msOfInstant(seen.from) : atMs;
    const toMs = isPoll ? msOfInstant(seen.to) : atMs;
    recordArrivals(this.arrivals, { index, atMs, fromMs, toMs }, delays);
  }
}

/** The saved form of a stream; contains only JSON values. */
export type KeptStream = {
  readonly polls: IntervalMap<CollectionState>['pieces'];
  readonly queries: IntervalMap<CollectionState>['pieces'];
  readonly touched: readonly (readonly [hour: number, HourArrivals])[];
  readonly canaries: CanaryLog['windows'];
  readonly canariesJoinAt: number;
  readonly canaryDelays: Observation['delays'];
  readonly delayWeeks: readonly {
    readonly week: number;
    readonly windows: number;
    readonly delays: Observation['delays'];
  }[];
  readonly newestMs: number | null;
  readonly joinAt: number;
  readonly offUntilMs: number | null;
};

const NOTHING: KeptStream = {
  polls: [],
  queries: [],
  touched: [],
  canaries: [],
  canariesJoinAt: JOIN_PIECES_MIN,
  canaryDelays: null,
  delayWeeks: [],
  newestMs: null,
  joinAt: JOIN_PIECES_MIN,
  offUntilMs: null,
};

/** The known pieces within a window. Nothing was ever stated about the rest. */
function overlapping({ pieces }: IntervalMap<CollectionState>, window: Interval): Interval[] {
  return pieces
    .filter(({ from, to }) => from < window.to && to > window.from)
    .map(({ from, to }) => ({
      from: Math.max(from, window.from),
      to: Math.min(to, window.to),
    }));
}

function sketchOf(delays: Observation['delays']): DelaySketch {
  const sketch = new DelaySketch();
  if (delays !== null) sketch.addObserved(delays);
  return sketch;
}
