/** Requests of one caller that wait for their turn: a second of them at the usual pace. */
export const WAITING_PER_CALLER_MAX = 4096;

/** A piece of work of about a millisecond or less. MUST NOT throw. */
export type Step = () => 'more' | 'done';

/**
 * One thread, many callers: each caller has a queue, and the queues take turns step by step. A
 * flood waits in its own queue, and a batch of ten thousand is as many steps as it needs, with
 * everybody else's in between.
 */
export class FairQueue {
  readonly #queues = new Map<string, Step[]>();
  readonly #yieldTurn: (run: () => void) => void;
  readonly #stepsPerTurn: number;
  #isRunning = false;

  /** `yieldTurn`: lets the process read and write sockets, and then runs what it was given. */
  constructor(options: {
    readonly yieldTurn: (run: () => void) => void;
    readonly stepsPerTurn: number;
  }) {
    this.#yieldTurn = options.yieldTurn;
    this.#stepsPerTurn = options.stepsPerTurn;
  }

  /** `full`: this caller has too much waiting; it alone is to try again later. */
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
    for (let steps = 0; steps < this.#stepsPerTurn; steps++) {
      const [next] = this.#queues;
      if (next === undefined) break;
      const [caller, queue] = next;
      // To the end of the line, so that no turn begins with the same caller again.
      this.#queues.delete(caller);
      const step = queue[0] as Step;
      if (step() === 'done') queue.shift();
      if (queue.length > 0) this.#queues.set(caller, queue);
    }
    this.#isRunning = this.#queues.size > 0;
    if (this.#isRunning) this.#yieldTurn(() => this.#run());
  }
}
