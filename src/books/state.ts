import { existsSync, rmSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { KeptReducer } from '../coverage/index.ts';
import type { Alias, AliasKind } from './alias-book.ts';
import type {
  CoverageFact,
  ErasureFact,
  EstateFact,
  Facts,
  ImportFact,
  ObservationFact,
} from './facts.ts';
import { statePath } from './layout.ts';
import { openState, versionOf } from './state-file.ts';
import { STATE_TABLES, STATE_VERSION } from './state-schema.ts';

export type FileKind = 'hot' | 'day';

export type ListedFile = {
  readonly path: string;
  readonly kind: FileKind;
  /** Of files of kind `day` alone. */
  readonly classUid: number | null;
  readonly day: string | null;
  readonly fromIndex: number;
  readonly toIndex: number;
  readonly rows: number;
  readonly bytes: number;
  readonly minTimeMs: number;
  readonly maxTimeMs: number;
};

/** An action without a row, and the entries that still tell of it. */
export type Unmerged = { readonly index: number; readonly entries: readonly number[] };

/** `state.sqlite`: which files count, and what else a transaction must keep together with them. */
export class State {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  private constructor(db: DatabaseSync) {
    this.#db = db;
  }

  /**
   * Opens for writing; a missing state, and one of another version, becomes an empty one.
   * The caller MUST hold the writer lock of the data folder.
   */
  static openForWriting(dir: string): State {
    const path = statePath(dir);
    const known = existsSync(path) ? versionOf(path) : undefined;
    if (known !== STATE_VERSION) State.discard(dir);
    const db = new DatabaseSync(path);
    db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA secure_delete = ON;');
    if (known !== STATE_VERSION) {
      // One transaction: a crash in the middle leaves version 0, which is thrown away again.
      db.exec(`BEGIN; ${STATE_TABLES} PRAGMA user_version = ${STATE_VERSION}; COMMIT;`);
    }
    return new State(db);
  }

  /** Undefined when nothing was posted yet, or by another version, which is as good as nothing. */
  static openForReading(dir: string): State | undefined {
    const path = statePath(dir);
    if (!existsSync(path) || versionOf(path) !== STATE_VERSION) return undefined;
    return new State(openState(path));
  }

  static discard(dir: string): void {
    const path = statePath(dir);
    for (const suffix of ['', '-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
  }

  transaction<T>(work: () => T): T {
    this.#db.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#prepare(BUMP).run();
      this.#db.exec('COMMIT');
      return result;
    } catch (error) {
      this.#db.exec('ROLLBACK');
      throw error;
    }
  }

  /** All reads in `work` see one moment. */
  snapshot<T>(work: () => T): T {
    this.#db.exec('BEGIN');
    try {
      return work();
    } finally {
      this.#db.exec('COMMIT');
    }
  }

  /** Changes with every transaction. */
  get generation(): number {
    return this.#number("SELECT value FROM meta WHERE name = 'generation'");
  }

  cursor(stage: string): number {
    return this.#number('SELECT "index" FROM cursors WHERE stage = ?', stage);
  }

  setCursor(stage: string, index: number): void {
    this.#run('INSERT OR REPLACE INTO cursors VALUES (?, ?)', stage, index);
  }

  /** A number that no file name holds yet. */
  nextFileNumber(): number {
    const next = this.#number("SELECT value FROM meta WHERE name = 'file'") + 1;
    this.#run("INSERT OR REPLACE INTO meta VALUES ('file', ?)", next);
    return next;
  }

  files(): ListedFile[] {
    return this.#all('SELECT * FROM files ORDER BY from_index, path').map((row) => ({
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
    this.#run(
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
    this.#run('DELETE FROM files WHERE path = ?', path);
  }

  superseded(): number[] {
    return this.#all('SELECT "index" FROM superseded').map((row) => row['index'] as number);
  }

  supersede(index: number): void {
    this.#run('INSERT OR IGNORE INTO superseded VALUES (?)', index);
  }

  /** The row is no longer in any listed file. */
  forgetSuperseded(index: number): void {
    this.#run('DELETE FROM superseded WHERE "index" = ?', index);
  }

  /** Rows that an erasure took out and that were not posted again yet. */
  unmerged(): Unmerged[] {
    return this.#all('SELECT * FROM unmerged ORDER BY "index"').map((row) => ({
      index: row['index'] as number,
      entries: JSON.parse(row['entries'] as string) as number[],
    }));
  }

  setUnmerged(rows: readonly Unmerged[]): void {
    this.#run('DELETE FROM unmerged');
    for (const { index, entries } of rows) {
      this.#run('INSERT INTO unmerged VALUES (?, ?)', index, JSON.stringify(entries));
    }
  }

  tenants(): string[] {
    return this.#all('SELECT tenant FROM tenants').map((row) => row['tenant'] as string);
  }

  addTenant(tenant: string): void {
    this.#run('INSERT OR IGNORE INTO tenants VALUES (?)', tenant);
  }

  learnAlias(alias: Alias): void {
    const { tenant, kind, value, key, firstMs, lastMs } = alias;
    this.#run(LEARN_ALIAS, tenant, kind, value, key, firstMs, lastMs);
  }

  aliasesNamed(kind: AliasKind, value: string): Alias[] {
    return this.#all('SELECT * FROM aliases WHERE kind = ? AND value = ?', kind, value).map(alias);
  }

  aliasesOf(key: string): Alias[] {
    return this.#all('SELECT * FROM aliases WHERE key = ?', key).map(alias);
  }

  forgetAliasesOf(key: string): void {
    this.#run('DELETE FROM aliases WHERE key = ?', key);
  }

  addFacts(facts: Facts): void {
    for (const { kind, index } of facts.acts ?? []) {
      this.#run('INSERT OR IGNORE INTO acts VALUES (?, ?)', kind, index);
    }
    for (const i of facts.imports ?? []) {
      this.#run(
        'INSERT OR REPLACE INTO imports VALUES (?, ?, ?, ?, ?, ?, ?)',
        i.index,
        i.seenMs,
        i.file,
        i.bytes,
        i.sha256,
        i.by,
        i.origin,
      );
    }
    for (const c of facts.coverage ?? []) {
      this.#run(
        'INSERT INTO coverage VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
        c.index,
        c.tenant,
        c.source,
        c.workload,
        c.subject,
        c.fromMs,
        c.toMs,
        c.state,
        c.bound,
        c.because,
      );
    }
    if (facts.estate !== undefined) {
      const { index, ...said } = facts.estate;
      this.#run('INSERT OR REPLACE INTO estate VALUES (?, ?)', index, JSON.stringify(said));
    }
    for (const { index, seen } of facts.observations ?? []) {
      this.#run('INSERT OR REPLACE INTO observations VALUES (?, ?)', index, JSON.stringify(seen));
    }
    for (const e of facts.erasures ?? []) {
      this.#run(
        'INSERT OR REPLACE INTO erasures VALUES (?, ?, ?, ?, ?, ?, ?, ?)',
        e.index,
        e.atMs,
        e.by,
        e.reason,
        e.entries,
        e.fromMs,
        e.toMs,
        JSON.stringify(e.tenants),
      );
    }
  }

  forgetFactsOf(index: number): void {
    this.#run('DELETE FROM imports WHERE "index" = ?', index);
    this.#run('DELETE FROM coverage WHERE "index" = ?', index);
  }

  /** Those that are not folded into {@link observed} yet, and lie behind the index. */
  observationsAfter(index: number): ObservationFact[] {
    const sql = 'SELECT * FROM observations WHERE "index" > ? ORDER BY "index"';
    return this.#all(sql, index).map((row) => ({
      index: row['index'] as number,
      seen: JSON.parse(row['body'] as string) as ObservationFact['seen'],
    }));
  }

  get observationCount(): number {
    return this.#number('SELECT count(*) FROM observations');
  }

  /** All observations up to an entry, folded. */
  observed(): { readonly upTo: number; readonly kept: KeptReducer } | undefined {
    const [row] = this.#all('SELECT * FROM observed');
    if (row === undefined) return undefined;
    const kept = JSON.parse(row['kept'] as string) as KeptReducer;
    return { upTo: row['up_to'] as number, kept };
  }

  /** The entry up to which {@link observed} goes; -1 where nothing is folded. */
  get observedUpTo(): number {
    return this.#number('SELECT coalesce(max(up_to), -1) FROM observed');
  }

  setObserved(upTo: number, kept: KeptReducer): void {
    this.#run('INSERT OR REPLACE INTO observed VALUES (1, ?, ?)', upTo, JSON.stringify(kept));
    this.#run('DELETE FROM observations WHERE "index" <= ?', upTo);
  }

  /** Indices of the entries of our own of one kind, ascending. */
  acts(kind: string): number[] {
    const rows = this.#all('SELECT "index" FROM acts WHERE kind = ? ORDER BY "index"', kind);
    return rows.map((row) => row['index'] as number);
  }

  imports(): ImportFact[] {
    return this.#all('SELECT * FROM imports ORDER BY "index"').map((row) => ({
      index: row['index'] as number,
      seenMs: row['seen_ms'] as number,
      file: row['file'] as string,
      bytes: row['bytes'] as number,
      sha256: row['sha256'] as string,
      by: row['by'] as string,
      origin: row['origin'] as string | null,
    }));
  }

  coverage(): CoverageFact[] {
    return this.#all('SELECT * FROM coverage ORDER BY "index", from_ms, source').map((row) => ({
      index: row['index'] as number,
      tenant: row['tenant'] as string,
      source: row['source'] as string,
      workload: row['workload'] as string | null,
      subject: row['subject'] as string | null,
      fromMs: row['from_ms'] as number | null,
      toMs: row['to_ms'] as number | null,
      state: row['state'] as CoverageFact['state'],
      bound: row['bound'] as number | null,
      because: row['because'] as string,
    }));
  }

  /** What was said last. */
  estate(): EstateFact | undefined {
    const [row] = this.#all('SELECT * FROM estate ORDER BY "index" DESC LIMIT 1');
    if (row === undefined) return undefined;
    const said = JSON.parse(row['body'] as string) as Omit<EstateFact, 'index'>;
    return { index: row['index'] as number, ...said };
  }

  erasures(): ErasureFact[] {
    return this.#all('SELECT * FROM erasures ORDER BY "index"').map((row) => ({
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

  /** After an erasure: no byte of a deleted row stays in the file or in the write-ahead log. */
  scrub(): void {
    this.#db.exec('VACUUM');
    this.#db.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  }

  close(): void {
    this.#db.close();
  }

  #number(sql: string, ...values: SqlValue[]): number {
    const row = this.#prepare(sql).get(...values);
    return row === undefined ? 0 : (Object.values(row)[0] as number);
  }

  #all(sql: string, ...values: SqlValue[]): Record<string, unknown>[] {
    return this.#prepare(sql).all(...values);
  }

  #run(sql: string, ...values: SqlValue[]): void {
    this.#prepare(sql).run(...values);
  }

  #prepare(sql: string): StatementSync {
    let statement = this.#statements.get(sql);
    if (statement === undefined) {
      statement = this.#db.prepare(sql);
      this.#statements.set(sql, statement);
    }
    return statement;
  }
}

type SqlValue = string | number | null;

const BUMP = `INSERT INTO meta VALUES ('generation', 1)
  ON CONFLICT (name) DO UPDATE SET value = value + 1`;

const LEARN_ALIAS = `INSERT INTO aliases VALUES (?, ?, ?, ?, ?, ?)
  ON CONFLICT (kind, value, tenant, key) DO UPDATE SET
    first_ms = min(first_ms, excluded.first_ms), last_ms = max(last_ms, excluded.last_ms)
    WHERE excluded.first_ms < first_ms OR excluded.last_ms > last_ms`;

function alias(row: Record<string, unknown>): Alias {
  return {
    tenant: row['tenant'] as string,
    kind: row['kind'] as AliasKind,
    value: row['value'] as string,
    key: row['key'] as string,
    firstMs: row['first_ms'] as number,
    lastMs: row['last_ms'] as number,
  };
}
