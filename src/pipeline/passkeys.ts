import {
  AccessError,
  PasskeyBook,
  type PasskeyRecord,
  type PasskeyStore,
  passkeyRecordOf,
} from '../access/index.ts';
import { messageOf } from '../core/index.ts';
import type { LedgerReader } from '../ledger/index.ts';
import { ownEntry, parseObject } from './own-entries.ts';
import type { Writer } from './writer.ts';

type PasskeySource = {
  readonly books: { acts(kind: string, fromIndex?: number): readonly number[] };
  readonly reader: Pick<LedgerReader, 'body' | 'size'>;
};

/** What the ledger says of passkeys, read once and followed from there. */
export class PasskeyFeed {
  readonly book: PasskeyBook = new PasskeyBook();
  readonly #source: PasskeySource;
  #next = 0;

  private constructor(source: PasskeySource) {
    this.#source = source;
  }

  static async open(source: PasskeySource): Promise<PasskeyFeed> {
    const feed = new PasskeyFeed(source);
    await feed.follow();
    return feed;
  }

  /** Reads what is new in the books, as far as the reader sees. */
  async follow(): Promise<void> {
    const { books, reader } = this.#source;
    for (const index of books.acts('credential', this.#next)) {
      if (index >= reader.size) return;
      const body = await reader.body(index);
      this.#next = index + 1;
      if (body.kind !== 'present') continue;
      const record = passkeyRecordOf(parseObject(body.bytes));
      if (record !== undefined) this.book.apply(record);
    }
  }
}

/** Passkeys in the ledger of a process that writes it. */
export class LedgerPasskeys implements PasskeyStore {
  readonly #writer: Writer;
  readonly #feed: PasskeyFeed;
  #looking: Promise<void> | undefined;

  private constructor(writer: Writer, feed: PasskeyFeed) {
    this.#writer = writer;
    this.#feed = feed;
  }

  static async open(writer: Writer): Promise<LedgerPasskeys> {
    await writer.reader.refresh();
    return new LedgerPasskeys(writer, await PasskeyFeed.open(writer));
  }

  get book(): PasskeyBook {
    return this.#feed.book;
  }

  async keep(record: PasskeyRecord): Promise<void> {
    const isNew = record.what === 'passkey-registered';
    // A counter counts from the moment that it was seen: two at once must not both be the first.
    if (!isNew) this.book.apply(record);
    try {
      await this.#writer.accountant.append([ownEntry('credential', record.atMs, record)]);
    } catch (cause) {
      const why = `could not write down what became of a passkey (${messageOf(cause)})`;
      throw new AccessError('NOT_ACCOUNTED', `${why}: nobody is let in without it`, { cause });
    }
    if (isNew) this.book.apply(record);
  }

  look(): Promise<void> {
    this.#looking ??= this.#follow().finally(() => {
      this.#looking = undefined;
    });
    return this.#looking;
  }

  async #follow(): Promise<void> {
    await this.#writer.reader.refresh();
    await this.#feed.follow();
  }
}
