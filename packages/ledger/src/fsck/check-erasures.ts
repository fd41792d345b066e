import { rangesOf } from '../erasure/erasure-body.ts';
import type { Problems } from './fsck-report.ts';

/** An erasure, as its entry states it. */
export type DeclaredErasure = {
  readonly index: number;
  readonly ranges: readonly (readonly [number, number])[];
};

/**
 * Checks that every missing body has a declared erasure, and that every declared erasure is true.
 * `gone` holds the indices of missing bodies, ascending.
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
    problems.add('bodies', 0, `${bodiesText(from, to)} missing, and no erasure explains it`);
  }
}

/**
 * The entry comes first. The rewriting follows, segment by segment in order. An erasure that died
 * in between still has one end of a range, and the next opening completes it. If all ends are gone
 * but bodies remain, the bodies were put back.
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
      ? `${bodies} still here: the erasure in entry ${index} is not finished; ` +
        'the next writing command finishes it'
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
