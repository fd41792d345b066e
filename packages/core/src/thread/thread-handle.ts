import { type ResourceLimits, Worker } from 'node:worker_threads';
import { messageOf } from '../errors.ts';
import { ThreadError } from './thread-error.ts';
import type { ThreadMonitor } from './thread-monitor.ts';
import type { ThreadData } from './thread-start.ts';

export type ThreadOptions = {
  /** One or two words before "thread", as in "the integrator thread". */
  readonly name: string;
  /** A file that calls {@link startThread} first. */
  readonly file: URL;
  readonly setup: unknown;
  readonly resourceLimits?: ResourceLimits;
  readonly monitor: ThreadMonitor;
};

export type ThreadListener<Message> = {
  readonly message: (message: Message) => void;
  /** Called once, unless the owner closed the thread before. */
  readonly ended: (error: ThreadError) => void;
};

/** A thread whose end its owner always learns: by an error, an exit, no memory, or silence. */
export class ThreadHandle<ToThread, FromThread> {
  readonly name: string;
  readonly #worker: Worker;
  readonly #monitor: ThreadMonitor;
  readonly #turns = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  readonly #ended: (error: ThreadError) => void;
  #isOver = false;

  constructor(options: ThreadOptions, listener: ThreadListener<FromThread>) {
    const { name, file, setup, resourceLimits = {}, monitor } = options;
    this.name = name;
    this.#monitor = monitor;
    this.#ended = listener.ended;
    const workerData: ThreadData = { setup, turns: this.#turns };
    this.#worker = new Worker(file, { name, workerData, resourceLimits });
    this.#worker.on('message', (message: FromThread) => listener.message(message));
    this.#worker.on('messageerror', (error: unknown) => this.#fail(died(name, messageOf(error))));
    this.#worker.on('error', (error: unknown) => this.#fail(uncaught(name, error)));
    this.#worker.on('exit', (code) => this.#fail(died(name, `it exited with code ${code}`)));
    monitor.add(this);
  }

  get turns(): number {
    return Atomics.load(this.#turns, 0);
  }

  send(message: ToThread, transfer: readonly ArrayBuffer[] = []): void {
    this.#worker.postMessage(message, transfer);
  }

  /** Whether the thread keeps the process alive. */
  holdProcess(isHeld: 'held' | 'free'): void {
    if (isHeld === 'held') this.#worker.ref();
    else this.#worker.unref();
  }

  endSilent(silentMs: number): void {
    const text = `${subject(this.name)} has not answered for ${silentMs / 1000} s`;
    this.#fail(new ThreadError('THREAD_SILENT', `${text}. ${CURE}`));
  }

  /** Ends the thread at once, in the middle of its work. */
  async close(): Promise<void> {
    this.#isOver = true;
    this.#monitor.remove(this);
    await this.#worker.terminate();
  }

  #fail(error: ThreadError): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#monitor.remove(this, error);
    this.#ended(error);
    void this.#worker.terminate();
  }
}

/** Every part of the product continues from durable data. */
const CURE = 'Start the program again; no accepted record is lost';

function subject(name: string): string {
  return `could not continue: the ${name} thread`;
}

function died(name: string, because: string): ThreadError {
  return new ThreadError('THREAD_DIED', `${subject(name)} ended: ${because}. ${CURE}`);
}

function uncaught(name: string, cause: unknown): ThreadError {
  const { code } = cause as { readonly code?: unknown };
  if (code !== 'ERR_WORKER_OUT_OF_MEMORY') {
    const text = `${subject(name)} ended: ${messageOf(cause)}. ${CURE}`;
    return new ThreadError('THREAD_DIED', text, { cause });
  }
  const text = `${subject(name)} ran out of memory. Give the program more. ${CURE}`;
  return new ThreadError('THREAD_OUT_OF_MEMORY', text, { cause });
}
