/** What the monitor needs of a thread. */
export type MonitoredThread = {
  readonly name: string;
  /** Increases while the event loop of the thread turns; 0 until its files are loaded. */
  readonly turns: number;
  /** Ends the thread, and rejects what waits for it. */
  readonly endSilent: (silentMs: number) => void;
};

/** A thread whose event loop does not turn. */
export type SilentThread = { readonly name: string; readonly silentMs: number };

type Pulse = { turns: number; silentTicks: number };

const TICK_MS = 500;

/** A transaction or a rule may occupy a thread for some seconds, but not for this long. */
const SILENT_TICKS = 40;

/** No work of one turn takes so long. A stalled disk may, and then waiting longer helps no one. */
const SILENT_TICKS_MAX = 120;

/** A service must end within 5 s of a signal. What the thread did not finish is repeated. */
const SILENT_TICKS_STOPPING_MAX = 6;

/**
 * The threads of one process. Ends each thread whose event loop no longer turns: what waits for it
 * would wait forever.
 *
 * Counts ticks of this thread instead of reading a clock. A process that was suspended, or whose
 * own event loop was busy, finds no silence.
 */
export class ThreadMonitor {
  readonly #threads = new Map<MonitoredThread, Pulse>();
  /** Resolves with the error of the first thread that ended without being asked to. */
  readonly failed: Promise<Error>;
  #resolveFailed: (error: Error) => void = () => {};
  #failure: Error | undefined;
  #ticksMax = SILENT_TICKS_MAX;
  #timer: NodeJS.Timeout | undefined;

  constructor() {
    this.failed = new Promise((resolve) => {
      this.#resolveFailed = resolve;
    });
  }

  /** The error of the first thread that ended without being asked to. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** The threads that have not answered for 20 s. */
  get silent(): readonly SilentThread[] {
    return [...this.#threads]
      .filter(([, { silentTicks }]) => silentTicks >= SILENT_TICKS)
      .map(([{ name }, { silentTicks }]) => ({ name, silentMs: silentTicks * TICK_MS }));
  }

  add(thread: MonitoredThread): void {
    this.#threads.set(thread, { turns: 0, silentTicks: 0 });
    this.#timer ??= setInterval(() => this.#tick(), TICK_MS).unref();
  }

  /** `failure`: undefined if the owner of the thread ended it. */
  remove(thread: MonitoredThread, failure?: Error): void {
    this.#threads.delete(thread);
    if (this.#threads.size === 0) {
      clearInterval(this.#timer);
      this.#timer = undefined;
    }
    if (failure === undefined) return;
    this.#failure ??= failure;
    this.#resolveFailed(failure);
  }

  /** The process is stopping: waits for no thread longer than 3 s from the first call on. */
  hurry(): void {
    if (this.#ticksMax === SILENT_TICKS_STOPPING_MAX) return;
    this.#ticksMax = SILENT_TICKS_STOPPING_MAX;
    for (const pulse of this.#threads.values()) pulse.silentTicks = 0;
  }

  #tick(): void {
    for (const [thread, pulse] of this.#threads) {
      const { turns } = thread;
      pulse.silentTicks = turns === pulse.turns ? pulse.silentTicks + 1 : 0;
      pulse.turns = turns;
      // Loading files takes seconds on a busy machine, and nothing is lost meanwhile.
      const ticksMax = turns === 0 ? SILENT_TICKS_MAX : this.#ticksMax;
      if (pulse.silentTicks >= ticksMax) thread.endSilent(pulse.silentTicks * TICK_MS);
    }
  }
}
