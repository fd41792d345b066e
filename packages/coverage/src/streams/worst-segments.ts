import type { Interval } from '@countersign/core';
import type { Gap } from './gaps.ts';

/** An interval with its worst known hole; undefined if there is none. */
export type Segment = Interval & { readonly hole: Gap | undefined };

/** Worst first: a lost record will not arrive; a late one may. */
const RANK = { lost: 0, off: 1, late: 2, unknown: 3 } as const;

/** Splits the period into contiguous segments, in order. */
export function segmentsOf({ from, to }: Interval, holes: readonly Gap[]): Segment[] {
  const within = holes
    .map((hole) => ({ ...hole, from: Math.max(hole.from, from), to: Math.min(hole.to, to) }))
    .filter((hole) => hole.from < hole.to)
    .sort((a, b) => a.from - b.from);
  const cuts = new Set([from, to]);
  for (const hole of within) cuts.add(hole.from).add(hole.to);
  const edges = [...cuts].sort((a, b) => a - b);
  const segments: Segment[] = [];
  let active: Gap[] = [];
  let next = 0;
  for (let i = 0; i + 1 < edges.length; i++) {
    const [start, end] = [edges[i] as number, edges[i + 1] as number];
    active = active.filter((hole) => hole.to > start);
    for (; next < within.length && (within[next] as Gap).from <= start; next++) {
      active.push(within[next] as Gap);
    }
    push(segments, { from: start, to: end, hole: worst(active) });
  }
  return segments;
}

function worst(holes: readonly Gap[]): Gap | undefined {
  return holes.reduce<Gap | undefined>((a, b) => {
    if (a === undefined) return b;
    const order = RANK[a.state] - RANK[b.state];
    // Equal holes give the same result in any order.
    return order < 0 || (order === 0 && a.because <= b.because) ? a : b;
  }, undefined);
}

/** Equal neighbors become one segment. */
function push(segments: Segment[], segment: Segment): void {
  const last = segments.at(-1);
  const isSame =
    last !== undefined &&
    last.to === segment.from &&
    last.hole?.state === segment.hole?.state &&
    last.hole?.because === segment.hole?.because;
  if (!isSame) {
    segments.push(segment);
    return;
  }
  const hole =
    last.hole === undefined || segment.hole === undefined
      ? undefined
      : { ...last.hole, entries: [...last.hole.entries, ...segment.hole.entries] };
  segments[segments.length - 1] = { from: last.from, to: segment.to, hole };
}
