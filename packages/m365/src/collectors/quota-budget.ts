import { assert, instantOfMs, plural } from '@countersign/core';

/** Whether what the tenant makes fits through what the service lets us ask. */
export type QuotaBudget = {
  /** Requests a minute that it takes to keep up, as the last windows went. */
  readonly neededPerMinute: number;
  readonly allowedPerMinute: number;
  /** `allowed / needed - 1`: 1 is twice what is needed, below 0 is too little. */
  readonly headroom: number;
  /** Requests for what is listed or to be listed, and not fetched yet. */
  readonly backlogRequests: number;
  /** Until nothing is behind; null: never, at this rate. */
  readonly catchUpMinutes: number | null;
  /** From when on content expires before it is fetched; null: not, at this rate. */
  readonly losesFrom: string | null;
  readonly state: 'keeping up' | 'catching up' | 'late: quota';
};

/**
 * The arithmetic of what expires (contracts 1.9 and 1.10). News is fetched first, since somebody
 * waits for it; what is left of the allowance goes to what is behind, oldest first. So the oldest
 * that is missing grows older by a minute each minute, less what the rest catches up with: with
 * less than twice what is needed it may expire although the backlog shrinks.
 */
export function quotaBudget(now: {
  readonly nowMs: number;
  readonly neededPerMinute: number;
  readonly allowedPerMinute: number;
  readonly backlogRequests: number;
  /** The oldest availability that is not fetched yet. */
  readonly oldestMs: number | undefined;
  /** For how long the service keeps it. */
  readonly retentionMs: number;
}): QuotaBudget {
  const { nowMs, neededPerMinute, allowedPerMinute, retentionMs, oldestMs = nowMs } = now;
  assert(allowedPerMinute > 0, 'something is allowed');
  const backlogRequests = Math.ceil(now.backlogRequests);
  const spare = allowedPerMinute - neededPerMinute;
  const isShort = spare <= 0;
  const catchUpMinutes = isShort ? null : backlogRequests / spare;
  const leftMs = Math.max(0, retentionMs - (nowMs - oldestMs));
  // What a minute of the allowance takes off the age of the oldest.
  const pace = isShort || neededPerMinute === 0 ? 0 : spare / neededPerMinute;
  const expiresInMs = pace >= 1 ? Infinity : leftMs / (1 - pace);
  const isLosing = catchUpMinutes === null || catchUpMinutes * 60_000 > expiresInMs;
  const isBehind = now.oldestMs !== undefined && backlogRequests > 0;
  return {
    neededPerMinute,
    allowedPerMinute,
    headroom: neededPerMinute === 0 ? Infinity : allowedPerMinute / neededPerMinute - 1,
    backlogRequests,
    catchUpMinutes,
    losesFrom: isLosing ? (instantOfMs(nowMs + expiresInMs) ?? null) : null,
    state: isShort ? 'late: quota' : isBehind ? 'catching up' : 'keeping up',
  };
}

/** One sentence, which becomes the reason of what is late. */
export function quotaText(budget: QuotaBudget): string {
  const { neededPerMinute, allowedPerMinute, headroom, catchUpMinutes, losesFrom } = budget;
  const needed = plural(Math.ceil(neededPerMinute), 'request');
  const caught =
    catchUpMinutes === null
      ? 'it cannot be caught up with'
      : `it takes ${plural(Math.ceil(catchUpMinutes), 'minute')} to catch up`;
  const lost = losesFrom === null ? '' : `, and content expires unread from ${losesFrom} on`;
  return (
    `${needed} a minute are needed and ${Math.floor(allowedPerMinute)} are ` +
    `allowed (headroom ${Math.floor(headroom * 100)} %): ${caught}${lost}`
  );
}

/** How many requests a minute of availability took, over the last windows of one content type. */
export class RequestDemandMeter {
  readonly #windows: { readonly ms: number; readonly requests: number }[] = [];

  add(ms: number, requests: number): void {
    this.#windows.push({ ms, requests });
    let total = this.#windows.reduce((sum, each) => sum + each.ms, 0);
    while (this.#windows.length > 1 && total - (this.#windows[0]?.ms ?? 0) >= MEASURED_MS) {
      total -= this.#windows.shift()?.ms ?? 0;
    }
  }

  /**
   * Of the stretches that end now the one that took most: the quota has to carry a peak, and the
   * empty days of a first start, which are windows too, must not thin it.
   */
  get perMinute(): number {
    let [ms, requests, most] = [0, 0, 0];
    for (const each of this.#windows.toReversed()) {
      ms += each.ms;
      requests += each.requests;
      if (ms >= STRETCH_MS) most = Math.max(most, requests / (ms / 60_000));
    }
    return ms < STRETCH_MS && ms > 0 ? requests / (ms / 60_000) : most;
  }
}

/** How far back is looked at, but for a window that is longer. */
const MEASURED_MS = 2 * 3_600_000;
/** Within less, one full blob looks like a peak. */
const STRETCH_MS = 15 * 60_000;
