import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { CountersignError } from '@countersign/core';

class LockedError extends CountersignError<'LOCKED'> {
  override readonly name = 'LockedError';
}

/** A kernel lock like the ledger's, so that nothing survives a `kill -9`. */
export class TestLock {
  readonly #database: DatabaseSync;

  /** @throws LOCKED */
  constructor(file: string) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
    this.#database = new DatabaseSync(file, { timeout: 0 });
    try {
      this.#database.exec('BEGIN EXCLUSIVE');
    } catch (error) {
      this.#database.close();
      throw new LockedError('LOCKED', 'another process holds it', { cause: error });
    }
  }

  release(): void {
    this.#database.exec('ROLLBACK');
    this.#database.close();
  }
}
