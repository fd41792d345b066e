import {
  type DirectoryMark,
  type IntervalSet,
  parseDirectoryMark,
  type RecordDraft,
  type SourceId,
  type TenantId,
} from '@countersign/core';
import type {
  Chunk,
  CollectionSession,
  CollectionSink,
  CollectWindow,
  ContentFact,
  ReadContext,
} from '@countersign/m365';
import { compactStore } from '../../projection/compact-store.ts';
import { parseObject } from '../../projection/entries/own-entry.ts';
import type { LedgerWriter } from '../../projection/ledger-writer.ts';
import { COMPACT_EVERY_MS, CONTENT_REMEMBERED_MS, POST_EVERY_MS } from '../limits.ts';
import { type ChunkListener, IngestPipeline } from '../pipeline/ingest-pipeline.ts';
import type { MatchedRecord } from '../pipeline/text-matcher.ts';
import { type QuarantinedItem, quarantineItem } from '../quarantine/quarantine.ts';
import { CollectionHistory } from './collection-history.ts';
import { LedgerSession, type SessionEntries } from './ledger-session.ts';

export type MatchedRecordListener = (record: MatchedRecord) => void;

/**
 * The sink of all collectors of a process: one ingest pipeline, one order.
 *
 * Records come first, then the entry about their window. After a crash in between, the collector
 * requests the window again, and deduplication drops what the ledger has.
 */
export class LedgerSink implements CollectionSink {
  readonly #writer: LedgerWriter;
  readonly #pipeline: IngestPipeline;
  readonly #history: CollectionHistory;
  /** Serializes the users of the pipeline and the writer. */
  #turn: Promise<unknown> = Promise.resolve();
  #compactedMs: number;
  #postedMs: number;
  #isBehind = false;
  #listeners: MatchedRecordListener[] = [];
  #directoryListeners: (() => void)[] = [];

  private constructor(writer: LedgerWriter, pipeline: IngestPipeline, history: CollectionHistory) {
    this.#writer = writer;
    this.#pipeline = pipeline;
    this.#history = history;
    this.#compactedMs = writer.clock.monotonic();
    this.#postedMs = this.#compactedMs;
  }

  /** `workers`: parser threads. MUST be closed before the writer is. */
  static async open(
    writer: LedgerWriter,
    options: { readonly workers: number; readonly listenFor?: readonly string[] },
  ): Promise<LedgerSink> {
    const history = await CollectionHistory.load(writer);
    return new LedgerSink(writer, new IngestPipeline(writer, options), history);
  }

  get nowMs(): number {
    return this.#writer.clock.now();
  }

  settled(
    source: SourceId,
    tenant: TenantId,
    subject: string | null,
    leftOut: readonly string[] = [],
  ): IntervalSet {
    return this.#history.settled(source, tenant, subject, leftOut);
  }

  lookedAgain(source: SourceId, tenant: TenantId): IntervalSet {
    return this.#history.lookedAgain(source, tenant);
  }

  since(source: SourceId, tenant: TenantId): number | undefined {
    return this.#history.since(source, tenant);
  }

  off(source: SourceId, tenant: TenantId): IntervalSet {
    return this.#history.off(source, tenant);
  }

  content(source: SourceId, tenant: TenantId, id: string): ContentFact | undefined {
    return this.#history.content(source, tenant, id);
  }

  directoryMark(source: SourceId, tenant: TenantId): DirectoryMark | undefined {
    return this.#history.directoryMark(source, tenant);
  }

  begin(window: CollectWindow): CollectionSession {
    return new LedgerSession(this, window);
  }

  /** Calls `listener` with every matching record once it is durable. */
  listen(listener: MatchedRecordListener): void {
    this.#listeners.push(listener);
  }

  /** Calls `listener` when new directory entries are durable. */
  listenToDirectory(listener: () => void): void {
    this.#directoryListeners.push(listener);
  }

