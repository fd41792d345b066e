import { setTimeout as waitMs } from 'node:timers/promises';
import type { Clock } from '@countersign/core';
import { recordBytes } from '../../delivery/record-json.ts';
import {
  type Delivery,
  type RefusedRecord,
  type SendResult,
  type Sink,
  SinkError,
} from '../../delivery/sink.ts';
import type { LakeObjects } from './lake-objects.ts';
import type { ErasedRanges, LakeStore } from './lake-store.ts';
import {
  FULL_SHARE,
  HOLD_CHECK_MS,
  LAKE_BATCH_BYTES,
  LAKE_BATCH_RECORDS,
  OBJECTS_NAMED_MAX,
} from './limits.ts';

export type LakeSinkOptions = {
  readonly objects: LakeObjects;
  readonly store: LakeStore;
  readonly clock: Clock;
  /** Objects are written this often, or earlier when a batch is full. */
  readonly everyMs: number;
};

/**
 * Writes Parquet objects in the layout of Amazon Security Lake.
 *
 * A small batch is held until the interval since the last objects is over; meanwhile further
 * records wait in the ledger. So the position moves only when objects are durable, and memory is
 * bounded by one batch. The proof is `indexed`: readers of the folder or bucket find the records.
 */
export class LakeSink implements Sink {
  readonly proof = 'indexed';
  readonly batchMax: Sink['batchMax'] = { records: LAKE_BATCH_RECORDS, bytes: LAKE_BATCH_BYTES };
  readonly batchesInFlightMax = 1;
  readonly #options: LakeSinkOptions;
  #nextMs = Number.NEGATIVE_INFINITY;

  constructor(options: LakeSinkOptions) {
    this.#options = options;
  }

  async send(records: readonly Delivery[], signal: AbortSignal): Promise<SendResult> {
    const { objects, store, clock, everyMs } = this.#options;
    if (!isNearlyFull(records)) await this.#hold(signal);
    const refused: RefusedRecord[] = [];
    // An erasure applies to what is before it, which may be in the same batch.
    for (const part of partsOf(records)) {
      if (part.kind === 'erasure') {
        const because = await this.#erase(part.erasure, signal);
        if (because !== undefined) refused.push({ index: part.erasure.index, because });
        continue;
      }
      for (const { key, bytes } of objects.of(part.records, refused)) {
        if (signal.aborted) throw new SinkError('UNAVAILABLE', 'the feed is stopping');
        await store.put(key, bytes, signal);
      }
    }
    this.#nextMs = clock.monotonic() + everyMs;
    return { refused };
  }

  async close(): Promise<void> {
    this.#options.store.close();
  }

  async #hold(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    while (clock.monotonic() < this.#nextMs) {
      if (signal.aborted) throw new SinkError('UNAVAILABLE', 'the feed is stopping');
      await waitMs(HOLD_CHECK_MS, undefined, { signal }).catch(() => undefined);
    }
  }

  /** Returns what could not be erased. */
  async #erase(erasure: Delivery, signal: AbortSignal): Promise<string | undefined> {
    const ranges = rangesOf(erasure);
    if (ranges === undefined) return 'the erasure names no entries in a form that is known';
    const left = await this.#options.store.erase(ranges, signal);
    if (left.length === 0) return undefined;
    const named = left.slice(0, OBJECTS_NAMED_MAX).join(', ');
    const more =
      left.length > OBJECTS_NAMED_MAX ? ` and ${left.length - OBJECTS_NAMED_MAX} more` : '';
    return `${left.length} objects may hold erased records, and must be rewritten: ${named}${more}`;
  }
}

/** The runner fills a batch up to one of the limits, so half of it means that more is waiting. */
function isNearlyFull(records: readonly Delivery[]): boolean {
  if (records.length >= LAKE_BATCH_RECORDS * FULL_SHARE) return true;
  let bytes = 0;
  return records.some((record) => {
    bytes += recordBytes(record);
    return bytes >= LAKE_BATCH_BYTES * FULL_SHARE;
  });
}

type Part =
  | { readonly kind: 'records'; readonly records: readonly Delivery[] }
  | { readonly kind: 'erasure'; readonly erasure: Delivery };

function* partsOf(records: readonly Delivery[]): Iterable<Part> {
  let from = 0;
  for (const [at, record] of records.entries()) {
    if (record.kind !== 'erasure') continue;
    if (at > from) yield { kind: 'records', records: records.slice(from, at) };
    yield { kind: 'erasure', erasure: record };
    from = at + 1;
  }
  if (from < records.length) yield { kind: 'records', records: records.slice(from) };
}

function rangesOf(erasure: Delivery): ErasedRanges | undefined {
  const { ranges } = ('body' in erasure ? erasure.body : {}) as { readonly ranges?: unknown };
  if (!Array.isArray(ranges)) return undefined;
  const isKnown = (ranges as readonly unknown[]).every(
    (range) =>
      Array.isArray(range) &&
      range.length === 2 &&
      Number.isSafeInteger(range[0]) &&
      Number.isSafeInteger(range[1]),
  );
  return isKnown ? (ranges as ErasedRanges) : undefined;
}
