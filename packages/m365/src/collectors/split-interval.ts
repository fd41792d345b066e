import type { Interval } from '@countersign/core';

/** Splits at whole multiples of `ms`, so that an interrupted window is the same one next time. */
export function splitInterval({ from, to }: Interval, ms: number): Interval[] {
  const windows: Interval[] = [];
  for (let start = from; start < to; ) {
    const end = Math.min(to, (Math.floor(start / ms) + 1) * ms);
    windows.push({ from: start, to: end });
    start = end;
  }
  return windows;
}
