import { setImmediate as nextTurn } from 'node:timers/promises';
import { assert, ThreadMonitor } from '@countersign/core';
import { type Disk, nodeFiles } from '../disk/disk.ts';
import { type Compactor, InlineCompactor, WorkerCompactor } from './compactor.ts';
import { KEY_BYTES, keyWord } from './key-format.ts';
import {
  ACTION_ENTRIES_MAX,
  ENTRY_INDEX_MAX,
  FROZEN_TABLES_MAX,
  INLINE_ENTRIES_MAX,
  MEMTABLE_ENTRIES,
} from './limits.ts';
import { Memtable } from './memtable.ts';
import { planMerge } from './merge-policy.ts';
import type { Job, JobResult } from './merge-runs.ts';
import { Probe, type Run, type RunPart } from './run.ts';
import { IDENTITY_BYTES, runPath } from './run-format.ts';
import { openRuns, type RunProblem, type RunSet } from './run-set.ts';

/**
 * Deduplication over the whole ledger. It maps a version fingerprint to the entry with exactly
 * these bytes, and an action key to the entries of the same action. Both are 16 bytes of keyed
 * hashes (uniform).
 *
 * USE
 *
 *   const index = FingerprintIndex.open({ dir, size, identity });
 *     `dir`       DIR/fingerprints, created if missing. Only the one writer opens it.
 *     `size`      the number of durable entries in the ledger. A run with later entries is
 *                 dropped: this ledger (restored, truncated) does not have these entries.
 *     `identity`  32 bytes that change when the log or the fingerprint key changes, e.g.
 *                 SHA-256(origin, fingerprint key); runs of another identity are dropped.
 *   index.problems       the damaged files that were dropped: [{ path, what }]; all of it heals
 *   index.coveredSize    entries 0..coveredSize-1 are durable in runs. After `open` the ledger MUST
 *                        `insert` entries coveredSize..size-1 again (from segments, then journal).
 *
 *   for each record, in order:
 *     index.lookupVersion(versions, versionOffset, actions, actionOffset)
 *                                 -> the entry index, or undefined. A known record is a duplicate
 *                                    and is not inserted. The same bytes under another action
 *                                    are another record.
 *     index.lookupActions(actions, actionOffset)
 *                                 -> earlier entry indices, ascending, often []
 *     index.insert(entryIndex, versions, versionOffset, actions, actionOffset)
 *                                    entry indices MUST ascend; lookups find the entry at once.
 *   await index.caughtUp()   between batches: undefined (continue) unless full tables wait
 *
 *   index.committed(size)   entries 0..size-1 are durable in the journal. Only these are ever
 *                           written to a run. If a run held an entry that a crash removed, the
 *                           redelivered record would be a duplicate of a missing entry.
 *                           If a commit FAILS, close the index and open it again.
 *   await index.flush()     resolves when everything inserted so far is in runs. Call `committed`
 *                           first, or it waits for that. Needed for a clean close, and before
 *                           journal files are removed.
 *   await index.settled()   resolves when no merge is left to do; no caller needs to wait for it.
 *   await index.close()     stops; entries outside runs are inserted again after the next `open`.
 *
 * `checkFingerprintRuns` (check-runs.ts) rereads every file for fsck and changes nothing.
 *
 * HOW IT WORKS. A log-structured merge tree for point lookups. New entries go to a memory table of
 * 2^20. A worker thread sorts a full table and writes it as a run. It also merges runs, three of
 * one size into one. Each run has a blocked Bloom filter over its actions in memory (1.83 bytes per
 * entry), which answers for nearly every new record. It also has a directory, so a known record
 * costs one read of 2 KiB, usually from the page cache. At 100 million entries, that is 183 MB of
 * filters, 105 MB of tables, and 3.4 GB of disk. There is no manifest: file names state the range
 * of entries. A run whose range lies within another run was merged into it.
 */
export type FingerprintIndexOptions = {
  readonly dir: string;
  readonly size: number;
  readonly identity: Uint8Array;
  readonly files?: Disk;
  /** `inline` does all work on the calling thread, with `files`. The worker uses the real disk. */
  readonly compaction?: 'worker' | 'inline';
  readonly threads?: ThreadMonitor;
  readonly tableEntries?: number;
};

type Waiter = { to: number; resolve: () => void; reject: (error: unknown) => void };

export class FingerprintIndex {
  readonly #files: Disk;
  readonly #dir: string;
  readonly #identity: Uint8Array;
  readonly #tableEntries: number;
  readonly #inline: Compactor;
  readonly #compactor: Compactor;
  readonly #runs: RunSet;
  readonly #problems: RunProblem[];
  readonly #probe = new Probe();
  readonly #candidates: RunPart[] = [];
  #active: Memtable;
  /** Full tables, oldest first. Lookups continue in a table until its run replaces it. */
  readonly #frozen: Memtable[] = [];
  #spare: Memtable | undefined;
  #committed: number;
  #writing: Promise<void> | undefined;
  #merging: Promise<void> | undefined;
  #mergesEnded = false;
  #closed = false;
  #failure: { readonly error: unknown } | undefined;
  #waiters: Waiter[] = [];

