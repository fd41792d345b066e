import { mkdirSync, readdirSync, rmdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { assert, type Clock, systemClock } from '@countersign/core';
import type { AskedWindow, UnreadWindow } from '@countersign/coverage';
import { commitBatches } from './commit/commit-batches.ts';
import type { CommitThread } from './commit/commit-thread.ts';
import { endOf, type PostedBatch, type RowBatch } from './commit/row-batch.ts';
import { ObservedCoverage } from './coverage/observed-coverage.ts';
import { DuckDbEngine, type SpillOwner, spillFileOwner } from './duckdb/duckdb-engine.ts';
import { COMPACTION_THREAD_BYTES, SPILL_FOLDER_KEPT_MS } from './limits.ts';
import { type CompactionLimits, type CompactionReport, compact } from './parquet/compaction.ts';
import { ManifestFile } from './parquet/manifest.ts';
import { type PurgeReport, purge } from './parquet/purge.ts';
import { writeHot } from './parquet/recent-file.ts';
import type { RowBuffer } from './parquet/row-buffer.ts';
import type { SignalBatch } from './rows/signal-row.ts';
import type { CheckedRange, CheckRow } from './sqlite/check-table.ts';
import type { PassFilter, PassRow } from './sqlite/decision-table.ts';
import type { StoredFinding } from './sqlite/finding-table.ts';
import { type StageCursor, StateDatabase } from './sqlite/state-database.ts';
import {
  EVENTS_FOLDER,
  HOT_FOLDER,
  MANIFEST_FILE,
  SIGNALS_END,
  SIGNALS_STAGE,
  STORE_STAGE,
  TEMP_FOLDER,
} from './store-layout.ts';
import { summarize } from './summaries/summarize.ts';
import { SUMMARY_TABLES } from './summaries/summary-tables.ts';

export type StoreOptions = {
  /** DuckDB threads for compaction and erasure. */
  readonly threads?: number;
  readonly clock?: Pick<Clock, 'monotonic'>;
};

/**
 * Writes the store. The caller MUST hold the writer lock of the data folder.
 *
 * After a crash at any moment, the caller continues from {@link cursor} and posts again from there.
 */
export class Store {
  readonly #dir: string;
  readonly #state: StateDatabase;
  readonly #engine: DuckDbEngine;
  readonly #manifest: ManifestFile;
  #pending: PostedBatch[] = [];

  private constructor(
    dir: string,
    state: StateDatabase,
    engine: DuckDbEngine,
    manifest: ManifestFile,
  ) {
    this.#dir = dir;
    this.#manifest = manifest;
    this.#state = state;
    this.#engine = engine;
  }

  static async open(dir: string, options: StoreOptions = {}): Promise<Store> {
    mkdirSync(join(dir, HOT_FOLDER), { recursive: true });
    mkdirSync(join(dir, TEMP_FOLDER), { recursive: true });
    let state = StateDatabase.openForWriting(dir);
    if (!isWhole(dir, state)) {
      // A listed file is missing or truncated. Derived data is not worth a doubt, so rebuild
      // everything.
      state.close();
      StateDatabase.discard(dir);
      state = StateDatabase.openForWriting(dir);
    }
    forgetBrokenSummaries(dir, state);
    removeOrphans(dir, state);
    const tempDir = join(dir, EVENTS_FOLDER);
    const { threads = 1, clock = systemClock } = options;
    const manifest = new ManifestFile(dir, state, clock);
    manifest.write();
    const memoryBytes = COMPACTION_THREAD_BYTES * threads;
    const engine = await DuckDbEngine.open({ threads, tempDir, memoryBytes });
    return new Store(dir, state, engine, manifest);
  }

  /** The store covers the entries below this index. */
  get cursor(): number {
    return this.#state.cursor(STORE_STAGE);
  }

  /** Indices of our own entries of one kind from this index on, ascending. */
  indicesOfKind(kind: string, fromIndex: number = 0): readonly number[] {
    return this.#state.indicesOfKind(kind, fromIndex);
  }

  /** Results of windows that were requested from sources. */
  asked(): readonly AskedWindow[] {
    return new ObservedCoverage().asked(this.#state);
  }

  /** Windows that lack only quarantined pieces. */
  unread(): readonly UnreadWindow[] {
    return new ObservedCoverage().unread(this.#state);
  }

  /** Pass entries in ledger order. */
  passEntries(filter: PassFilter = {}): readonly PassRow[] {
    return this.#state.decisions.passEntries(filter);
  }

  /** Openings of expired passes that no entry has closed. */
  overduePasses(nowMs: number): readonly PassRow[] {
    return this.#state.decisions.overdue(nowMs);
  }

  finding(uid: string): StoredFinding | undefined {
    return this.#state.findings.find(uid);
  }

  /** A stage after the store has processed the entries below this index. */
  stageCursor(stage: string): number {
    return this.#state.cursor(stage);
  }

  /** Like {@link StoreReader.laggingStage}. */
  laggingStage(prefix: string): StageCursor | undefined {
    return this.#state.laggingStage(prefix);
  }

  /** Hash of the rules that produced the signals. */
  get signalHash(): string | undefined {
    return this.#state.signals.hash;
  }

  /**
   * Discards all signals after a rule change. Those of `[0, cursor)` must be recomputed, and the
   * stage that evaluates them starts over.
   */
  resetSignals(hash: string, stage: string): void {
    this.#state.transaction(() => {
      this.#state.signals.reset(hash);
      this.#state.setCursor(stage, 0);
      this.#state.setCursor(SIGNALS_STAGE, 0);
      this.#state.setCursor(SIGNALS_END, this.cursor);
    });
  }

  /** Adds signals of entries below `cursor` that the store already covers. */
  addSignals(batch: SignalBatch, cursor: number): void {
    this.#state.transaction(() => {
      this.#state.signals.add(batch, this.cursor);
      this.#state.setCursor(SIGNALS_STAGE, cursor);
    });
  }

  /** The entries whose signals are still missing. */
  get signalsMissing(): { readonly from: number; readonly to: number } {
    const from = this.#state.cursor(SIGNALS_STAGE);
    return { from, to: Math.max(from, this.#state.cursor(SIGNALS_END)) };
  }

  /** Marks signal groups up to this cursor as evaluated. */
  forgetTouched(index: number): void {
    this.#state.transaction(() => this.#state.signals.forgetTouched(index));
  }

  /** Moves a stage's cursor. MUST follow once all entries of the stage are durable and posted. */
  setStageCursor(stage: string, index: number): void {
    assert(stage !== STORE_STAGE && index <= this.cursor, 'a stage continues behind the store');
    this.#state.transaction(() => this.#state.setCursor(stage, index));
  }

  /** Replaces all checks of a time range. */
  keepChecks(made: CheckedRange, rows: readonly CheckRow[]): void {
    this.#state.transaction(() => this.#state.checks.replace(made, rows));
  }

  /** Superseded rows that are still in a file. */
  get supersededCount(): number {
    return this.#state.superseded().length;
  }

  /** Takes a batch. It counts atomically once {@link commit} passes its last entry. */
  post(batch: PostedBatch): void {
    this.#pending.push(batch);
  }

  /** Writes and posts rows on this thread: for small batches and merges. */
  async postRows(buffer: RowBuffer, rest: Omit<RowBatch, 'files'> = {}): Promise<void> {
    const files = buffer.rows === 0 ? [] : [await writeHot(this.#dir, buffer)];
    this.post({ ...rest, files });
  }

  /**
   * Moves the cursor: everything posted up to there counts now.
   *
   * Files with rows at or beyond the cursor wait for a later commit, because after a crash they are
   * posted again.
   */
  commit(cursor: number): void {
    const [ready, waiting] = this.#readyFor(cursor);
    commitBatches(this.#state, ready, cursor);
    this.#pending = waiting;
    this.#manifest.refresh();
  }

  /** {@link commit} on another thread. No other method may write meanwhile. */
  async commitOn(thread: CommitThread, cursor: number): Promise<void> {
    const [ready] = this.#readyFor(cursor);
    await thread.commit(ready, cursor);
    const done = new Set(ready);
    this.#pending = this.#pending.filter((batch) => !done.has(batch));
    this.#manifest.refresh();
  }

  /** Rewrites files in query order, and stores their summaries. Changes no answer. */
  async compact(limits: CompactionLimits = {}): Promise<CompactionReport> {
    const context = { dir: this.#dir, state: this.#state, engine: this.#engine };
    try {
      const report = await compact(context, limits);
      await summarize(context, SUMMARY_TABLES, limits.summaryRowsMin);
      return report;
    } finally {
      this.#manifest.write();
    }
  }

  /**
   * Removes every trace of these entries.
   *
   * Rows with other deliveries are removed and reported. The caller merges the rest again and posts
   * it.
   */
  async purge(indices: readonly number[]): Promise<PurgeReport> {
    assert(this.#pending.length === 0, 'everything posted is committed before a purge');
    try {
      return await purge({ dir: this.#dir, state: this.#state, engine: this.#engine }, indices);
    } finally {
      this.#manifest.write();
    }
  }

  close(): void {
    this.#engine.close();
    this.#manifest.write();
    this.#state.close();
  }

  #readyFor(cursor: number): [PostedBatch[], PostedBatch[]] {
    assert(cursor >= this.cursor, 'the cursor of the store never goes back');
    return partition(this.#pending, (batch) => endOf(batch) <= cursor);
  }
}

function isWhole(dir: string, state: StateDatabase): boolean {
  return state.files().every((file) => isIntact(dir, file));
}

function isIntact(dir: string, { path, bytes }: { path: string; bytes: number }): boolean {
  return statSync(join(dir, path), { throwIfNoEntry: false })?.size === bytes;
}

/** Questions read the events instead, until a compaction computes the summaries again. */
function forgetBrokenSummaries(dir: string, state: StateDatabase): void {
  const broken = state.summaries.all().filter((file) => !isIntact(dir, file));
  if (broken.length === 0) return;
  state.transaction(() => {
    for (const { path } of broken) state.summaries.remove(path);
  });
}

/**
 * Deletes files that a crash or a discarded state left. Keeps folders, because a reader may be
 * spilling into one.
 */
function removeOrphans(dir: string, state: StateDatabase): void {
  const files = [...state.files(), ...state.summaries.all()];
  const paths = [MANIFEST_FILE, ...files.map((file) => file.path)];
  const known = new Set(paths.map((path) => join(dir, path)));
  const root = join(dir, EVENTS_FOLDER);
  for (const { name } of readdirSync(root, { withFileTypes: true })) {
    const spiller = spillFileOwner(name);
    if (spiller === undefined) removeUnknown(join(root, name), known);
    else if (spiller !== 'ours') tolerating(() => removeSpilled(join(root, name), spiller));
  }
}

function removeUnknown(root: string, known: ReadonlySet<string>): void {
  if (!statSync(root).isDirectory()) {
    if (!known.has(root)) rmSync(root, { force: true });
    return;
  }
  for (const entry of readdirSync(root, { recursive: true, withFileTypes: true })) {
    const path = join(entry.parentPath, entry.name);
    if (entry.isFile() && !known.has(path)) rmSync(path, { force: true });
  }
}

/**
 * Deletes spill data of engines that ended without closing, because it contains personal data.
 *
 * A living process's folder stays until it is certainly unused, because process ids are reused. An
 * empty folder stays as long: a reader in another container is invisible, and could not spill
 * without it.
 */
function removeSpilled(folder: string, spiller: SpillOwner): void {
  const isOld = systemClock.now() - statSync(folder).mtimeMs > SPILL_FOLDER_KEPT_MS;
  if (spiller === 'lives' && !isOld) return;
  for (const name of readdirSync(folder)) rmSync(join(folder, name), { force: true });
  if (spiller === 'gone' && isOld) rmdirSync(folder);
}

/** Ignores errors of files that disappear meanwhile, and of folders that receive a new file. */
function tolerating(work: () => void): void {
  try {
    work();
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT' && code !== 'ENOTEMPTY') throw error;
  }
}

function partition<T>(items: readonly T[], test: (item: T) => boolean): [T[], T[]] {
  const yes: T[] = [];
  const no: T[] = [];
  for (const item of items) (test(item) ? yes : no).push(item);
  return [yes, no];
}
