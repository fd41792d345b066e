import { Worker } from 'node:worker_threads';
import { IngestError } from '../errors.ts';
import type {
  Answer,
  FlushedDone,
  FromWorker,
  MergedDone,
  PreparedDone,
  Question,
  ReadDone,
  ToWorker,
  WorkerSetup,
} from './worker-messages.ts';

type PendingReply = {
  resolve(answer: Answer): void;
  reject(error: unknown): void;
};

type AnswerTo = {
  read: ReadDone;
  prepare: PreparedDone;
  merge: MergedDone;
  flush: FlushedDone;
};

/**
 * One worker thread that answers questions. A worker that dies ends the import: its
 * chunks were never committed, so the next run reads them again.
 */
export class WorkerHandle {
  readonly #worker: Worker;
  readonly #waiting = new Map<number, PendingReply>();
  #nextId = 0;
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
    return this.#waiting.size;
  }

  ask<Asked extends Question>(
    question: Asked,
    transfer: ArrayBuffer[] = [],
  ): Promise<AnswerTo[Asked['kind']]> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure as Error);
    return new Promise((resolve, reject) => {
      const id = this.#nextId++;
      this.#waiting.set(id, { resolve: resolve as PendingReply['resolve'], reject });
      this.#worker.postMessage({ ...question, id } satisfies ToWorker, transfer);
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
    this.#waiting.get(message.id)?.resolve(message);
    this.#waiting.delete(message.id);
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    for (const waiting of this.#waiting.values()) waiting.reject(this.#failure);
    this.#waiting.clear();
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
