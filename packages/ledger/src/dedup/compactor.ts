import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RequestThread, type ThreadFailure, type ThreadMonitor } from '@countersign/core';
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

/** Works in its own thread, which starts with the first job. */
export class WorkerCompactor implements Compactor {
  readonly #monitor: ThreadMonitor;
  #thread: RequestThread<Job, JobResult> | undefined;

  constructor(monitor: ThreadMonitor) {
    this.#monitor = monitor;
  }

  run(job: Job): Promise<JobResult> {
    this.#thread ??= startCompactor(this.#monitor);
    return this.#thread.ask(job);
  }

  async close(): Promise<void> {
    await this.#thread?.close();
  }
}

function startCompactor(monitor: ThreadMonitor): RequestThread<Job, JobResult> {
  // The published package contains this file and the worker file as compiled JavaScript.
  const extension = extname(fileURLToPath(import.meta.url));
  const file = new URL(`./compactor-worker${extension}`, import.meta.url);
  const errorOf = ({ message, code }: ThreadFailure): Error =>
    Object.assign(new Error(message), { code });
  return new RequestThread({ name: 'fingerprint', file, setup: undefined, monitor, errorOf });
}
