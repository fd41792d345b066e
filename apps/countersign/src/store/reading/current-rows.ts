import { join } from 'node:path';
import { messageOf } from '@countersign/core';
import type { DuckDBValue } from '@duckdb/node-api';
import { DuckDbEngine, identifier } from '../duckdb/duckdb-engine.ts';
import { type ScratchColumns, ScratchTable } from '../duckdb/scratch-table.ts';
import { StoreError } from '../errors.ts';
import { FILE_RETRIES_MAX, SNAPSHOTS_KEPT } from '../limits.ts';
import { loadIndices } from '../parquet/compaction.ts';
import { COLUMNS } from '../parquet/event-columns.ts';
import { readParquet } from '../parquet/parquet-sql.ts';
import { type ListedFile, StateDatabase } from '../sqlite/state-database.ts';
import { EVENTS_FOLDER } from '../store-layout.ts';
import { type SummarySource, summarySource } from '../summaries/summary-source.ts';
import type { SummaryFile, SummaryTable } from '../summaries/summary-table.ts';

/** The event times that a question needs: `[fromMs, toMs)`, open where undefined. */
export type Scope = { readonly fromMs?: number | undefined; readonly toMs?: number | undefined };

/** `[fromMs, toMs)`. */
export type TimeRange = { readonly fromMs: number; readonly toMs: number };

/** Entries that a stage hides: some, and all from an index on. */
export type HiddenEntries = { readonly entries: ReadonlySet<number>; readonly from: number };

/** A scope restricted to some files. */
export type FileScope = Scope & { readonly paths?: ReadonlySet<string> };

/**
 * Reads the current rows without a lock.
 *
 * A compaction may delete a file during a read. Then the question runs again on the files that are
 * current by then.
 */
export class CurrentRows {
  readonly #dir: string;
  readonly #engine: DuckDbEngine;
  #state: StateDatabase | undefined;
  #current: { generation: number; snapshot: Promise<Snapshot> } | undefined;
  readonly #tables: string[] = [];
  /** The instance that this one is a view of. */
  readonly #whole: CurrentRows | undefined;
  readonly hidden: HiddenEntries | undefined;

  readonly #version: string;

  private constructor(
    dir: string,
    engine: DuckDbEngine,
    version: string,
    whole?: CurrentRows,
    hidden?: HiddenEntries,
  ) {
    this.#dir = dir;
    this.#engine = engine;
    this.#version = version;
    this.#whole = whole;
    this.hidden = hidden;
  }

  static async open(dir: string, threads: number): Promise<CurrentRows> {
    const engine = await DuckDbEngine.open({ threads, tempDir: join(dir, EVENTS_FOLDER) });
    const [[version] = []] = await engine.rows('SELECT version()');
    return new CurrentRows(dir, engine, String(version));
  }

  /** A view without the rows of these entries. It is open as long as the original. */
  without(hidden: HiddenEntries): CurrentRows {
    return new CurrentRows(this.#dir, this.#engine, this.#version, this, hidden);
  }

  /** Undefined before the first post. */
  get state(): StateDatabase | undefined {
    if (this.#whole !== undefined) return this.#whole.state;
    this.#state ??= StateDatabase.openForReading(this.#dir);
    return this.#state;
  }

  /** Runs `work` on one consistent snapshot. May run it again from the start on a later one. */
  async read<T>(work: (snapshot: Snapshot) => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#engine.withMoreMemory(async () => work(await this.snapshot()));
      } catch (cause) {
        this.retryOrThrow(cause, attempt);
      }
    }
  }

