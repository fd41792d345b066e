import { type Interval, type IntervalSet, msOfInstant } from '@countersign/core';
import type { CoverageInterval, StreamKey } from '../coverage-state.ts';
import { DUE_CHECKS_MAX } from '../limits.ts';
import type { Observation } from '../observation.ts';
import { ARRIVAL_HOUR_MS } from './arrivals-by-hour.ts';
import type { AskedStatus, CollectionState } from './collection-state.ts';
import { agreements, type Check, openChecks, type Peer } from './comparison-gaps.ts';
import { rowsOf } from './coverage-rows.ts';
import { CHECK_PAIRS, type DueCheck } from './cross-check.ts';
import { expectedRows } from './expected-sources.ts';
import { IntervalMap, type Piece } from './interval-map.ts';
import type { Settle } from './settle-time.ts';
import { type KeptStream, StreamHistory } from './stream-history.ts';
import { type Family, ownSettle, type View, viewsOf } from './stream-view.ts';

/**
 * Derives coverage from collector observations. Each observation is folded into the state of its
 * own stream, so that continuing is cheap. Rows are computed on demand. Everything is derived: the
 * same entries give the same state.
 */
export class CoverageReducer {
  readonly #streams = new Map<string, StreamHistory>();
  /** Comparisons, by the pair of sources. */
  readonly #checks = new Map<string, IntervalMap<Check>>();

  /** MUST be called in index order for each source. The order between sources has no effect. */
  observe(index: number, seen: Observation): void {
    if (seen.check !== undefined) {
      this.#addCheck(index, seen);
      return;
    }
    const { tenant, source, workload, subject } = seen;
    const name = nameOf(seen);
    let stream = this.#streams.get(name);
    if (stream === undefined) {
      stream = new StreamHistory({ tenant, source, workload, subject });
      this.#streams.set(name, stream);
    }
    stream.observe(index, seen);
  }

  /**
   * The coverage by tenant, source, workload, subject and time. A clock that is behind the latest
   * observation is not trusted.
   */
  rows(nowMs: number): CoverageInterval[] {
    const asOfMs = this.#asOf(nowMs);
    const views = this.#views(nowMs);
    const peers = new Map<string, View>();
    for (const view of views) {
      const { tenant, source, workload } = view.key;
      if (workload === null) peers.set(`${tenant}\n${source}`, view);
    }
    const rows = views.flatMap((view) => {
      const { tenant, source, workload } = view.key;
      const peerOf = (other: string): Peer | undefined => peers.get(`${tenant}\n${other}`);
      const checks = this.#checksOf(tenant, source).filter(
        ({ value }) => value.workload === null || value.workload === workload,
      );
      return rowsOf(view, agreements(source, view, checks, peerOf));
    });
    const subjects = [...this.#streams.values()].flatMap((stream) => subjectRows(stream));
    return [...rows, ...subjects, ...expectedRows(rows, asOfMs)].sort(inOrder);
  }

