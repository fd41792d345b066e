import { assert, instantOfMs, plural } from '@countersign/core';

/** Whether the service's quota is large enough for the tenant's content. */
export type QuotaBudget = {
  /** Requests per minute needed to keep up, measured over the last windows. */
  readonly neededPerMinute: number;
  readonly allowedPerMinute: number;
  /** `allowed / needed - 1`: 1 is twice the need, below 0 is too little. */
  readonly headroom: number;
  /** Requests for content that was not fetched yet, listed or not. */
  readonly backlogRequests: number;
  /** Minutes until the backlog is empty; null: never, at this rate. */
  readonly catchUpMinutes: number | null;
  /** When content starts to expire unfetched; null: never, at this rate. */
  readonly losesFrom: string | null;
  readonly state: 'keeping up' | 'catching up' | 'late: quota';
};

/**
 * Computes what expires. New content is fetched first, because people may be waiting for it. The
 * rest of the allowance goes to the backlog, oldest first. So the age of the oldest missing content
 * grows by a minute per minute, minus what the rest fetches. With less than twice the need, it may
 * expire although the backlog shrinks.
 */
export function quotaBudget(now: {
  readonly nowMs: number;
  readonly neededPerMinute: number;
  readonly allowedPerMinute: number;
  readonly backlogRequests: number;
  /** The oldest availability that was not fetched yet. */
  readonly oldestMs: number | undefined;
  /** How long the service keeps it. */
  readonly retentionMs: number;
}): QuotaBudget {
  const { nowMs, neededPerMinute, allowedPerMinute, retentionMs, oldestMs = nowMs } = now;
  assert(allowedPerMinute > 0, 'something is allowed');
  const backlogRequests = Math.ceil(now.backlogRequests);
  const spare = allowedPerMinute - neededPerMinute;
  const isShort = spare <= 0;
  const catchUpMinutes = isShort ? null : backlogRequests / spare;
  const leftMs = Math.max(0, retentionMs - (nowMs - oldestMs));
  // How much a minute of the allowance reduces the age of the oldest content.
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

/** One sentence, which becomes the reason of late coverage. */
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

/** The requests needed per minute of availability, over the last windows of one content type. */
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
   * The recent period with the highest demand. The quota must handle a peak. The empty days of a
   * first start are windows too, and must not lower it.
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

/** How far back it measures, except for a longer window. */
const MEASURED_MS = 2 * 3_600_000;
/** In a shorter period, one full blob looks like a peak. */
const STRETCH_MS = 15 * 60_000;
