import type { VirtualClock } from './feed-record.ts';

/** The machine's time. Only `wire.ts` creates one; all other code gets it as an argument. */
export interface RealTime {
  /** Milliseconds from an arbitrary start. Never decreases. */
  monotonicMs(): number;
  /** Resolves after `ms`. Rejects when the signal aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

/** At a higher speed a second of a busy machine is a simulated day, which no machine can follow. */
const SPEED_MAX = 1_000;
/** A machine that lags by less than this keeps up. */
const FOLLOWS_MS = 250;
/** Node's timers hold 31 bits of milliseconds; an hour is well below. */
const SLEEP_MAX_MS = 3_600_000;

/**
 * Virtual time at `speed` times the machine's.
 *
 * It never passes the horizon of the simulation. A population that is too large for the machine
 * slows time down instead of leaving holes.
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
      throw new RangeError(`could not run at speed ${speed}: give 1 to ${SPEED_MAX}`);
    }
    this.#real = real;
    this.#speed = speed;
    this.#virtualMs = startMs;
    this.#realMs = real.monotonicMs();
  }

  now(): number {
    return Math.min(this.wanted(), this.#horizonMs);
  }

  /** The time if the machine were fast enough. */
  wanted(): number {
    return Math.floor(this.#virtualMs + (this.#real.monotonicMs() - this.#realMs) * this.#speed);
  }

  /**
   * Lets time run up to a horizon. Lost time is not made up for, except amounts that the next turn
   * covers; otherwise each turn would lose a little.
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

/** Virtual time that only a test advances. */
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
    if (!(ms >= 0)) throw new RangeError('time only moves forward');
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
