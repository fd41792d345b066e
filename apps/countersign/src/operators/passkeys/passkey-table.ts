import type { SqliteConnection } from '../../store/sqlite/sqlite-connection.ts';
import type { OperatorPasskey } from '../operator-record.ts';

export type KnownPasskey = OperatorPasskey & {
  readonly registeredMs: number;
  readonly usedMs: number | null;
};

export const PASSKEY_TABLE = `
  CREATE TABLE IF NOT EXISTS passkeys (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL,
    passkey TEXT NOT NULL,
    counter INTEGER NOT NULL,
    registered_ms INTEGER NOT NULL,
    used_ms INTEGER,
    revoked INTEGER NOT NULL DEFAULT 0
  ) STRICT;`;

/** Passkeys of break-glass operators. */
export class PasskeyTable {
  readonly #db: SqliteConnection;

  constructor(db: SqliteConnection) {
    this.#db = db;
  }

  add(passkey: OperatorPasskey, atMs: number): void {
    const { id, name, counter } = passkey;
    this.#db.run(
      `INSERT OR IGNORE INTO passkeys (id, name, passkey, counter, registered_ms)
       VALUES (?, ?, ?, ?, ?)`,
      ...[id, name, JSON.stringify(passkey), counter, atMs],
    );
  }

  /** Those that are not revoked. */
  all(): readonly KnownPasskey[] {
    const sql = 'SELECT * FROM passkeys WHERE revoked = 0 ORDER BY registered_ms, id';
    return this.#db.all(sql).map(passkeyOf);
  }

  get(id: string): KnownPasskey | undefined {
    const sql = 'SELECT * FROM passkeys WHERE id = ? AND revoked = 0';
    return this.#db.all(sql, id).map(passkeyOf)[0];
  }

  /** The counter never goes back, also if uses are applied again. */
  markUsed(id: string, { counter, atMs }: { counter: number; atMs: number }): void {
    const sql = 'UPDATE passkeys SET counter = max(counter, ?), used_ms = ? WHERE id = ?';
    this.#db.run(sql, counter, atMs, id);
  }

  /** Revokes the passkeys of an operator, or all. */
  revoke(name?: string): void {
    if (name === undefined) this.#db.run('UPDATE passkeys SET revoked = 1');
    else this.#db.run('UPDATE passkeys SET revoked = 1 WHERE name = ?', name);
  }
}

function passkeyOf(row: Record<string, unknown>): KnownPasskey {
  return {
    ...(JSON.parse(String(row['passkey'])) as OperatorPasskey),
    counter: Number(row['counter']),
    registeredMs: Number(row['registered_ms']),
    usedMs: row['used_ms'] === null ? null : Number(row['used_ms']),
  };
}
