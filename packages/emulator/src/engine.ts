import { setImmediate as breathe } from 'node:timers/promises';
import type { Actor, Occurrence } from './core/feed-record.ts';
import type { ManualClock, RealTime, RunningClock } from './core/virtual-clock.ts';

/** The actor is asked for this much of its life at once. */
const STEP_MS = 60_000;
/** After so many happenings, requests get their turn. */
const HAPPENINGS_PER_TURN = 500;
/** How often a running tenant goes on, in real time. */
const TICK_MS = 20;

/** What passes as time does. */
export type Life = {
  readonly actor: Actor;
  /** In order of time. */
  readonly take: (happening: Occurrence) => void;
  /** All that happened before `nowMs` has been taken. Time that stands waits for what follows. */
  readonly passed: (nowMs: number) => Promise<void>;
};

/** Lets the tenants live, and never lets time run ahead of what they have done. */
export class Engine {
  readonly #life: Life;
  #madeMs: number;
  #turn: Promise<void> = Promise.resolve();

  constructor(life: Life, startMs: number) {
    this.#life = life;
    this.#madeMs = startMs;
  }

  /** Lives up to a moment before anybody watches; a running clock stands there meanwhile. */
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

  /** Moves a clock that stands still, with everything that happens meanwhile. */
  advance(clock: ManualClock, ms: number): Promise<void> {
    this.#turn = this.#turn.then(async () => {
      const toMs = clock.now() + ms;
      // In steps, so that whoever waits for a moment sees the tenant as it is then.
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
      // Time that runs waits for nobody who listens, however slow.
      void this.#life.passed(this.#madeMs);
      // A tenant that has fallen behind goes on as soon as requests have had their turn.
      if (clock.wanted() - this.#madeMs >= STEP_MS) await breathe();
      else await real.sleep(TICK_MS, signal).catch(() => undefined);
    }
  }

  async #make(toMs: number): Promise<void> {
    let count = 0;
    for (const happening of this.#life.actor.happenings(this.#madeMs, toMs)) {
      this.#life.take(happening);
      if (++count % HAPPENINGS_PER_TURN === 0) await breathe();
    }
    this.#madeMs = toMs;
  }
}