  /** Appends entries of our own after all records handed in so far. Durable when it resolves. */
  async append(drafts: readonly RecordDraft[]): Promise<void> {
    await this.#changing(() => this.#pipeline.append(drafts));
    // The mark of a directory page is the last of its entries.
    const { kind, body } = drafts.at(-1) ?? {};
    const mark =
      kind === 'directory' && body !== undefined && parseDirectoryMark(parseObject(body));
    if (mark) this.#history.noteDirectory(mark);
    if (kind === 'directory') for (const listener of this.#directoryListeners) listener();
  }

  /** @internal for sessions */
  async feed(chunk: Chunk, context: ReadContext, listener: ChunkListener): Promise<void> {
    await this.#changing(() => this.#pipeline.feed(chunk, context, listener));
  }

  /** @internal for sessions */
  async settle(): Promise<void> {
    await this.#alone(() => this.#pipeline.settle());
  }

  /** @internal for sessions */
  async conclude(entries: () => SessionEntries, window: CollectWindow): Promise<void> {
    await this.#changing(async () => {
      await this.#pipeline.settle();
      const { drafts, observations, heard, contents } = entries();
      await this.#pipeline.append(drafts);
      this.#history.noteContents(window.source, window.tenant, contents);
      for (const seen of observations) this.#history.noteObservation(seen);
      for (const listener of this.#listeners) for (const record of heard) listener(record);
      // A long catch-up has many windows. Post between them, so that their records can be queried.
      const nowMs = this.#writer.clock.monotonic();
      if (nowMs - this.#postedMs >= POST_EVERY_MS) await this.#postNow();
    });
  }

  /** @internal for sessions */
  quarantineItem(reject: Omit<QuarantinedItem, 'bytes'>, bytes: Uint8Array | null): void {
    quarantineItem(this.#writer.dir, reject, bytes);
  }

  /** Adds everything handed in so far to the store, so that it can be queried. */
  async post(): Promise<void> {
    if (!this.#isBehind && !this.#writer.decisionLog.isBehind) return;
    await this.#alone(() => this.#postNow());
  }

  /**
   * Runs periodic maintenance. Resolves to a sentence if it failed, because no answer depends on
   * it.
   */
  async tidy(): Promise<string | undefined> {
    const { clock, store } = this.#writer;
    const nowMs = clock.monotonic();
    if (nowMs - this.#compactedMs < COMPACT_EVERY_MS) return undefined;
    this.#compactedMs = nowMs;
    this.#history.forget(clock.now() - CONTENT_REMEMBERED_MS);
    return this.#alone(async () => {
      await this.#postNow();
      return compactStore({ store });
    });
  }

  /** Runs other work with the writer (an import, an erasure). Collectors wait meanwhile. */
  async exclusively<T>(work: () => Promise<T>): Promise<T> {
    return this.#alone(async () => {
      await this.#postNow();
      const { store } = this.#writer;
      const erasures = store.indicesOfKind('erasure').length;
      const { size } = this.#writer.ledger;
      const result = await work();
      await this.#history.recallContents(this.#writer, size);
      if (store.indicesOfKind('erasure').length > erasures)
        await this.#history.recallDirectory(this.#writer);
      return result;
    });
  }

  /**
   * Runs work that appends entries of our own and commits the store: what detection changes. It
   * posts records first, but not decisions. The commit posts those, and they come all the time.
   */
  async afterRecords<T>(work: () => Promise<T>): Promise<T> {
    return this.#alone(async () => {
      if (this.#isBehind || this.#writer.clockSteps.count > 0) await this.#postNow();
      return work();
    });
  }

  /** Ends the threads. Records that are not durable yet will be requested again. */
  async close(): Promise<void> {
    await this.#turn;
    await this.#pipeline.stop();
  }

  async #postNow(): Promise<void> {
    const { clock, clockSteps } = this.#writer;
    this.#postedMs = clock.monotonic();
    if (clockSteps.count > 0) await this.#pipeline.append(clockSteps.take(clock.now()));
    await this.#pipeline.post();
    // Not before: after a failure, the next commit must not pass entries that were not posted.
    this.#isBehind = false;
  }

  /** Work that hands in records or entries. The next post adds them to the store. */
  #changing<T>(work: () => Promise<T>): Promise<T> {
    return this.#alone(() => {
      this.#isBehind = true;
      return work();
    });
  }

  #alone<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work);
    this.#turn = mine.catch(() => {});
    return mine;
  }
}
