import type { Clock } from '@countersign/core';
import type { Body, Leaf, LedgerReader } from '@countersign/ledger/reader';
import type { FeedBuilder } from '../feed-builder.ts';
import type { FeedRecord } from '../feed-record.ts';
import { BUILT_BYTES_MAX, BUILT_RECORDS_MAX, REFRESH_EVERY_MS } from './limits.ts';

/** One reader of the ledger for all feeds. They wait at its end together. */
export class SharedLedger {
  readonly #reader: LedgerReader;
  readonly #clock: Clock;
  #refreshing: Promise<void> | undefined;
  #refreshedMs = -Infinity;

  constructor(reader: LedgerReader, clock: Clock) {
    this.#reader = reader;
    this.#clock = clock;
  }

  get size(): number {
    return this.#reader.size;
  }

  get origin(): string {
    return this.#reader.origin;
  }

  scan(range: { readonly from?: number }): ReturnType<LedgerReader['scan']> {
    return this.#reader.scan(range);
  }

  /** Does nothing if another feed has just done it. */
  async refresh(): Promise<void> {
    if (this.#clock.monotonic() - this.#refreshedMs < REFRESH_EVERY_MS) return this.#refreshing;
    this.#refreshedMs = this.#clock.monotonic();
    this.#refreshing = this.#reader.refresh();
    await this.#refreshing;
  }
}

/** Builds the record of an entry once for all feeds that read about the same part of the ledger. */
export class SharedBuilder {
  readonly #builder: Pick<FeedBuilder, 'build'>;
  readonly #built = new Map<number, { readonly record: Promise<FeedRecord>; bytes: number }>();
  #bytes = 0;

  constructor(builder: Pick<FeedBuilder, 'build'>) {
    this.#builder = builder;
  }

  build(index: number, leaf: Leaf, body: Body): Promise<FeedRecord> {
    const isErased = body.kind === 'erased';
    const known = isErased ? undefined : this.#built.get(index);
    if (known !== undefined) return known.record;
    const record = this.#builder.build(index, leaf, body);
    // An erased body must not stay in memory.
    if (isErased) return record;
    const bytes = body.bytes.length;
    this.#built.set(index, { record, bytes });
    this.#bytes += bytes;
    this.#forget();
    return record;
  }

  /** Forgets the oldest: feeds move forward. */
  #forget(): void {
    for (const [index, { bytes }] of this.#built) {
      if (this.#built.size <= BUILT_RECORDS_MAX && this.#bytes <= BUILT_BYTES_MAX) return;
      this.#built.delete(index);
      this.#bytes -= bytes;
    }
  }
}
