import { createWriteStream, mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import type { Random } from '@countersign/core';

const NAME = /^stdin-(\d+)-[0-9a-f]{16}$/;

/** Standard input in a file, so that the process that holds the ledger can read it. */
export class StdinSpool implements Disposable {
  readonly #path: string;

  /** `folder` is private to its owner, like the bodies in the spool. */
  constructor(folder: string, random: Random) {
    const unique = Buffer.from(random.fill(new Uint8Array(8))).toString('hex');
    this.#path = join(folder, `stdin-${process.pid}-${unique}`);
  }

  /** Reads all of `bytes`; returns the path. */
  async fill(bytes: AsyncIterable<Uint8Array>): Promise<string> {
    mkdirSync(join(this.#path, '..'), { recursive: true, mode: 0o700 });
    await pipeline(bytes, createWriteStream(this.#path, { mode: 0o600, flags: 'wx' }));
    return this.#path;
  }

  [Symbol.dispose](): void {
    rmSync(this.#path, { force: true });
  }
}

/** A killed caller leaves its spool behind; spools of running callers are in use. */
export function removeLeftSpools(folder: string): void {
  for (const name of readdirSync(folder)) {
    const pid = NAME.exec(name)?.[1];
    if (pid !== undefined && !isAlive(Number(pid))) rmSync(join(folder, name), { force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: the process runs, and belongs to another user.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
