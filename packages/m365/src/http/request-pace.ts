import { assert, type Clock } from '@countersign/core';
import type { Sleep } from './wait.ts';

/** The number of requests that a service allows one client. */
export type Allowance = { readonly requests: number; readonly perMs: number };

/** This share of the allowance may come at once. The rest is spread, so that no minute has more. */
const BURST_SHARE = 0.1;

/** After throttling, the rate is halved, and grows back over this long. */
const RECOVERY_MS = 120_000;

/**
 * Even under constant throttling, a client keeps trying at this rate, to notice when it may
 * continue.
 */
const SHARE_MIN = 1 / 64;

/**
 * Spreads requests to avoid throttling, and slows down when throttled. One instance per shared
 * allowance. In any window of `perMs`, at most `requests` pass.
 */
export class RequestPace {
  readonly #clock: Clock;
  readonly #wait: Sleep;
  readonly #allowance: Allowance;
  readonly #burst: number;
  #tokens: number;
  #filledMs: number;
  /** The share of the allowance that is used, 0 to 1. */
  #share = 1;
  #turn: Promise<void> = Promise.resolve();
  #counts: { minute: number; count: number }[] = [];

  constructor(options: { clock: Clock; wait: Sleep; allowance: Allowance }) {
    const { requests, perMs } = options.allowance;
    assert(requests > 0 && perMs > 0, 'an allowance lets something through');
    this.#clock = options.clock;
    this.#wait = options.wait;
    this.#allowance = options.allowance;
    this.#burst = Math.max(1, requests * BURST_SHARE);
    this.#tokens = this.#burst;
    this.#filledMs = options.clock.monotonic();
  }

  /** The current rate in requests per minute. */
  get perMinute(): number {
    return this.#perMs() * 60_000;
  }

  /** The rate in requests per minute without throttling. */
  get allowedPerMinute(): number {
    return (this.#allowance.requests / this.#allowance.perMs) * 60_000;
  }

  /** Requests in the last minute. */
  get usedPerMinute(): number {
    const minute = this.#minute();
    return this.#counts
      .filter((each) => each.minute >= minute - 1)
      .reduce((most, { count }) => Math.max(most, count), 0);
  }

  /** Resolves when the next request may go, in call order. */
  take(signal?: AbortSignal): Promise<void> {
    const mine = this.#turn.then(() => this.#takeNext(signal));
    this.#turn = mine.catch(() => {});
    return mine;
  }

  /** The service reported throttling. */
  throttled(): void {
    this.#fill();
    this.#share = Math.max(SHARE_MIN, this.#share / 2);
    this.#tokens = Math.min(this.#tokens, 0);
  }

  async #takeNext(signal: AbortSignal | undefined): Promise<void> {
    this.#fill();
    while (this.#tokens < 1) {
      await this.#wait(Math.ceil((1 - this.#tokens) / this.#perMs()), signal);
      this.#fill();
    }
    this.#tokens -= 1;
    this.#count();
  }

  #fill(): void {
    const nowMs = this.#clock.monotonic();
    const passedMs = Math.max(0, nowMs - this.#filledMs);
    this.#filledMs = nowMs;
    this.#tokens = Math.min(this.#burst, this.#tokens + passedMs * this.#perMs());
    this.#share = Math.min(1, this.#share + passedMs / RECOVERY_MS);
  }

  #perMs(): number {
    const { requests, perMs } = this.#allowance;
    return Math.max((requests * (1 - BURST_SHARE)) / perMs, Number.EPSILON) * this.#share;
  }

  #count(): void {
    const minute = this.#minute();
    const last = this.#counts.at(-1);
    if (last?.minute === minute) last.count += 1;
    else this.#counts = [...this.#counts.slice(-1), { minute, count: 1 }];
  }

  #minute(): number {
    return Math.floor(this.#clock.monotonic() / 60_000);
  }
}
