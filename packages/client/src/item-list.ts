import type { Answer, Watermark } from './generated/types.ts';

/** A page as the service sends it. */
export type Page<Item> = {
  readonly items: readonly Item[];
  /** Whether the list may lack items. */
  readonly complete: Answer;
  readonly asOf: Watermark;
  readonly next: string | null;
  /** Sentences for a person. */
  readonly notices: readonly string[];
};

const NOT_READ: Answer = {
  kind: 'unknown',
  because: [{ code: 'not-read', text: 'the list was not read to its end' }],
};

/** A list that is read page by page, once. All pages are of one moment. */
export class ItemList<Item> implements AsyncIterable<Item> {
  readonly #read: (cursor: string | undefined) => Promise<Page<Item>>;
  #last: Page<Item> | undefined;

  constructor(read: (cursor: string | undefined) => Promise<Page<Item>>) {
    this.#read = read;
  }

  /** Whether the list may lack items. Unknown until the last page was read. */
  get complete(): Answer {
    return this.#last?.next === null ? this.#last.complete : NOT_READ;
  }

  /** What the list covers; null: it does not depend on the store, or no page was read. */
  get asOf(): Watermark {
    return this.#last?.asOf ?? null;
  }

  /** Sentences for a person. */
  get notices(): readonly string[] {
    return this.#last?.notices ?? [];
  }

  async *pages(): AsyncGenerator<Page<Item>> {
    let cursor: string | undefined;
    do {
      const page: Page<Item> = await this.#read(cursor);
      this.#last = page;
      yield page;
      cursor = page.next ?? undefined;
    } while (cursor !== undefined);
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Item> {
    for await (const { items } of this.pages()) yield* items;
  }

  /** All items, for a list that fits in memory. */
  async all(): Promise<Item[]> {
    const all: Item[] = [];
    for await (const item of this) all.push(item);
    return all;
  }
}
