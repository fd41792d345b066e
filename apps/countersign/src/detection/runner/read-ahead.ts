/**
 * Reads items ahead of demand, in order, while the waiting ones weigh less than `weightMax`. A
 * single item passes at any weight. An error of the source is thrown to the reader.
 */
export class ReadAhead<T> {
  readonly #source: AsyncIterator<T>;
  readonly #weightOf: (item: T) => number;
  readonly #weightMax: number;
  readonly #taken: T[] = [];
  #weight = 0;
  #end: { readonly error: unknown } | 'open' | 'ended' = 'open';
  #wake = Promise.withResolvers<void>();

  constructor(
    source: AsyncIterable<T>,
    { weightOf, weightMax }: { weightOf: (item: T) => number; weightMax: number },
  ) {
    this.#source = source[Symbol.asyncIterator]();
    this.#weightOf = weightOf;
    this.#weightMax = weightMax;
    void this.#run();
  }

  /** Undefined at the end. MUST NOT be called before the previous call resolved. */
  async next(): Promise<T | undefined> {
    while (this.#taken.length === 0 && this.#end === 'open') await this.#changed();
    const item = this.#taken.shift();
    if (item === undefined) {
      if (typeof this.#end === 'object') throw this.#end.error;
      return undefined;
    }
    this.#weight -= this.#weightOf(item);
    this.#tell();
    return item;
  }

  async #run(): Promise<void> {
    try {
      for (;;) {
        while (this.#taken.length > 0 && this.#weight >= this.#weightMax) await this.#changed();
        const { done, value } = await this.#source.next();
        if (done === true) break;
        this.#weight += this.#weightOf(value);
        this.#taken.push(value);
        this.#tell();
      }
      this.#end = 'ended';
    } catch (error) {
      this.#end = { error };
    }
    this.#tell();
  }

  #changed(): Promise<void> {
    return this.#wake.promise;
  }

  #tell(): void {
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }
}
