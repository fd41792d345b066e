import {
  type CompiledCorrelation,
  correlate,
  partsMin,
  type Sample,
  samplesMin,
} from '@countersign/sigma';
import { DAY_MS } from '../../projection/signals/signal-buffer.ts';
import { type Shortfall, shortfallOf } from '../../projection/signals/signal-plan.ts';
import type { FindingDraft } from '../../store/rows/finding.ts';
import type {
  SignalCount,
  SignalMinimum,
  SignalRow,
  SignalSpan,
} from '../../store/rows/signal-row.ts';
import { ruleKey } from './compile-plan.ts';
import { type GroupDay, OuterDays, runs } from './group-days.ts';
import type { AlertingRule, RuleContent } from './rule-content.ts';
import { draftOf } from './rule-finding.ts';
import { groupCutDraft, throttledDraft, valuesCutDraft } from './throttled-rule.ts';

/** Samples of one group and day that a correlation examines. */
const SAMPLES_MAX = 200_000;

type Period = { readonly fromMs: number; readonly toMs: number };

/** Access to stored signals. */
export type SignalSource = {
  /** The signals of each span in order; none for spans with fewer than `least`. */
  signals(
    stream: string,
    spans: readonly SignalSpan[],
    least: SignalMinimum,
  ): Iterable<readonly SignalRow[]>;
  signalGroups(stream: string, period: Period): readonly string[];
  signalCounts(): readonly SignalCount[];
  /** The tenant of records that state none. */
  tenantOf(stated: string): string;
};

/**
 * Evaluates rules and correlations, per group and day. The findings of a group and day depend only
 * on its signals, so they are the same at any time.
 */
export class RuleEvaluator {
  readonly #content: RuleContent;
  readonly #correlations: ReadonlyMap<string, CompiledCorrelation>;
  readonly #outers: ReadonlyMap<string, readonly Outer[]>;
  readonly #outerKeys: ReadonlySet<string>;
  readonly #samplesMax: number;

