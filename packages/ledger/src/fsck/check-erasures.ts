import { rangesOf } from '../erasure/erasure-body.ts';
import type { Problems } from './fsck-report.ts';

/** An erasure, as its entry states it. */
export type DeclaredErasure = {
  readonly index: number;
  readonly ranges: readonly (readonly [number, number])[];
};

/**
 * What is gone must have been erased by somebody who said so, and what was said must be true.
 * `gone` are the indices of bodies that are not there any more, ascending.
 */
export function checkErasures(
  declared: readonly DeclaredErasure[],
  gone: readonly number[],
  problems: Problems,
): void {
  const isGone = new Set(gone);
  const said = new Set<number>();
  for (const erasure of declared) checkCarriedOut(erasure, isGone, said, problems);
  for (const [from, to] of rangesOf(gone.filter((index) => !said.has(index)))) {
    problems.add('bodies', 0, `${bodiesText(from, to)} gone, and no erasure says why`);
  }
}

/**
 * The entry comes first and the rewriting after it, segment by segment in order: an erasure that
 * died in between still has an end of one of its ranges, and the next opening ends it. Bodies that
 * are there while all ends are gone were put back.
 */
function checkCarriedOut(
  { index, ranges }: DeclaredErasure,
  isGone: ReadonlySet<number>,
  said: Set<number>,
  problems: Problems,
): void {
  const here: number[] = [];
  for (const [from, to] of ranges) {
    for (let i = from; i < to; i++) {
      said.add(i);
      if (!isGone.has(i)) here.push(i);
    }
  }
  const isUnfinished = ranges.some(([from, to]) => !isGone.has(from) || !isGone.has(to - 1));
  for (const [from, to] of rangesOf(here)) {
    const bodies = bodiesText(from, to);
    const they = to - from === 1 ? 'it was' : 'they were';
    const what = isUnfinished
      ? `${bodies} still here: the erasure that entry ${index} says is not carried out yet, ` +
        'and the next writing command finishes it'
      : `${bodies} here again, though entry ${index} says that ${they} erased`;
    problems.add('bodies', 0, what);
  }
}

/** `[from, to)`. */
function bodiesText(from: number, to: number): string {
  return to - from === 1
    ? `the body of entry ${from} is`
    : `the bodies of entries ${from} to ${to - 1} are`;
}
