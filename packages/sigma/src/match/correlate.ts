import type { Interval } from '@countersign/core';
import type { Correlation } from '../rule-document.ts';
import { comparison } from './value-test.ts';

/** One event that matches a rule of a correlation, within one group. */
export type Sample = {
  readonly timeMs: number;
  /** The index of the rule in the correlation, from 0. */
  readonly part: number;
  /** The values of the correlation's fields, in order; null for a missing one. */
  readonly values: readonly (string | null)[];
};

/** Overlapping windows that fulfill the condition, merged: `[first, last]` of the samples. */
export type Hit = { readonly first: number; readonly last: number };

/**
 * Finds where a correlation is fulfilled among the samples of one group, which MUST be in time
 * order. Windows slide: one ends at each sample and reaches back by the timespan. Only windows that
 * end in `within` are examined. Earlier samples only extend them.
 */
export function correlate(
  correlation: Correlation,
  samples: readonly Sample[],
  within: Interval = EVER,
): Hit[] {
  const hits: Hit[] = [];
  for (const { first, last } of windows(correlation, samples)) {
    const { timeMs } = samples[last] as Sample;
    if (timeMs < within.from || timeMs >= within.to) continue;
    const before = hits.at(-1);
    if (before !== undefined && first <= before.last) {
      hits[hits.length - 1] = { first: Math.min(before.first, first), last };
    } else hits.push({ first, last });
  }
  return hits;
}

/** With fewer samples, no window can fulfill it. */
export function samplesMin({ type, bounds, rules }: Correlation): number {
  switch (type) {
    case 'temporal_ordered':
      return rules.length;
    case 'temporal':
      return bounds.length === 0 ? new Set(rules).size : countMin(bounds);
    case 'event_count':
    case 'value_count':
      return countMin(bounds);
    case 'value_sum':
    case 'value_avg':
    case 'value_percentile':
      return 1;
  }
}

/** With samples of fewer parts, no window can fulfill it. */
export function partsMin(correlation: Correlation): number {
  const isTemporal = correlation.type === 'temporal' || correlation.type === 'temporal_ordered';
  return isTemporal ? samplesMin(correlation) : 1;
}

/** The smallest positive count within all of these bounds. */
function countMin(bounds: Correlation['bounds']): number {
  const least = bounds.map(({ op, value }) => {
    if (op === 'gt') return Math.floor(value) + 1;
    return op === 'gte' || op === 'eq' ? Math.ceil(value) : 1;
  });
  return Math.max(1, ...least);
}

const EVER: Interval = { from: Number.NEGATIVE_INFINITY, to: Number.POSITIVE_INFINITY };

function windows(correlation: Correlation, samples: readonly Sample[]): Iterable<Hit> {
  return correlation.type === 'temporal_ordered'
    ? chains(correlation, samples)
    : sliding(correlation, samples);
}

/** The running aggregate of a window. Samples enter and leave in order. */
interface Tally {
  add(sample: Sample): void;
  remove(sample: Sample): void;
  /** The aggregate; undefined if it is not defined. */
  value(): number | undefined;
}

function* sliding(correlation: Correlation, samples: readonly Sample[]): Generator<Hit> {
  const { timespanMs, type, rules } = correlation;
  const tally = tallyOf(correlation);
  const bounds =
    correlation.bounds.length === 0 && type === 'temporal'
      ? [comparison('gte', new Set(rules).size)]
      : correlation.bounds.map(({ op, value }) => comparison(op, value));
  let first = 0;
  for (let last = 0; last < samples.length; last++) {
    const sample = samples[last] as Sample;
    tally.add(sample);
    // Simultaneous events are one moment: the window ends after all of them.
    if (samples[last + 1]?.timeMs === sample.timeMs) continue;
    for (; sample.timeMs - (samples[first] as Sample).timeMs > timespanMs; first++) {
      tally.remove(samples[first] as Sample);
    }
    const value = tally.value();
    if (value !== undefined && bounds.every((is) => is(value))) yield { first, last };
  }
}

function tallyOf({ type, percentile }: Correlation): Tally {
  switch (type) {
    case 'event_count':
      return new Count();
    case 'value_count':
      return new Distinct(({ values }) => (values.includes(null) ? null : JSON.stringify(values)));
    case 'temporal':
    case 'temporal_ordered':
      return new Distinct(({ part }) => String(part));
    case 'value_sum':
      return new Sum('sum');
    case 'value_avg':
      return new Sum('average');
    case 'value_percentile':
      return new Percentile(percentile);
  }
}