  /** `samplesMax`: per group and day. Default: {@link SAMPLES_MAX}. */
  constructor(
    content: RuleContent,
    { samplesMax = SAMPLES_MAX }: { readonly samplesMax?: number } = {},
  ) {
    this.#content = content;
    this.#samplesMax = samplesMax;
    const { correlations } = content.set;
    this.#correlations = new Map(
      correlations.map((compiled) => [ruleKey(compiled.correlation), compiled]),
    );
    const outers = correlations.flatMap((outer) =>
      outer.parts.flatMap((part, place): Outer[] => {
        if (part.kind !== 'correlation') return [];
        return [{ outer, place, inner: correlations[part.at] as CompiledCorrelation }];
      }),
    );
    this.#outers = Map.groupBy(outers, ({ inner }) => ruleKey(inner.correlation));
    this.#outerKeys = new Set(outers.map(({ outer }) => ruleKey(outer.correlation)));
  }

  /**
   * The groups and days whose findings may change after signals of `touched` changed.
   *
   * Days of one stream and group MUST be consecutive. Of millions, only those that feed a
   * correlation of correlations are held until the end.
   */
  *affected(touched: Iterable<GroupDay>): Generator<GroupDay> {
    const outer = new OuterDays();
    for (const { stream, group, days } of runs(touched)) {
      const span = this.#correlations.get(stream)?.correlation.timespanMs ?? 0;
      const reached = reachedBy(days, Math.ceil(span / DAY_MS));
      for (const day of reached) {
        const each = { stream, group, day };
        if (this.#outerKeys.has(stream)) this.#addOuter(outer, each);
        else yield each;
        for (const of of this.#outerOf(each)) this.#addOuter(outer, of);
      }
    }
    yield* outer.all();
  }

  /** Of the rule, also for the stream of its shortfalls. */
  titleOf(stream: string): string {
    const of = shortfallOf(stream)?.stream ?? stream;
    return this.#content.sayings.get(of)?.document.title ?? of;
  }

  #addOuter(outer: OuterDays, each: GroupDay): void {
    if (!outer.add(each)) return;
    for (const of of this.#outerOf(each)) this.#addOuter(outer, of);
  }

  /**
   * Findings for groups and days of one stream, in order: at most one per day and tenant. It reads
   * the signals of many days at once.
   */
  evaluateDays(days: readonly GroupDay[], of: SignalSource): FindingDraft[] {
    const [first] = days;
    if (first === undefined) return [];
    const { stream } = first;
    const shortfall = shortfallOf(stream)?.shortfall;
    if (shortfall !== undefined) return this.#shortfalls(shortfall, days, of);
    const saying = this.#content.sayings.get(stream);
    if (saying?.alerts !== true) return [];
    const compiled = this.#correlations.get(stream);
    const { timespanMs } = compiled?.correlation ?? { timespanMs: 0 };
    const spans = days.map(({ group, day }) => {
      return { group, fromMs: day * DAY_MS - timespanMs, toMs: (day + 1) * DAY_MS };
    });
    const drafts: FindingDraft[] = [];
    let at = 0;
    for (const own of of.signals(stream, spans, leastOf(compiled))) {
      const { group, day } = days[at++] as GroupDay;
      const period = { fromMs: day * DAY_MS, toMs: (day + 1) * DAY_MS };
      let isCut = false;
      const onCut = (): void => {
        isCut = true;
      };
      const rows =
        compiled === undefined
          ? own
          : this.#correlated(compiled, { group, onCut }, period, own, of).flatMap(
              (found) => found.rows,
            );
      for (const [tenant, theirs] of Map.groupBy(rows, (row) => of.tenantOf(row.tenant))) {
        const grounds = { rule: stream, tenant, group, windowMs: period.fromMs, rows: theirs };
        drafts.push(draftOf(saying, grounds));
      }
      // An attacker who floods a group to hide an event must not succeed silently.
      if (isCut) drafts.push(groupCutDraft({ stream, group, day }, this.#samplesMax, saying));
    }
    return drafts;
  }

  /**
   * Reports records that a rule did not match completely, for the rule and each correlation that it
   * feeds.
   *
   * If the rule threw on a record, it throws here again, so that the runner names the record and
   * skips it.
   */
  #shortfalls(shortfall: Shortfall, days: readonly GroupDay[], of: SignalSource): FindingDraft[] {
    const [{ stream }] = days as readonly [GroupDay];
    const spans = days.map(({ group, day }) => {
      return { group, fromMs: day * DAY_MS, toMs: (day + 1) * DAY_MS };
    });
    return [...of.signals(stream, spans, ANY)].flatMap((rows, at) => {
      const [first] = rows;
      if (first === undefined) return [];
      if (shortfall === 'failed') throw new Error((JSON.parse(first.values) as [string])[0]);
      const entries = [...new Set(rows.map(({ index }) => index))];
      const { day } = days[at] as GroupDay;
      return this.#fedBy(stream).map((each) =>
        valuesCutDraft(each.stream, day, entries, each.saying),
      );
    });
  }

  /** What alerts on the stream of a shortfall: its rule, and each correlation that it feeds. */
  #fedBy(stream: string): { readonly stream: string; readonly saying: AlertingRule }[] {
    const fed = new Set([shortfallOf(stream)?.stream ?? stream]);
    for (const each of fed) {
      for (const { outer } of this.#outers.get(each) ?? []) fed.add(ruleKey(outer.correlation));
    }
    return [...fed].flatMap((each) => {
      const saying = this.#content.sayings.get(each);
      return saying?.alerts === true ? [{ stream: each, saying }] : [];
    });
  }

  /** Findings about rules with too many matches on a day, which replace all others of that day. */
  throttled(source: SignalSource): ThrottledDay[] {
    return source.signalCounts().flatMap(({ stream, day, count, max }): ThrottledDay[] => {
      const saying = this.#content.sayings.get(stream);
      if (saying === undefined || count <= max) return [];
      return [{ stream, day, draft: throttledDraft(stream, day, max, saying) }];
    });
  }

  /** The days of outer correlations that an inner one feeds. */
  #outerOf({ stream, group, day }: GroupDay): GroupDay[] {
    return (this.#outers.get(stream) ?? []).flatMap(({ outer, inner, place }): GroupDay[] => {
      const values = innerValues(outer, inner, place, group);
      if (values === undefined) return [];
      const { timespanMs } = outer.correlation;
      const days = Array.from({ length: Math.ceil(timespanMs / DAY_MS) + 1 }, (_, i) => day + i);
      return days.map((each) => ({
        stream: ruleKey(outer.correlation),
        group: values.group,
        day: each,
      }));
    });
  }

  /** Where a correlation is fulfilled in a group, by windows that end in the period. */
  #correlated(
    compiled: CompiledCorrelation,
    { group, onCut }: GroupQuery,
    { fromMs, toMs }: Period,
    own: readonly SignalRow[],
    of: SignalSource,
  ): WindowMatch[] {
    const { correlation } = compiled;
    const reach = { fromMs: fromMs - correlation.timespanMs, toMs };
    const inner = this.#innerSamples(compiled, { group, onCut }, reach, of);
    const all = [...own.map(grounded), ...inner];
    // A forged event time in one tenant must not complete a correlation in another.
    const byTenant = Map.groupBy(all, ({ tenant }) => of.tenantOf(tenant));
    return [...byTenant.values()].flatMap((samples) => {
      if (samples.length > this.#samplesMax) onCut();
      const timed = correlation.type === 'temporal_ordered' ? inSeconds(samples) : samples;
      const inOrder = timed.sort(byTime).slice(0, this.#samplesMax);
      const hits = correlate(correlation, inOrder, { from: fromMs, to: toMs });
      return hits.map(({ first, last }): WindowMatch => {
        const those = inOrder.slice(first, last + 1);
        const rows = those.flatMap((sample) => sample.rows);
        return { timeMs: (those.at(-1) as SampleEvidence).timeMs, rows };
      });
    });
  }

  /** Results of inner correlations, as samples of this one. */
  #innerSamples(
    outer: CompiledCorrelation,
    { group, onCut }: GroupQuery,
    period: Period,
    of: SignalSource,
  ): SampleEvidence[] {
    return outer.parts.flatMap((part, place): SampleEvidence[] => {
      if (part.kind !== 'correlation') return [];
      const inner = this.#content.set.correlations[part.at] as CompiledCorrelation;
      return this.#groupsOf(inner, period, of).flatMap((innerGroup): SampleEvidence[] => {
        const values = innerValues(outer, inner, place, innerGroup);
        if (values?.group !== group) return [];
        const { timespanMs } = inner.correlation;
        const span = { group: innerGroup, fromMs: period.fromMs - timespanMs, toMs: period.toMs };
        const stream = ruleKey(inner.correlation);
        const [own = []] = of.signals(stream, [span], leastOf(inner));
        const asked = { group: innerGroup, onCut };
        const found = this.#correlated(inner, asked, period, own, of);
        return found.map(({ timeMs, rows }) => {
          const { tenant } = rows[0] as SignalRow;
          return { timeMs, part: place, values: values.values, tenant, rows };
        });
      });
    });
  }

  #groupsOf(compiled: CompiledCorrelation, period: Period, source: SignalSource): string[] {
    const { timespanMs } = compiled.correlation;
    const reach = { fromMs: period.fromMs - timespanMs, toMs: period.toMs };
    const own = source.signalGroups(ruleKey(compiled.correlation), reach);
    const deeper = compiled.parts.flatMap((part, place) => {
      if (part.kind !== 'correlation') return [];
      const inner = this.#content.set.correlations[part.at] as CompiledCorrelation;
      return this.#groupsOf(inner, reach, source).flatMap(
        (group) => innerValues(compiled, inner, place, group)?.group ?? [],
      );
    });
    return [...new Set([...own, ...deeper])];
  }
}