  /**
   * Hours in which both sources of a pair are covered without an agreement: never compared,
   * compared before a later arrival, or different in the last comparison.
   */
  dueChecks(nowMs: number, limit: number = DUE_CHECKS_MAX): DueCheck[] {
    const views = this.#views(nowMs);
    const due: DueCheck[] = [];
    for (const view of views) {
      const { tenant, source, workload } = view.key;
      if (workload !== null) continue;
      for (const pair of CHECK_PAIRS.filter((each) => each.source === source)) {
        const peer = views.find(
          ({ key }) =>
            key.tenant === tenant && key.source === pair.against && key.workload === null,
        );
        if (peer === undefined) continue;
        const checks = this.#checksOf(tenant, source).filter(
          ({ value }) => value.against === pair.against,
        );
        const open = openChecks(view, peer, checks, nowMs);
        // Another observation of the same moment may still arrive.
        const asOfMs = this.#newestMs() - 1;
        due.push(...hoursOf(open).map((hour) => ({ ...hour, ...pair, tenant, asOfMs })));
      }
    }
    return due.sort((a, b) => a.from - b.from).slice(0, limit);
  }

  /** The results of all canaries, by stream, for display. */
  canaries(): CanaryTally[] {
    return [...this.#streams.values()]
      .filter(({ canaries }) => canaries.windows.length > 0)
      .map(({ key, canaries, canaryDelays }) => ({
        key,
        sent: canaries.windows.reduce((sum, { sent }) => sum + sent, 0),
        seen: canaries.windows.reduce((sum, { seen }) => sum + seen, 0),
        delays: canaryDelays.observed(),
      }));
  }

  /** The requests for events of a time, by source and window. */
  asked(): AskedWindow[] {
    return [...this.#streams.values()].flatMap(({ key, queries }) => {
      const { tenant, source, workload, subject } = key;
      if (workload !== null || subject !== null) return [];
      return queries.pieces.map(({ from, to, value }) => {
        const { status, code, atMs, lagMs } = value;
        return { tenant, source, from, to, status, code, atMs, lagMs };
      });
    });
  }

  /** Windows that are incomplete only because of unreadable content. */
  unread(): UnreadWindow[] {
    return [...this.#streams.values()].flatMap(({ key, polls, queries }) => [
      ...unreadIn(polls).map((window) => ({ ...key, ...window, axis: 'availability' as const })),
      ...unreadIn(queries).map((window) => ({ ...key, ...window, axis: 'event' as const })),
    ]);
  }

  /** Contains only JSON values. */
  keep(): KeptReducer {
    return {
      streams: [...this.#streams.values()].map((stream) => ({
        key: stream.key,
        kept: stream.keep(),
      })),
      checks: [...this.#checks].map(([name, map]) => ({ name, pieces: map.pieces })),
    };
  }

  static of(kept: KeptReducer): CoverageReducer {
    const reducer = new CoverageReducer();
    for (const { key, kept: stream } of kept.streams) {
      reducer.#streams.set(nameOf(key), new StreamHistory(key, stream));
    }
    for (const { name, pieces } of kept.checks) reducer.#checks.set(name, new IntervalMap(pieces));
    return reducer;
  }

  #asOf(nowMs: number): number {
    return Math.max(nowMs, this.#newestMs());
  }

  #newestMs(): number {
    return Math.max(...[...this.#streams.values()].map(({ newestMs }) => newestMs));
  }

  #views(nowMs: number): View[] {
    const asOfMs = this.#asOf(nowMs);
    const families = this.#families();
    return families.flatMap((family) =>
      viewsOf(family, { nowMs: asOfMs, lent: lentTo(family, families) }),
    );
  }

  #addCheck(index: number, seen: Observation): void {
    const { tenant, source, workload, check } = seen;
    if (check === undefined) return;
    const name = [tenant, source, check.against, workload ?? ''].join('\n');
    let map = this.#checks.get(name);
    if (map === undefined) {
      map = new IntervalMap<Check>();
      this.#checks.set(name, map);
    }
    const value: Check = { ...check, source, workload, atMs: msOfInstant(seen.at), index };
    map.update({ from: msOfInstant(seen.from), to: msOfInstant(seen.to) }, () => value);
  }

  #families(): Family[] {
    const everybody = [...this.#streams.values()].filter(({ key }) => key.subject === null);
    const groups = Map.groupBy(everybody, ({ key }) => `${key.tenant}\n${key.source}`);
    return [...groups.values()].map((streams) => {
      const { tenant, source } = (streams[0] as StreamHistory).key;
      return {
        tenant,
        source,
        base: streams.find(({ key }) => key.workload === null),
        workloads: streams.filter(({ key }) => key.workload !== null),
        checks: this.#checksOf(tenant, source),
      };
    });
  }

  #checksOf(tenant: string, source: string): Piece<Check>[] {
    return [...this.#checks].flatMap(([name, { pieces }]) => {
      const [ofTenant, a, b] = name.split('\n');
      return ofTenant === tenant && (a === source || b === source) ? pieces : [];
    });
  }
}

