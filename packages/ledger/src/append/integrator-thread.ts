import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { assert } from '@countersign/core';
import { TlogError, type TlogErrorCode } from '@countersign/tlog';
import { LedgerError, type LedgerErrorCode } from '../errors.ts';
import type { Frame } from '../journal/journal-frame.ts';
import type { Integrator } from './integrator.ts';

/** Turns frames into log and archive, on the calling thread or in its own. One call at a time. */
export type FrameIntegrator = Pick<
  Integrator,
  'size' | 'root' | 'integrate' | 'removeStalePartials' | 'rewriteWithout'
> & { readonly close: () => void | Promise<void> };

export type IntegratorSetup = { readonly dir: string; readonly size: number };

export type IntegratorRequest =
  | { readonly kind: 'integrate'; readonly frames: readonly Uint8Array[] }
  | { readonly kind: 'remove-partials' }
  | { readonly kind: 'rewrite-without'; readonly erase: ReadonlySet<number> }
  | { readonly kind: 'close' };

export type IntegratorReply =
  | { readonly kind: 'done'; readonly size: number; readonly root: Uint8Array }
  | { readonly kind: 'failed'; readonly failure: ThreadFailure };

/** An error, without what a thread boundary would lose. */
export type ThreadFailure = {
  readonly name: string;
  readonly code: string | undefined;
  readonly message: string;
  readonly data: Record<string, unknown>;
};

type PendingRequest = { resolve: () => void; reject: (error: unknown) => void };

/**
 * The integrator in its own thread. A thread that answers decisions must not hash, compress and
 * write files: one round takes tens of milliseconds. Frames cross as bytes, without a copy.
 */
export class IntegratorThread implements FrameIntegrator {
  readonly #worker: Worker;
  #size: number;
  #root: Buffer = Buffer.alloc(0);
  #pending: PendingRequest | undefined;
  #failure: Error | undefined;

  private constructor(setup: IntegratorSetup) {
    // The published package contains this file and the worker file as compiled JavaScript.
    const extension = extname(fileURLToPath(import.meta.url));
    const file = new URL(`./integrator-worker${extension}`, import.meta.url);
    this.#size = setup.size;
    this.#worker = new Worker(file, { workerData: setup });
    this.#worker.on('message', (reply: IntegratorReply) => this.#settle(reply));
    this.#worker.on('error', (error: Error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(new Error('the thread of the integrator ended')));
  }

  /** Continues the log from its checkpoint. No other integrator may be open. */
  static async open(setup: IntegratorSetup): Promise<IntegratorThread> {
    const thread = new IntegratorThread(setup);
    await thread.#next();
    // Only work keeps the process alive.
    thread.#worker.unref();
    return thread;
  }

  get size(): number {
    return this.#size;
  }

  root(): Buffer {
    return this.#root;
  }

  /** Takes the bytes of the frames. They are empty on this thread afterwards. */
  async integrate(frames: readonly Frame[]): Promise<void> {
    if (frames.length === 0) return;
    const parts = frames.map(({ bytes }) => ownBytes(bytes));
    await this.#ask(
      { kind: 'integrate', frames: parts },
      parts.map(({ buffer }) => buffer),
    );
  }

  async removeStalePartials(): Promise<void> {
    await this.#ask({ kind: 'remove-partials' });
  }

  async rewriteWithout(erase: ReadonlySet<number>): Promise<void> {
    await this.#ask({ kind: 'rewrite-without', erase });
  }

  async close(): Promise<void> {
    // A thread that failed holds no file that matters.
    if (this.#failure === undefined) await this.#ask({ kind: 'close' }).catch(() => {});
    await this.#worker.terminate();
  }

  #ask(request: IntegratorRequest, transfer: readonly ArrayBuffer[] = []): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure);
    this.#worker.ref();
    this.#worker.postMessage(request, transfer);
    return this.#next();
  }

  #next(): Promise<void> {
    assert(this.#pending === undefined, 'the integrator has one owner at a time');
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject };
    });
  }

  #settle(reply: IntegratorReply): void {
    if (reply.kind === 'failed') {
      this.#reject(errorOf(reply.failure));
      return;
    }
    this.#size = reply.size;
    this.#root = Buffer.from(reply.root);
    const pending = this.#pending;
    this.#pending = undefined;
    this.#worker.unref();
    pending?.resolve();
  }

  #fail(error: Error): void {
    this.#failure ??= error;
    this.#reject(error);
  }

  #reject(error: Error): void {
    const pending = this.#pending;
    this.#pending = undefined;
    this.#worker.unref();
    pending?.reject(error);
  }
}

/** Only whole buffers can be transferred: a view would take the rest of its buffer with it. */
function ownBytes(bytes: Buffer): Uint8Array<ArrayBuffer> {
  const { buffer } = bytes;
  const isWhole = buffer instanceof ArrayBuffer && buffer.byteLength === bytes.length;
  return isWhole ? new Uint8Array(buffer) : new Uint8Array(bytes);
}

export function failureOf(error: unknown): ThreadFailure {
  if (!(error instanceof Error)) {
    return { name: 'Error', code: undefined, message: String(error), data: {} };
  }
  const { code } = error as NodeJS.ErrnoException;
  const isOurs = error instanceof LedgerError || error instanceof TlogError;
  const data = isOurs ? { ...error.data } : {};
  return { name: error.name, code, message: error.message, data };
}

function errorOf({ name, code, message, data }: ThreadFailure): Error {
  if (name === 'LedgerError') return new LedgerError(code as LedgerErrorCode, message, { data });
  if (name === 'TlogError') return new TlogError(code as TlogErrorCode, message, { data });
  return Object.assign(new Error(message), { code });
}
