import type { SqliteConnection } from '../../store/sqlite/sqlite-connection.ts';
import { TOKEN_USE_EVERY_MS } from '../limits.ts';
import type { TokenDraft, TokenGrant } from '../operator-record.ts';

export type Token = Omit<TokenDraft, 'hash'> & {
  readonly createdMs: number;
  readonly createdBy: string;
  /** At most a minute older than its last use; null before its first use. */
  readonly usedMs: number | null;
  readonly revoked: {
    readonly atMs: number;
    readonly by: string;
    readonly reason: string;
  } | null;
  /** Index of the entry that created it. */
  readonly entry: number;
};

export const TOKEN_TABLE = `
  CREATE TABLE IF NOT EXISTS tokens (
    id TEXT PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    hash TEXT NOT NULL UNIQUE,
    granted TEXT NOT NULL,
    expires_ms INTEGER NOT NULL,
    created_ms INTEGER NOT NULL,
    created_by TEXT NOT NULL,
    used_ms INTEGER,
    revoked_ms INTEGER,
    revoked_by TEXT,
    revoked_reason TEXT,
    entry INTEGER NOT NULL
  ) STRICT;`;

/** API tokens. Only the hash of a token is kept. */
export class TokenTable {
  readonly #db: SqliteConnection;

  constructor(db: SqliteConnection) {
    this.#db = db;
  }

  add(token: TokenDraft, made: { atMs: number; by: string; entry: number }): void {
    const { id, name, hash, expiresMs, scopes, tenants, regions, groups } = token;
    const granted = JSON.stringify({ scopes, tenants, regions, groups } satisfies TokenGrant);
    this.#db.run(
      `INSERT OR IGNORE INTO tokens
         (id, name, hash, granted, expires_ms, created_ms, created_by, entry)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[id, name, hash, granted, expiresMs, made.atMs, made.by, made.entry],
    );
  }

  /** The first revocation counts. */
  revoke(id: string, { atMs, by, reason }: { atMs: number; by: string; reason: string }): void {
    this.#db.run(
      `UPDATE tokens SET revoked_ms = ?, revoked_by = ?, revoked_reason = ?
       WHERE id = ? AND revoked_ms IS NULL`,
      ...[atMs, by, reason, id],
    );
  }

  /** Revokes every token of an entry before this one. */
  revokeBefore(entry: number, said: { atMs: number; by: string; reason: string }): void {
    for (const { id, entry: made } of this.all()) if (made < entry) this.revoke(id, said);
  }

  all(): readonly Token[] {
    return this.#db.all('SELECT * FROM tokens ORDER BY created_ms, id').map(tokenOf);
  }

  get(id: string): Token | undefined {
    return this.#db.all('SELECT * FROM tokens WHERE id = ?', id).map(tokenOf)[0];
  }

  named(name: string): Token | undefined {
    return this.#db.all('SELECT * FROM tokens WHERE name = ?', name).map(tokenOf)[0];
  }

  /** With its hash, for a comparison in constant time. */
  ofHash(hash: string): (Token & { readonly hash: string }) | undefined {
    const [row] = this.#db.all('SELECT * FROM tokens WHERE hash = ?', hash);
    return row === undefined ? undefined : { ...tokenOf(row), hash: String(row['hash']) };
  }

  /** Writes at most once a minute for a token. */
  markUsed({ id, usedMs }: Token, atMs: number): void {
    if (usedMs !== null && Math.abs(atMs - usedMs) < TOKEN_USE_EVERY_MS) return;
    this.#db.run('UPDATE tokens SET used_ms = ? WHERE id = ?', atMs, id);
  }
}

function tokenOf(row: Record<string, unknown>): Token {
  const granted = JSON.parse(String(row['granted'])) as TokenGrant;
  const revokedMs = row['revoked_ms'];
  return {
    ...granted,
    id: String(row['id']),
    name: String(row['name']),
    expiresMs: Number(row['expires_ms']),
    createdMs: Number(row['created_ms']),
    createdBy: String(row['created_by']),
    usedMs: row['used_ms'] === null ? null : Number(row['used_ms']),
    revoked:
      revokedMs === null
        ? null
        : {
            atMs: Number(revokedMs),
            by: String(row['revoked_by']),
            reason: String(row['revoked_reason']),
          },
    entry: Number(row['entry']),
  };
}
