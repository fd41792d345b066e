import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { messageOf } from '@countersign/core';
import { SqliteConnection } from '../../store/sqlite/sqlite-connection.ts';
import type { DeliveryProof, RefusedRecord } from '../delivery/sink.ts';
import type { FeedRow, RefusedRow, StopCode } from './feed-row.ts';
import { FeedError } from './feed-state-error.ts';
import { prepareFeedTables } from './feed-tables.ts';
import { STATE_BUSY_MS } from './limits.ts';

export type Advance = {
  readonly generation: number;
  readonly next: number;
  readonly sentNext: number;
  readonly delivered: number;
  readonly refused: readonly RefusedRecord[];
  readonly atMs: number;
};

export type Failure = {
  readonly generation: number;
  readonly because: string;
  readonly atMs: number;
  readonly retryMs: number;
  /** Records from here on may be lost. */
  readonly resendFrom: number | undefined;
};

export type Stop = {
  readonly generation: number;
  readonly code: StopCode;
  readonly because: string;
  readonly atMs: number;
};

/**
 * The positions of all feeds, in `service/feeds.sqlite`. They are not derived: only this file knows
 * what each receiver has proved to have. Several processes may open it, so that an operator can
 * change a feed with or without a running service.
 *
 * Every change of a delivery names the generation that it started with. After an act of an
 * operator, it changes nothing and answers `superseded`.
 */
export class FeedState implements Disposable {
  readonly #db: SqliteConnection;

  private constructor(db: SqliteConnection) {
    this.#db = db;
  }

  /**
   * Creates the file if there is none.
   * @throws FeedError STATE_UNREADABLE
   */
  static open(dataDir: string, origin: string): FeedState {
    const file = feedStateFile(dataDir);
    try {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      const isNew = !existsSync(file);
      const db = new DatabaseSync(file);
      // Before SQLite gives its other files the same mode: errors may quote a receiver.
      if (isNew) chmodSync(file, 0o600);
      // FULL: a position that was lost in a power failure would send everything behind it again.
      db.exec(`PRAGMA busy_timeout = ${STATE_BUSY_MS};
        PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;`);
      const connection = new SqliteConnection(db);
      connection.transaction(() => prepareFeedTables(connection, origin));
      return new FeedState(connection);
    } catch (cause) {
      if (cause instanceof FeedError) throw cause;
      const why = `could not open ${file}: ${messageOf(cause)}; check its permissions and the disk`;
      throw new FeedError('STATE_UNREADABLE', why, { cause });
    }
  }

  /** Undefined if no feed has ever run with this data folder. */
  static openExisting(dataDir: string, origin: string): FeedState | undefined {
    return existsSync(feedStateFile(dataDir)) ? FeedState.open(dataDir, origin) : undefined;
  }

  /** Adds a feed that has no row yet, and returns its row. */
  ensure(
    { name, kind }: { readonly name: string; readonly kind: string },
    { next, atMs }: { readonly next: number; readonly atMs: number },
  ): FeedRow {
    const columns = 'name, kind, next, sent_next, status_ms';
    const added = `INSERT OR IGNORE INTO feed (${columns}) VALUES (?, ?, ?, ?, ?)`;
    this.#db.run(added, name, kind, next, next, atMs);
    this.#db.run('UPDATE feed SET kind = ? WHERE name = ?', kind, name);
    // Its configuration may be right now.
    const again = `status = 'running', because = NULL, stop_code = NULL, status_ms = ?`;
    const misconfigured = `name = ? AND stop_code = 'MISCONFIGURED'`;
    this.#db.run(`UPDATE feed SET ${again} WHERE ${misconfigured}`, atMs, name);
    return this.row(name);
  }

  setProof(name: string, proof: DeliveryProof): void {
    this.#db.run('UPDATE feed SET proof = ? WHERE name = ?', proof, name);
  }

  /** @throws FeedError UNKNOWN_FEED */
  row(name: string): FeedRow {
    const [row] = this.#db.all(`${SELECT} WHERE name = ?`, name);
    if (row !== undefined) return rowOf(row);
    const cure = 'see "countersign feeds list"; a new feed exists after "serve" has opened it';
    throw new FeedError('UNKNOWN_FEED', `no feed has the name ${name}: ${cure}`);
  }

  rows(): FeedRow[] {
    return this.#db.all(`${SELECT} ORDER BY name`).map(rowOf);
  }

