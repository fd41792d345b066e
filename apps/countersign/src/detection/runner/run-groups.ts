import type { Detector } from './detector.ts';
import { TOGETHER_ENTRIES_MAX } from './limits.ts';

/**
 * Groups of detectors that run beside each other; within a group, one follows the other.
 *
 * Detectors on the state keep this thread busy, and the others wait for the engine. While a command
 * does nothing else, two queries of the engine at once use two cores.
 */
export function runGroups<T extends { readonly detector: Pick<Detector, 'reads'> }>(
  due: readonly T[],
  entries: number,
): readonly (readonly T[])[] {
  const ofState = due.filter(({ detector }) => detector.reads === 'state');
  const ofEvents = due.filter(({ detector }) => detector.reads !== 'state');
  if (entries > TOGETHER_ENTRIES_MAX) return [ofState, ofEvents];
  const middle = Math.ceil(ofEvents.length / 2);
  return [ofState, ofEvents.slice(0, middle), ofEvents.slice(middle)];
}

/** Each item of `due`, in its order, with the reader of its group. */
export function readGroups<T, Reader>(
  due: readonly T[],
  groups: readonly (readonly T[])[],
  readerOf: (group: readonly T[]) => Reader,
): [T, Reader][] {
  const pairs = groups.flatMap((group) => {
    const reader = readerOf(group);
    return group.map((item): [T, Reader] => [item, reader]);
  });
  return pairs.sort(([a], [b]) => due.indexOf(a) - due.indexOf(b));
}
