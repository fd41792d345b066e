import type { RecordDraft } from '@countersign/core';
import type { Chunk, ReadContext } from '@countersign/m365';
import { ROWS_PER_POST } from '../../projection/action-buffer.ts';
import { commitProjection } from '../../projection/commit-projection.ts';
import type { LedgerWriter } from '../../projection/ledger-writer.ts';
import { projectEntry } from '../../projection/project-entry.ts';
import type { RecentFile } from '../../store/parquet/recent-file.ts';
import type { EntryRows } from '../../store/rows/entry-rows.ts';
import type { SignalBatch } from '../../store/rows/signal-row.ts';
import { CHUNKS_IN_FLIGHT_PER_WORKER, REDELIVERIES_TOGETHER } from '../limits.ts';
import type { Arrival } from './delivery-delays.ts';
import { WorkerHandle } from './worker-handle.ts';
import type { ReadDone } from './worker-messages.ts';

/** The outcome of a chunk's records. */
export type ChunkOutcome = {
  readonly read: ReadDone;
  readonly accepted: number;
  readonly duplicates: number;
};

export type ChunkListener = {
  /** Resolves once it is known which records are new. */
  readonly outcome: (outcome: ChunkOutcome) => void;
  /** A little later, for chunks of a collector: which records were new, and their delays. */
  readonly arrived?: (arrivals: readonly Arrival[]) => void;
};

/**
 * The ingest pipeline of one import. Chunks go to the workers and come back with fingerprints. The
 * one sequencer decides about them in the order of feeding. Then workers prepare them, and they are
 * committed in index order. Rows are posted to the store afterwards.
 */
export class IngestPipeline {
  readonly #writer: LedgerWriter;
  /** Started when there is work: loading a thread takes longer than reading a file. */
  readonly #workers: WorkerHandle[] = [];
  readonly #workerCount: number;
  readonly #startWorker: () => WorkerHandle;
  #nextChunkId = 0;
  #inFlight = 0;
  #slotFree: (() => void) | undefined;
  /** Chunks in the order of feeding; a link runs once all earlier chunks are decided. */
  #sequenced: Promise<void> = Promise.resolve();
  /** Frames in index order. */
  #committed: Promise<void> = Promise.resolve();
  /** Durable frames. */
  #settled: Promise<void> = Promise.resolve();
  #failure: unknown;
  #rowsUnposted = 0;
  #redelivered = 0;
  /** Merges of redelivered records, one after the other. */
  #merged: Promise<void> = Promise.resolve();
  #facts: EntryRows[] = [];

  /** `listenFor`: texts whose records are passed to the caller, as they were delivered. */
  constructor(writer: LedgerWriter, workerCount: number, listenFor: readonly string[] = []) {
    this.#writer = writer;
    const { dir, ledger, signalSource } = writer;
    const plan = signalSource?.planText ?? null;
    this.#workerCount = workerCount;
    this.#startWorker = () => new WorkerHandle({ dir, keys: ledger.localKeys, listenFor, plan });
  }

