import type { SqliteConnection } from '../../store/sqlite/sqlite-connection.ts';

/** A role, and the scopes that it gives on a tenant that no region names. */
export type RoleScopes = { readonly role: string; readonly scopes: readonly string[] };

export const ROLE_TABLE = `
  CREATE TABLE IF NOT EXISTS roles (
    role TEXT PRIMARY KEY,
    scopes TEXT NOT NULL
  ) STRICT;`;

/** The roles that were in force when the service last started. */
export class RoleTable {
  readonly #db: SqliteConnection;

  constructor(db: SqliteConnection) {
    this.#db = db;
  }

  replace(all: readonly RoleScopes[]): void {
    this.#db.transaction(() => {
      this.#db.run('DELETE FROM roles');
      for (const { role, scopes } of all) {
        this.#db.run('INSERT INTO roles VALUES (?, ?)', role, JSON.stringify(scopes));
      }
    });
  }

  all(): readonly RoleScopes[] {
    return this.#db.all('SELECT * FROM roles ORDER BY role').map((row) => ({
      role: String(row['role']),
      scopes: JSON.parse(String(row['scopes'])) as readonly string[],
    }));
  }
}
