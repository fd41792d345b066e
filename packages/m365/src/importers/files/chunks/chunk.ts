import type { RecordDraft, TenantId } from '@countersign/core';
import type { DeliveredAs } from '../../../collectors/collector.ts';
import type { ImportError } from '../../../errors.ts';
import type { Completeness } from './completeness.ts';

/** How the spans of a chunk are read. */
export type SpanForm =
  /** A row of a CSV file. */
  | 'csv'
  /** A JSON value. */
  | 'json'
  /** A JSON array of cells in the order of `columns` (Log Analytics and Kusto answers). */
  | 'json-cells';

/**
 * Whole records of one document, split by the reader and read by {@link readChunk} on any thread.
 * Structured-cloneable. `bytes.buffer` and `spans.buffer` belong only to the chunk and MAY be
 * transferred.
 */
export type Chunk = {
  readonly documentId: number;
  readonly form: SpanForm;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Three numbers per record: start and end within `bytes`, and row minus `row`. */
  readonly spans: Int32Array<ArrayBuffer>;
  /** The offset of `bytes[0]` in the document's text (see `Document`). */
  readonly offset: number;
  /** 1-based number of the row or item of the first span. */
  readonly row: number;
  /** Column names for `csv` and `json-cells`, else empty. */
  readonly columns: readonly string[];
  /** The byte between the cells of a `csv` row. */
  readonly delimiter: number;
  /** For collected content: when each record became available, in milliseconds since 1970. */
  readonly available?: Float64Array<ArrayBuffer>;
  /** For records made from a whole text: the length of that text. */
  readonly madeOfBytes?: number;
};

/**
 * One text of records: a file on disk or a member of an archive. Offsets count bytes of the
 * decompressed text; for UTF-16, of the same text as UTF-8.
 */
export type Document = {
  /** Numbers the documents of one call, from 0. */
  readonly documentId: number;
  /** For people: the given path, followed by `/` and the member for members of an archive. */
  readonly name: string;
  /** The file on disk, or `-` for standard input. */
  readonly path: string;
  /** The member's name in the archive on disk. */
  readonly member: string | undefined;
  readonly container: 'csv' | 'json-array' | 'json-sequence' | 'message';
  readonly encoding: 'utf-8' | 'utf-16le' | 'utf-16be';
};

/** A row or item, or a damaged region, that could not be read. */
export type Reject = {
  readonly documentId: number;
  readonly row: number;
  readonly offset: number;
  readonly length: number;
  /** Completes "this could not be read: …". */
  readonly reason: string;
};

/** What a document states about itself besides its records. */
export type DocumentEnd = {
  readonly documentId: number;
  /** Rows and items, including those rejected by the reader. */
  readonly rows: number;
  /** Bytes of the text. */
  readonly textBytes: number;
  /** The whole file as it is on disk, or the part that was read if `failure` ended the read. */
  readonly diskBytes: number;
  readonly sha256: string;
  /** Statements of the document's structure: a missing page, an unclosed list, no rows. */
  readonly completeness: readonly Completeness[];
  /** Reading stopped here. Everything before is valid. */
  readonly failure: ImportError | undefined;
};

/** The events of the reader. `document`, its chunks and rejects, and `end` come in this order. */
export type ReaderEvent =
  | { readonly kind: 'document'; readonly document: Document }
  | { readonly kind: 'chunk'; readonly chunk: Chunk; readonly diskBytesRead: number }
  | { readonly kind: 'reject'; readonly reject: Reject }
  | { readonly kind: 'end'; readonly end: DocumentEnd }
  /** Nothing of this file or member was read. */
  | { readonly kind: 'refused'; readonly name: string; readonly error: ImportError };

export type JsonObject = { readonly [name: string]: unknown };

/** What a worker needs besides the chunk. */
export type ReadContext = {
  readonly importNumber: number;
  /** The tenant of records that state none. */
  readonly tenant: TenantId | undefined;
  /** Set for collected content: each record must match it, and has no locus. */
  readonly delivered?: DeliveredAs | undefined;
};

/** Receives the results of {@link readChunk}, in file order. */
export interface ChunkSink {
  /**
   * `value` is the parsed body. Callers that need speed MUST NOT keep it: retained objects cost the
   * garbage collector more than parsing does.
   */
  record(draft: RecordDraft, value: JsonObject, row: number): void;
  reject(reject: Reject): void;
  /** `ResultIndex` and `ResultCount` of a row, for a `PageTally`. */
  page(resultIndex: number, resultCount: number): void;
  /** A statement about completeness among the records. */
  addCompleteness(completeness: Completeness): void;
}
