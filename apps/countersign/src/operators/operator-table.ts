import type { SqliteConnection } from '../store/sqlite/sqlite-connection.ts';

/** A person who has signed in. */
export type KnownOperator = {
  readonly person: string;
  /** The identity provider; null: a link or a passkey of this service. */
  readonly issuer: string | null;
  /** At the last sign-in. */
  readonly roles: readonly string[];
  readonly firstMs: number;
  readonly lastMs: number;
  readonly signIns: number;
};

export const OPERATOR_TABLE = `
  CREATE TABLE IF NOT EXISTS operators (
    person TEXT PRIMARY KEY,
    issuer TEXT,
    roles TEXT NOT NULL,
    first_ms INTEGER NOT NULL,
    last_ms INTEGER NOT NULL,
    sign_ins INTEGER NOT NULL
  ) STRICT;`;

/** Everyone who has signed in, as entries state it. */
export class OperatorTable {
  readonly #db: SqliteConnection;

  constructor(db: SqliteConnection) {
    this.#db = db;
  }

  count(): number {
    return this.#db.number('SELECT count(*) FROM operators');
  }

  addSignIn(person: string, { issuer, roles, atMs }: SignInRow): void {
    this.#db.run(
      `INSERT INTO operators VALUES (?, ?, ?, ?, ?, 1) ON CONFLICT (person) DO UPDATE SET
         issuer = excluded.issuer, roles = excluded.roles, last_ms = excluded.last_ms,
         sign_ins = sign_ins + 1`,
      ...[person, issuer, JSON.stringify(roles), atMs, atMs],
    );
  }
}

type SignInRow = {
  readonly issuer: string | null;
  readonly roles: readonly string[];
  readonly atMs: number;
};
