/** Waiting requests per caller: one second at the usual pace. */
export const WAITING_PER_CALLER_MAX = 4096;

/** About a millisecond of work. MUST NOT throw. */
export type Step = () => 'more' | 'done';

/**
 * A fair scheduler: each caller has a queue, and the queues take turns step by step.
 *
 * A flood waits in its own queue. A batch of ten thousand steps alternates with the steps of
 * others.
 */
export class FairQueue {
  readonly #queues = new Map<string, Step[]>();
  readonly #yieldTurn: (run: () => void) => void;
  readonly #nowMs: () => number;
  readonly #turnMs: number;
  #isRunning = false;

  /**
   * `yieldTurn`: lets the event loop serve sockets, then runs its argument. `nowMs`: a monotonic
   * clock.
   */
  constructor(options: {
    readonly yieldTurn: (run: () => void) => void;
    readonly nowMs: () => number;
    readonly turnMs: number;
  }) {
    this.#yieldTurn = options.yieldTurn;
    this.#nowMs = options.nowMs;
    this.#turnMs = options.turnMs;
  }

  /** `full`: this caller has too much waiting. Only this caller has to retry. */
  offer(caller: string, step: Step): 'taken' | 'full' {
    const queue = this.#queues.get(caller) ?? [];
    if (queue.length >= WAITING_PER_CALLER_MAX) return 'full';
    queue.push(step);
    this.#queues.set(caller, queue);
    if (!this.#isRunning) {
      this.#isRunning = true;
      this.#yieldTurn(() => this.#run());
    }
    return 'taken';
  }

  #run(): void {
    const endMs = this.#nowMs() + this.#turnMs;
    do {
      const [next] = this.#queues;
      if (next === undefined) break;
      const [caller, queue] = next;
      // Requeue at the end, so that the next turn begins with another caller.
      this.#queues.delete(caller);
      const step = queue[0] as Step;
      if (step() === 'done') queue.shift();
      if (queue.length > 0) this.#queues.set(caller, queue);
    } while (this.#nowMs() < endMs);
    this.#isRunning = this.#queues.size > 0;
    if (this.#isRunning) this.#yieldTurn(() => this.#run());
  }
}
