import { chmodSync, existsSync, mkdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { messageOf, unreachable } from '@countersign/core';
import { SqliteConnection } from '../store/sqlite/sqlite-connection.ts';
import { OperatorError } from './errors.ts';
import { localNameOf, operatorName, personNamed } from './identity.ts';
import { STATE_BUSY_MS } from './limits.ts';
import { LINK_TABLE, LinkTable } from './links/link-table.ts';
import type { OperatorRecord } from './operator-record.ts';
import { OPERATOR_TABLE, type OperatorRevocation, OperatorTable } from './operator-table.ts';
import { PASSKEY_TABLE, PasskeyTable } from './passkeys/passkey-table.ts';
import { ROLE_TABLE, RoleTable } from './roles/role-table.ts';
import { SESSION_TABLE, SessionTable } from './sessions/session-table.ts';
import { TOKEN_TABLE, TokenTable } from './tokens/token-table.ts';

/** The version of the tables. */
const VERSION = 3;

const CURSOR_TABLE = `
  CREATE TABLE IF NOT EXISTS cursor (
    id INTEGER PRIMARY KEY CHECK (id = 0),
    next INTEGER NOT NULL
  ) STRICT;
  INSERT OR IGNORE INTO cursor VALUES (0, 0);`;

/** The folder of the service. It holds secrets' hashes, so only its owner may read it. */
export function serviceFolder(dataDir: string): string {
  return join(dataDir, 'service');
}

/**
 * Operators, tokens, links and sessions. Several processes may open it: one row decides for all of
 * them, so a revoked token is refused everywhere at once.
 */
export class OperatorState implements Disposable {
  readonly tokens: TokenTable;
  readonly sessions: SessionTable;
  readonly links: LinkTable;
  readonly operators: OperatorTable;
  readonly passkeys: PasskeyTable;
  readonly roles: RoleTable;
  readonly #db: SqliteConnection;

  private constructor(db: SqliteConnection) {
    this.#db = db;
    this.tokens = new TokenTable(db);
    this.sessions = new SessionTable(db);
    this.links = new LinkTable(db);
    this.operators = new OperatorTable(db);
    this.passkeys = new PasskeyTable(db);
    this.roles = new RoleTable(db);
  }

  /** Creates the file if there is none. @throws OperatorError STATE_UNREADABLE */
  static open(dataDir: string): OperatorState {
    const file = stateFile(dataDir);
    try {
      mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
      const isNew = !existsSync(file);
      const db = new DatabaseSync(file);
      // Before the first row, and before SQLite gives its other files the same mode.
      if (isNew) chmodSync(file, 0o600);
      // FULL: a revocation that was reported as done must survive a power failure.
      db.exec(`PRAGMA busy_timeout = ${STATE_BUSY_MS};
        PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;`);
      const connection = new SqliteConnection(db);
      connection.transaction(() => prepare(connection));
      return new OperatorState(connection);
    } catch (cause) {
      if (cause instanceof OperatorError) throw cause;
      const why = `could not open ${file}: ${messageOf(cause)}; check its permissions and the disk`;
      throw new OperatorError('STATE_UNREADABLE', why, { cause });
    }
  }

  /** The entry from which the state continues. */
  get next(): number {
    return this.#db.number('SELECT next FROM cursor');
  }

  /** Applies one entry and moves the cursor behind it, in one transaction. */
  apply(index: number, record: OperatorRecord | 'erased' | undefined): void {
    this.#db.transaction(() => {
      if (index < this.next) return;
      if (record === 'erased') this.#applyErased(index);
      else if (record !== undefined) this.#applyRecord(index, record);
      this.#db.run('UPDATE cursor SET next = ?', index + 1);
    });
  }

  close(): void {
    this.#db.close();
  }

  [Symbol.dispose](): void {
    this.close();
  }

  #applyRecord(entry: number, record: OperatorRecord): void {
    const { atMs, by } = record;
    switch (record.what) {
      case 'token-created':
        this.tokens.add(record.token, { atMs, by, entry });
        break;
      case 'token-revoked':
        this.tokens.revoke(record.id, { atMs, by, reason: record.reason });
        break;
      case 'link-created':
        this.links.add(record.link, by);
        break;
      case 'operator-passkey-registered':
        this.passkeys.add(record.passkey, atMs);
        break;
      case 'operator-revoked':
        this.#revokeOperator(record.person, { atMs, by, reason: record.reason });
        break;
      case 'operator-restored':
        this.operators.restore(record.person);
        break;
      case 'operator-signed-in':
      case 'operator-stepped-up': {
        const { issuer, roles, link, passkey } = record;
        const person = personNamed(by);
        if (person !== undefined && record.what === 'operator-signed-in') {
          this.operators.addSignIn(person, { issuer, roles, atMs });
        }
        // A rebuilt state MUST NOT accept a used link or an old counter again.
        if (link !== undefined) this.links.markUsed(link, atMs);
        if (passkey !== undefined) {
          this.passkeys.markUsed(passkey.id, { counter: passkey.counter, atMs });
        }
        break;
      }
      case 'operator-signed-out':
        // The service keeps sessions itself: a rebuilt state has none, and everyone signs in again.
        break;
      case 'operator-passkey-refused':
        break;
      default:
        unreachable(record);
    }
  }

  /** Ends all that the person can sign in with, and all that the person gave to programs. */
  #revokeOperator(person: string, said: OperatorRevocation): void {
    this.operators.revoke(person, said);
    for (const { id, identity } of this.sessions.open()) {
      if (identity.person === person) this.sessions.end(id, 'the operator was revoked');
    }
    const creator = `${operatorName({ person })}@`;
    for (const { id, createdBy } of this.tokens.all()) {
      if (createdBy.startsWith(creator)) this.tokens.revoke(id, said);
    }
    const name = localNameOf(person);
    if (name === undefined) return;
    this.passkeys.revoke(name);
    this.links.end(said.atMs, name);
  }

  /**
   * An erased entry may have been a revocation, or the use of a link or a passkey. What it said is
   * unknown, and unknown never permits.
   */
  #applyErased(entry: number): void {
    const reason = `entry ${entry} was erased and may have revoked this token: create a new one`;
    this.tokens.revokeBefore(entry, { atMs: 0, by: 'countersign', reason });
    this.links.end(0);
    this.passkeys.revoke();
  }
}

function stateFile(dataDir: string): string {
  return join(serviceFolder(dataDir), 'operators.sqlite');
}

function prepare(db: SqliteConnection): void {
  const version = db.number('PRAGMA user_version');
  if (version > VERSION) {
    const what = `the state of operators has version ${version}, and this program knows ${VERSION}`;
    throw new OperatorError('STATE_UNREADABLE', `${what}: run the newer version`);
  }
  // Version 2 had links of one purpose. They end within minutes.
  if (version === 2) db.exec('DROP TABLE IF EXISTS links');
  const tables = [
    TOKEN_TABLE,
    SESSION_TABLE,
    LINK_TABLE,
    OPERATOR_TABLE,
    PASSKEY_TABLE,
    ROLE_TABLE,
  ];
  db.exec(`${tables.join(' ')} ${CURSOR_TABLE} PRAGMA user_version = ${VERSION};`);
  // Tables of a newer version are filled from the ledger. Applying an entry again changes nothing
  // in older ones.
  if (version < VERSION) db.exec('UPDATE cursor SET next = 0');
}
