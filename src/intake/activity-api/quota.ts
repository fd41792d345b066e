import { assert, instantOfMs } from '../../core/index.ts';
import { RETENTION_MS } from './limits.ts';

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
 * The arithmetic of the seven days (contracts 1.9 and 1.10). Content is fetched oldest first: with
 * less allowed than needed the frontier moves `allowed / needed` minutes in a minute, and loses
 * what it reaches when that is seven days old.
 */
export function quotaBudget(now: {
  readonly nowMs: number;
  readonly neededPerMinute: number;
  readonly allowedPerMinute: number;
  readonly backlogRequests: number;
  /** The oldest availability that is not fetched yet. */
  readonly oldestMs: number | undefined;
}): QuotaBudget {
  const { nowMs, neededPerMinute, allowedPerMinute, oldestMs = nowMs } = now;
  assert(allowedPerMinute > 0, 'something is allowed');
  const backlogRequests = Math.ceil(now.backlogRequests);
  const spare = allowedPerMinute - neededPerMinute;
  const isShort = spare <= 0;
  const catchUpMinutes = isShort ? null : backlogRequests / spare;
  const leftMs = Math.max(0, RETENTION_MS - (nowMs - oldestMs));
  const losesFrom = isShort ? nowMs + leftMs / (1 - allowedPerMinute / neededPerMinute) : undefined;
  const isLosing = catchUpMinutes !== null && catchUpMinutes * 60_000 > leftMs;
  const fromMs = losesFrom ?? (isLosing ? nowMs + leftMs : undefined);
  return {
    neededPerMinute,
    allowedPerMinute,
    headroom: neededPerMinute === 0 ? Infinity : allowedPerMinute / neededPerMinute - 1,
    backlogRequests,
    catchUpMinutes,
    losesFrom: fromMs === undefined ? null : (instantOfMs(fromMs) ?? null),
    state: isShort ? 'late: quota' : now.oldestMs !== undefined ? 'catching up' : 'keeping up',
  };
}

/** How many requests a minute of availability took, over the last windows of one content type. */
export class NeedMeter {
  readonly #windows: { readonly ms: number; readonly requests: number }[] = [];

  add(ms: number, requests: number): void {
    this.#windows.push({ ms, requests });
    let total = this.#windows.reduce((sum, each) => sum + each.ms, 0);
    while (this.#windows.length > 1 && total - (this.#windows[0]?.ms ?? 0) >= MEASURED_MS) {
      total -= this.#windows.shift()?.ms ?? 0;
    }
  }

  get perMinute(): number {
    const ms = this.#windows.reduce((sum, each) => sum + each.ms, 0);
    const requests = this.#windows.reduce((sum, each) => sum + each.requests, 0);
    return ms === 0 ? 0 : requests / (ms / 60_000);
  }
}

/** Two hours: a working day's peak is what the quota has to carry, not its mean. */
const MEASURED_MS = 2 * 3_600_000;