/** A correlation, and the correlation that it feeds. */
type Outer = {
  readonly inner: CompiledCorrelation;
  readonly outer: CompiledCorrelation;
  readonly place: number;
};

export type ThrottledDay = {
  readonly stream: string;
  readonly day: number;
  readonly draft: FindingDraft;
};

/** A group, and the callback for samples that were not examined. */
type GroupQuery = { readonly group: string; readonly onCut: () => void };

type SampleEvidence = Sample & { readonly tenant: string; readonly rows: readonly SignalRow[] };
type WindowMatch = { readonly timeMs: number; readonly rows: readonly SignalRow[] };

/** Days whose windows may reach back to one of `days`. */
function reachedBy(days: readonly number[], later: number): Iterable<number> {
  if (later === 0) return new Set(days);
  return new Set(days.flatMap((day) => Array.from({ length: later + 1 }, (_, i) => day + i)));
}

/**
 * The signals that a group needs at least. Groups with inner correlations may need none of their
 * own.
 */
function leastOf(compiled: CompiledCorrelation | undefined): SignalMinimum {
  if (compiled === undefined) return ANY;
  const { correlation, parts } = compiled;
  return parts.some(({ kind }) => kind === 'correlation')
    ? { rows: 0, parts: 0 }
    : { rows: samplesMin(correlation), parts: partsMin(correlation) };
}

const ANY: SignalMinimum = { rows: 1, parts: 1 };

function grounded(row: SignalRow): SampleEvidence {
  const values = JSON.parse(row.values) as (string | null)[];
  return { timeMs: row.timeMs, part: row.part, values, tenant: row.tenant, rows: [row] };
}

const SECOND_MS = 1_000;

/**
 * The audit log has whole seconds, other logs milliseconds. Within such a second the order is
 * unknown. All events of that second count as ordered, at its start.
 */
function inSeconds(samples: readonly SampleEvidence[]): SampleEvidence[] {
  const isWhole = ({ timeMs }: SampleEvidence): boolean => timeMs % SECOND_MS === 0;
  const seconds = new Set(samples.filter(isWhole).map(({ timeMs }) => timeMs));
  return samples.map((sample) => {
    const second = Math.floor(sample.timeMs / SECOND_MS) * SECOND_MS;
    return seconds.has(second) ? { ...sample, timeMs: second } : sample;
  });
}

function byTime(a: SampleEvidence, b: SampleEvidence): number {
  return a.timeMs - b.timeMs || a.part - b.part || indexOf(a) - indexOf(b);
}

function indexOf({ rows }: SampleEvidence): number {
  return rows[0]?.index ?? 0;
}

/** An inner group's values as seen by the outer correlation; undefined if they form no group. */
function innerValues(
  outer: CompiledCorrelation,
  inner: CompiledCorrelation,
  place: number,
  group: string,
): { readonly group: string; readonly values: readonly (string | null)[] } | undefined {
  const known = JSON.parse(group) as (string | null)[];
  const { groupBy } = inner.correlation;
  const reference = outer.correlation.rules[place] as string;
  const valueIn = (field: string): string | null => {
    const of = outer.correlation.aliases.get(field);
    const name = of?.get(reference) ?? of?.get(inner.correlation.name ?? '') ?? field;
    return known[groupBy.indexOf(name)] ?? null;
  };
  const values = outer.correlation.groupBy.map(valueIn);
  if (values.includes(null)) return undefined;
  return { group: JSON.stringify(values), values: outer.correlation.fields.map(valueIn) };
}
