import { assert, messageOf } from '@countersign/core';
import { TlogError } from '@countersign/tlog';
import { LedgerError } from '../errors.ts';
import type { Journal } from '../journal/journal.ts';
import { type Frame, viewFrame } from '../journal/journal-frame.ts';
import { GROUP_BYTES_MAX } from '../limits.ts';
import type { PreparedBatch } from './prepare-batch.ts';

const FULL: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT']);

type Waiting = {
  /** The commit is done when everything below this index is durable. */
  readonly upTo: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
};

export type CommitQueueParts = {
  readonly journal: Journal;
  readonly next: number;
  /** Called with frames that have just become durable, in order. */
  readonly onDurable: (frames: readonly Frame[]) => void;
  readonly onFailure: (error: unknown) => void;
  /** Resolves when there is room for more; undefined when there is. */
  readonly room: () => Promise<void> | undefined;
};

/**
 * Group commit: batches go into the journal in the order of their indices, whatever the order in
 * which workers bring them, and all that wait while one sync runs share the next one.
 */
export class CommitQueue {
  readonly #parts: CommitQueueParts;
  readonly #ready: Map<number, Frame> = new Map();
  #waiting: Waiting[] = [];
  #durable: number;
  #running: Promise<void> | undefined;
  #failure: { readonly error: Error } | undefined;

  constructor(parts: CommitQueueParts) {
    this.#parts = parts;
    this.#durable = parts.next;
  }

  get durable(): number {
    return this.#durable;
  }

  /**
   * Resolves when the batch is durable, and with it everything before it: a record that was called
   * a duplicate is acknowledged no sooner than the entry of which it is one.
   */
  commit(prepared: PreparedBatch): Promise<void> {
    if (this.#failure !== undefined) return Promise.reject(this.#failure.error);
    const upTo = prepared.firstIndex + prepared.count;
    if (prepared.count > 0) {
      const { buffer, byteOffset, length } = prepared.frame;
      const frame = viewFrame(Buffer.from(buffer, byteOffset, length), 0);
      const isWhole = frame?.bytes.length === length && frame.count === prepared.count;
      assert(isWhole && frame.firstIndex === prepared.firstIndex, 'a batch is one whole frame');
      const isNew = prepared.firstIndex >= this.#durable && !this.#ready.has(frame.firstIndex);
      assert(isNew, 'a batch is committed once');
      this.#ready.set(frame.firstIndex, frame);
    }
    if (upTo <= this.#durable) return Promise.resolve();
    return new Promise((resolve, reject) => {
      this.#waiting.push({ upTo, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when nothing that can be written waits. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  /** Rejects what waits and whatever comes: nothing of it was acknowledged. */
  fail(error: Error): void {
    this.#failure ??= { error };
    this.#ready.clear();
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }

  async #run(): Promise<void> {
    // One turn, so that batches that arrive together share the first sync as well.
    await Promise.resolve();
    try {
      for (let group = this.#take(); group.length > 0; group = this.#take()) {
        await this.#write(group);
        await this.#parts.room();
      }
    } catch (error) {
      this.#parts.onFailure(error);
    } finally {
      this.#running = undefined;
    }
  }

  async #write(group: readonly Frame[]): Promise<void> {
    const firstIndex = this.#durable;
    const count = group.reduce((sum, frame) => sum + frame.count, 0);
    await this.#parts.journal.append(
      group.map(({ bytes }) => bytes),
      { firstIndex, count },
    );
    if (this.#failure !== undefined) return;
    this.#durable = firstIndex + count;
    this.#parts.onDurable(group);
    const done = this.#waiting.filter(({ upTo }) => upTo <= this.#durable);
    this.#waiting = this.#waiting.filter(({ upTo }) => upTo > this.#durable);
    for (const { resolve } of done) resolve();
  }

  /** The frames that stand next, as many as one sync shall carry. */
  #take(): readonly Frame[] {
    const group: Frame[] = [];
    let next = this.#durable;
    let bytes = 0;
    while (bytes < GROUP_BYTES_MAX) {
      const frame = this.#ready.get(next);
      if (frame === undefined) break;
      this.#ready.delete(next);
      group.push(frame);
      next += frame.count;
      bytes += frame.bytes.length;
    }
    return group;
  }
}

/**
 * What the writer says once an operation on its files has failed. It is fatal for this writer:
 * after
 * a failed sync nobody knows what the disk holds. The next opening reads it and goes on from there.
 */
export function writerFailure(dir: string, cause: unknown): LedgerError | TlogError {
  if (cause instanceof LedgerError || cause instanceof TlogError) return cause;
  const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? '';
  if (FULL.has(code)) {
    return new LedgerError(
      'DISK_FULL',
      `could not append to the ledger in ${dir}: the disk is full; make room and start again, ` +
        'nothing that was accepted is lost',
      { cause, data: { dir } },
    );
  }
  return new LedgerError(
    'WRITER_FAILED',
    `could not append to the ledger in ${dir}: ${messageOf(cause)}; check the disk and start ` +
      'again, nothing that was accepted is lost',
    { cause, data: { dir } },
  );
}
