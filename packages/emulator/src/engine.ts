import { setImmediate as breathe } from 'node:timers/promises';
import type { Actor, Occurrence } from './core/feed-record.ts';
import type { ManualClock, RealTime, RunningClock } from './core/virtual-clock.ts';

/** Virtual time that an actor simulates per call. */
const STEP_MS = 60_000;
/** Occurrences before requests get a turn. */
const HAPPENINGS_PER_TURN = 500;
/** Interval of a running simulation in real time. */
const TICK_MS = 20;

/** Callbacks of the simulation. */
export type Life = {
  readonly actor: Actor;
  /** In time order. */
  readonly take: (happening: Occurrence) => void | Promise<void>;
  /** All occurrences before `nowMs` were taken. A manual clock waits for it to resolve. */
  readonly passed: (nowMs: number) => Promise<void>;
};

/** Simulates the tenants, and never lets time run ahead of the simulation. */
export class Engine {
  readonly #life: Life;
  #madeMs: number;
  #turn: Promise<void> = Promise.resolve();

  constructor(life: Life, startMs: number) {
    this.#life = life;
    this.#madeMs = startMs;
  }

  /** Simulates up to a time before any client connects. A running clock is paused meanwhile. */
  async reach(
    clock: ManualClock | RunningClock,
    toMs: number,
    signal?: AbortSignal,
  ): Promise<void> {
    if (!('allow' in clock)) return this.advance(clock, toMs - clock.now());
    clock.allow(toMs);
    while (this.#madeMs < toMs) {
      signal?.throwIfAborted();
      await this.#make(Math.min(toMs, this.#madeMs + STEP_MS));
      await this.#life.passed(this.#madeMs);
    }
  }

  /** Advances a manual clock with everything that happens meanwhile. */
  advance(clock: ManualClock, ms: number): Promise<void> {
    this.#turn = this.#turn.then(async () => {
      const toMs = clock.now() + ms;
      // In steps, so that a waiter for a time sees the tenant as it is then.
      for (let atMs = clock.now(); atMs < toMs; ) {
        atMs = Math.min(toMs, atMs + STEP_MS);
        await this.#make(atMs);
        clock.advance(atMs - clock.now());
        await this.#life.passed(atMs);
        await breathe();
      }
    });
    return this.#turn;
  }

  /** Follows a running clock until the signal aborts. */
  async run(clock: RunningClock, real: RealTime, signal: AbortSignal): Promise<void> {
    clock.allow(this.#madeMs);
    while (!signal.aborted) {
      const toMs = Math.min(clock.wanted(), this.#madeMs + STEP_MS);
      if (toMs > this.#madeMs) await this.#make(toMs);
      clock.allow(this.#madeMs);
      // A running clock does not wait for slow listeners.
      void this.#life.passed(this.#madeMs);
      // A simulation that lags continues as soon as requests had a turn.
      if (clock.wanted() - this.#madeMs >= STEP_MS) await breathe();
      else await real.sleep(TICK_MS, signal).catch(() => undefined);
    }
  }

  async #make(toMs: number): Promise<void> {
    let count = 0;
    for (const happening of this.#life.actor.happenings(this.#madeMs, toMs)) {
      const taken = this.#life.take(happening);
      if (taken !== undefined) await taken;
      if (++count % HAPPENINGS_PER_TURN === 0) await breathe();
    }
    this.#madeMs = toMs;
  }
}
