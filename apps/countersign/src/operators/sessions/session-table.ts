import type { SqliteConnection } from '../../store/sqlite/sqlite-connection.ts';
import type { OperatorIdentity } from '../identity.ts';

export type Session = {
  readonly id: string;
  readonly identity: OperatorIdentity;
  readonly createdMs: number;
  /** The last request. */
  readonly seenMs: number;
  /** When the person last proved who they are. */
  readonly provedMs: number;
  readonly endsMs: number;
  readonly ended: string | null;
  /** For the logout at the provider. */
  readonly idToken: string | null;
};

export const SESSION_TABLE = `
  CREATE TABLE IF NOT EXISTS sessions (
    hash TEXT PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,
    person TEXT NOT NULL,
    issuer TEXT,
    subject TEXT,
    sid TEXT,
    identity TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL,
    proved_ms INTEGER NOT NULL,
    ends_ms INTEGER NOT NULL,
    ended TEXT,
    id_token TEXT
  ) STRICT;
  CREATE TABLE IF NOT EXISTS used_values (
    hash TEXT PRIMARY KEY,
    until_ms INTEGER NOT NULL
  ) STRICT;
  CREATE TABLE IF NOT EXISTS sign_ins (
    state TEXT PRIMARY KEY,
    browser TEXT NOT NULL,
    attempt TEXT NOT NULL,
    until_ms INTEGER NOT NULL
  ) STRICT;`;

/** Sessions of operators, by the hash of their cookie, and unfinished sign-ins. */
export class SessionTable {
  readonly #db: SqliteConnection;

  constructor(db: SqliteConnection) {
    this.#db = db;
  }

  add(hash: string, session: Omit<Session, 'ended'>): void {
    const { id, identity, createdMs, seenMs, provedMs, endsMs, idToken } = session;
    const { person, issuer, subject, sid } = identity;
    this.#db.run(
      `INSERT INTO sessions (hash, id, person, issuer, subject, sid, identity, created_ms, seen_ms,
         proved_ms, ends_ms, id_token) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      ...[hash, id, person, issuer, subject, sid, JSON.stringify(identity)],
      ...[createdMs, seenMs, provedMs, endsMs, idToken],
    );
  }

  ofHash(hash: string): Session | undefined {
    return this.#db.all('SELECT * FROM sessions WHERE hash = ?', hash).map(sessionOf)[0];
  }

  get(id: string): Session | undefined {
    return this.#db.all('SELECT * FROM sessions WHERE id = ?', id).map(sessionOf)[0];
  }

  open(): readonly Session[] {
    const sql = 'SELECT * FROM sessions WHERE ended IS NULL ORDER BY created_ms, id';
    return this.#db.all(sql).map(sessionOf);
  }

  markSeen(id: string, atMs: number): void {
    this.#db.run('UPDATE sessions SET seen_ms = ? WHERE id = ?', atMs, id);
  }

  end(id: string, reason: string): void {
    const sql = 'UPDATE sessions SET ended = ?, id_token = NULL WHERE id = ? AND ended IS NULL';
    this.#db.run(sql, reason, id);
  }

  /** Removes rows that no longer decide anything. */
  prune(nowMs: number): void {
    this.#db.run('DELETE FROM sessions WHERE ends_ms < ?', nowMs);
    this.#db.run('DELETE FROM sign_ins WHERE until_ms < ?', nowMs);
    this.#db.run('DELETE FROM used_values WHERE until_ms < ?', nowMs);
  }

  addSignIn(state: string, signIn: { browser: string; attempt: string; untilMs: number }): void {
    const { browser, attempt, untilMs } = signIn;
    this.#db.run('INSERT INTO sign_ins VALUES (?, ?, ?, ?)', state, browser, attempt, untilMs);
  }

  signInCount(): number {
    return this.#db.number('SELECT count(*) FROM sign_ins');
  }

  /** Removes it in the same statement, so that only one of two requests gets it. */
  takeSignIn(state: string): { browser: string; attempt: string; untilMs: number } | undefined {
    const [row] = this.#db.all('DELETE FROM sign_ins WHERE state = ? RETURNING *', state);
    if (row === undefined) return undefined;
    return {
      browser: String(row['browser']),
      attempt: String(row['attempt']),
      untilMs: Number(row['until_ms']),
    };
  }

  /** False if the value was used before. */
  useOnce(hash: string, untilMs: number): boolean {
    const sql = 'INSERT OR IGNORE INTO used_values VALUES (?, ?) RETURNING hash';
    return this.#db.all(sql, hash, untilMs).length === 1;
  }
}

function sessionOf(row: Record<string, unknown>): Session {
  return {
    id: String(row['id']),
    identity: JSON.parse(String(row['identity'])) as OperatorIdentity,
    createdMs: Number(row['created_ms']),
    seenMs: Number(row['seen_ms']),
    provedMs: Number(row['proved_ms']),
    endsMs: Number(row['ends_ms']),
    ended: row['ended'] as string | null,
    idToken: row['id_token'] as string | null,
  };
}
