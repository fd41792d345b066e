import { InputError } from './errors.ts';

/**
 * `[from, to)` in milliseconds since the epoch, UTC. `from < to`: an empty interval does not exist.
 */
export type Interval = { readonly from: number; readonly to: number };

/** Disjoint, ascending, with a gap between neighbors: the only normal form of a set of instants. */
export type IntervalSet = readonly Interval[];

/** @throws InputError INVALID_INTERVAL unless `from < to` and both are finite or ±Infinity. */
export function interval(from: number, to: number): Interval {
  if (!(from < to)) {
    throw new InputError(
      'INVALID_INTERVAL',
      `an interval must end after it starts: [${from}, ${to})`,
    );
  }
  return { from, to };
}

/** Converts intervals in any order, overlapping or touching, to the normal form. */
export function normalize(intervals: Iterable<Interval>): IntervalSet {
  const sorted = [...intervals].filter((i) => i.from < i.to).sort((a, b) => a.from - b.from);
  const merged: Interval[] = [];
  for (const next of sorted) {
    const last = merged.at(-1);
    if (last !== undefined && next.from <= last.to) {
      merged[merged.length - 1] = { from: last.from, to: Math.max(last.to, next.to) };
    } else {
      merged.push({ from: next.from, to: next.to });
    }
  }
  return merged;
}

export function union(a: IntervalSet, b: IntervalSet): IntervalSet {
  return normalize([...a, ...b]);
}

export function intersect(a: IntervalSet, b: IntervalSet): IntervalSet {
  const shared: Interval[] = [];
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const left = a[i] as Interval;
    const right = b[j] as Interval;
    const from = Math.max(left.from, right.from);
    const to = Math.min(left.to, right.to);
    if (from < to) shared.push({ from, to });
    if (left.to < right.to) i++;
    else j++;
  }
  return shared;
}

/** Returns the part of `a` that is not in `b`. */
export function subtract(a: IntervalSet, b: IntervalSet): IntervalSet {
  const rest: Interval[] = [];
  let j = 0;
  for (const whole of a) {
    let from = whole.from;
    while (j < b.length && (b[j] as Interval).to <= from) j++;
    for (let k = j; k < b.length && (b[k] as Interval).from < whole.to; k++) {
      const cut = b[k] as Interval;
      if (cut.from > from) rest.push({ from, to: cut.from });
      from = Math.max(from, cut.to);
    }
    if (from < whole.to) rest.push({ from, to: whole.to });
  }
  return rest;
}

/** Returns when at least two of the sets hold. */
export function overlapOf(sets: readonly IntervalSet[]): IntervalSet {
  const edges = sets
    .flat()
    .flatMap(({ from, to }) => [
      { at: from, step: 1 },
      { at: to, step: -1 },
    ])
    .sort((a, b) => a.at - b.at || a.step - b.step);
  const shared: Interval[] = [];
  let depth = 0;
  let from = 0;
  for (const { at, step } of edges) {
    if (depth === 1 && step === 1) from = at;
    if (depth === 2 && step === -1) shared.push({ from, to: at });
    depth += step;
  }
  return normalize(shared);
}

export function covers(set: IntervalSet, instantMs: number): boolean {
  return set.some((i) => i.from <= instantMs && instantMs < i.to);
}

export function lengthMs(set: IntervalSet): number {
  return set.reduce((sum, i) => sum + (i.to - i.from), 0);
}
