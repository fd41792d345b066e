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

/** Which files a question needs, by event time; `[fromMs, toMs)`, open where undefined. */
export type Scope = { readonly fromMs?: number | undefined; readonly toMs?: number | undefined };

/** Entries that a stage does not look at: some, and all from one on. */
export type HiddenEntries = { readonly entries: ReadonlySet<number>; readonly from: number };

/** The same, of some files alone. */
export type FileScope = Scope & { readonly paths?: ReadonlySet<string> };

/**
 * The rows that count now, for reading. Takes no lock. A compaction may delete a file while it is
 * read: the question is then asked again, of the files that count by then.
 */
export class CurrentRows {
  readonly #dir: string;
  readonly #engine: DuckDbEngine;
  #state: StateDatabase | undefined;
  #current: { generation: number; snapshot: Promise<Snapshot> } | undefined;
  readonly #tables: string[] = [];
  /** Of which this one is a view. */
  readonly #whole: CurrentRows | undefined;
  readonly hidden: HiddenEntries | undefined;

  private constructor(
    dir: string,
    engine: DuckDbEngine,
    whole?: CurrentRows,
    hidden?: HiddenEntries,
  ) {
    this.#dir = dir;
    this.#engine = engine;
    this.#whole = whole;
    this.hidden = hidden;
  }

  static async open(dir: string, threads: number): Promise<CurrentRows> {
    return new CurrentRows(
      dir,
      await DuckDbEngine.open({ threads, tempDir: join(dir, EVENTS_FOLDER) }),
    );
  }

