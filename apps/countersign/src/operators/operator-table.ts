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
  readonly revoked: OperatorRevocation | null;
};

export type OperatorRevocation = {
  readonly atMs: number;
  readonly by: string;
  readonly reason: string;
};

export const OPERATOR_TABLE = `
  CREATE TABLE IF NOT EXISTS operators (
    person TEXT PRIMARY KEY,
    issuer TEXT,
    roles TEXT NOT NULL,
    first_ms INTEGER NOT NULL,
    last_ms INTEGER NOT NULL,
    sign_ins INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS revoked_operators (
    person TEXT PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    by TEXT NOT NULL,
    reason TEXT NOT NULL
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

  all(): readonly KnownOperator[] {
    const sql = 'SELECT * FROM operators ORDER BY first_ms, person';
    return this.#db.all(sql).map((row) => {
      const person = String(row['person']);
      return {
        person,
        issuer: typeof row['issuer'] === 'string' ? row['issuer'] : null,
        roles: JSON.parse(String(row['roles'])) as readonly string[],
        firstMs: Number(row['first_ms']),
        lastMs: Number(row['last_ms']),
        signIns: Number(row['sign_ins']),
        revoked: this.revocationOf(person) ?? null,
      };
    });
  }

  /** Undefined: the person may sign in. */
  revocationOf(person: string): OperatorRevocation | undefined {
    const [row] = this.#db.all('SELECT * FROM revoked_operators WHERE person = ?', person);
    if (row === undefined) return undefined;
    const { at_ms: atMs, by, reason } = row;
    return { atMs: Number(atMs), by: String(by), reason: String(reason) };
  }

  revoke(person: string, { atMs, by, reason }: OperatorRevocation): void {
    const sql = 'INSERT OR IGNORE INTO revoked_operators VALUES (?, ?, ?, ?)';
    this.#db.run(sql, person, atMs, by, reason);
  }

  restore(person: string): void {
    this.#db.run('DELETE FROM revoked_operators WHERE person = ?', person);
  }
}

type SignInRow = {
  readonly issuer: string | null;
  readonly roles: readonly string[];
  readonly atMs: number;
};