  refused(name: string): RefusedRow[] {
    const sql = 'SELECT idx, because, at_ms FROM refused WHERE feed = ? ORDER BY idx';
    return this.#db.all(sql, name).map((row) => {
      return { index: Number(row.idx), because: String(row.because), atMs: Number(row.at_ms) };
    });
  }

  /** Whether an operator has changed the feed since then. */
  isCurrent(name: string, generation: number): boolean {
    return this.#db.number('SELECT generation FROM feed WHERE name = ?', name) === generation;
  }

  /** Durable when it returns. Delivered records end a series of failures. */
  advance(name: string, advance: Advance): 'done' | 'superseded' {
    const { generation, next, sentNext, delivered, refused, atMs } = advance;
    return this.#change(name, generation, () => {
      this.#db.run('UPDATE feed SET next = ?, sent_next = ? WHERE name = ?', next, sentNext, name);
      if (delivered + refused.length === 0) return;
      const success = 'failures = 0, failing_since_ms = NULL, retry_ms = NULL';
      this.#db.run(
        `UPDATE feed SET records = records + ?, delivered_ms = ?, ${success} WHERE name = ?`,
        ...[delivered, atMs, name],
      );
      const parameters = 'INSERT OR REPLACE INTO refused (feed, idx, because, at_ms)';
      for (const { index, because } of refused) {
        this.#db.run(`${parameters} VALUES (?, ?, ?, ?)`, name, index, because, atMs);
      }
    });
  }

  fail(name: string, failure: Failure): 'done' | 'superseded' {
    const { generation, because, atMs, retryMs, resendFrom } = failure;
    return this.#change(name, generation, () => {
      this.#db.run(
        `UPDATE feed SET failures = failures + 1, last_error = ?, last_error_ms = ?, retry_ms = ?,
          failing_since_ms = coalesce(failing_since_ms, ?),
          next = min(next, ?), sent_next = min(sent_next, ?) WHERE name = ?`,
        ...[because, atMs, retryMs, atMs],
        ...[resendFrom ?? Number.MAX_SAFE_INTEGER, resendFrom ?? Number.MAX_SAFE_INTEGER, name],
      );
    });
  }

  stop(name: string, stop: Stop): 'done' | 'superseded' {
    const { generation, code, because, atMs } = stop;
    return this.#change(name, generation, () => {
      this.#db.run(
        `UPDATE feed SET status = 'stopped', stop_code = ?, because = ?, status_ms = ?,
          last_error = ?, last_error_ms = ?, retry_ms = NULL WHERE name = ?`,
        ...[code, because, atMs, because, atMs, name],
      );
    });
  }

  pause(name: string, { because, atMs }: { because: string; atMs: number }): FeedRow {
    return this.#act(
      name,
      `status = 'paused', stop_code = NULL, because = ?, status_ms = ?`,
      because,
      atMs,
    );
  }

  /** Begins its retry schedule anew. The refused records were seen, and are not listed again. */
  resume(name: string, { atMs }: { atMs: number }): FeedRow {
    const fresh = 'failures = 0, failing_since_ms = NULL, retry_ms = NULL';
    const running = `status = 'running', stop_code = NULL, because = NULL, status_ms = ?, ${fresh}`;
    return this.#db.transaction(() => {
      this.#act(name, running, atMs);
      this.#db.run('DELETE FROM refused WHERE feed = ?', name);
      return this.row(name);
    });
  }

  /** Sends from this entry on again. Refused records from there on get another chance. */
  replay(name: string, from: number): FeedRow {
    return this.#db.transaction(() => {
      this.#act(name, 'next = ?, sent_next = ?', from, from);
      this.#db.run('DELETE FROM refused WHERE feed = ? AND idx >= ?', name, from);
      return this.row(name);
    });
  }

  close(): void {
    this.#db.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #act(name: string, set: string, ...values: (string | number)[]): FeedRow {
    this.row(name);
    const sql = `UPDATE feed SET ${set}, generation = generation + 1 WHERE name = ?`;
    this.#db.run(sql, ...values, name);
    return this.row(name);
  }

  #change(name: string, generation: number, change: () => void): 'done' | 'superseded' {
    return this.#db.transaction(() => {
      const current = this.#db.number('SELECT generation FROM feed WHERE name = ?', name);
      if (current !== generation) return 'superseded';
      change();
      return 'done';
    });
  }
}

export function feedStateFile(dataDir: string): string {
  return join(dataDir, 'service', 'feeds.sqlite');
}

const SELECT = `SELECT feed.*,
  (SELECT count(*) FROM refused WHERE refused.feed = feed.name) AS refused FROM feed`;

function rowOf(row: Record<string, unknown>): FeedRow {
  const numberOrNull = (value: unknown): number | null => (value === null ? null : Number(value));
  const textOrNull = (value: unknown): string | null => (value === null ? null : (value as string));
  return {
    name: String(row.name),
    kind: String(row.kind),
    proof: row.proof as FeedRow['proof'],
    next: Number(row.next),
    sentNext: Number(row.sent_next),
    generation: Number(row.generation),
    status: row.status as FeedRow['status'],
    because: textOrNull(row.because),
    stopCode: row.stop_code as FeedRow['stopCode'],
    statusMs: Number(row.status_ms),
    records: Number(row.records),
    deliveredMs: numberOrNull(row.delivered_ms),
    failures: Number(row.failures),
    failingSinceMs: numberOrNull(row.failing_since_ms),
    lastError: textOrNull(row.last_error),
    lastErrorMs: numberOrNull(row.last_error_ms),
    retryMs: numberOrNull(row.retry_ms),
    refused: Number(row.refused),
  };
}
