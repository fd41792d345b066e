import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import type { Disk } from '../disk/disk.ts';
import { type Job, type JobResult, performJob } from './merge-runs.ts';

/** Does the work that would delay the writer. `run` MAY be called during another job. */
export interface Compactor {
  run(job: Job): Promise<JobResult>;
  /** Stops at once. Unfinished jobs reject, and leave at most a temporary file. */
  close(): Promise<void>;
}

/** Works on the calling thread, in slices; for tests and small jobs. */
export class InlineCompactor implements Compactor {
  readonly #files: Disk;

  constructor(files: Disk) {
    this.#files = files;
  }

  run(job: Job): Promise<JobResult> {
    return performJob(this.#files, job);
  }

  async close(): Promise<void> {}
}

export type WorkerRequest = { readonly id: number; readonly job: Job };
export type WorkerReply =
  | { readonly id: number; readonly kind: 'result'; readonly result: JobResult }
  | { readonly id: number; readonly kind: 'failed'; readonly error: unknown };

type PendingJob = { resolve: (result: JobResult) => void; reject: (error: unknown) => void };

/**
 * Works in its own thread. The thread starts with the first job and never keeps the process alive.
 */
export class WorkerCompactor implements Compactor {
  #worker: Worker | undefined;
  readonly #waiting = new Map<number, PendingJob>();
  #nextId = 0;

  run(job: Job): Promise<JobResult> {
    this.#worker ??= this.#start();
    const worker = this.#worker;
    const id = this.#nextId++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      worker.ref();
      worker.postMessage({ id, job } satisfies WorkerRequest);
    });
  }

  async close(): Promise<void> {
    const worker = this.#worker;
    this.#worker = undefined;
    await worker?.terminate();
    this.#rejectAll(new Error('the fingerprint index was closed'));
  }

  #start(): Worker {
    // The published package contains this file and the worker file as compiled JavaScript.
    const extension = extname(fileURLToPath(import.meta.url));
    const worker = new Worker(new URL(`./compactor-worker${extension}`, import.meta.url));
    worker.on('message', (reply: WorkerReply) => this.#settle(reply));
    worker.on('error', (error) => this.#rejectAll(error));
    worker.on('exit', () => {
      this.#rejectAll(new Error('the worker of the fingerprint index ended'));
      if (this.#worker === worker) this.#worker = undefined;
    });
    worker.unref();
    return worker;
  }

  #settle(reply: WorkerReply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (this.#waiting.size === 0) this.#worker?.unref();
    if (reply.kind === 'result') waiting?.resolve(reply.result);
    else waiting?.reject(reply.error);
  }

  #rejectAll(error: unknown): void {
    for (const waiting of this.#waiting.values()) waiting.reject(error);
    this.#waiting.clear();
  }
}
