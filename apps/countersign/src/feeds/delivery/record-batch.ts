import { recordBytes } from './record-json.ts';
import type { Delivery, RefusedRecord, Sink } from './sink.ts';

/** Records that are sent together, and the entries that are done with them. */
export type RecordBatch = {
  readonly records: readonly Delivery[];
  /** Records that are not sent, because they could not be redacted. */
  readonly refused: readonly RefusedRecord[];
  /** Every entry below is in this batch, in an earlier one, or not selected. */
  readonly next: number;
};

/** Collects records up to the limits of a sink. */
export class BatchBuilder {
  readonly #max: Sink['batchMax'];
  #records: Delivery[] = [];
  #refused: RefusedRecord[] = [];
  #bytes = 0;

  constructor(max: Sink['batchMax']) {
    this.#max = max;
  }

  get isEmpty(): boolean {
    return this.#records.length + this.#refused.length === 0;
  }

  get isFull(): boolean {
    const records = this.#records.length + this.#refused.length;
    return records >= this.#max.records || this.#bytes >= this.#max.bytes;
  }

  /** Whether the record belongs into this batch. An empty batch takes a record of any size. */
  hasRoom(record: Delivery): boolean {
    return this.#records.length === 0 || this.#bytes + this.#sizeOf(record) <= this.#max.bytes;
  }

  add(record: Delivery): void {
    this.#records.push(record);
    this.#bytes += this.#sizeOf(record);
  }

  refuse(refused: RefusedRecord): void {
    this.#refused.push(refused);
  }

  take(next: number): RecordBatch {
    const batch = { records: this.#records, refused: this.#refused, next };
    this.#records = [];
    this.#refused = [];
    this.#bytes = 0;
    return batch;
  }

  #sizeOf(record: Delivery): number {
    return this.#max.bytes === Infinity ? 0 : recordBytes(record);
  }
}
