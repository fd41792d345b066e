import { Worker } from 'node:worker_threads';
import type { FromWorker, ToWorker, WorkerSetup } from './messages.ts';
import { PipelineError } from './errors.ts';

type Waiting = {
  resolve(message: FromWorker): void;
  reject(error: unknown): void;
};

/**
 * One worker thread, asked in order and answering in order. A worker that dies takes the import
 * with it: what it held was never committed, so the next run reads it again.
 */
export class WorkerLane {
  readonly #worker: Worker;
  readonly #waiting: Waiting[] = [];
  #failure: unknown;
  #outstanding = 0;

  constructor(setup: WorkerSetup) {
    this.#worker = new Worker(workerUrl(), { workerData: setup });
    this.#worker.on('message', (message: FromWorker) => this.#answer(message));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', (code) => {
      if (code !== 0) this.#fail(new PipelineError('WORKER_DIED', `a worker ended with code ${code}`));
    });
  }

  /** Questions that have no answer yet: the measure by which the next chunk chooses a lane. */
  get outstanding(): number {
    return this.#outstanding;
  }

  ask(message: ToWorker, transfer: ArrayBuffer[] = []): Promise<FromWorker> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure as Error);
    this.#outstanding += 1;
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject });
      this.#worker.postMessage(message, transfer);
    });
  }

  async stop(): Promise<void> {
    await this.#worker.terminate();
  }

  #answer(message: FromWorker): void {
    if (message.kind === 'failed') {
      this.#fail(message.error);
      return;
    }
    this.#outstanding -= 1;
    this.#waiting.shift()?.resolve(message);
  }

  #fail(error: unknown): void {
    this.#failure = error;
    for (const waiting of this.#waiting.splice(0)) waiting.reject(error);
  }
}

/** The compiled package holds `worker.js`, a clone holds `worker.ts`. */
function workerUrl(): URL {
  const extension = import.meta.url.endsWith('.ts') ? 'ts' : 'js';
  return new URL(`./worker.${extension}`, import.meta.url);
}
