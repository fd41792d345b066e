import {
  type Interval,
  type IntervalSet,
  intersect,
  normalize,
  plural,
  subtract,
  union,
} from '@countersign/core';
import { CHECK_AGAIN_MS } from '../limits.ts';
import type { ObservedCheck } from '../observation.ts';
import { ARRIVAL_HOUR_MS, type ArrivalsByHour } from './arrivals-by-hour.ts';
import type { Gap, HoleContext } from './gaps.ts';
import type { Piece } from './interval-map.ts';

/** The latest comparison of an instant, and its time. */
export type Check = ObservedCheck & {
  readonly source: string;
  readonly workload: string | null;
  readonly atMs: number;
  readonly index: number;
};

/** Records that only the other source has: this source is incomplete by a known number. */
export function differenceHoles(
  source: string,
  checks: readonly Piece<Check>[],
  context: HoleContext,
): Gap[] {
  return checks.flatMap(({ from, to, value }) => {
    const isSource = value.source === source;
    const lacking = isSource ? value.onlyAgainst : value.onlySource;
    if (lacking === 0) return [];
    const other = isSource ? value.against : value.source;
    const ids = value.ids.length === 0 ? '' : `, ${value.ids.join(', ')}`;
    const because = `${plural(lacking, 'record')} of ${other} ${
      lacking === 1 ? 'is' : 'are'
    } missing here (differing${ids})`;
    const isLost = to <= context.nowMs - context.expiryMs;
    return [{ from, to, state: isLost ? 'lost' : 'late', because, entries: [value.index] } as Gap];
  });
}

/** An interval in which another source has the same records. */
export type Agreement = Interval & { readonly value: Check; readonly other: string };

/** The facts of another source that show whether it agrees. */
export type Peer = { readonly covered: IntervalSet; readonly arrivals: ArrivalsByHour };

/**
 * Intervals in which a comparison found records and no difference, both sources are covered, and no
 * record arrived in either source since. A later record may have reached only one of them.
 */
export function agreements(
  source: string,
  own: Peer,
  checks: readonly Piece<Check>[],
  peerOf: (source: string) => Peer | undefined,
): Agreement[] {
  return checks.flatMap((piece) => {
    const { value } = piece;
    // Extra records of the other source were not compared, so they do not corroborate this one.
    if (value.source !== source || value.onlySource > 0 || value.onlyAgainst > 0) return [];
    // Two empty sources do not corroborate each other: both may have been off.
    if (value.both === 0) return [];
    const other = value.against;
    const peer = peerOf(other);
    if (peer === undefined) return [];
    const both = intersect(own.covered, peer.covered);
    const later = [own, peer].map(({ arrivals }) =>
      hoursWithArrivalsSince(arrivals, value.atMs, piece),
    );
    const agreed = later.reduce((left, hours) => subtract(left, hours), intersect([piece], both));
    return agreed.map(({ from, to }) => ({ from, to, value, other }));
  });
}

/**
 * Intervals covered in both sources without an agreement; known differences again after a while.
 */
export function openChecks(
  own: Peer,
  peer: Peer,
  checks: readonly Piece<Check>[],
  nowMs: number,
): IntervalSet {
  const both = intersect(own.covered, peer.covered);
  const agreed = checks.flatMap((piece) => {
    const { value } = piece;
    if (value.onlySource > 0 || value.onlyAgainst > 0) return [];
    const later = [own, peer].map(({ arrivals }) =>
      hoursWithArrivalsSince(arrivals, value.atMs, piece),
    );
    return later.reduce((left, hours) => subtract(left, hours), [piece] as IntervalSet);
  });
  const differing = checks.filter(
    ({ value }) =>
      (value.onlySource > 0 || value.onlyAgainst > 0) && value.atMs <= nowMs - CHECK_AGAIN_MS,
  );
  return union(subtract(both, normalize(agreed)), normalize(differing));
}

function hoursWithArrivalsSince(
  arrivals: ArrivalsByHour,
  atMs: number,
  within: Interval,
): IntervalSet {
  const hours: Interval[] = [];
  const first = Math.floor(within.from / ARRIVAL_HOUR_MS);
  for (let hour = first; hour * ARRIVAL_HOUR_MS < within.to; hour++) {
    const hourArrivals = arrivals.get(hour);
    if (hourArrivals === undefined || hourArrivals.atMs <= atMs) continue;
    hours.push({ from: hour * ARRIVAL_HOUR_MS, to: (hour + 1) * ARRIVAL_HOUR_MS });
  }
  return hours;
}
