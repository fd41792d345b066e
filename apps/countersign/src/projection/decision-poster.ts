import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Worker } from 'node:worker_threads';
import { assert, type EntryKind } from '@countersign/core';
import { StoreError, type StoreErrorCode } from '../store/errors.ts';
import type { Store } from '../store/store.ts';
import { projectEntry } from './project-entry.ts';

/** An entry of our own that is durable and not in the store yet. */
export type OwnEntry = {
  readonly index: number;
  readonly kind: EntryKind;
  readonly at: string;
  readonly body: Uint8Array;
};

/**
 * Adds the rows of decisions and passes to the store. Every row replaces the same one, so a crash
 * before the cursor passes them repeats them without harm.
 */
export interface DecisionPoster {
  /** The caller MUST commit the store after it resolves, and MUST NOT write to it before. */
  post(entries: readonly OwnEntry[]): Promise<void>;
  close(): Promise<void>;
}

/** Posts in the transaction that moves the cursor. */
export class InlineDecisionPoster implements DecisionPoster {
  readonly #store: Store;

  constructor(store: Store) {
    this.#store = store;
  }

  async post(entries: readonly OwnEntry[]): Promise<void> {
    for (const entry of entries) this.#store.post({ facts: projectEntry(entry.index, entry) });
  }

  async close(): Promise<void> {}
}

/** Some entries in one message, because a message of a thousand objects takes milliseconds. */
export type DecisionColumns = {
  readonly indices: Float64Array<ArrayBuffer>;
  readonly kinds: readonly EntryKind[];
  readonly sizes: Uint32Array<ArrayBuffer>;
  readonly bodies: Uint8Array<ArrayBuffer>;
};

export type PosterSetup = { readonly dir: string };

export type PosterReply =
  | { readonly kind: 'done' }
  | { readonly kind: 'failed'; readonly message: string; readonly code: string | undefined };

/** Copying the bodies of one message takes about half a millisecond. */
const ENTRIES_PER_MESSAGE = 512;

/**
 * Posts in its own thread. On the thread that answers decisions, the rows of one second would
 * occupy the event loop for 50 to 200 ms, and a checkpoint of SQLite waits for the disk.
 */
export class ThreadDecisionPoster implements DecisionPoster {
  readonly #worker: Worker;
  #pending: { resolve: () => void; reject: (error: unknown) => void } | undefined;
  #failure: unknown;

  /** The store MUST be open. */
  constructor(dir: string) {
    // The published package contains this file and the worker file as compiled JavaScript.
    const extension = extname(fileURLToPath(import.meta.url));
    const file = new URL(`./decision-poster-worker${extension}`, import.meta.url);
    this.#worker = new Worker(file, { workerData: { dir } satisfies PosterSetup });
    this.#worker.on('message', (reply: PosterReply) => this.#settle(reply));
    this.#worker.on('error', (error) => this.#fail(error));
    this.#worker.on('exit', () => this.#fail(new Error('the thread that posts decisions ended')));
    this.#worker.unref();
  }

  async post(entries: readonly OwnEntry[]): Promise<void> {
    for (let at = 0; at < entries.length; at += ENTRIES_PER_MESSAGE) {
      await this.#send(columnsOf(entries.slice(at, at + ENTRIES_PER_MESSAGE)));
    }
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }

  #send(columns: DecisionColumns): Promise<void> {
    assert(this.#pending === undefined, 'the store has one writer at a time');
    if (this.#failure !== undefined) return Promise.reject(this.#failure as Error);
    const { indices, sizes, bodies } = columns;
    this.#worker.ref();
    this.#worker.postMessage(columns, [indices.buffer, sizes.buffer, bodies.buffer]);
    return new Promise((resolve, reject) => {
      this.#pending = { resolve, reject };
    });
  }

  #settle(reply: PosterReply): void {
    const pending = this.#pending;
    this.#pending = undefined;
    this.#worker.unref();
    if (reply.kind === 'done') pending?.resolve();
    else pending?.reject(errorOf(reply));
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#pending?.reject(error);
    this.#pending = undefined;
  }
}

function columnsOf(entries: readonly OwnEntry[]): DecisionColumns {
  const sizes = Uint32Array.from(entries, ({ body }) => body.length);
  const bodies = new Uint8Array(sizes.reduce((sum, size) => sum + size, 0));
  let at = 0;
  for (const { body } of entries) {
    bodies.set(body, at);
    at += body.length;
  }
  const indices = Float64Array.from(entries, ({ index }) => index);
  return { indices, kinds: entries.map(({ kind }) => kind), sizes, bodies };
}

/** Only errors of the disk have a code that a caller knows. */
function errorOf({ code, message }: Extract<PosterReply, { kind: 'failed' }>): Error {
  const known = DISK_CODES.find((each) => each === code);
  return known === undefined ? new Error(message) : new StoreError(known, message);
}

const DISK_CODES: readonly StoreErrorCode[] = ['DISK_FULL', 'NOT_WRITABLE', 'DISK_BROKEN'];
