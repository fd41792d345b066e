import { createReadStream, createWriteStream, type WriteStream } from 'node:fs';
import { open } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { finished } from 'node:stream/promises';
import { OperationError } from '../definition/errors.ts';

/** A file and its SHA-256, in hex. */
export type Checksum = { readonly path: string; readonly sha256: string };

/** Writes a list that `sha256sum --check` reads, line by line. */
export class ChecksumWriter {
  readonly #path: string;
  readonly #stream: WriteStream;

  constructor(path: string) {
    this.#path = path;
    this.#stream = createWriteStream(path, { mode: 0o600 });
  }

  async add({ path, sha256 }: Checksum): Promise<void> {
    if (this.#stream.write(`${sha256}  ${path}\n`)) return;
    await new Promise<void>((resolve, reject) => {
      this.#stream.once('drain', resolve).once('error', reject);
    });
  }

  /** Resolves when the list is durable. */
  async close(): Promise<void> {
    this.#stream.end();
    await finished(this.#stream);
    const file = await open(this.#path, 'r+');
    try {
      await file.sync();
    } finally {
      await file.close();
    }
  }
}

/**
 * Looks up hashes of an earlier list in one pass, so that a list of any length takes no memory. Two
 * backups list whole files in the same order. A file that is not found is hashed again.
 */
export class ChecksumCursor {
  readonly #lines: AsyncIterator<Checksum>;
  #next: Checksum | undefined;

  constructor(path: string) {
    this.#lines = readChecksums(path)[Symbol.asyncIterator]();
  }

  async find(path: string): Promise<string | undefined> {
    this.#next ??= await this.#read();
    while (this.#next !== undefined && this.#next.path < path) this.#next = await this.#read();
    if (this.#next?.path !== path) return undefined;
    const { sha256 } = this.#next;
    this.#next = undefined;
    return sha256;
  }

  async close(): Promise<void> {
    await this.#lines.return?.();
  }

  async #read(): Promise<Checksum | undefined> {
    const { value, done } = await this.#lines.next();
    return done === true ? undefined : (value as Checksum);
  }
}

/** @throws OperationError INVALID_INPUT for a line of another form */
export async function* readChecksums(path: string): AsyncGenerator<Checksum> {
  const lines = createInterface({ input: createReadStream(path), crlfDelay: Infinity });
  try {
    for await (const line of lines) {
      const parts = /^([0-9a-f]{64}) {2}(.+)$/.exec(line);
      const [, sha256 = '', name = ''] = parts ?? [];
      // A path from a backup that another party changed must not lead out of the target folder.
      if (parts === null || !isInside(name)) {
        throw new OperationError('INVALID_INPUT', `could not read ${path}: a line is malformed`);
      }
      yield { path: name, sha256 };
    }
  } finally {
    lines.close();
  }
}

/** A relative path without `.`, `..`, empty or hostile parts. */
function isInside(path: string): boolean {
  return path.split('/').every((part) => /^(?!\.{1,2}$)[^\\\p{Cc}]+$/u.test(part));
}