  private constructor(options: FingerprintIndexOptions) {
    assert(options.identity.length === IDENTITY_BYTES, 'an identity has 32 bytes');
    this.#files = options.files ?? nodeFiles;
    this.#dir = options.dir;
    this.#identity = options.identity;
    this.#tableEntries = options.tableEntries ?? MEMTABLE_ENTRIES;
    this.#committed = options.size;
    this.#inline = new InlineCompactor(this.#files);
    const monitor = options.threads ?? new ThreadMonitor();
    this.#compactor = options.compaction === 'inline' ? this.#inline : new WorkerCompactor(monitor);
    const { runs, problems } = openRuns(this.#files, options);
    this.#runs = runs;
    this.#problems = problems;
    this.#active = new Memtable(this.#tableEntries);
    this.#active.reset(this.coveredSize);
  }

  static open(options: FingerprintIndexOptions): FingerprintIndex {
    return new FingerprintIndex(options);
  }

  get problems(): readonly RunProblem[] {
    return this.#problems;
  }

  get coveredSize(): number {
    return this.#runs.coveredSize;
  }

  /**
   * The entry with these fingerprints; the newest if there are several. (Several exist only if the
   * ledger found that a reported entry is not the same, and inserted the record.)
   */
  lookupVersion(
    versions: Uint8Array,
    versionOffset: number,
    actions: Uint8Array,
    actionOffset: number,
  ): number | undefined {
    assert(versionOffset + KEY_BYTES <= versions.length, 'a version lies within its bytes');
    if (!this.#mayHaveAction(actions, actionOffset)) return undefined;
    for (const table of [this.#active, ...this.#frozen.toReversed()]) {
      const index = table.newestVersion(versions, versionOffset, actions, actionOffset);
      if (index >= 0) return index;
    }
    this.#probe.setVersion(versions, versionOffset, actions, actionOffset);
    for (const part of this.#candidates) {
      const index = part.newest(this.#probe);
      if (index >= 0) return index;
    }
    return undefined;
  }

  /**
   * The entries of the action, ascending. If there are more than `limit`, only some of them, so
   * the list of an id that was sent very often is incomplete.
   */
  lookupActions(actions: Uint8Array, offset: number, limit: number = ACTION_ENTRIES_MAX): number[] {
    assert(limit > 0 && limit <= ACTION_ENTRIES_MAX, 'a look-up is for 1 to 1,024 entries');
    const found: number[] = [];
    if (!this.#mayHaveAction(actions, offset)) return found;
    for (const table of [this.#active, ...this.#frozen.toReversed()]) {
      table.collect(actions, offset, limit, found);
    }
    this.#probe.setAction(actions, offset);
    for (const part of this.#candidates) {
      if (found.length < limit) part.collect(this.#probe, limit, found);
    }
    return found.sort((a, b) => a - b);
  }

  insert(
    index: number,
    versions: Uint8Array,
    versionOffset: number,
    actions: Uint8Array,
    actionOffset: number,
  ): void {
    assert(index >= this.#active.to, 'entries are inserted in the order of their indices');
    assert(index < ENTRY_INDEX_MAX, 'an entry index has 48 bits');
    assert(versionOffset + KEY_BYTES <= versions.length, 'a version lies within its bytes');
    assert(actionOffset + KEY_BYTES <= actions.length, 'an action lies within its bytes');
    this.#active.insert(index, versions, versionOffset, actions, actionOffset);
    if (this.#active.isFull) {
      this.#freeze();
      this.#advance();
    }
  }

  /** Undefined if the writer may continue; otherwise resolves when it may. */
  caughtUp(): Promise<void> | undefined {
    if (this.#frozen.length < FROZEN_TABLES_MAX) return undefined;
    const last = this.#frozen[this.#frozen.length - FROZEN_TABLES_MAX] as Memtable;
    return this.#waitFor(last.to);
  }

  committed(size: number): void {
    if (size <= this.#committed) return;
    this.#committed = size;
    this.#advance();
  }

  flush(): Promise<void> {
    if (this.#active.rowCount > 0) this.#freeze();
    const last = this.#frozen.at(-1);
    return last === undefined ? Promise.resolve() : this.#waitFor(last.to);
  }

  async settled(): Promise<void> {
    while (this.#writing !== undefined || this.#merging !== undefined) {
      await this.#writing;
      await this.#merging;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#writing;
    await this.#compactor.close();
    await this.#merging;
    this.#runs.close();
    for (const waiter of this.#waiters.splice(0)) waiter.reject(new Error('the index was closed'));
  }

  /** Memory and disk use, for `fsck`, metrics and benchmarks. */
  get usage(): {
    runs: number;
    entries: number;
    filterBytes: number;
    diskBytes: number;
    tableBytes: number;
  } {
    const tables = [this.#active, ...this.#frozen, ...(this.#spare ? [this.#spare] : [])];
    const tableBytes = tables.reduce((sum, table) => sum + table.byteLength, 0);
    return { ...this.#runs.usage, tableBytes };
  }

  /**
   * Returns false for nearly every new record, at the cost of one cache miss per run. Leaves the
   * parts whose filter accepted the action in `#candidates`, newest first.
   */
  #mayHaveAction(actions: Uint8Array, offset: number): boolean {
    assert(offset + KEY_BYTES <= actions.length, 'an action lies within its bytes');
    const word0 = keyWord(actions, offset);
    const word1 = keyWord(actions, offset + 4);
    const word2 = keyWord(actions, offset + 8);
    const parts = this.#runs.parts(word0);
    const candidates = this.#candidates;
    candidates.length = 0;
    for (let i = parts.length - 1; i >= 0; i--) {
      const part = parts[i] as RunPart;
      if (part.mayHold(word0, word1, word2)) candidates.push(part);
    }
    if (candidates.length > 0 || this.#active.hasAction(actions, offset)) return true;
    return this.#frozen.some((table) => table.hasAction(actions, offset));
  }

  #freeze(): void {
    const full = this.#active;
    this.#frozen.push(full);
    this.#active = this.#spare ?? new Memtable(this.#tableEntries);
    this.#spare = undefined;
    this.#active.reset(full.to);
  }

  /** Starts all work that is possible now. Called after every change that may allow new work. */
  #advance(): void {
    if (this.#closed || this.#failure !== undefined) return;
    const oldest = this.#frozen[0];
    if (this.#writing === undefined && oldest !== undefined && oldest.to <= this.#committed) {
      this.#writing = this.#write(oldest)
        .catch((error: unknown) => this.#fail(error))
        .finally(() => {
          this.#writing = undefined;
          this.#advance();
        });
    }
    const first = planMerge(this.#runs.list, this.#tableEntries);
    if (this.#merging === undefined && !this.#mergesEnded && first !== undefined) {
      this.#merging = this.#merge(this.#runs.list.slice(first))
        .catch(() => {
          // The runs did not change. A merge saves memory and time, but nothing depends on it.
          this.#mergesEnded = true;
        })
        .finally(() => {
          this.#merging = undefined;
          this.#advance();
        });
    }
  }

  async #write(table: Memtable): Promise<void> {
    const range = { from: table.from, to: table.to };
    await this.#run(
      {
        kind: 'write',
        dir: this.#dir,
        range,
        identity: this.#identity,
        records: table.shared,
        rowCount: table.rowCount,
      },
      table.rowCount,
    );
    if (this.#closed) return;
    this.#runs.append(runPath(this.#dir, range.from, range.to));
    this.#frozen.shift();
    this.#spare = table;
    this.#waiters = this.#waiters.filter((waiter) => {
      if (waiter.to > this.coveredSize) return true;
      waiter.resolve();
      return false;
    });
  }

  async #merge(inputs: readonly Run[]): Promise<void> {
    const range = { from: (inputs[0] as Run).from, to: (inputs.at(-1) as Run).to };
    const entries = inputs.reduce((sum, run) => sum + run.entryCount, 0);
    const result = await this.#run(
      {
        kind: 'merge',
        dir: this.#dir,
        range,
        identity: this.#identity,
        inputs: inputs.map((run) => run.path),
      },
      entries,
    );
    if (this.#closed) return;
    if (result.kind === 'corrupt') {
      this.#problems.push({ path: result.path, what: result.what });
      // Lookups continue in the open file. The next opening covers less, and the ledger inserts the
      // rest again.
      this.#files.remove(result.path);
      this.#mergesEnded = true;
      return;
    }
    // One part at a time, so that no lookup waits for long and no filter is in memory twice.
    const replacement = this.#runs.replace(inputs, runPath(this.#dir, range.from, range.to));
    for (const _ of replacement) if (entries > INLINE_ENTRIES_MAX) await nextTurn();
  }

  #run(job: Job, entries: number): Promise<JobResult> {
    return (entries <= INLINE_ENTRIES_MAX ? this.#inline : this.#compactor).run(job);
  }

  /** Usually a full disk. Lookups continue, tables wait, and the next flush tries again. */
  #fail(error: unknown): void {
    this.#failure = { error };
    for (const waiter of this.#waiters.splice(0)) waiter.reject(error);
  }

  #waitFor(to: number): Promise<void> {
    this.#failure = undefined;
    return new Promise((resolve, reject) => {
      this.#waiters.push({ to, resolve, reject });
      this.#advance();
    });
  }
}
