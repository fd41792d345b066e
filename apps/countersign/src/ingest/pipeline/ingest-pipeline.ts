import type { RecordDraft } from '@countersign/core';
import type { Chunk, ReadContext } from '@countersign/m365';
import { ROWS_PER_POST } from '../../projection/action-buffer.ts';
import { commitProjection } from '../../projection/commit-projection.ts';
import type { LedgerWriter } from '../../projection/ledger-writer.ts';
import { projectEntry } from '../../projection/project-entry.ts';
import { CommitThread } from '../../store/commit/commit-thread.ts';
import type { EncodedBatch } from '../../store/commit/row-batch.ts';
import type { EntryRows } from '../../store/rows/entry-rows.ts';
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

export type PipelineOptions = {
  readonly workers: number;
  /** Texts whose records are passed to the caller, as they were delivered. */
  readonly listenFor?: readonly string[];
  /** Rows of a post, and redelivered records of a merge. Small only in tests. */
  readonly limits?: { readonly rowsPerPost: number; readonly redeliveriesTogether: number };
};

/** Rows of all entries below an index, on their way into the store. */
type Post = { readonly cut: number; readonly rows: Promise<readonly EncodedBatch[]> };

/**
 * The ingest pipeline of one import. Chunks go to the workers and come back with fingerprints. The
 * one sequencer decides about them in the order of feeding. Then workers prepare them, and they are
 * committed in index order.
 *
 * Rows are posted to the store while the workers read on. A post covers all entries below a cut.
 * The cursor of the store moves to the cut once all their rows are written and all of them are
 * durable. Posts follow each other in order.
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
  readonly #limits: NonNullable<PipelineOptions['limits']>;
  /** The index after the last sequenced record. */
  #next = 0;
  #rowsUncut = 0;
  #redelivered = 0;
  #hasMerged = false;
  /** Merges of redelivered records, one after the other. */
  #merged: Promise<void> = Promise.resolve();
  /** The post beside the import. It never rejects. */
  #posting: Promise<void> | undefined;
  #postFailure: { readonly error: unknown } | undefined;
  #commitThread: CommitThread | undefined;
  #facts: EntryRows[] = [];

  constructor(writer: LedgerWriter, options: PipelineOptions) {
    this.#writer = writer;
    const { dir, ledger, signalSource, threads } = writer;
    const plan = signalSource?.planText ?? null;
    const { workers, listenFor = [], limits } = options;
    this.#workerCount = workers;
    this.#limits = limits ?? LIMITS;
    const setup = { dir, keys: ledger.localKeys, listenFor, plan };
    this.#startWorker = () => new WorkerHandle(setup, threads);
  }

  /** Resolves once there is room for the next chunk. `listeners` are called as results arrive. */
  async feed(chunk: Chunk, context: ReadContext, listeners: ChunkListener): Promise<void> {
    this.#throwFailure();
    if (this.#rowsUncut >= this.#limits.rowsPerPost) await this.#postBeside();
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
    await this.#posted();
    await this.#endCommitThread();
    const { rows } = this.#cut(this.#writer.ledger.size);
    for (const batch of await rows) this.#writer.store.post(batch);
    await commitProjection(this.#writer);
  }

  async stop(): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.stop()));
    // Their questions have failed, so these end.
    await this.#merged;
    await this.#posting;
    await this.#endCommitThread();
  }

  /** Resolves once the previous post is over, so that two posts are in memory at most. */
  async #postBeside(): Promise<void> {
    await this.#posted();
    const post = this.#cut(this.#next);
    const durable = this.#committed.then(() => this.#settled);
    const run = async (): Promise<void> => {
      const batches = await post.rows;
      await durable;
      this.#throwFailure();
      for (const batch of batches) this.#writer.store.post(batch);
      this.#commitThread ??= new CommitThread(this.#writer.dir, this.#writer.threads);
      await commitProjection(this.#writer, { thread: this.#commitThread, cut: post.cut });
    };
    this.#posting = run()
      .catch((error: unknown) => {
        this.#postFailure = { error };
      })
      .finally(() => {
        this.#posting = undefined;
      });
  }

  /** The end of the post beside the import. Throws its failure once. */
  async #posted(): Promise<void> {
    await this.#posting;
    const failure = this.#postFailure;
    this.#postFailure = undefined;
    if (failure !== undefined) throw failure.error as Error;
  }

  /**
   * Starts writing all rows below an index. Everything below it MUST be sequenced, and nothing
   * beyond it. Workers answer in order of the questions, so they write exactly these rows.
   */
  #cut(cut: number): Post {
    this.#rowsUncut = 0;
    for (const facts of this.#facts.splice(0)) this.#writer.store.post({ facts });
    const single = this.#flush('single');
    this.#merge(cut);
    const merged = this.#merged.then(() => (this.#hasMerged ? this.#flush('merged') : []));
    this.#merged = merged.then(() => {
      this.#hasMerged = false;
    });
    const rows = Promise.all([single, merged]).then((both) => both.flat());
    // The caller reports a failure, after it has waited for more.
    rows.catch(() => {});
    this.#merged = this.#merged.catch((error: unknown) => this.#fail(error));
    return { cut, rows };
  }

  async #flush(rows: 'single' | 'merged'): Promise<readonly EncodedBatch[]> {
    const asked = this.#workers.map((worker) => worker.ask({ kind: 'flush', rows }));
    return (await Promise.all(asked)).map(({ batch }) => batch);
  }

  async #endCommitThread(): Promise<void> {
    const thread = this.#commitThread;
    this.#commitThread = undefined;
    await thread?.close();
  }

  #sequence(worker: WorkerHandle, chunkId: number, read: ReadDone, listener: ChunkListener): void {
    const { count, versions, actions } = read;
    const verdict = this.#writer.ledger.sequence({ count, versions, actions });
    const accepted = verdict.accepted.length;
    listener.outcome({ read, accepted, duplicates: count - accepted });
    this.#next = verdict.baseIndex + accepted;
    this.#rowsUncut += accepted;
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
    if (this.#redelivered >= this.#limits.redeliveriesTogether) this.#merge(this.#next);
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
        this.#hasMerged = true;
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

const LIMITS = { rowsPerPost: ROWS_PER_POST, redeliveriesTogether: REDELIVERIES_TOGETHER } as const;
