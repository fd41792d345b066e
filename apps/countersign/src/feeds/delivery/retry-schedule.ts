import type { Random } from '@countersign/core';
import { BACKOFF_MAX_MS, BACKOFF_MIN_MS, JITTER_RATIO } from './limits.ts';

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;

/** How long a feed waits before each attempt, and when it gives up. */
export type RetrySchedule = {
  /** The wait after the first failure, the second, and so on. The last one repeats. */
  readonly delaysMs: readonly number[];
  /** Undefined: it never gives up. */
  readonly givesUpAfterMs: number | undefined;
};

/** Standard Webhooks 1.0.0, "Retry schedule": about 76 hours, then the endpoint is disabled. */
export const WEBHOOK_SCHEDULE: RetrySchedule = scheduleOf([
  ...[5 * SECOND_MS, 5 * MINUTE_MS, 30 * MINUTE_MS],
  ...[2, 5, 10, 14, 20, 24].map((hours) => hours * HOUR_MS),
]);

/** For receivers of the company itself: soon, then every few minutes, for as long as it takes. */
export const BACKOFF_SCHEDULE: RetrySchedule = {
  delaysMs: doublingsOf(BACKOFF_MIN_MS, BACKOFF_MAX_MS),
  givesUpAfterMs: undefined,
};

/** `failures`: failed attempts in a row, at least 1. Jitter spreads the load on a receiver. */
export function retryDelayMs(
  { delaysMs }: RetrySchedule,
  failures: number,
  random: Random,
): number {
  const delayMs = delaysMs[Math.min(failures, delaysMs.length) - 1] ?? 0;
  const [fraction = 0] = random.fill(new Uint8Array(1));
  return Math.round(delayMs * (1 + JITTER_RATIO * (fraction / 255)));
}

/**
 * Whether a feed has failed for the whole schedule. Both counts must agree: after a step of the
 * clock, the time alone would be wrong.
 */
export function isExhausted(
  { delaysMs, givesUpAfterMs }: RetrySchedule,
  { failures, failingMs }: { readonly failures: number; readonly failingMs: number },
): boolean {
  if (givesUpAfterMs === undefined) return false;
  return failures > delaysMs.length && failingMs >= givesUpAfterMs;
}

function scheduleOf(delaysMs: readonly number[]): RetrySchedule {
  return { delaysMs, givesUpAfterMs: delaysMs.reduce((sum, delayMs) => sum + delayMs, 0) };
}

function doublingsOf(from: number, to: number): number[] {
  const delays: number[] = [];
  for (let delayMs = from; delayMs < to; delayMs *= 2) delays.push(delayMs);
  return [...delays, to];
}
