import type { Pseudonyms } from './pseudonyms.ts';

/** Names between two pauses, so that the thread answers other requests meanwhile. */
const NAMES_PER_TURN = 10_000;

export type PseudonymLookupOptions = {
  readonly pseudonyms: Pseudonyms;
  /** All names, addresses and ids of people that records give. */
  readonly names: () => Iterable<string>;
  /** Grows whenever `names` may have more. */
  readonly version: () => number;
};

/**
 * Finds the person behind a pseudonym, so that a caller who sees only pseudonyms can ask about one.
 * The answer has pseudonyms again, so the caller learns no name.
 */
export class PseudonymLookup {
  readonly #options: PseudonymLookupOptions;
  #known: ReadonlyMap<string, string> = new Map();
  #version = -1;
  #reading: Promise<void> | undefined;

  constructor(options: PseudonymLookupOptions) {
    this.#options = options;
  }

  /** A name that records give to the person; undefined if no record does. */
  async nameOf(pseudonym: string): Promise<string | undefined> {
    const known = this.#known.get(pseudonym);
    if (known !== undefined || this.#version === this.#options.version()) return known;
    this.#reading ??= this.#read().finally(() => {
      this.#reading = undefined;
    });
    await this.#reading;
    return this.#known.get(pseudonym);
  }

  async #read(): Promise<void> {
    const { pseudonyms, names, version } = this.#options;
    const reached = version();
    const found = new Map<string, string>();
    let count = 0;
    for (const name of names()) {
      const pseudonym = pseudonyms.of(name);
      // The first name stays: all of one pseudonym are forms of the same name.
      if (!found.has(pseudonym)) found.set(pseudonym, name);
      if (++count % NAMES_PER_TURN === 0) await new Promise(setImmediate);
    }
    this.#known = found;
    this.#version = reached;
  }
}
