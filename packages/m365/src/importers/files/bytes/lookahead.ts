/** A byte stream whose start can be inspected before it is read. */
export class Lookahead {
  #seen: Uint8Array[] = [];
  #seenBytes = 0;
  #isDone = false;
  readonly #source: AsyncIterator<Uint8Array>;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** True once `peek` reached the end: nothing follows what it returned. */
  get isWhole(): boolean {
    return this.#isDone;
  }

  /** At least `count` bytes from the start, or all bytes if there are fewer. */
  async peek(count: number): Promise<Buffer<ArrayBuffer>> {
    while (this.#seenBytes < count && !this.#isDone) {
      const { value, done } = await this.#source.next();
      if (done === true) {
        this.#isDone = true;
      } else {
        // A copy, because sources reuse their buffers.
        this.#seen.push(Buffer.from(value));
        this.#seenBytes += value.length;
      }
    }
    return Buffer.concat(this.#seen);
  }

  /** The whole stream, including inspected bytes. Call it once. */
  async *rest(): AsyncGenerator<Uint8Array, void, void> {
    try {
      yield* this.#seen.splice(0);
      while (!this.#isDone) {
        const { value, done } = await this.#source.next();
        if (done === true) this.#isDone = true;
        else yield value;
      }
    } finally {
      await this.close();
    }
  }

  /** Releases the source, read to its end or not. */
  async close(): Promise<void> {
    await this.#source.return?.();
  }
}
