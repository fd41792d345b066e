import type { SqliteConnection } from '../../store/sqlite/sqlite-connection.ts';
import type { LinkDraft } from '../operator-record.ts';

export type Link = Omit<LinkDraft, 'hash'> & {
  readonly createdBy: string;
  readonly usedMs: number | null;
};

export const LINK_TABLE = `
  CREATE TABLE IF NOT EXISTS links (
    id TEXT PRIMARY KEY,
    hash TEXT NOT NULL UNIQUE,
    name TEXT NOT NULL,
    roles TEXT NOT NULL,
    expires_ms INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    used_ms INTEGER,
    purpose TEXT
  ) STRICT;`;

/** Links that each sign one operator in, once. Only the hash of a link's secret is kept. */
export class LinkTable {
  readonly #db: SqliteConnection;

  constructor(db: SqliteConnection) {
    this.#db = db;
  }

  add({ id, hash, name, roles, expiresMs, use }: LinkDraft, createdBy: string): void {
    this.#db.run(
      'INSERT OR IGNORE INTO links VALUES (?, ?, ?, ?, ?, ?, NULL, ?)',
      ...[id, hash, name, JSON.stringify(roles), expiresMs, createdBy, use ?? null],
    );
  }

  /**
   * Uses a link up, in one statement, so that only one of two requests gets it. Undefined: there
   * is no such link, it was used, or its time is over.
   */
  take(hash: string, nowMs: number): Link | undefined {
    const sql = `UPDATE links SET used_ms = ?
      WHERE hash = ? AND used_ms IS NULL AND expires_ms > ? RETURNING *`;
    return this.#db.all(sql, nowMs, hash, nowMs).map(linkOf)[0];
  }

  /** Gives a link back whose use could not be recorded. */
  giveBack(id: string): void {
    this.#db.run('UPDATE links SET used_ms = NULL WHERE id = ?', id);
  }

  /** The first use counts. */
  markUsed(id: string, atMs: number): void {
    this.#db.run('UPDATE links SET used_ms = ? WHERE id = ? AND used_ms IS NULL', atMs, id);
  }

  /** Ends the unused links of an operator, or all. */
  end(atMs: number, name?: string): void {
    const whose = name === undefined ? '' : ' AND name = ?';
    const sql = `UPDATE links SET used_ms = ? WHERE used_ms IS NULL${whose}`;
    this.#db.run(sql, atMs, ...(name === undefined ? [] : [name]));
  }
}

function linkOf(row: Record<string, unknown>): Link {
  return {
    id: String(row['id']),
    name: String(row['name']),
    roles: JSON.parse(String(row['roles'])) as readonly string[],
    expiresMs: Number(row['expires_ms']),
    use: row['purpose'] === 'passkey' ? 'passkey' : undefined,
    createdBy: String(row['created_by']),
    usedMs: row['used_ms'] === null ? null : Number(row['used_ms']),
  };
}
