import { existsSync, rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { KeptReducer } from '@countersign/coverage';
import { bookFailure } from '../errors.ts';
import { STATE_CACHE_BYTES } from '../limits.ts';
import type { Alias, AliasKind } from '../rows/alias-table.ts';
import type {
  CoverageRow,
  EntryRows,
  ErasureRow,
  ImportRow,
  InventoryRow,
  ObservationRow,
} from '../rows/entry-rows.ts';
import { statePath } from '../store-layout.ts';
import { aliasOf, learnAlias } from './alias-rows.ts';
import { CheckTable } from './check-table.ts';
import { DecisionTable } from './decision-table.ts';
import { FindingTable } from './finding-table.ts';
import { openState, versionOf } from './open-state.ts';
import { PrincipalTable } from './principal-table.ts';
import { SignalTable } from './signal-table.ts';
import { SqliteConnection } from './sqlite-connection.ts';
import { STATE_TABLES, STATE_VERSION } from './state-schema.ts';
import { addFacts, forgetFacts } from './store-entry-rows.ts';
import { SummaryList } from './summary-list.ts';

export type FileKind = 'hot' | 'day';

/** A stage has processed the entries below the index. */
export type StageCursor = { readonly stage: string; readonly index: number };

export type ListedFile = {
  readonly path: string;
  readonly kind: FileKind;
  /** Only of files of kind `day`. */
  readonly classUid: number | null;
  readonly day: string | null;
  readonly fromIndex: number;
  readonly toIndex: number;
  readonly rows: number;
  readonly bytes: number;
  readonly minTimeMs: number;
  readonly maxTimeMs: number;
};

/** An action without a row, and the entries that still report it. */
export type PendingMerge = { readonly index: number; readonly entries: readonly number[] };

/** `state.sqlite`: which files count, and everything that must commit with them. */
export class StateDatabase {
  readonly #db: SqliteConnection;

  private constructor(db: DatabaseSync) {
    this.#db = new SqliteConnection(db);
  }

  /**
   * Opens the state for writing. A missing state, or one of another version, becomes an empty one.
   * The caller MUST hold the writer lock of the data folder.
   * @throws StoreError DISK_FULL, NOT_WRITABLE, DISK_BROKEN
   */
  static openForWriting(dir: string): StateDatabase {
    const path = statePath(dir);
    const known = existsSync(path) ? versionOf(path) : undefined;
    if (known !== STATE_VERSION) StateDatabase.discard(dir);
    let db: DatabaseSync | undefined;
    try {
      db = new DatabaseSync(path);
      db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON;');
      db.exec(`PRAGMA cache_size = -${STATE_CACHE_BYTES / 1024}`);
      if (known !== STATE_VERSION) {
        // One transaction: a crash in between leaves version 0, which is discarded next time.
        db.exec(`BEGIN; ${STATE_TABLES} PRAGMA user_version = ${STATE_VERSION}; COMMIT;`);
      }
      return new StateDatabase(db);
    } catch (cause) {
      db?.close();
      throw bookFailure(path, cause);
    }
  }

  /** Undefined if nothing was posted, or only by another version. */
  static openForReading(dir: string): StateDatabase | undefined {
    const path = statePath(dir);
    if (!existsSync(path) || versionOf(path) !== STATE_VERSION) return undefined;
    return new StateDatabase(openState(path));
  }

  static discard(dir: string): void {
    const path = statePath(dir);
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
  }

  transaction<T>(work: () => T): T {
    return this.#db.transaction(() => {
      const result = work();
      this.#db.run(BUMP);
      return result;
    });
  }

  /** All reads in `work` see one snapshot. */
  snapshot<T>(work: () => T): T {
    return this.#db.snapshot(work);
  }

  /** Changes with every transaction. */
  get generation(): number {
    return this.#db.number("SELECT value FROM meta WHERE name = 'generation'");
  }

  cursor(stage: string): number {
    return this.#db.number('SELECT "index" FROM cursors WHERE stage = ?', stage);
  }

  hasCursor(stage: string): boolean {
    return this.#db.number('SELECT count(*) FROM cursors WHERE stage = ?', stage) > 0;
  }

  /** Cursors of all stages whose names have this prefix. */
  #cursors(prefix: string): StageCursor[] {
    const rows = this.#db.all('SELECT * FROM cursors ORDER BY stage');
    const named = rows.map((row) => ({
      stage: row['stage'] as string,
      index: row['index'] as number,
    }));
    return named.filter(({ stage }) => stage.startsWith(prefix));
  }

  /** The stage of this prefix that is furthest behind, if records lie beyond its cursor. */
  laggingStage(prefix: string): StageCursor | undefined {
    return this.snapshot(() => {
      const known = this.#cursors(prefix);
      const stages = known.length === 0 ? [{ stage: prefix, index: 0 }] : known;
      const behind = stages.filter(({ index }) => this.touchedSince(index).length > 0);
      return behind.sort((a, b) => a.index - b.index)[0];
    });
  }

  setCursor(stage: string, index: number): void {
    this.#db.run('INSERT OR REPLACE INTO cursors VALUES (?, ?)', stage, index);
  }

  /** A number that no file name uses. */
  nextFileNumber(): number {
    const next = this.#db.number("SELECT value FROM meta WHERE name = 'file'") + 1;
    this.#db.run("INSERT OR REPLACE INTO meta VALUES ('file', ?)", next);
    return next;
  }

  files(): ListedFile[] {
    return this.#db.all('SELECT * FROM files ORDER BY from_index, path').map((row) => ({
      path: row['path'] as string,
      kind: row['kind'] as FileKind,
      classUid: row['class_uid'] as number | null,
      day: row['day'] as string | null,
      fromIndex: row['from_index'] as number,
      toIndex: row['to_index'] as number,
      rows: row['rows'] as number,
      bytes: row['bytes'] as number,
      minTimeMs: row['min_time'] as number,
      maxTimeMs: row['max_time'] as number,
    }));
  }

  listFile(file: ListedFile): void {
    this.#db.run(
      'INSERT INTO files VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
      file.path,
      file.kind,
      file.classUid,
      file.day,
      file.fromIndex,
      file.toIndex,
      file.rows,
      file.bytes,
      file.minTimeMs,
      file.maxTimeMs,
    );
  }

  unlistFile(path: string): void {
    this.#db.run('DELETE FROM files WHERE path = ?', path);
    this.#db.run('DELETE FROM summaries WHERE of = ?', path);
  }

  get summaries(): SummaryList {
    return new SummaryList(this.#db);
  }

  superseded(): number[] {
    return this.#db.all('SELECT "index" FROM superseded').map((row) => row['index'] as number);
  }

  supersede(index: number): void {
    this.#db.run('INSERT OR IGNORE INTO superseded VALUES (?, ?)', index, this.generation);
  }

  /** The row is in no listed file anymore. */
  forgetSuperseded(index: number): void {
    this.#db.run('DELETE FROM superseded WHERE "index" = ?', index);
  }

  /** Rows that an erasure removed and that were not posted again yet. */
  unmerged(): PendingMerge[] {
    return this.#db.all('SELECT * FROM unmerged ORDER BY "index"').map((row) => ({
      index: row['index'] as number,
      entries: JSON.parse(row['entries'] as string) as number[],
    }));
  }

  setUnmerged(rows: readonly PendingMerge[]): void {
    this.#db.run('DELETE FROM unmerged');
    for (const { index, entries } of rows) {
      this.#db.run('INSERT INTO unmerged VALUES (?, ?)', index, JSON.stringify(entries));
    }
  }

  tenants(): string[] {
    return this.#db.all('SELECT tenant FROM tenants').map((row) => row['tenant'] as string);
  }

  addTenant(tenant: string): void {
    this.#db.run('INSERT OR IGNORE INTO tenants VALUES (?)', tenant);
  }

  learnAlias(alias: Alias): void {
    learnAlias(this.#db, alias);
  }

  aliasesNamed(kind: AliasKind, value: string): Alias[] {
    const sql = 'SELECT * FROM aliases WHERE kind = ? AND value = ?';
    return this.#db.all(sql, kind, value).map(aliasOf);
  }

  aliasValues(): string[] {
    return this.#db.all('SELECT DISTINCT value FROM aliases').map(({ value }) => String(value));
  }

  aliasesOf(key: string): Alias[] {
    return this.#db.all('SELECT * FROM aliases WHERE key = ?', key).map(aliasOf);
  }

  forgetAliasesOf(key: string): void {
    this.#db.run('DELETE FROM aliases WHERE key = ?', key);
  }

  addFacts(facts: EntryRows): void {
    addFacts(this.#db, facts);
  }

  get principals(): PrincipalTable {
    return new PrincipalTable(this.#db);
  }

  get signals(): SignalTable {
    return new SignalTable(this.#db);
  }

  get findings(): FindingTable {
    return new FindingTable(this.#db);
  }

  get decisions(): DecisionTable {
    return new DecisionTable(this.#db);
  }

  get checks(): CheckTable {
    return new CheckTable(this.#db);
  }

  /** Event times of rows posted since an entry. After a compaction, ranges may be longer. */
  touchedSince(index: number): { readonly fromMs: number; readonly toMs: number }[] {
    const sql = 'SELECT min_time, max_time FROM files WHERE to_index > ? ORDER BY min_time';
    return this.#db.all(sql, index).map((row) => ({
      fromMs: row['min_time'] as number,
      toMs: (row['max_time'] as number) + 1,
    }));
  }

  forgetFactsOf(index: number): void {
    forgetFacts(this.#db, index);
  }

  /** Observations from the index on that are not part of {@link observed}. */
  observationsAfter(index: number): ObservationRow[] {
    const sql = 'SELECT * FROM observations WHERE "index" > ? ORDER BY "index"';
    return this.#db.all(sql, index).map((row) => ({
      index: row['index'] as number,
      seen: JSON.parse(row['body'] as string) as ObservationRow['seen'],
    }));
  }

  get observationCount(): number {
    return this.#db.number('SELECT count(*) FROM observations');
  }

  /** All observations up to an entry, folded. */
  observed(): { readonly upTo: number; readonly kept: KeptReducer } | undefined {
    const [row] = this.#db.all('SELECT * FROM observed');
    if (row === undefined) return undefined;
    const kept = JSON.parse(row['kept'] as string) as KeptReducer;
    return { upTo: row['up_to'] as number, kept };
  }

  /** The last entry in {@link observed}; -1 if nothing is folded. */
  get observedUpTo(): number {
    return this.#db.number('SELECT coalesce(max(up_to), -1) FROM observed');
  }

  setObserved(upTo: number, kept: KeptReducer): void {
    this.#db.run('INSERT OR REPLACE INTO observed VALUES (1, ?, ?)', upTo, JSON.stringify(kept));
    this.#db.run('DELETE FROM observations WHERE "index" <= ?', upTo);
  }

  /** Indices of our own entries of one kind from this index on, ascending. */
  indicesOfKind(kind: string, fromIndex: number): number[] {
    const sql = 'SELECT "index" FROM acts WHERE kind = ? AND "index" >= ? ORDER BY "index"';
    const rows = this.#db.all(sql, kind, fromIndex);
    return rows.map((row) => row['index'] as number);
  }

  /** Whether the ledger has an entry of our own of this kind. */
  hasKind(kind: string): boolean {
    return this.#db.number('SELECT EXISTS (SELECT 1 FROM acts WHERE kind = ?)', kind) > 0;
  }

  imports(): ImportRow[] {
    return this.#db.all('SELECT * FROM imports ORDER BY "index"').map((row) => ({
      index: row['index'] as number,
      seenMs: row['seen_ms'] as number,
      file: row['file'] as string,
      bytes: row['bytes'] as number,
      sha256: row['sha256'] as string,
      by: row['by'] as string,
      origin: row['origin'] as string | null,
    }));
  }

  coverage(): CoverageRow[] {
    return this.#db.all('SELECT * FROM coverage ORDER BY "index", from_ms, source').map((row) => ({
      index: row['index'] as number,
      tenant: row['tenant'] as string,
      source: row['source'] as string,
      workload: row['workload'] as string | null,
      subject: row['subject'] as string | null,
      fromMs: row['from_ms'] as number | null,
      toMs: row['to_ms'] as number | null,
      state: row['state'] as CoverageRow['state'],
      bound: row['bound'] as number | null,
      because: row['because'] as string,
    }));
  }

  /** The latest recorded inventory. */
  inventory(): InventoryRow | undefined {
    const [row] = this.#db.all('SELECT * FROM inventory ORDER BY "index" DESC LIMIT 1');
    if (row === undefined) return undefined;
    const said = JSON.parse(row['body'] as string) as Omit<InventoryRow, 'index'>;
    return { index: row['index'] as number, ...said };
  }

  erasures(): ErasureRow[] {
    return this.#db.all('SELECT * FROM erasures ORDER BY "index"').map((row) => ({
      index: row['index'] as number,
      atMs: row['at_ms'] as number,
      by: row['by'] as string,
      reason: row['reason'] as string,
      entries: row['entries'] as number,
      fromMs: row['from_ms'] as number | null,
      toMs: row['to_ms'] as number | null,
      tenants: JSON.parse(row['tenants'] as string) as string[],
    }));
  }

  /** After an erasure: no byte of a deleted row may stay in the file or in the write-ahead log. */
  scrub(): void {
    this.#db.exec('VACUUM');
    this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  close(): void {
    this.#db.close();
  }
}

const BUMP = `INSERT INTO meta VALUES ('generation', 1)
  ON CONFLICT (name) DO UPDATE SET value = value + 1`;
