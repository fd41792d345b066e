import type { RecordDraft, TenantId } from '@countersign/core';
import type { DeliveredAs } from '../../../collectors/collector.ts';
import type { ImportError } from '../../../errors.ts';
import type { Completeness } from './completeness.ts';

/** How the spans of a chunk are to be read. */
export type SpanForm =
  /** A row of a CSV file. */
  | 'csv'
  /** A JSON value. */
  | 'json'
  /** A JSON array of cells in the order of `columns` (Log Analytics and Kusto answers). */
  | 'json-cells';

/**
 * Whole records of one document, cut by the reader and read by {@link readChunk} on any thread.
 * Structured-cloneable; `bytes.buffer` and `spans.buffer` belong to the chunk alone and MAY be
 * transferred.
 */
export type Chunk = {
  readonly documentId: number;
  readonly form: SpanForm;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** For each record three numbers: start and end within `bytes`, row minus `row`. */
  readonly spans: Int32Array<ArrayBuffer>;
  /** Place of `bytes[0]` in the document's text (see `Document`). */
  readonly offset: number;
  /** 1-based number of the row or item that the first span is. */
  readonly row: number;
  /** Column names for `csv` and `json-cells`, else empty. */
  readonly columns: readonly string[];
  /** The byte between the cells of a `csv` row. */
  readonly delimiter: number;
  /** Of what a collector fetched: when each record could be had, in milliseconds since 1970. */
  readonly available?: Float64Array<ArrayBuffer>;
  /** Of records that were made of a text as a whole: how long that is. */
  readonly madeOfBytes?: number;
};

/**
 * One text full of records: a file on disk or a member of an archive. Offsets count bytes of the
 * text after decompression; for UTF-16, of the same text as UTF-8.
 */
export type Document = {
  /** Numbers the documents of one call, from 0. */
  readonly documentId: number;
  /** For people: the path as given, for members of an archive followed by `/` and the member. */
  readonly name: string;
  /** The file on disk, or `-` for standard input. */
  readonly path: string;
  /** The member's name within the archive on disk. */
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

/** What a document said about itself beside its records. */
export type DocumentEnd = {
  readonly documentId: number;
  /** Rows and items, those rejected by the reader included. */
  readonly rows: number;
  /** Bytes of the text. */
  readonly textBytes: number;
  /** Of the whole file as it lies on disk; of what was read, where `failure` made that all. */
  readonly diskBytes: number;
  readonly sha256: string;
  /** What the document's frame says: a page left out, a list not closed, no rows at all. */
  readonly completeness: readonly Completeness[];
  /** Reading stopped here; what came before is good. */
  readonly failure: ImportError | undefined;
};

/** What the reader yields; `document`, its chunks and rejects, and `end` come in this order. */
export type ReaderEvent =
  | { readonly kind: 'document'; readonly document: Document }
  | { readonly kind: 'chunk'; readonly chunk: Chunk; readonly diskBytesRead: number }
  | { readonly kind: 'reject'; readonly reject: Reject }
  | { readonly kind: 'end'; readonly end: DocumentEnd }
  /** Nothing of this file or member was read. */
  | { readonly kind: 'refused'; readonly name: string; readonly error: ImportError };

export type JsonObject = { readonly [name: string]: unknown };

/** What the worker needs to know beside the chunk. */
export type ReadContext = {
  readonly importNumber: number;
  /** The tenant of records that state none. */
  readonly tenant: TenantId | undefined;
  /** Set for what a collector asked for: each record then has to be that, and has no locus. */
  readonly delivered?: DeliveredAs | undefined;
};

/** Receives what {@link readChunk} finds, in the order of the file. */
export interface ChunkSink {
  /**
   * `value` is the parsed body. It MUST NOT be kept beyond the call by whoever wants speed: kept
   * objects cost the collector more than parsing does.
   */
  record(draft: RecordDraft, value: JsonObject, row: number): void;
  reject(reject: Reject): void;
  /** `ResultIndex` and `ResultCount` of a row; to be counted by a `PageTally`. */
  page(resultIndex: number, resultCount: number): void;
  /** A statement about completeness that stood among the records. */
  said(completeness: Completeness): void;
}
