import { leftOutOf, msOfInstant } from '@countersign/core';
import { DISORDER_MS } from '../limits.ts';
import type { Observation } from '../observation.ts';
import type { IntervalMap, Piece } from './interval-map.ts';

/**
 * - `complete`  everything listed was fetched
 * - `short`     some listed content was not fetched yet
 * - `narrow`    everything requested was fetched, but not everything was requested
 * - `unread`    everything was fetched, but some of it could not be read
 * - `gone`      some listed content no longer existed, or could not be read
 * - `off`       the source reported that it is switched off
 * - `missed`    it was off, and later found on again
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

/** The collection state of an instant of a window. */
export type CollectionState = {
  readonly status: AskedStatus;
  /** The first and last entry that support it. */
  readonly first: number;
  readonly last: number;
  /** When it was last requested. */
  readonly atMs: number;
  /** For joined pieces: each instant was requested at least this long after it; otherwise null. */
  readonly lagMs: number | null;
  readonly code: string | null;
  readonly because: string | null;
};

/** Codes for listed content that will never be available or readable. */
const GONE_CODES: readonly string[] = ['gone', 'unreadable', 'AF20050', 'AF20051'];

/** Some of it is quarantined: it is in the ledger, and no more of it will arrive. */
const UNREAD_CODE = 'quarantined';

/** All quarantined content of a window could be read later, without a new request to the source. */
export const READ_AGAIN_CODE = 'read-again';

/** Content listed for a time without a subscription is never complete. */
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
 * The state of an instant after another request. Known losses stay. Content that was gone once may
 * be missing in a later list that is "complete". Content that became available while a subscription
 * was off is never listed.
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
      // Content that is kept by event time exists again once the source is on.
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

/** Applies only to a window that was short because of unreadable content alone. */
export function readAgain(index: number, old: CollectionState): CollectionState {
  if (old.status !== 'unread') return old;
  return { ...old, status: 'complete', last: index, code: null, because: null };
}

function isFinal({ status }: CollectionState): boolean {
  return status === 'gone' || status === 'off' || status === 'missed';
}

/** Returns whether the earlier request was wider, and was complete. */
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
 * Joins equal neighbors, so that a year takes only as much space as its problems. Joins only
 * windows old enough that no observation of them is still expected.
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

/** How long after its last instant the piece was requested. */
export function lagOf({ to, value }: Piece<CollectionState>): number {
  return value.lagMs ?? value.atMs - to;
}

/** Lags within a factor of 1.4 form one class. */
function lagClass(piece: Piece<CollectionState>): number {
  return Math.floor(2 * Math.log2(Math.max(1, lagOf(piece))));
}
