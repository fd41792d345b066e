import { Worker } from 'node:worker_threads';
import { StoreError, type StoreErrorCode } from '../errors.ts';
import type { PostedBatch } from './row-batch.ts';

export type CommitRequest =
  | {
      readonly kind: 'commit';
      readonly batches: readonly PostedBatch[];
      readonly cursor: number;
    }
  | { readonly kind: 'close' };

export type CommitReply =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly message: string; readonly code: string | undefined };

/**
 * A thread that commits to the state, so that an import need not wait. It has a connection of its
 * own. No other connection may write meanwhile.
 */
export class CommitThread {
  readonly #worker: Worker;
  #failure: Error | undefined;
  #pending: PromiseWithResolvers<void> | undefined;

  constructor(dir: string) {
    this.#worker = new Worker(workerUrl(), { workerData: dir, resourceLimits: LIMITS });
    this.#worker.on('message', (reply: CommitReply) => {
      if (reply.kind === 'done') this.#pending?.resolve();
      else this.#pending?.reject(errorOf(reply));
    });
    this.#worker.on('error', (error) => this.#end(error));
    this.#worker.on('exit', (code) => {
      this.#end(new Error(`the commit thread ended early, with code ${code}`));
    });
  }

  /** MUST NOT be called before the previous call resolved. */
  async commit(batches: readonly PostedBatch[], cursor: number): Promise<void> {
    await this.#ask({ kind: 'commit', batches, cursor });
  }

  /** Closes the connection first: a terminated thread would leave its write-ahead log open. */
  async close(): Promise<void> {
    // A thread that has died has nothing to close.
    await this.#ask({ kind: 'close' }).catch(() => {});
    await this.#worker.terminate();
  }

  async #ask(request: CommitRequest): Promise<void> {
    if (this.#failure !== undefined) throw this.#failure;
    this.#pending = Promise.withResolvers();
    this.#worker.postMessage(request);
    await this.#pending.promise;
  }

  #end(error: Error): void {
    this.#failure ??= error;
    this.#pending?.reject(this.#failure);
  }
}

/** It holds the rows of one post, which live until the commit. */
const LIMITS = { maxYoungGenerationSizeMb: 16 } as const;

function errorOf({ message, code }: CommitReply & { readonly kind: 'failed' }): Error {
  return code === undefined ? new Error(message) : new StoreError(code as StoreErrorCode, message);
}

/** The compiled package contains `commit-worker.js`, a clone contains `commit-worker.ts`. */
function workerUrl(): URL {
  const name = import.meta.url.endsWith('.ts') ? './commit-worker.ts' : './commit-worker.js';
  return new URL(name, import.meta.url);
}
