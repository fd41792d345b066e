import type { DatabaseSync, StatementSync } from 'node:sqlite';
import { bookFailure } from '../errors.ts';

export type SqlValue = string | number | null;

/** A SQLite connection. It prepares each statement once, and every value is a parameter. */
export class SqliteConnection {
  readonly #db: DatabaseSync;
  readonly #statements = new Map<string, StatementSync>();

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  transaction<T>(work: () => T): T {
    this.exec('BEGIN IMMEDIATE');
    try {
      const result = work();
      this.#db.exec('COMMIT');
      return result;
    } catch (error) {
      // On a full disk SQLite may have rolled back already (SQLite, "Response To Errors Within A
      // Transaction"). A second rollback would hide the cause.
      if (this.#db.isTransaction) this.#db.exec('ROLLBACK');
      throw this.#failure(error);
    }
  }

  /** All reads in `work` see one snapshot. */
  snapshot<T>(work: () => T): T {
    this.#db.exec('BEGIN');
    try {
      return work();
    } finally {
      if (this.#db.isTransaction) this.#db.exec('COMMIT');
    }
  }

  /** The first value of the first row; 0 without rows. */
  number(sql: string, ...values: SqlValue[]): number {
    const row = this.#prepare(sql).get(...values);
    return row === undefined ? 0 : (Object.values(row)[0] as number);
  }

  all(sql: string, ...values: SqlValue[]): Record<string, unknown>[] {
    return this.#prepare(sql).all(...values);
  }

  /** Row by row, for results that may not fit into memory. */
  each(sql: string, ...values: SqlValue[]): Iterable<Record<string, unknown>> {
    return this.#prepare(sql).iterate(...values);
  }

  run(sql: string, ...values: SqlValue[]): void {
    try {
      this.#prepare(sql).run(...values);
    } catch (error) {
      throw this.#failure(error);
    }
  }

  exec(sql: string): void {
    try {
      this.#db.exec(sql);
    } catch (error) {
      throw this.#failure(error);
    }
  }

  close(): void {
    this.#db.close();
  }

  #failure(error: unknown): unknown {
    return bookFailure(this.#db.location() ?? 'the state', error);
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
