import { CHUNK_BYTES, CHUNK_RECORDS_MAX } from '../../limits.ts';
import type { Chunk, Reject } from './chunks/chunk.ts';
import type { TextWindow } from './chunks/framer.ts';
import { JsonFramer } from './json/json-framer.ts';

/** A region of a content that is not a record. */
export type GatherReject = Pick<Reject, 'row' | 'offset' | 'length' | 'reason'>;

export type GatherResult = {
  /** Records and rejected regions. */
  readonly items: number;
  readonly rejects: readonly GatherReject[];
};

/**
 * Collects the records of many small contents in chunks large enough for a worker thread. Each
 * content is a JSON text of its own and is split like a file. Damage in one does not affect the
 * next.
 */
export class Gatherer {
  #bytes: Buffer<ArrayBuffer> = Buffer.alloc(0);
  #end = 0;
  #spans: number[] = [];
  #availableMs: number[] = [];

  get isFull(): boolean {
    return this.#end >= CHUNK_BYTES || this.#availableMs.length >= CHUNK_RECORDS_MAX;
  }

  /** Offsets of rejects count from the start of `bytes`. */
  add(bytes: Uint8Array, availableMs: number): GatherResult {
    const start = this.#end;
    this.#makeRoom(bytes.length);
    this.#bytes.set(bytes, start);
    this.#end += bytes.length;
    const window: TextWindow = { bytes: this.#bytes, end: this.#end, base: 0, isLast: true };
    const framer = new JsonFramer(start);
    const rejects: GatherReject[] = [];
    let items = 0;
    for (let frame = framer.next(window); frame !== 'end' && frame !== 'more'; items++) {
      if (frame === 'reject' || framer.form.form !== 'json') {
        const from = frame === 'reject' ? framer.rejectFrom : framer.start;
        const to = frame === 'reject' ? framer.rejectTo : framer.end;
        const reason = frame === 'reject' ? framer.reason : 'a table where records should be';
        rejects.push({ row: items + 1, offset: from - start, length: to - from, reason });
      } else {
        this.#spans.push(framer.start, framer.end, this.#availableMs.length);
        this.#availableMs.push(availableMs);
      }
      frame = framer.next(window);
    }
    return { items, rejects };
  }

  /** Returns the collected records as one chunk; undefined if there are none. */
  take(): Chunk | undefined {
    const bytes = this.#bytes;
    const spans = Int32Array.from(this.#spans);
    const available = Float64Array.from(this.#availableMs);
    const end = this.#end;
    this.#bytes = Buffer.alloc(0);
    this.#end = 0;
    this.#spans = [];
    this.#availableMs = [];
    if (available.length === 0) return undefined;
    return {
      documentId: 0,
      form: 'json',
      bytes: new Uint8Array(bytes.buffer, 0, end),
      spans,
      offset: 0,
      row: 1,
      columns: [],
      delimiter: 0,
      available,
    };
  }

  #makeRoom(wanted: number): void {
    const needed = this.#end + wanted;
    if (needed <= this.#bytes.length) return;
    // Not from Buffer's pool: the memory moves to another thread with the chunk.
    const isFirst = this.#end === 0;
    const size = isFirst ? Math.max(CHUNK_BYTES * 2, wanted) : Math.max(needed, this.#end * 2);
    const bytes = Buffer.allocUnsafeSlow(size);
    bytes.set(this.#bytes.subarray(0, this.#end));
    this.#bytes = bytes;
  }
}
