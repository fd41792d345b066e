import type { VirtualClock } from './feed-record.ts';

/** The machine's own time. `wire.ts` alone makes one; all else takes it as an argument. */
export interface RealTime {
  /** Milliseconds from an arbitrary start; never steps back. */
  monotonicMs(): number;
  /** Resolves after `ms`; rejects when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** Faster than this, a second of a busy machine is a day of the tenant: nothing can follow. */
const SPEED_MAX = 1_000;
/** A machine that is behind by less of its own time than this follows. */
const FOLLOWS_MS = 250;
/** A timer of Node holds no more than 31 bits of milliseconds; an hour is well below. */
const SLEEP_MAX_MS = 3_600_000;

/**
 * Virtual time that runs `speed` times as fast as the machine's. It never runs past the horizon up
 * to which the tenant's life has been made: a population that is too large for the machine slows
 * time down instead of leaving holes.
 */
export class RunningClock implements VirtualClock {
  readonly #real: RealTime;
  readonly #speed: number;
  #virtualMs: number;
  #realMs: number;
  #horizonMs = Number.POSITIVE_INFINITY;

  constructor(options: { startMs: number; speed: number; real: RealTime }) {
    const { startMs, speed, real } = options;
    if (!(speed >= 1 && speed <= SPEED_MAX)) {
      throw new RangeError(`a speed of ${speed} cannot be run: give 1 to ${SPEED_MAX}`);
    }
    this.#real = real;
    this.#speed = speed;
    this.#virtualMs = startMs;
    this.#realMs = real.monotonicMs();
  }

  now(): number {
    return Math.min(this.wanted(), this.#horizonMs);
  }

  /** Where time would be if the machine were fast enough. */
  wanted(): number {
    return Math.floor(this.#virtualMs + (this.#real.monotonicMs() - this.#realMs) * this.#speed);
  }

  /**
   * Time may run up to here and no further. Time that was lost by waiting is not made up for,
   * unless it is so little that the next turn will: else each turn would take a bit of time away.
   */
  allow(horizonMs: number): void {
    if (this.wanted() > horizonMs + FOLLOWS_MS * this.#speed) {
      this.#virtualMs = this.#horizonMs;
      this.#realMs = this.#real.monotonicMs();
    }
    this.#horizonMs = horizonMs;
  }

  async until(atMs: number, signal?: AbortSignal): Promise<void> {
    for (let left = atMs - this.now(); left > 0; left = atMs - this.now()) {
      await this.#real.sleep(Math.min(SLEEP_MAX_MS, Math.max(1, left / this.#speed)), signal);
    }
  }
}

type Waiter = { readonly atMs: number; readonly resolve: () => void };

/** Virtual time that stands still until a test moves it. */
export class ManualClock implements VirtualClock {
  #nowMs: number;
  readonly #waiters = new Set<Waiter>();

  constructor(startMs: number) {
    this.#nowMs = startMs;
  }

  now(): number {
    return this.#nowMs;
  }

  advance(ms: number): void {
    if (!(ms >= 0)) throw new RangeError('time passes forwards only');
    this.#nowMs += ms;
    const due = [...this.#waiters].filter((waiter) => waiter.atMs <= this.#nowMs);
    for (const waiter of due.sort((a, b) => a.atMs - b.atMs)) {
      this.#waiters.delete(waiter);
      waiter.resolve();
    }
  }

  until(atMs: number, signal?: AbortSignal): Promise<void> {
    if (atMs <= this.#nowMs) return Promise.resolve();
    return new Promise((resolve, reject) => {
      const stop = (): void => {
        this.#waiters.delete(waiter);
        reject(signal?.reason as Error);
      };
      const waiter: Waiter = {
        atMs,
        resolve: () => {
          signal?.removeEventListener('abort', stop);
          resolve();
        },
      };
      if (signal?.aborted === true) return stop();
      signal?.addEventListener('abort', stop, { once: true });
      this.#waiters.add(waiter);
    });
  }
}