  /** A view that shows no row of these entries; it is open as long as this is. */
  without(hidden: HiddenEntries): CurrentRows {
    return new CurrentRows(this.#dir, this.#engine, this, hidden);
  }

  /** Undefined while nothing was ever posted. */
  get state(): StateDatabase | undefined {
    if (this.#whole !== undefined) return this.#whole.state;
    this.#state ??= StateDatabase.openForReading(this.#dir);
    return this.#state;
  }

  /** `work` sees one moment, all of it; it may be run again from the start, and of a later one. */
  async read<T>(work: (snapshot: Snapshot) => Promise<T>): Promise<T> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#engine.withRoom(async () => work(await this.snapshot()));
      } catch (cause) {
        this.retryOrThrow(cause, attempt);
      }
    }
  }

  /** Questions that are asked at the same time share one. */
  async snapshot(): Promise<Snapshot> {
    if (this.#whole !== undefined) return (await this.#whole.snapshot()).without(this.hidden);
    const generation = this.state?.generation ?? 0;
    if (this.#current?.generation !== generation) {
      const snapshot = this.#take();
      this.#current = { generation, snapshot };
      // What failed is not kept for the next question.
      snapshot.catch(() => {
        this.#current = undefined;
      });
    }
    return this.#current.snapshot;
  }

  async #take(): Promise<Snapshot> {
    const snapshot = await this.snapshotIn(this.#engine);
    if (snapshot.superseded !== undefined) this.#tables.push(snapshot.superseded);
    // A question that is still being answered may hold an older one; it is asked again if not.
    for (const table of this.#tables.splice(0, this.#tables.length - SNAPSHOTS_KEPT)) {
      await this.#engine.run(`DROP TABLE IF EXISTS ${table}`);
    }
    return snapshot;
  }

  /** The same in an engine of the caller's. */
  async snapshotIn(engine: DuckDbEngine): Promise<Snapshot> {
    const state = this.state;
    if (state === undefined) return new Snapshot(this.#dir, engine, [], undefined);
    const { generation, files, superseded } = state.snapshot(() => ({
      generation: state.generation,
      files: state.files(),
      superseded: state.superseded(),
    }));
    if (superseded.length === 0) {
      return new Snapshot(this.#dir, engine, files, undefined, generation);
    }
    const table = `superseded_${generation}`;
    await loadIndices(engine, table, superseded, INTERNAL);
    return new Snapshot(this.#dir, engine, files, `${INTERNAL}.${table}`, generation);
  }

  /** Returns when the question may be asked again, of a new {@link snapshot}. */
  retryOrThrow(cause: unknown, attempt: number): void {
    if (this.#whole !== undefined) {
      this.#whole.retryOrThrow(cause, attempt);
      return;
    }
    if (!isMissingFile(cause)) throw cause;
    if (attempt >= FILE_RETRIES_MAX) {
      const message = `couldn't read the events: ${messageOf(cause)}; run "countersign rebuild"`;
      throw new StoreError('FILE_UNREADABLE', message, { cause });
    }
    // The writer may have thrown the whole state away and begun another.
    this.#state?.close();
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

/** The files that count at one moment. */
export class Snapshot {
  readonly files: readonly ListedFile[];
  readonly generation: number;
  /** The table of the rows that no longer count; undefined when all do. */
  readonly superseded: string | undefined;
  readonly #dir: string;
  readonly #engine: DuckDbEngine;
  readonly #hidden: HiddenEntries | undefined;

  constructor(
    dir: string,
    engine: DuckDbEngine,
    files: readonly ListedFile[],
    superseded: string | undefined,
    generation = 0,
    hidden?: HiddenEntries,
  ) {
    this.#dir = dir;
    this.#engine = engine;
    this.files = files;
    this.superseded = superseded;
    this.generation = generation;
    this.#hidden = hidden;
  }

  without(hidden: HiddenEntries | undefined): Snapshot {
    const { files, superseded, generation } = this;
    return new Snapshot(this.#dir, this.#engine, files, superseded, generation, hidden);
  }

  async rows(sql: Select): Promise<DuckDBValue[][]> {
    return this.#engine.rows(this.#sql(sql), [...(sql.values ?? [])]);
  }

  async all(sql: string, values: readonly DuckDBValue[]): Promise<DuckDBValue[][]> {
    return this.#engine.rows(sql, [...values]);
  }

  /** Questions on one connection: temporary tables that they make are gone behind `work`. */
  together<T>(work: (ask: RunSql) => Promise<T>): Promise<T> {
    return this.#engine.use((connection) =>
      work(async (sql) => (await connection.runAndReadAll(sql)).getRows()),
    );
  }

  /** Any text over what {@link source} gives. */
  stream(sql: string, values: readonly DuckDBValue[]): AsyncGenerator<DuckDBValue[][]> {
    return this.#engine.stream(sql, [...values]);
  }

  paths(): string[] {
    return this.files.map((file) => join(this.#dir, file.path));
  }

  /** What follows FROM: the live rows of the scope. */
  source(scope: FileScope): string {
    const { fromMs = Number.NEGATIVE_INFINITY, toMs = Number.POSITIVE_INFINITY, paths } = scope;
    const needed = this.files
      .filter((file) => file.minTimeMs < toMs && file.maxTimeMs >= fromMs)
      .map((file) => join(this.#dir, file.path))
      .filter((path) => paths === undefined || paths.has(path));
    if (needed.length === 0) return NO_ROWS;
    const all = readParquet(needed);
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

/** Asks one thing; gives the rows. */
export type RunSql = (sql: string) => Promise<DuckDBValue[][]>;

export type Select = {
  readonly select: string;
  readonly scope: Scope;
  /** WHERE and what follows, with `values` for its parameters. */
  readonly rest: string;
  readonly values?: readonly DuckDBValue[];
};

/** Tables that SQL users do not see when they list theirs. */
const INTERNAL = 'internal';

/** No file at all: no rows, and the right columns. */
const NO_ROWS = `(SELECT NULL AS filename, ${COLUMNS.map(
  ({ name, type }) => `CAST(NULL AS ${type}) AS ${identifier(name)}`,
).join(', ')} WHERE false)`;

function isMissingFile(error: unknown): boolean {
  return /No such file|Cannot open file|No files found|superseded_\d+ does not exist/i.test(
    messageOf(error),
  );
}
