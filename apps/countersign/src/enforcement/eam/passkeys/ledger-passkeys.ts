import { messageOf } from '@countersign/core';
import type { LedgerReader } from '@countersign/ledger';
import { PolicyError } from '@countersign/policy';
import { ownEntryDraft, parseObject } from '../../../projection/entries/own-entry.ts';
import type { LedgerWriter } from '../../../projection/ledger-writer.ts';
import { type PasskeyRecord, passkeyRecordOf } from './passkey-record.ts';
import { PasskeyRegistry } from './passkey-registry.ts';
import type { PasskeyStore } from './passkey-store.ts';

type PasskeySource = {
  readonly store: { indicesOfKind(kind: string, fromIndex?: number): readonly number[] };
  readonly reader: Pick<LedgerReader, 'body' | 'size'>;
};

/** Shares passkey records between nodes. MUST be idempotent. */
export interface PasskeyExchange {
  tell(record: PasskeyRecord): void;
  /** Records of other nodes since the last call. */
  poll(): readonly PasskeyRecord[];
}

/** Reads passkey records from the ledger and keeps them up to date. */
export class PasskeyFeed {
  readonly book: PasskeyRegistry = new PasskeyRegistry();
  readonly #source: PasskeySource;
  #next = 0;
  #turn: Promise<void> = Promise.resolve();

  private constructor(source: PasskeySource) {
    this.#source = source;
  }

  /** Creates a feed without reading the ledger. */
  static of(source: PasskeySource): PasskeyFeed {
    return new PasskeyFeed(source);
  }

  static async open(source: PasskeySource): Promise<PasskeyFeed> {
    const feed = new PasskeyFeed(source);
    await feed.follow();
    return feed;
  }

  /** All records, as far as the reader sees. Callers that share a feed wait for each other. */
  async current(): Promise<PasskeyRegistry> {
    const turn = this.#turn.then(() => this.follow());
    this.#turn = turn.catch(() => undefined);
    await turn;
    return this.book;
  }

  /** Reads new entries, as far as the reader sees. */
  async follow(onRecord: (record: PasskeyRecord) => void = () => undefined): Promise<void> {
    const { store, reader } = this.#source;
    for (const index of store.indicesOfKind('credential', this.#next)) {
      if (index >= reader.size) return;
      const body = await reader.body(index);
      this.#next = index + 1;
      if (body.kind !== 'present') continue;
      const record = passkeyRecordOf(parseObject(body.bytes));
      if (record === undefined) continue;
      this.book.apply(record);
      onRecord(record);
    }
  }
}

/** Stores passkeys in the ledger of the writing process. */
export class LedgerPasskeys implements PasskeyStore {
  readonly #writer: LedgerWriter;
  readonly #feed: PasskeyFeed;
  readonly #exchange: PasskeyExchange | undefined;
  #refreshing: Promise<void> | undefined;

  private constructor(writer: LedgerWriter, exchange: PasskeyExchange | undefined) {
    this.#writer = writer;
    this.#feed = PasskeyFeed.of(writer);
    this.#exchange = exchange;
  }

  static async open(writer: LedgerWriter, exchange?: PasskeyExchange): Promise<LedgerPasskeys> {
    const passkeys = new LedgerPasskeys(writer, exchange);
    await passkeys.refresh();
    return passkeys;
  }

  get registry(): PasskeyRegistry {
    return this.#feed.book;
  }

  async append(record: PasskeyRecord): Promise<void> {
    const isNew = record.what === 'passkey-registered';
    // Apply a counter at once: of two concurrent uses, only one may be the first.
    if (!isNew) this.registry.apply(record);
    try {
      await this.#writer.decisionLog.append([ownEntryDraft('credential', record.atMs, record)]);
    } catch (cause) {
      const why = `could not record the use of a passkey (${messageOf(cause)})`;
      throw new PolicyError('NOT_ACCOUNTED', `${why}, so the sign-in is denied`, { cause });
    }
    if (isNew) this.registry.apply(record);
    this.#exchange?.tell(record);
  }

  refresh(): Promise<void> {
    this.#refreshing ??= this.#follow().finally(() => {
      this.#refreshing = undefined;
    });
    return this.#refreshing;
  }

  async #follow(): Promise<void> {
    await this.#writer.reader.refresh();
    await this.#feed.follow((record) => this.#exchange?.tell(record));
    for (const record of this.#exchange?.poll() ?? []) await this.append(record);
  }
}