  /** Concurrent questions share one snapshot. */
  async snapshot(): Promise<Snapshot> {
    if (this.#whole !== undefined) return (await this.#whole.snapshot()).without(this.hidden);
    const generation = this.state?.generation ?? 0;
    if (this.#current?.generation !== generation) {
      const snapshot = this.#take();
      this.#current = { generation, snapshot };
      // A failed snapshot must not affect the next question.
      snapshot.catch(() => {
        this.#current = undefined;
      });
    }
    return this.#current.snapshot;
  }

  async #take(): Promise<Snapshot> {
    const snapshot = await this.snapshotIn(this.#engine);
    if (snapshot.superseded !== undefined) this.#tables.push(snapshot.superseded);
    // A running question may use an older table. If it is gone, the question runs again.
    for (const table of this.#tables.splice(0, this.#tables.length - SNAPSHOTS_KEPT)) {
      await this.#engine.run(`DROP TABLE IF EXISTS ${table}`);
    }
    return snapshot;
  }

  /** Creates a snapshot in the caller's engine. */
  async snapshotIn(engine: DuckDbEngine): Promise<Snapshot> {
    const state = this.state;
    const [dir, none] = [this.#dir, { files: [], summaries: [], generation: 0 }];
    if (state === undefined) return new Snapshot(dir, engine, none, undefined);
    const { superseded, ...listed } = state.snapshot(() => ({
      generation: state.generation,
      files: state.files(),
      summaries: state.summaries.valid(this.#version),
      superseded: state.superseded(),
    }));
    if (superseded.length === 0) return new Snapshot(dir, engine, listed, undefined);
    const table = `superseded_${listed.generation}`;
    await loadIndices(engine, table, superseded, INTERNAL);
    return new Snapshot(dir, engine, listed, `${INTERNAL}.${table}`);
  }

  /**
   * Returns if the question may run again on a new {@link snapshot}; otherwise throws the cause.
   */
  retryOrThrow(cause: unknown, attempt: number): void {
    if (this.#whole !== undefined) {
      this.#whole.retryOrThrow(cause, attempt);
      return;
    }
    if (!isMissingFile(cause)) throw cause;
    if (attempt >= FILE_RETRIES_MAX) {
      const message = `could not read the events: ${messageOf(cause)}; run "countersign rebuild"`;
      throw new StoreError('FILE_UNREADABLE', message, { cause });
    }
    // The writer may have deleted the state and begun another. Other questions may still read the
    // former one, so it is not closed here: SQLite closes it when the last of them is done with it.
    this.#state = undefined;
    this.#current = undefined;
  }

  scratch(columns: ScratchColumns): Promise<ScratchTable> {
    return ScratchTable.make(this.#engine, columns);
  }

  stop(): void {
    this.#engine.stop();
  }

  giveBack(): Promise<void> {
    return this.#engine.giveBack();
  }

  close(): void {
    this.#engine.close();
    this.#state?.close();
  }
}

type FileLists = {
  readonly files: readonly ListedFile[];
  readonly summaries: readonly SummaryFile[];
  readonly generation: number;
};

/** The current files at one moment. */
export class Snapshot {
  /** The table of superseded rows; undefined if there are none. */
  readonly superseded: string | undefined;
  readonly #dir: string;
  readonly #engine: DuckDbEngine;
  readonly #listed: FileLists;
  readonly #hidden: HiddenEntries | undefined;

  constructor(
    dir: string,
    engine: DuckDbEngine,
    listed: FileLists,
    superseded: string | undefined,
    hidden?: HiddenEntries,
  ) {
    this.#dir = dir;
    this.#engine = engine;
    this.#listed = listed;
    this.superseded = superseded;
    this.#hidden = hidden;
  }

  get files(): readonly ListedFile[] {
    return this.#listed.files;
  }

  get generation(): number {
    return this.#listed.generation;
  }

  without(hidden: HiddenEntries | undefined): Snapshot {
    return new Snapshot(this.#dir, this.#engine, this.#listed, this.superseded, hidden);
  }

  async rows(sql: Select): Promise<DuckDBValue[][]> {
    return this.#engine.rows(this.#sql(sql), [...(sql.values ?? [])]);
  }

  async all(sql: string, values: readonly DuckDBValue[]): Promise<DuckDBValue[][]> {
    return this.#engine.rows(sql, [...values]);
  }

  /** Runs several queries on one connection. Temporary tables are dropped after `work`. */
  together<T>(work: (ask: RunSql) => Promise<T>): Promise<T> {
    return this.#engine.use((connection) =>
      work(async (sql) => (await connection.runAndReadAll(sql)).getRows()),
    );
  }

  /** Streams any SQL over {@link source}. */
  stream(sql: string, values: readonly DuckDBValue[]): AsyncGenerator<Iterable<DuckDBValue[]>> {
    return this.#engine.stream(sql, [...values]);
  }

  paths(): string[] {
    return this.files.map((file) => join(this.#dir, file.path));
  }

  /** The FROM clause for the current rows of the scope. */
  source({ paths, ...scope }: FileScope): string {
    const needed = this.#within(scope);
    return this.#sourceOf(
      paths === undefined ? needed : needed.filter(({ path }) => paths.has(join(this.#dir, path))),
    );
  }

  /**
   * The rows of a summary table for whole days. A view that hides entries computes all of them from
   * the events.
   */
  summary(table: SummaryTable, { fromMs, toMs }: TimeRange, homeSql: string): SummarySource {
    // Only grouped rows are attributed to a tenant; others may have it in a hash.
    const tenantSql = table.group === undefined ? 'tenant' : homeSql;
    return summarySource(table, {
      dir: this.#dir,
      files: this.#within({ fromMs, toMs }),
      summaries: this.#hidden === undefined ? this.#listed.summaries : [],
      tenantSql,
      eventsOf: (files) => `(SELECT * REPLACE (${tenantSql} AS tenant)
        FROM ${this.#sourceOf(files)}
        WHERE "time" >= make_timestamp_ms(${fromMs}) AND "time" < make_timestamp_ms(${toMs}))`,
    });
  }

  #within(scope: Scope): ListedFile[] {
    const { fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY } = scope;
    return this.files.filter((file) => file.minTimeMs < toMs && file.maxTimeMs >= fromMs);
  }

  #sourceOf(files: readonly ListedFile[]): string {
    if (files.length === 0) return NO_ROWS;
    const all = readParquet(files.map(({ path }) => join(this.#dir, path)));
    const live =
      this.superseded === undefined ? '' : `ANTI JOIN ${this.superseded} USING ("index")`;
    const shown = this.#hidden === undefined ? '' : `WHERE ${shownSql(this.#hidden)}`;
    if (live === '' && shown === '') return all;
    return `(SELECT *, filename FROM ${all} ${live} ${shown})`;
  }

  #sql({ select, scope, rest }: Select): string {
    return `SELECT ${select} FROM ${this.source(scope)} ${rest}`;
  }
}

function shownSql({ entries, from }: HiddenEntries): string {
  const parts = [
    ...(Number.isFinite(from) ? [`"index" < ${from}`] : []),
    ...(entries.size === 0 ? [] : [`"index" NOT IN (${[...entries].join(', ')})`]),
  ];
  return parts.length === 0 ? 'true' : parts.join(' AND ');
}

/** Runs one statement and returns its rows. */
export type RunSql = (sql: string) => Promise<DuckDBValue[][]>;

export type Select = {
  readonly select: string;
  readonly scope: Scope;
  /** WHERE and everything after it, with `values` for its parameters. */
  readonly rest: string;
  readonly values?: readonly DuckDBValue[];
};

/** A schema that SHOW does not list to SQL users. */
const INTERNAL = 'internal';

/** A source without files: no rows, and the right columns. */
const NO_ROWS = `(SELECT NULL AS filename, ${COLUMNS.map(
  ({ name, type }) => `CAST(NULL AS ${type}) AS ${identifier(name)}`,
).join(', ')} WHERE false)`;

function isMissingFile(error: unknown): boolean {
  return /No such file|Cannot open file|No files found|superseded_\d+ does not exist/i.test(
    messageOf(error),
  );
}
