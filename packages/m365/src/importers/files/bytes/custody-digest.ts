import { createHash, type Hash } from 'node:crypto';
import { ImportError } from '../../../errors.ts';

/** The facts of a file in the chain of custody: its length and digest. */
export type DiskFacts = { readonly bytes: number; readonly sha256: string };

/** Counts and hashes a file as it is on disk, while its bytes pass through. */
export class CustodyDigest {
  bytesRead = 0;
  #hash: Hash = createHash('sha256');
  #facts: DiskFacts | undefined;
  readonly #open: () => AsyncIterable<Uint8Array>;
  readonly #repeatability: 'rereadable' | 'once';

  constructor(open: () => AsyncIterable<Uint8Array>, repeatability: 'rereadable' | 'once') {
    this.#open = open;
    this.#repeatability = repeatability;
  }

  async *read(): AsyncGenerator<Uint8Array, void, void> {
    for await (const piece of this.#open()) {
      this.#hash.update(piece);
      this.bytesRead += piece.length;
      yield piece;
    }
    this.#finish();
  }

  /**
   * The facts of the whole file. Damage in an archive ends reading early, and the members of a ZIP
   * are not read in file order. In both cases the file is read again for its digest. If that fails,
   * the facts cover only the bytes that were read.
   */
  async facts(): Promise<DiskFacts> {
    if (this.#facts !== undefined) return this.#facts;
    if (this.#repeatability === 'rereadable') {
      this.bytesRead = 0;
      this.#hash = createHash('sha256');
      try {
        for await (const _ of this.read());
      } catch (error) {
        if (!(error instanceof ImportError)) throw error;
      }
    }
    return this.#finish();
  }

  #finish(): DiskFacts {
    this.#facts ??= { bytes: this.bytesRead, sha256: this.#hash.digest('hex') };
    return this.#facts;
  }
}
