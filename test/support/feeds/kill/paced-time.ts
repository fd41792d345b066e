import { setTimeout as pause } from 'node:timers/promises';
import type { ManualClock } from '@countersign/core';
import type { Sleep } from '@countersign/m365';

/**
 * Virtual time passes in steps, so that real connections, which take real milliseconds, do not take
 * hours of it.
 */
const STEP_MS = 1000;
const STEP_EVERY_MS = 1;

type Waiter = { readonly atMs: number; readonly resolve: () => void };

/** Time of a manual clock, for waits beside real sockets. */
export class PacedTime {
  readonly #clock: ManualClock;
  readonly #waiters = new Set<Waiter>();
  #isStopped = false;

  constructor(clock: ManualClock) {
    this.#clock = clock;
  }

  readonly wait: Sleep = async (ms, signal) => {
    signal?.throwIfAborted();
    if (this.#isStopped) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const waiter = { atMs: this.#clock.monotonic() + ms, resolve };
    this.#waiters.add(waiter);
    signal?.addEventListener('abort', resolve as () => void, { once: true });
    await promise;
    this.#waiters.delete(waiter);
    signal?.removeEventListener('abort', resolve as () => void);
    signal?.throwIfAborted();
  };

  /** Lets time pass until then. */
  async until(isDone: () => boolean): Promise<void> {
    while (!isDone()) {
      if (this.#isStopped) throw new Error('what runs in this time has ended');
      await pause(STEP_EVERY_MS);
      this.#clock.advance(STEP_MS);
      for (const { atMs, resolve } of this.#waiters) {
        if (atMs <= this.#clock.monotonic()) resolve();
      }
    }
  }

  /** Every wait ends, and none begins. */
  stop(): void {
    this.#isStopped = true;
    for (const { resolve } of this.#waiters) resolve();
  }
}
