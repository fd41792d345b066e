import { RequestThread, type ThreadFailure, type ThreadMonitor } from '@countersign/core';
import { IngestError } from '../errors.ts';
import type {
  Answer,
  FlushedDone,
  MergedDone,
  PreparedDone,
  Question,
  ReadDone,
  WorkerSetup,
} from './worker-messages.ts';

type AnswerTo = {
  read: ReadDone;
  prepare: PreparedDone;
  merge: MergedDone;
  flush: FlushedDone;
};

/**
 * One worker thread that answers questions. A worker that fails or dies ends the import: its chunks
 * were never committed, so the next run reads them again.
 */
export class WorkerHandle {
  readonly #thread: RequestThread<Question, Answer>;

  constructor(setup: WorkerSetup, monitor: ThreadMonitor) {
    const [name, file, resourceLimits] = ['ingest', workerUrl(), WORKER_LIMITS];
    this.#thread = new RequestThread({ name, file, setup, monitor, resourceLimits, errorOf });
  }

  /** Unanswered questions: the next chunk goes to the worker with the fewest. */
  get outstanding(): number {
    return this.#thread.outstanding;
  }

  ask<Asked extends Question>(
    question: Asked,
    transfer: ArrayBuffer[] = [],
  ): Promise<AnswerTo[Asked['kind']]> {
    return this.#thread.ask(question, transfer) as Promise<AnswerTo[Asked['kind']]>;
  }

  async stop(): Promise<void> {
    await this.#thread.close();
  }
}

/** A full disk is not a failure of the thread that meets it first. */
function errorOf({ code, message }: ThreadFailure): Error {
  // An error without a code is unexpected, so it is a defect.
  if (code === undefined) return new Error(message);
  const disk = DISK_CODES.find((known) => known === code);
  return new IngestError(disk ?? 'WORKER_FAILED', message, { data: { code } });
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
