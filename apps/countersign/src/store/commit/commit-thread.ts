import { RequestThread, type ThreadFailure, type ThreadMonitor } from '@countersign/core';
import { StoreError, type StoreErrorCode } from '../errors.ts';
import type { PostedBatch } from './row-batch.ts';

export type CommitRequest =
  | {
      readonly kind: 'commit';
      readonly batches: readonly PostedBatch[];
      readonly cursor: number;
    }
  | { readonly kind: 'close' };

/**
 * A thread that commits to the state, so that an import need not wait. It has a connection of its
 * own. No other connection may write meanwhile.
 */
export class CommitThread {
  readonly #thread: RequestThread<CommitRequest, void>;

  constructor(dir: string, monitor: ThreadMonitor) {
    const [name, file, setup] = ['commit', workerUrl(), dir];
    this.#thread = new RequestThread({
      ...{ name, file, setup, monitor, resourceLimits: LIMITS, errorOf: storeErrorOf },
    });
  }

  /** MUST NOT be called before the previous call resolved. */
  async commit(batches: readonly PostedBatch[], cursor: number): Promise<void> {
    await this.#thread.ask({ kind: 'commit', batches, cursor });
  }

  /** Closes the connection first: a terminated thread would leave its write-ahead log open. */
  async close(): Promise<void> {
    // A thread that has died has nothing to close.
    await this.#thread.ask({ kind: 'close' }).catch(() => {});
    await this.#thread.close();
  }
}

/** It holds the rows of one post, which live until the commit. */
const LIMITS = { maxYoungGenerationSizeMb: 16 } as const;

/** The error of a thread that writes to the store. Only errors of the disk have a known code. */
export function storeErrorOf({ code, message }: ThreadFailure): Error {
  const known = DISK_CODES.find((each) => each === code);
  return known === undefined ? new Error(message) : new StoreError(known, message);
}

const DISK_CODES: readonly StoreErrorCode[] = ['DISK_FULL', 'NOT_WRITABLE', 'DISK_BROKEN'];

/** The compiled package contains `commit-worker.js`, a clone contains `commit-worker.ts`. */
function workerUrl(): URL {
  const name = import.meta.url.endsWith('.ts') ? './commit-worker.ts' : './commit-worker.js';
  return new URL(name, import.meta.url);
}
