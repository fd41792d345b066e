/** A stream of bytes whose start can be looked at before it is read. */
export class Lookahead {
  #seen: Uint8Array[] = [];
  #seenBytes = 0;
  #isDone = false;
  readonly #source: AsyncIterator<Uint8Array>;

  constructor(source: AsyncIterable<Uint8Array>) {
    this.#source = source[Symbol.asyncIterator]();
  }

  /** True once `peek` met the end: nothing follows what it returned. */
  get isWhole(): boolean {
    return this.#isDone;
  }

  /** At least `count` bytes from the start, or all there are. */
  async peek(count: number): Promise<Buffer<ArrayBuffer>> {
    while (this.#seenBytes < count && !this.#isDone) {
      const { value, done } = await this.#source.next();
      if (done === true) {
        this.#isDone = true;
      } else {
        // A copy: sources use their buffers again.
        this.#seen.push(Buffer.from(value));
        this.#seenBytes += value.length;
      }
    }
    return Buffer.concat(this.#seen);
  }

  /** Everything, what was looked at included. To be called once. */
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

  /** Lets go of the source, read to its end or not. */
  async close(): Promise<void> {
    await this.#source.return?.();
  }
}
