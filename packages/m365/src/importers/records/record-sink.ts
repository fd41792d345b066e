import { type Locus, TENANT_NOT_STATED, type TenantId } from '@countersign/core';
import type { Chunk, ChunkSink, JsonObject, ReadContext } from '../files/chunks/chunk.ts';
import type { Completeness } from '../files/chunks/completeness.ts';
import type { Identity } from './shape.ts';

/** The position of a record in its chunk. */
export type RecordPosition = { readonly start: number; readonly end: number; readonly row: number };

/**
 * Converts the results of the chunk readers to drafts and rejects with their position in the file.
 */
export class RecordSink {
  readonly #documentId: number;
  readonly #offset: number;
  readonly #importNumber: number;
  readonly #tenant: TenantId;
  readonly #sink: ChunkSink;
  readonly #hasLocus: boolean;
  readonly #madeOfBytes: number | undefined;
  #lastTenant: TenantId = TENANT_NOT_STATED;

  constructor(chunk: Chunk, context: ReadContext, sink: ChunkSink) {
    this.#documentId = chunk.documentId;
    this.#offset = chunk.offset;
    this.#importNumber = context.importNumber;
    this.#tenant = context.tenant ?? TENANT_NOT_STATED;
    this.#sink = sink;
    this.#hasLocus = context.delivered === undefined;
    this.#madeOfBytes = chunk.madeOfBytes;
  }

  record(identity: Identity, body: Uint8Array, value: JsonObject, place: RecordPosition): void {
    const { source, id, at } = identity;
    if (at === undefined) {
      this.reject('no event time in any known member', place);
      return;
    }
    const draft = {
      kind: 'record' as const,
      tenant: this.#tenantOf(identity),
      source,
      id,
      at,
      body,
      locus: this.#hasLocus ? this.#locus(place) : undefined,
    };
    this.#sink.record(draft, value, place.row);
  }

  /**
   * The records of a chunk share one text for their tenant. All that compare, hash or hold it then
   * do so once, and not per record.
   */
  #tenantOf({ tenant }: Identity): TenantId {
    if (tenant === TENANT_NOT_STATED) return this.#tenant;
    if (tenant !== this.#lastTenant) this.#lastTenant = tenant;
    return this.#lastTenant;
  }

  #locus({ start, end, row }: RecordPosition): Locus {
    const importNumber = this.#importNumber;
    const madeOf = this.#madeOfBytes;
    if (madeOf !== undefined) return { importNumber, row, offset: this.#offset, length: madeOf };
    return { importNumber, row, offset: this.#offset + start, length: end - start };
  }

  reject(reason: string, { start, end, row }: RecordPosition): void {
    const offset = this.#offset + start;
    this.#sink.reject({ documentId: this.#documentId, row, offset, length: end - start, reason });
  }

  /** Accepts the two numbers as numbers or digits; ignores other values. */
  page(resultIndex: unknown, resultCount: unknown): void {
    const index = wholeNumber(resultIndex);
    const count = wholeNumber(resultCount);
    if (index !== undefined && count !== undefined) this.#sink.page(index, count);
  }

  addCompleteness(completeness: Completeness): void {
    this.#sink.addCompleteness(completeness);
  }
}

function wholeNumber(value: unknown): number | undefined {
  if (typeof value === 'string' && !/^-?\d{1,9}$/.test(value)) return undefined;
  const number = typeof value === 'string' ? Number(value) : value;
  return Number.isInteger(number) ? (number as number) : undefined;
}
