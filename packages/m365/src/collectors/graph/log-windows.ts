import type { Interval } from '@countersign/core';
import { LOG_WINDOW_MS } from './limits.ts';

/** The share of time that is read again, per repeated read. */
export function sharesOf({
  everyMs,
  backMs,
}: {
  readonly everyMs: number;
  readonly backMs: number;
}): number {
  return backMs / everyMs;
}

/** Splits at whole multiples, so that the same windows come again after a crash. */
export function split({ from, to }: Interval): Interval[] {
  const windows: Interval[] = [];
  for (let start = from; start < to; ) {
    const end = Math.min(to, (Math.floor(start / LOG_WINDOW_MS) + 1) * LOG_WINDOW_MS);
    windows.push({ from: start, to: end });
    start = end;
  }
  return windows;
}
