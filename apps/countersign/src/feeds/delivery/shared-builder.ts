import type { Body, Leaf } from '@countersign/ledger/reader';
import type { FeedBuilder } from '../feed-builder.ts';
import type { FeedRecord } from '../feed-record.ts';
import { BUILT_BYTES_MAX, BUILT_RECORDS_MAX } from './limits.ts';

/** Builds the record of an entry once for all feeds or tails that read about the same entries. */
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
