import { Worker } from 'node:worker_threads';
import { IngestError } from '../errors.ts';
import type {
  FlushedDone,
  FromWorker,
  MergedDone,
  PreparedDone,
  ReadDone,
  ToWorker,
  WorkerSetup,
} from './worker-messages.ts';

type PendingReply = {
  resolve(message: FromWorker): void;
  reject(error: unknown): void;
};

type AnswerTo = {
  read: ReadDone;
  prepare: PreparedDone;
  merge: MergedDone;
  flush: FlushedDone;
};

/**
 * One worker thread with ordered questions and answers. A worker that dies ends the import: its
 * chunks were never committed, so the next run reads them again.
 */
export class WorkerHandle {
  readonly #worker: Worker;
  readonly #waiting: PendingReply[] = [];
  #failure: unknown;

  constructor(setup: WorkerSetup) {
    this.#worker = new Worker(workerUrl(), { workerData: setup, resourceLimits: WORKER_LIMITS });
    this.#worker.on('message', (message: FromWorker) => this.#answer(message));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', (code) => {
      this.#fail(new IngestError('WORKER_DIED', `a worker thread ended early, with code ${code}`));
    });
  }

  /** Unanswered questions: the next chunk goes to the worker with the fewest. */
  get outstanding(): number {
    return this.#waiting.length;
  }

  ask<Question extends ToWorker>(
    question: Question,
    transfer: ArrayBuffer[] = [],
  ): Promise<AnswerTo[Question['kind']]> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure as Error);
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve: resolve as PendingReply['resolve'], reject });
      this.#worker.postMessage(question, transfer);
    });
  }

  async stop(): Promise<void> {
    this.#failure = new IngestError('WORKER_DIED', 'the worker thread was stopped');
    await this.#worker.terminate();
  }

  #answer(message: FromWorker): void {
    if (message.kind === 'failed') {
      // An error without a code is unexpected, so it is a defect.
      const { message: text, code } = message;
      this.#fail(code === undefined ? new Error(text) : failureOf(code, text));
      return;
    }
    this.#waiting.shift()?.resolve(message);
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    for (const waiting of this.#waiting.splice(0)) waiting.reject(this.#failure);
  }
}

/** A full disk is not a failure of the thread that meets it first. */
function failureOf(code: string, text: string): IngestError {
  const disk = DISK_CODES.find((known) => known === code);
  return new IngestError(disk ?? 'WORKER_FAILED', text, { data: { code } });
}

const DISK_CODES = ['DISK_FULL', 'NOT_WRITABLE', 'DISK_BROKEN'] as const;

/**
 * Parsed records are short-lived: a small young generation is collected often and cheaply. A large
 * one would hold hundreds of megabytes of garbage.
 */
const WORKER_LIMITS = { maxYoungGenerationSizeMb: 48 } as const;

/** The compiled package contains `worker.js`, a clone contains `worker.ts`. */
function workerUrl(): URL {
  return new URL(import.meta.url.endsWith('.ts') ? './worker.ts' : './worker.js', import.meta.url);
}