/** The reported canaries of one workload in one feed, with the delays of those that returned. */
export type CanaryTally = {
  readonly key: StreamKey;
  readonly sent: number;
  readonly seen: number;
  readonly delays: Observation['delays'];
};

/** A request for everything that a source has of events in `[from, to)`. */
export type AskedWindow = Interval & {
  readonly tenant: string;
  readonly source: string;
  readonly status: AskedStatus;
  readonly code: string | null;
  /** When it was last requested; or the minimum lag after each of its instants. */
  readonly atMs: number;
  readonly lagMs: number | null;
};

export type UnreadWindow = StreamKey & Interval & { readonly axis: Observation['axis'] };

export type KeptReducer = {
  readonly streams: readonly { readonly key: StreamKey; readonly kept: KeptStream }[];
  readonly checks: readonly { readonly name: string; readonly pieces: readonly Piece<Check>[] }[];
};

/**
 * A source that is too quiet to learn its own settle time uses the longest one of its sister
 * sources, and says so. Sister sources are the other content types of one API.
 */
function lentTo(
  { tenant, source }: Family,
  families: readonly Family[],
): { readonly source: string; readonly settle: Settle } | undefined {
  const way = source.slice(0, source.indexOf('/'));
  let longest: { source: string; settle: Extract<Settle, { kind: 'learned' }> } | undefined;
  for (const family of families) {
    if (family.tenant !== tenant || family.source === source) continue;
    if (family.source.slice(0, family.source.indexOf('/')) !== way) continue;
    const settle = ownSettle(family.base);
    if (settle.kind !== 'learned' || settle.ms <= (longest?.settle.ms ?? -1)) continue;
    longest = { source: family.source, settle };
  }
  return longest;
}

/**
 * Statements about one mailbox or app, as recorded. Nothing is concluded for the time in between.
 */
function subjectRows({ key, polls, queries }: StreamHistory): CoverageInterval[] {
  if (key.subject === null) return [];
  return [...polls.pieces, ...queries.pieces].flatMap(({ from, to, value }) => {
    if (value.status === 'complete') return [];
    return [
      {
        ...key,
        fromMs: from,
        toMs: to,
        state: value.status === 'off' || value.status === 'missed' ? 'off' : 'unknown',
        bound: null,
        because: value.because ?? value.code ?? 'the state of this interval was not recorded',
        entries: [...new Set([value.first, value.last])],
      } satisfies CoverageInterval,
    ];
  });
}

/** Expands intervals to whole hours: a difference between two sources is located by the hour. */
function hoursOf(intervals: IntervalSet): Interval[] {
  return intervals.flatMap(({ from, to }) => {
    const first = Math.ceil(from / ARRIVAL_HOUR_MS);
    const count = Math.max(0, Math.floor(to / ARRIVAL_HOUR_MS) - first);
    return Array.from({ length: count }, (_, i) => ({
      from: (first + i) * ARRIVAL_HOUR_MS,
      to: (first + i + 1) * ARRIVAL_HOUR_MS,
    }));
  });
}

function unreadIn({ pieces }: IntervalMap<CollectionState>): Interval[] {
  return pieces
    .filter(({ value }) => value.status === 'unread')
    .map(({ from, to }) => ({ from, to }));
}

function nameOf({ tenant, source, workload, subject }: StreamKey): string {
  return JSON.stringify([tenant, source, workload, subject]);
}

function inOrder(a: CoverageInterval, b: CoverageInterval): number {
  return (
    compare(a.tenant, b.tenant) ||
    compare(a.source, b.source) ||
    compare(a.workload ?? '', b.workload ?? '') ||
    compare(a.subject ?? '', b.subject ?? '') ||
    a.fromMs - b.fromMs
  );
}

function compare(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
