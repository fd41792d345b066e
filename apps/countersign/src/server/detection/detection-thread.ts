import { assert, messageOf, type ThreadError, ThreadHandle } from '@countersign/core';
import type { DetectionReport } from '../../detection/runner/detection-runner.ts';
import {
  type DetectionChanges,
  detectionChanges,
  type WithExclusiveWriter,
} from '../../detection/runner/detection-writer.ts';
import type { LedgerSink } from '../../ingest/collection/ledger-sink.ts';
import { type LapsePasses, lapseOverdue } from '../../operations/host/run-detection.ts';
import type { LedgerWriter } from '../../projection/ledger-writer.ts';
import type { LogServerEvent } from '../runtime/server-event.ts';
import type {
  DetectionRequest,
  DetectionThreadSetup,
  FromDetection,
  ToDetection,
} from './detection-messages.ts';

export type DetectionThreadOptions = {
  readonly writer: LedgerWriter;
  readonly sink: LedgerSink;
  readonly emulator: DetectionThreadSetup['emulator'];
  readonly tell: LogServerEvent;
  readonly signal: AbortSignal;
};

/**
 * Runs the detectors in a thread until the signal is aborted. Runs over weeks of history occupy
 * their thread for seconds, and decisions must not wait for them.
 *
 * The thread reads the data folder itself. Each change runs here, whole, with the writer that the
 * thread has taken. A thread that ends in between leaves a run unfinished, which is repeated.
 */
export async function runDetectionThread(options: DetectionThreadOptions): Promise<void> {
  const { writer, sink } = options;
  const lapse = (): Promise<void> => lapseOverdue(writer, (work) => sink.exclusively(work));
  const alone: WithExclusiveWriter = (work) => sink.afterRecords(work);
  await new DetectionThread({ ...options, runs: 'repeatedly', alone, lapse }).run();
}

/**
 * Runs the detectors in a thread once over everything that the store holds, for work that has the
 * writer exclusively. After a stop, the report says that not all was examined.
 */
export async function runDetectionOnce(
  options: Omit<DetectionThreadOptions, 'sink'>,
): Promise<DetectionReport> {
  const alone: WithExclusiveWriter = (work) => work();
  const lapse = (): Promise<void> => lapseOverdue(options.writer, alone);
  const report = await new DetectionThread({ ...options, runs: 'once', alone, lapse }).run();
  if (report !== undefined && !options.signal.aborted) return report;
  const { failed, ...found } = report ?? NOTHING_FOUND;
  return { ...found, failed: [...failed, 'the detectors were stopped with the service'] };
}

const NOTHING_FOUND: DetectionReport = {
  ...{ said: 0, revised: 0, withdrawn: 0 },
  failures: [],
  failed: [],
};

type ThreadParts = Omit<DetectionThreadOptions, 'sink'> & {
  readonly runs: DetectionThreadSetup['runs'];
  /** Takes the writer for a change. */
  readonly alone: WithExclusiveWriter;
  readonly lapse: LapsePasses;
};

class DetectionThread {
  readonly #options: ThreadParts;
  readonly #changes: DetectionChanges;
  readonly #thread: ThreadHandle<ToDetection, FromDetection>;
  readonly #finished = Promise.withResolvers<DetectionReport | undefined>();
  /** The writer as the thread has it, by the id of the request that took it. */
  readonly #turns = new Map<number, Turn>();
  /** The first error of the ledger or the store, which says more than its message in the thread. */
  #failure: unknown;

  constructor(options: ThreadParts) {
    const { writer, runs, emulator } = options;
    this.#options = options;
    this.#changes = detectionChanges(writer);
    const risk = writer.signalSource === undefined ? 'not evaluated' : 'evaluated';
    const setup: DetectionThreadSetup = { dir: writer.dir, runs, risk, emulator };
    const common = { name: 'detection', file: workerUrl(), setup, monitor: writer.threads };
    this.#thread = new ThreadHandle(common, {
      message: (message) => this.#take(message),
      ended: (error) => this.#fail(error),
    });
  }

  /** Resolves to the report of a single run, unless it was stopped. */
  async run(): Promise<DetectionReport | undefined> {
    const { signal } = this.#options;
    const stop = (): void => this.#thread.send({ kind: 'stop' });
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    try {
      return await this.#finished.promise;
    } finally {
      signal.removeEventListener('abort', stop);
      await this.#thread.close();
      for (const turn of this.#turns.values()) turn.release();
    }
  }

  /**
   * A run that is cut off repeats after the next start, so a thread that hangs during a stop is no
   * failure. A thread that does not hang is never cut off: the query engine would end the process.
   */
  #fail(error: ThreadError): void {
    if (error.code !== 'THREAD_SILENT' || !this.#options.signal.aborted) {
      this.#finished.reject(error);
      return;
    }
    const because = 'it did not stop, and was ended; its run repeats after the next start';
    this.#options.tell({ event: 'problem', collector: 'detection', because });
    this.#finished.resolve(undefined);
  }

  #take(message: FromDetection): void {
    switch (message.kind) {
      case 'event':
        this.#options.tell(message.event);
        return;
      case 'finished':
        this.#finished.resolve(message.report);
        return;
      case 'broken':
        this.#finished.reject(this.#failure ?? new Error(message.message));
        return;
      case 'request':
        this.#answer(message.id, message.request);
    }
  }

  #answer(id: number, request: DetectionRequest): void {
    const failed = (error: unknown): void => {
      this.#failure ??= error;
      this.#send({ kind: 'failed', id, message: messageOf(error) });
    };
    this.#perform(id, request).then((value) => this.#send({ kind: 'done', id, value }), failed);
  }

  async #perform(id: number, request: DetectionRequest): Promise<unknown> {
    const { lapse } = this.#options;
    switch (request.kind) {
      case 'begin':
        return this.#begin(id);
      case 'end':
        return this.#end(id);
      case 'lapse':
        return lapse();
      case 'change': {
        const change = this.#changes[request.method] as (...args: unknown[]) => Promise<unknown>;
        return change(...request.args);
      }
    }
  }

  /** Resolves when the thread has the writer, until it asks for the end. */
  async #begin(id: number): Promise<void> {
    const begun = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    const over = this.#options.alone(() => {
      begun.resolve();
      return released.promise;
    });
    over.catch(begun.reject);
    this.#turns.set(id, { release: released.resolve, over });
    await begun.promise;
  }

  async #end(id: number): Promise<void> {
    const turn = this.#turns.get(id);
    assert(turn !== undefined, 'the thread gives back a writer that it took');
    this.#turns.delete(id);
    turn.release();
    await turn.over;
  }

  /** A thread that ended needs no answer. */
  #send(message: ToDetection): void {
    this.#thread.send(message);
  }
}

type Turn = {
  readonly release: () => void;
  /** Resolves when the writer is free again. */
  readonly over: Promise<void>;
};

/** The compiled package contains JavaScript, a clone contains TypeScript. */
function workerUrl(): URL {
  const name = `./detection-worker.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`;
  return new URL(name, import.meta.url);
}
