import { type Interval, type IntervalSet, intersect, subtract } from '@countersign/core';
import { NEWS_MS, OVERLAP_MS, SLICE_CONTENTS_MAX, SLICE_MS, WINDOW_MS_MAX } from './limits.ts';

/** A window to ask for. `sweep`: asked before; only what was listed late is new in it. */
export type PlannedWindow = Interval & { readonly kind: 'news' | 'catch-up' | 'sweep' };

/**
 * What is to be asked for in `[horizonMs, nowMs)`: news first, since somebody waits for it; then
 * what is missing, oldest first, since that expires first.
 */
export function planWindows(
  settled: IntervalSet,
  { horizonMs, nowMs }: { readonly horizonMs: number; readonly nowMs: number },
): PlannedWindow[] {
  const gaps = subtract([{ from: horizonMs, to: nowMs }], settled);
  const windows = gaps.flatMap((gap) => split(gap, WINDOW_MS_MAX));
  const last = gaps.at(-1);
  if (last === undefined || last.to < nowMs) return windows.map(catchUp);
  const newsMs = Math.max(last.from, nowMs - NEWS_MS);
  const from = Math.max(horizonMs, newsMs - OVERLAP_MS);
  const before = windows.flatMap((each) => subtract([each], [{ from, to: nowMs }]));
  return [{ from, to: nowMs, kind: 'news' }, ...before.map(catchUp)];
}

/** All of it once more. */
export function sweepWindows(whole: Interval): PlannedWindow[] {
  return split(whole, WINDOW_MS_MAX).map((each) => ({ ...each, kind: 'sweep' }));
}

/** A part of a window with the contents that became available in it. */
export type Slice<T> = Interval & {
  /** Whether there was a subscription. */
  readonly subscription: 'was on' | 'was off';
  readonly contents: readonly T[];
};

/**
 * Cuts a window where the subscription was switched off or on, since no more can be said of the
 * one part than of the other; and one with much in it by the hour, so that a crash costs an hour's
 * requests at most. Hours with little in them stay together: each end of a slice is a wait for the
 * disk. Slices tile the window; content that claims another time goes to the nearest.
 */
export function slicesOf<T extends { readonly createdMs: number }>(
  window: Interval,
  off: IntervalSet,
  contents: readonly T[],
): Slice<T>[] {
  const parts = [
    ...subtract([window], off).map((each) => ({ ...each, subscription: 'was on' as const })),
    ...intersect([window], off).map((each) => ({ ...each, subscription: 'was off' as const })),
  ].sort((a, b) => a.from - b.from);
  const isLarge = contents.length > SLICE_CONTENTS_MAX;
  const slices = parts.flatMap((part) =>
    (isLarge ? split(part, SLICE_MS) : [part]).map(({ from, to }) => {
      return { from, to, subscription: part.subscription, contents: [] as T[] };
    }),
  );
  for (const content of contents) {
    const slice = slices.find(({ to }) => content.createdMs < to) ?? slices.at(-1);
    slice?.contents.push(content);
  }
  return joined(slices);
}

function joined<T>(slices: readonly Slice<T>[]): Slice<T>[] {
  const result: Slice<T>[] = [];
  for (const slice of slices) {
    const last = result.at(-1);
    const count = (last?.contents.length ?? 0) + slice.contents.length;
    const isApart = last?.subscription !== slice.subscription || count > SLICE_CONTENTS_MAX;
    if (last === undefined || isApart) result.push(slice);
    else {
      const contents = [...last.contents, ...slice.contents];
      result[result.length - 1] = { ...last, to: slice.to, contents };
    }
  }
  return result;
}

function catchUp(window: Interval): PlannedWindow {
  return { from: window.from, to: window.to, kind: 'catch-up' };
}

/** At whole multiples of `ms`, so that a window that failed is the same one next time. */
function split({ from, to }: Interval, ms: number): Interval[] {
  const windows: Interval[] = [];
  for (let start = from; start < to; ) {
    const end = Math.min(to, (Math.floor(start / ms) + 1) * ms);
    windows.push({ from: start, to: end });
    start = end;
  }
  return windows;
}
