import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';
import { assert, type EntryKind, RequestThread, type ThreadMonitor } from '@countersign/core';
import { storeErrorOf } from '../store/commit/commit-thread.ts';
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

/** Copying the bodies of one message takes about half a millisecond. */
const ENTRIES_PER_MESSAGE = 512;

/**
 * Posts in its own thread. On the thread that answers decisions, the rows of one second would
 * occupy the event loop for 50 to 200 ms, and a checkpoint of SQLite waits for the disk.
 */
export class ThreadDecisionPoster implements DecisionPoster {
  readonly #thread: RequestThread<DecisionColumns, void>;

  /** The store MUST be open. */
  constructor(dir: string, monitor: ThreadMonitor) {
    // The published package contains this file and the worker file as compiled JavaScript.
    const extension = extname(fileURLToPath(import.meta.url));
    const file = new URL(`./decision-poster-worker${extension}`, import.meta.url);
    const [name, setup] = ['decision-poster', dir];
    this.#thread = new RequestThread({ name, file, setup, monitor, errorOf: storeErrorOf });
  }

  async post(entries: readonly OwnEntry[]): Promise<void> {
    assert(this.#thread.outstanding === 0, 'the store has one writer at a time');
    for (let at = 0; at < entries.length; at += ENTRIES_PER_MESSAGE) {
      const columns = columnsOf(entries.slice(at, at + ENTRIES_PER_MESSAGE));
      const { indices, sizes, bodies } = columns;
      await this.#thread.ask(columns, [indices.buffer, sizes.buffer, bodies.buffer]);
    }
  }

  async close(): Promise<void> {
    await this.#thread.close();
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
