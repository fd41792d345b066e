import { assert, messageOf, ThreadError } from '@countersign/core';
import { TlogError } from '@countersign/tlog';
import { LedgerError } from '../errors.ts';
import type { Journal } from '../journal/journal.ts';
import { type Frame, viewFrame } from '../journal/journal-frame.ts';
import { GROUP_BYTES_MAX } from '../limits.ts';
import type { PreparedBatch } from './prepare-batch.ts';

const FULL: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT']);

type PendingCommit = {
  /** The commit is done when every entry below this index is durable. */
  readonly upTo: number;
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
};

export type CommitQueueParts = {
  readonly journal: Journal;
  readonly next: number;
  /** Called with frames that just became durable, in order. */
  readonly onDurable: (frames: readonly Frame[]) => void;
  readonly onFailure: (error: unknown) => void;
  /** Resolves when there is room for more; undefined if there is room now. */
  readonly room: () => Promise<void> | undefined;
};

/**
 * Group commit. Batches go into the journal in the order of their indices, in whatever order
 * workers deliver them. All batches that wait during one sync share the next sync.
 */
export class CommitQueue {
  readonly #parts: CommitQueueParts;
  readonly #ready: Map<number, Frame> = new Map();
  #waiting: PendingCommit[] = [];
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
   * Resolves when the batch and everything before it are durable. So a duplicate is never
   * acknowledged before the entry that it repeats.
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

  /** Resolves when no writable batch waits. */
  async idle(): Promise<void> {
    while (this.#running !== undefined) await this.#running;
  }

  /** Rejects all waiting and future batches. None of them was acknowledged. */
  fail(error: Error): void {
    this.#failure ??= { error };
    this.#ready.clear();
    for (const { reject } of this.#waiting.splice(0)) reject(error);
  }

  async #run(): Promise<void> {
    // Wait one turn, so that batches that arrive together also share the first sync.
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

  /** The next frames in order, up to the size of one sync. */
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
 * The error after a failed file operation. It is fatal for this writer: after a failed sync, the
 * content of the disk is unknown. The next opening reads the disk and continues from there.
 */
export function writerFailure(dir: string, cause: unknown): LedgerError | TlogError | ThreadError {
  if (cause instanceof LedgerError || cause instanceof TlogError) return cause;
  if (cause instanceof ThreadError) return cause;
  const code = (cause as NodeJS.ErrnoException | undefined)?.code ?? '';
  if (FULL.has(code)) {
    return new LedgerError(
      'DISK_FULL',
      `could not append to the ledger in ${dir}: the disk is full. Free space and start again; ` +
        'no accepted record is lost',
      { cause, data: { dir } },
    );
  }
  return new LedgerError(
    'WRITER_FAILED',
    `could not append to the ledger in ${dir}: ${messageOf(cause)}. Check the disk and start ` +
      'again; no accepted record is lost',
    { cause, data: { dir } },
  );
}
