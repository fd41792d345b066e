import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { TlogError } from '../errors.ts';

/** The last checkpoint of a log that a witness cosigned. */
export type WitnessedState = {
  readonly size: number;
  readonly root: Uint8Array;
  /** The checkpoint with the log's signature and the witness's own. */
  readonly note: string;
};

/** The whole memory of a witness. An attacker who can make it forget can make it sign a fork. */
export interface WitnessStore {
  latest(origin: string): WitnessedState | undefined;
  /** Like {@link latest}, by the lower-case hex SHA-256 of the origin. */
  latestByHash(originHash: string): WitnessedState | undefined;
  /**
   * Replaces the state of a log if its size is still `expectedSize` (undefined: no state yet);
   * otherwise returns `stale`. MUST be one atomic step, also between processes, and MUST survive a
   * loss of power once it returns `set`.
   */
  checkAndSet(update: WitnessUpdate): 'set' | 'stale';
}

export type WitnessUpdate = {
  readonly origin: string;
  readonly originHash: string;
  readonly expectedSize: number | undefined;
  readonly next: WitnessedState;
};

/** A version with another layout cannot read the store. */
const LAYOUT_VERSION = 1;

type Row = { size: number; root: Uint8Array; note: string };

/** One SQLite file, locked for as long as it is open. */
export class FileWitnessStore implements WitnessStore {
  readonly #database: DatabaseSync;

  /** @throws TlogError WITNESS_STATE */
  constructor(stateDir: string) {
    mkdirSync(stateDir, { recursive: true, mode: 0o700 });
    const path = join(stateDir, 'witness.sqlite');
    this.#database = new DatabaseSync(path);
    try {
      this.#prepare();
    } catch (cause) {
      this.#database.close();
      throw new TlogError(
        'WITNESS_STATE',
        `could not open the state ${path} of the witness: another witness uses it, or it is ` +
          'damaged. Stop the other witness, or restore the file. Never start from an empty file',
        { cause, data: { path } },
      );
    }
  }

  latest(origin: string): WitnessedState | undefined {
    return this.#row('SELECT size, root, note FROM latest WHERE origin = ?', origin);
  }

  latestByHash(originHash: string): WitnessedState | undefined {
    return this.#row('SELECT size, root, note FROM latest WHERE origin_hash = ?', originHash);
  }

  checkAndSet({ origin, originHash, expectedSize, next }: WitnessUpdate): 'set' | 'stale' {
    const { size, root, note } = next;
    const statement =
      expectedSize === undefined
        ? this.#database.prepare(
            'INSERT INTO latest (size, root, note, origin_hash, origin) VALUES (?, ?, ?, ?, ?) ' +
              'ON CONFLICT DO NOTHING',
          )
        : this.#database.prepare(
            'UPDATE latest SET size = ?, root = ?, note = ?, origin_hash = ? ' +
              'WHERE origin = ? AND size = ?',
          );
    const where = expectedSize === undefined ? [] : [expectedSize];
    // A statement outside a transaction is its own transaction: it is durable when `run` returns.
    const { changes } = statement.run(size, root, note, originHash, origin, ...where);
    return Number(changes) === 1 ? 'set' : 'stale';
  }

  close(): void {
    this.#database.close();
  }

  #prepare(): void {
    // EXTRA: a statement returns only after its commit is synced, including the end of its rollback
    // journal. Otherwise a loss of power could restore the journal, and with it the state before a
    // cosignature that was already sent.
    this.#database.exec(
      'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = DELETE; PRAGMA synchronous = EXTRA;' +
        'BEGIN EXCLUSIVE;',
    );
    const row = this.#database.prepare('PRAGMA user_version').get() as { user_version: number };
    if (row.user_version !== 0 && row.user_version !== LAYOUT_VERSION) {
      throw new Error(
        `its layout is ${row.user_version}, and this program reads ${LAYOUT_VERSION}`,
      );
    }
    this.#database.exec(
      'CREATE TABLE IF NOT EXISTS latest (origin TEXT PRIMARY KEY, ' +
        'origin_hash TEXT UNIQUE NOT NULL, size INTEGER NOT NULL, root BLOB NOT NULL, ' +
        'note TEXT NOT NULL) STRICT;' +
        `PRAGMA user_version = ${LAYOUT_VERSION}; COMMIT;`,
    );
  }

  #row(sql: string, key: string): WitnessedState | undefined {
    const row = this.#database.prepare(sql).get(key) as Row | undefined;
    return row === undefined ? undefined : { size: row.size, root: row.root, note: row.note };
  }
}
