import { CALLS_MAX, CALLS_OF_CALLER_MAX } from './limits.ts';

/** Counts running calls, so that no caller takes the machine from the others. */
export class CallSlots {
  readonly #running = new Map<string, number>();
  #all = 0;

  /** Undefined if too many calls run. MUST be disposed when the call has really ended. */
  take(who: string): Disposable | undefined {
    const own = this.#running.get(who) ?? 0;
    if (own >= CALLS_OF_CALLER_MAX || this.#all >= CALLS_MAX) return undefined;
    this.#running.set(who, own + 1);
    this.#all += 1;
    return {
      [Symbol.dispose]: () => {
        this.#all -= 1;
        const left = (this.#running.get(who) ?? 1) - 1;
        if (left === 0) this.#running.delete(who);
        else this.#running.set(who, left);
      },
    };
  }
}
