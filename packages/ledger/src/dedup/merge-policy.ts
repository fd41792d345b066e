import { MERGE_FANOUT } from './limits.ts';

/** The part of a run that the policy uses, in entry order. */
export type RunSize = { readonly from: number; readonly to: number };

/**
 * Plans the next merge: returns the position of the first run to merge. Merges always take the
 * newest runs, because a run holds one range of entries. They take as many runs as make a run of a
 * higher level than any of them. Returns undefined if a merge gains nothing. So each key is written
 * once per level.
 *
 * Level 0 begins at a full memory table of `tableEntries`. Each level is {@link MERGE_FANOUT} times
 * the one below. Below level 0, levels double: many small imports must not leave many runs.
 */
export function planMerge(runs: readonly RunSize[], tableEntries: number): number | undefined {
  let planned: number | undefined;
  let total = 0;
  let level = Number.NEGATIVE_INFINITY;
  for (let i = runs.length - 1; i >= 0; i--) {
    const size = sizeOf(runs[i] as RunSize);
    total += size;
    level = Math.max(level, levelOf(size, tableEntries));
    if (i < runs.length - 1 && levelOf(total, tableEntries) > level) planned = i;
  }
  return planned;
}

function sizeOf(run: RunSize): number {
  return run.to - run.from;
}

function levelOf(entries: number, tableEntries: number): number {
  let level = 0;
  for (let bound = tableEntries; entries < bound; bound /= 2) level--;
  for (let bound = tableEntries * MERGE_FANOUT; entries >= bound; bound *= MERGE_FANOUT) level++;
  return level;
}
