import { CHUNK_BYTES, CHUNK_RECORDS_MAX } from '../../limits.ts';
import type { Chunk, Reject } from './chunks/chunk.ts';
import type { FrameForm, Framer, TextWindow } from './chunks/framer.ts';

export type SplitterItem =
  | { readonly kind: 'chunk'; readonly chunk: Chunk }
  | { readonly kind: 'reject'; readonly reject: Reject };

/**
 * Owns the window of a document's text. Lets the framer separate records and returns whole ones in
 * chunks. A chunk takes over the window's buffer; only the unfinished rest is copied.
 */
export class Splitter {
  /** Rows and items so far. */
  rows = 0;
  readonly #documentId: number;
  readonly #framer: Framer;
  readonly #chunkBytes: number;
  readonly #window: TextWindow;
  readonly #items: SplitterItem[] = [];
  #form: FrameForm;
  #spans: number[] = [];
  #firstRow = 0;

  constructor(documentId: number, framer: Framer, chunkBytes: number = CHUNK_BYTES) {
    this.#documentId = documentId;
    this.#framer = framer;
    this.#form = framer.form;
    this.#chunkBytes = chunkBytes;
    this.#window = { bytes: Buffer.alloc(0), end: 0, base: 0, isLast: false };
  }

  get textBytes(): number {
    return this.#window.base + this.#window.end;
  }

  /** Adds the next bytes of the text. Returns the chunks and rejects that they complete. */
  push(bytes: Uint8Array): SplitterItem[] {
    this.#append(bytes);
    this.#frames();
    return this.#items.splice(0);
  }

  finish(): SplitterItem[] {
    this.#window.isLast = true;
    this.#frames();
    this.#flush();
    return this.#items.splice(0);
  }

  #append(bytes: Uint8Array): void {
    const window = this.#window;
    if (window.end + bytes.length > window.bytes.length) this.#makeRoom(bytes.length);
    window.bytes.set(bytes, window.end);
    window.end += bytes.length;
  }

  #makeRoom(wanted: number): void {
    const window = this.#window;
    if (this.#spans.length > 0) this.#flush(wanted);
    if (window.end + wanted > window.bytes.length) this.#renew(this.#framer.keepFrom(), wanted);
  }

  /**
   * A new buffer that starts with the bytes from `needed` on, with room for `wanted` more bytes.
   */
  #renew(needed: number, wanted: number): void {
    const window = this.#window;
    // A framer's position may be after the window: behind a header that has not arrived yet.
    const from = Math.min(needed, window.end);
    const kept = window.end - from;
    // Many files are small, so a chunk-sized buffer is allocated only after the first piece.
    const isSmall = window.bytes.length === 0 || window.isLast;
    const usual = isSmall ? 0 : this.#chunkBytes + wanted;
    // Not from Buffer's pool: the memory moves to another thread with the chunk. Twice the kept
    // size, so that a record of many pieces is not copied for each piece.
    const bytes = Buffer.allocUnsafeSlow(Math.max(usual, kept + Math.max(kept, wanted)));
    bytes.set(window.bytes.subarray(from, window.end));
    window.bytes = bytes;
    window.base += from;
    window.end = kept;
    if (from > 0) this.#framer.dropped(from);
  }

  #frames(): void {
    const framer = this.#framer;
    const window = this.#window;
    for (;;) {
      const frame = framer.next(window);
      if (frame === 'more' || frame === 'end') return;
      if (framer.form !== this.#form) {
        this.#flush();
        this.#form = framer.form;
      }
      this.rows++;
      if (frame === 'reject') this.#reject(framer);
      else this.#record(framer.start, framer.end);
    }
  }

  #reject(framer: Framer): void {
    const { rejectFrom, rejectTo, reason } = framer;
    this.#items.push({
      kind: 'reject',
      reject: {
        documentId: this.#documentId,
        row: this.rows,
        offset: rejectFrom,
        length: rejectTo - rejectFrom,
        reason,
      },
    });
  }

  #record(start: number, end: number): void {
    if (this.#spans.length === 0) this.#firstRow = this.rows;
    this.#spans.push(start, end, this.rows - this.#firstRow);
    const isFull =
      end - (this.#spans[0] as number) >= this.#chunkBytes ||
      this.#spans.length >= 3 * CHUNK_RECORDS_MAX;
    if (isFull) this.#flush();
  }

  /** Returns the records so far. The window continues with what the framer still needs. */
  #flush(wanted = 0): void {
    if (this.#spans.length === 0) return;
    const window = this.#window;
    const spans = Int32Array.from(this.#spans);
    const start = spans[0] as number;
    const end = spans[spans.length - 2] as number;
    this.#spans = [];
    if (window.end - end <= end - start) {
      const { bytes, base } = window;
      this.#renew(end, wanted);
      this.#chunk(bytes.buffer, end, spans, base);
      return;
    }
    // More is left than returned, so the smaller part is copied, and the window stays.
    const bytes = Buffer.allocUnsafeSlow(end - start);
    window.bytes.copy(bytes, 0, start, end);
    for (let at = 0; at < spans.length; at += 3) {
      spans[at] = (spans[at] as number) - start;
      spans[at + 1] = (spans[at + 1] as number) - start;
    }
    this.#chunk(bytes.buffer, end - start, spans, window.base + start);
  }

  #chunk(
    buffer: ArrayBuffer,
    length: number,
    spans: Int32Array<ArrayBuffer>,
    offset: number,
  ): void {
    const { form, columns, delimiter } = this.#form;
    this.#items.push({
      kind: 'chunk',
      chunk: {
        documentId: this.#documentId,
        form,
        bytes: new Uint8Array(buffer, 0, length),
        spans,
        offset,
        row: this.#firstRow,
        columns,
        delimiter,
      },
    });
  }
}