class Count implements Tally {
  #count = 0;

  add(): void {
    this.#count += 1;
  }

  remove(): void {
    this.#count -= 1;
  }

  value(): number {
    return this.#count;
  }
}

class Distinct implements Tally {
  readonly #counts = new Map<string, number>();
  readonly #keyOf: (sample: Sample) => string | null;

  constructor(keyOf: (sample: Sample) => string | null) {
    this.#keyOf = keyOf;
  }

  add(sample: Sample): void {
    const key = this.#keyOf(sample);
    if (key !== null) this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  remove(sample: Sample): void {
    const key = this.#keyOf(sample);
    if (key === null) return;
    const left = (this.#counts.get(key) ?? 0) - 1;
    if (left > 0) this.#counts.set(key, left);
    else this.#counts.delete(key);
  }

  value(): number {
    return this.#counts.size;
  }
}

function numberIn({ values }: Sample): number | undefined {
  const [text] = values;
  if (text === undefined || text === null || text.trim() === '') return undefined;
  const number = Number(text);
  return Number.isFinite(number) ? number : undefined;
}

class Sum implements Tally {
  readonly #of: 'sum' | 'average';
  #sum = 0;
  #count = 0;

  constructor(of: 'sum' | 'average') {
    this.#of = of;
  }

  add(sample: Sample): void {
    this.#take(numberIn(sample), 1);
  }

  remove(sample: Sample): void {
    this.#take(numberIn(sample), -1);
  }

  value(): number | undefined {
    if (this.#count === 0) return undefined;
    return this.#of === 'sum' ? this.#sum : this.#sum / this.#count;
  }

  #take(number: number | undefined, sign: 1 | -1): void {
    if (number === undefined) return;
    this.#count += sign;
    // Nothing is left, so the rounding error is reset too.
    this.#sum = this.#count === 0 ? 0 : this.#sum + sign * number;
  }
}

/**
 * By nearest rank: the smallest value that at least the given percentage of values do not exceed.
 */
class Percentile implements Tally {
  readonly #percentile: number;
  readonly #sorted: number[] = [];

  constructor(percentile: number) {
    this.#percentile = percentile;
  }

  add(sample: Sample): void {
    const number = numberIn(sample);
    if (number !== undefined) this.#sorted.splice(this.#placeOf(number), 0, number);
  }

  remove(sample: Sample): void {
    const number = numberIn(sample);
    if (number !== undefined) this.#sorted.splice(this.#placeOf(number), 1);
  }

  value(): number | undefined {
    const rank = Math.ceil((this.#percentile / 100) * this.#sorted.length);
    return this.#sorted[Math.max(rank, 1) - 1];
  }

  #placeOf(number: number): number {
    let low = 0;
    let high = this.#sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((this.#sorted[middle] as number) < number) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}

/**
 * Finds chains in the listed order. For every prefix of a chain, the latest start is kept: if any
 * chain fits into the timespan, the one from there does. Simultaneous events count in any order,
 * because an audit log's clock cannot order them.
 */
function* chains({ rules, timespanMs }: Correlation, samples: readonly Sample[]): Generator<Hit> {
  const starts: (number | undefined)[] = rules.map(() => undefined);
  for (let from = 0; from < samples.length; ) {
    let to = from + 1;
    const { timeMs } = samples[from] as Sample;
    while (samples[to]?.timeMs === timeMs) to++;
    let isComplete = false;
    for (let part = 0; part < rules.length; part++) {
      const at = indexOfPart(samples, part, from, to);
      if (at === undefined) continue;
      const start = part === 0 ? from : starts[part - 1];
      if (start === undefined || timeMs - (samples[start] as Sample).timeMs > timespanMs) continue;
      starts[part] = start;
      isComplete ||= part === rules.length - 1;
    }
    const first = starts.at(-1);
    if (isComplete && first !== undefined) yield { first, last: to - 1 };
    from = to;
  }
}

function indexOfPart(
  samples: readonly Sample[],
  part: number,
  from: number,
  to: number,
): number | undefined {
  for (let at = from; at < to; at++) if (samples[at]?.part === part) return at;
  return undefined;
}
