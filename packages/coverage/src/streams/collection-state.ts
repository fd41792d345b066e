import { leftOutOf, msOfInstant } from '@countersign/core';
import { DISORDER_MS } from '../limits.ts';
import type { Observation } from '../observation.ts';
import type { IntervalMap, Piece } from './interval-map.ts';

/**
 * - `complete`  all that was listed was fetched
 * - `short`     some of what was listed was not fetched yet
 * - `narrow`    all that was asked for was fetched, and some of it was not asked for
 * - `unread`    all was fetched, and some of it could not be read
 * - `gone`      some of what was listed was gone when it was fetched, or could not be read
 * - `off`       the source said that it is switched off
 * - `missed`    it was off, and was found on again
 * - `failed`    it could not be listed yet
 */
export type AskedStatus =
  | 'complete'
  | 'short'
  | 'narrow'
  | 'unread'
  | 'gone'
  | 'off'
  | 'missed'
  | 'failed';

/** What became of asking for an instant of a window. */
export type CollectionState = {
  readonly status: AskedStatus;
  /** First and last entry that say so. */
  readonly first: number;
  readonly last: number;
  /** When it was asked last. */
  readonly atMs: number;
  /** Where pieces were joined: each instant was asked at least so long after it; else null. */
  readonly lagMs: number | null;
  readonly code: string | null;
  readonly because: string | null;
};

/** Codes with which a collector says that listed content will never be had, or never be read. */
const GONE_CODES: readonly string[] = ['gone', 'unreadable', 'AF20050', 'AF20051'];

/** Some of it is quarantined: it is here, and nothing more of it will come. */
const UNREAD_CODE = 'quarantined';

/** All that was quarantined of a window could be read later: nobody asked the source again. */
export const READ_AGAIN_CODE = 'read-again';

/** What was listed of a time without a subscription: never all (contracts 1.5, 1.10). */
const WAS_OFF_CODE = 'AF20022';

export function askedOf(index: number, seen: Observation): CollectionState {
  const { code, because, outcome } = seen;
  const status = outcome === 'partial' ? partialStatus(code) : outcome;
  const atMs = msOfInstant(seen.at);
  const why = status === 'complete' ? { code: null, because: null } : { code, because };
  return { status, first: index, last: index, atMs, lagMs: null, ...why };
}

function partialStatus(code: string | null): AskedStatus {
  if (code === WAS_OFF_CODE) return 'failed';
  if (code === UNREAD_CODE) return 'unread';
  if (leftOutOf(code) !== undefined) return 'narrow';
  return code !== null && GONE_CODES.includes(code) ? 'gone' : 'short';
}

/**
 * What is known of an instant after it was asked for once more. What is known to be missing stays
 * so: listed content that was gone once may be missing in a later list that is "complete"; and
 * what became available while a subscription was off is never listed (contracts 1.5).
 */
export function askedAgain(
  axis: Observation['axis'],
  old: CollectionState | undefined,
  next: CollectionState,
): CollectionState {
  if (old === undefined) return next;
  switch (next.status) {
    case 'complete':
      if (old.status === 'gone' || old.status === 'missed') return old;
      // What is kept by when it happened is there again once the source is on.
      return old.status === 'off' && axis === 'availability'
        ? { ...next, status: 'missed', first: old.first }
        : next;
    case 'short':
    case 'unread':
      return isFinal(old) ? old : next;
    case 'narrow':
      return old.status === 'complete' || isFinal(old) || isWider(old, next) ? old : next;
    case 'gone':
      return old.status === 'gone' ? { ...old, last: next.last } : next;
    case 'off':
      if (old.status === 'off') return { ...next, first: old.first };
      return old.status === 'failed' ? next : old;
    case 'failed':
      return old.status === 'failed' ? { ...next, first: old.first } : old;
    case 'missed':
      return old.status === 'complete' || isFinal(old) ? old : next;
  }
}

/** Of what was short by what could not be read, and by that alone. */
export function readAgain(index: number, old: CollectionState): CollectionState {
  if (old.status !== 'unread') return old;
  return { ...old, status: 'complete', last: index, code: null, because: null };
}

function isFinal({ status }: CollectionState): boolean {
  return status === 'gone' || status === 'off' || status === 'missed';
}

/** What was asked for before was more, and it all came. */
function isWider(old: CollectionState, next: CollectionState): boolean {
  const left = leftOutOf(next.code) ?? [];
  const oldLeft = leftOutOf(old.code);
  return (
    oldLeft !== undefined &&
    oldLeft.length < left.length &&
    oldLeft.every((each) => left.includes(each))
  );
}

/**
 * Joins neighbours that say the same, so that a year takes no more room than its troubles. Only
 * what is old enough that no observation of it is still on its way.
 */
export function joinAsked(
  map: IntervalMap<CollectionState>,
  axis: Observation['axis'],
  newestMs: number,
): void {
  map.join((a, b) => {
    const isOld = Math.max(a.value.atMs, b.value.atMs) < newestMs - DISORDER_MS;
    if (a.value.status !== b.value.status || a.value.because !== b.value.because) return undefined;
    if (a.value.status !== 'complete') return isOld ? joined(a, b) : undefined;
    if (axis === 'event' && (!isOld || lagClass(a) !== lagClass(b))) return undefined;
    return isOld ? joined(a, b) : undefined;
  });
}

function joined(a: Piece<CollectionState>, b: Piece<CollectionState>): CollectionState {
  return {
    ...b.value,
    first: Math.min(a.value.first, b.value.first),
    last: Math.max(a.value.last, b.value.last),
    atMs: Math.max(a.value.atMs, b.value.atMs),
    lagMs: Math.min(lagOf(a), lagOf(b)),
  };
}

/** How long after its last instant the piece was asked for. */
export function lagOf({ to, value }: Piece<CollectionState>): number {
  return value.lagMs ?? value.atMs - to;
}

/** Lags within a factor of 1.4 are one class. */
function lagClass(piece: Piece<CollectionState>): number {
  return Math.floor(2 * Math.log2(Math.max(1, lagOf(piece))));
}