  /** Resolves once there is room for the next chunk. `listeners` are called as results arrive. */
  async feed(chunk: Chunk, context: ReadContext, listeners: ChunkListener): Promise<void> {
    this.#throwFailure();
    if (this.#rowsUnposted >= ROWS_PER_POST) await this.post();
    while (this.#inFlight >= this.#workerCount * CHUNKS_IN_FLIGHT_PER_WORKER) {
      await new Promise<void>((resolve) => {
        this.#slotFree = resolve;
      });
      this.#throwFailure();
    }
    this.#inFlight += 1;
    const worker = this.#idlest();
    const chunkId = this.#nextChunkId++;
    const transfer = [chunk.bytes.buffer, chunk.spans.buffer];
    const read = worker.ask({ kind: 'read', chunkId, chunk, context }, transfer);
    // The link below reports a failure; no other code waits for this promise.
    read.catch(() => {});
    this.#sequenced = this.#sequenced
      .then(async () => {
        const done = await read;
        this.#throwFailure();
        this.#sequence(worker, chunkId, done, listeners);
      })
      .catch((error: unknown) => this.#fail(error));
  }

  /** Appends entries of our own after all chunks so far. Returns their indices. */
  async append(drafts: readonly RecordDraft[]): Promise<readonly number[]> {
    await this.settle();
    const results = await this.#writer.ledger.append(drafts);
    return results.map(({ index }, i) => {
      this.#facts.push(projectEntry(index, drafts[i] as RecordDraft));
      return index;
    });
  }

  /** Everything so far is durable in the ledger. */
  async settle(): Promise<void> {
    await this.#sequenced;
    await this.#committed;
    this.#throwFailure();
    await this.#settled;
    this.#throwFailure();
  }

  /** Everything so far is in the store too: the cursor is at the end of the ledger. */
  async post(): Promise<void> {
    await this.settle();
    this.#merge(this.#writer.ledger.size);
    await this.#merged;
    this.#throwFailure();
    const { store } = this.#writer;
    const flushed = await Promise.all(this.#workers.map((worker) => worker.ask({ kind: 'flush' })));
    for (const done of flushed) {
      const files = JSON.parse(done.files) as RecentFile[];
      const signals = JSON.parse(done.signals) as SignalBatch;
      store.post({ files, signals, superseded: [...done.superseded] });
    }
    for (const facts of this.#facts.splice(0)) store.post({ facts });
    await commitProjection(this.#writer);
    this.#rowsUnposted = 0;
  }

  async stop(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.stop()));
  }

  #sequence(worker: WorkerHandle, chunkId: number, read: ReadDone, listener: ChunkListener): void {
    const { count, versions, actions } = read;
    const verdict = this.#writer.ledger.sequence({ count, versions, actions });
    const accepted = verdict.accepted.length;
    listener.outcome({ read, accepted, duplicates: count - accepted });
    this.#rowsUnposted += accepted;
    this.#redelivered += verdict.earlier.size;
    const prepared = worker.ask({ kind: 'prepare', chunkId, verdict });
    prepared.catch(() => {});
    this.#committed = this.#committed
      .then(async () => {
        const { prepared: batch, arrivals } = await prepared;
        if (arrivals.length > 0) listener.arrived?.(arrivals);
        // A failure leaves a gap in the indices, and later entries cannot become durable.
        this.#throwFailure();
        // Not awaited here: frames that wait during a sync share the next one.
        const durable = batch.count === 0 ? undefined : this.#writer.ledger.commit(batch);
        this.#settle(durable);
      })
      .catch((error: unknown) => this.#fail(error));
    if (this.#redelivered >= REDELIVERIES_TOGETHER) this.#merge(verdict.baseIndex + accepted);
  }

  /** Merges the redelivered records below this index, once they can be read. */
  #merge(below: number): void {
    if (this.#redelivered === 0) return;
    this.#redelivered = 0;
    const durable = this.#committed.then(() => this.#settled);
    this.#merged = this.#merged
      .then(async () => {
        await durable;
        this.#throwFailure();
        await this.#writer.ledger.publish();
        await Promise.all(this.#workers.map((worker) => worker.ask({ kind: 'merge', below })));
      })
      .catch((error: unknown) => this.#fail(error));
  }

  #settle(durable: Promise<void> | undefined): void {
    this.#settled = this.#settled.then(async () => {
      try {
        await durable;
      } catch (error) {
        this.#fail(error);
      }
      this.#release();
    });
  }

  #idlest(): WorkerHandle {
    const idle = this.#workers.find(({ outstanding }) => outstanding === 0);
    if (idle !== undefined) return idle;
    if (this.#workers.length < this.#workerCount) {
      const started = this.#startWorker();
      this.#workers.push(started);
      return started;
    }
    return this.#workers.reduce((a, b) => (b.outstanding < a.outstanding ? b : a));
  }

  #release(): void {
    this.#inFlight -= 1;
    this.#slotFree?.();
    this.#slotFree = undefined;
  }

  #fail(error: unknown): void {
    this.#failure ??= error;
    this.#slotFree?.();
    this.#slotFree = undefined;
  }

  #throwFailure(): void {
    if (this.#failure !== undefined) throw this.#failure as Error;
  }
}
