import { messageOf, ThreadMonitor } from '@countersign/core';
import { aborted } from '../runtime/breaking.ts';
import { ApiThread, type ApiThreadOptions } from './api-thread.ts';

/** A thread that fails again at once must not occupy a core with its starts. */
const RESTART_MS = 1000;

export type ApiServiceOptions = Omit<ApiThreadOptions, 'monitor'>;

/**
 * Keeps the HTTP interface open. Its thread may fail under a question that it cannot bear: then
 * only the interface starts again, and decisions, collection and the ledger go on.
 */
export class ApiService {
  readonly #options: ApiServiceOptions;
  #thread: ApiThread;

  /** Rejects if the listener cannot be opened. */
  static async open(options: ApiServiceOptions): Promise<ApiService> {
    return new ApiService(options, await start(options));
  }

  private constructor(options: ApiServiceOptions, thread: ApiThread) {
    // Clients know the port that the system assigned, so a new thread takes the same.
    const listen = { ...options.setup.listen, port: Number(new URL(thread.url).port) };
    this.#options = { ...options, setup: { ...options.setup, listen } };
    this.#thread = thread;
  }

  get url(): string {
    return this.#thread.url;
  }

  /** Starts the thread again whenever it fails, until the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      const failure = await Promise.race([this.#thread.failed, aborted(signal)]);
      if (failure === undefined) return;
      await this.#thread.close();
      await this.#restart(failure, signal);
    }
  }

  async close(): Promise<void> {
    await this.#thread.close();
  }

  async #restart(failure: Error, signal: AbortSignal): Promise<void> {
    let because = messageOf(failure);
    while (!signal.aborted) {
      this.#options.tell({ event: 'problem', collector: 'http', because });
      await pause(RESTART_MS, signal);
      if (signal.aborted) return;
      try {
        this.#thread = await start(this.#options);
        return;
      } catch (error) {
        because = messageOf(error);
      }
    }
  }
}

/** Each thread has its own monitor, because its end must not end the process. */
function start(options: ApiServiceOptions): Promise<ApiThread> {
  return ApiThread.open({ ...options, monitor: new ThreadMonitor() });
}

async function pause(ms: number, signal: AbortSignal): Promise<void> {
  const over = Promise.withResolvers<void>();
  const timer = setTimeout(over.resolve, ms);
  await Promise.race([over.promise, aborted(signal)]);
  clearTimeout(timer);
}
