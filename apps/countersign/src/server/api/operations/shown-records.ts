import type { FeedRecord } from '../../../feeds/feed-record.ts';

/** Records without names. Streams send the same ones, and replacing names takes a while. */
export class ShownRecords {
  readonly #shown = new WeakMap<FeedRecord, FeedRecord>();

  of(record: FeedRecord, show: (record: FeedRecord) => unknown): FeedRecord {
    let shown = this.#shown.get(record);
    if (shown === undefined) {
      shown = show(record) as FeedRecord;
      this.#shown.set(record, shown);
    }
    return shown;
  }
}
