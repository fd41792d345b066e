import { type Interval, type IntervalSet, intersect, subtract } from '@countersign/core';
import { splitInterval } from '../split-interval.ts';
import { NEWS_MS, OVERLAP_MS, SLICE_CONTENTS_MAX, SLICE_MS, WINDOW_MS_MAX } from './limits.ts';

/** A window to request. `sweep`: requested before; only late content is new in it. */
export type PlannedWindow = Interval & { readonly kind: 'news' | 'catch-up' | 'sweep' };

/**
 * Plans the windows to request in `[horizonMs, nowMs)`. New content comes first, because people may
 * be waiting for it. Missing content follows, oldest first, because it expires first.
 */
export function planWindows(
  settled: IntervalSet,
  { horizonMs, nowMs }: { readonly horizonMs: number; readonly nowMs: number },
): PlannedWindow[] {
  const gaps = subtract([{ from: horizonMs, to: nowMs }], settled);
  const windows = gaps.flatMap((gap) => splitInterval(gap, WINDOW_MS_MAX));
  const last = gaps.at(-1);
  if (last === undefined || last.to < nowMs) return windows.map(catchUp);
  const newsMs = Math.max(last.from, nowMs - NEWS_MS);
  const from = Math.max(horizonMs, newsMs - OVERLAP_MS);
  const before = windows.flatMap((each) => subtract([each], [{ from, to: nowMs }]));
  return [{ from, to: nowMs, kind: 'news' }, ...before.map(catchUp)];
}

/** Plans the whole range again. */
export function sweepWindows(whole: Interval): PlannedWindow[] {
  return splitInterval(whole, WINDOW_MS_MAX).map((each) => ({ ...each, kind: 'sweep' }));
}

/** A part of a window with the content that became available in it. */
export type Slice<T> = Interval & {
  /** Whether a subscription existed. */
  readonly subscription: 'was on' | 'was off';
  readonly contents: readonly T[];
};

/**
 * Splits a window where the subscription was switched off or on, because the two parts have
 * different coverage. A window with much content is also split by the hour, so that a crash costs
 * at most an hour's requests. Hours with little content stay together: each end of a slice waits
 * for the disk. Slices cover the window; content with a time outside goes to the nearest.
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
    (isLarge ? splitInterval(part, SLICE_MS) : [part]).map(({ from, to }) => {
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
