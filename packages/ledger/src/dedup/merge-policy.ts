import { MERGE_FANOUT } from './limits.ts';

/** As much of a run as the policy looks at, in order of the entries. */
export type RunSize = { readonly from: number; readonly to: number };

/**
 * Which runs to merge next, as the position of the first of them: always the newest ones, since a
 * run holds one range of entries, and as many as make a run of a higher level than any of them.
 * Undefined when there is nothing to gain. So each key is written once per level.
 *
 * Level 0 begins at a full memory table of `tableEntries`; each level is {@link MERGE_FANOUT} times
 * the one below. Under it levels double: many small imports must not leave many runs.
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
