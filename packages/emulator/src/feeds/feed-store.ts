import type { Feed, FeedRecord, Occurrence } from '../core/feed-record.ts';

import { SeededRandom } from '../core/seeded-random.ts';
import { BatchBuilder, type DeliveryRoute } from './batch-builder.ts';
import { type Batch, type BatchContent, type BatchEntry, BatchStore } from './batch-store.ts';
import { SpillStore } from './spill-store.ts';

/** Windows by event time that each feed caches, because a report's next page is in the same one. */
const WINDOWS_KEPT: number = 32;

/** A delivered record, and since when it is available. */
export type StoredRecord = {
  readonly record: FeedRecord;
  /** Virtual milliseconds since 1970. */
  readonly availableMs: number;
  /** `record.body`, as it was serialized on arrival. */
  readonly json: string;
};

/** Decides the routes of a record. Without a route, no client ever sees it. */
export interface Dispatcher {
  routes(record: FeedRecord, happening: Occurrence): readonly DeliveryRoute[];
  /** Delays after which a batch appears again under another id. */
  copies?(content: BatchContent): readonly number[];
}

type Shelf = {
  readonly feed: Feed;
  readonly batches: BatchStore;
  /** Requested windows by event time, most recent last. */
  readonly asked: Map<string, CachedWindow>;
};

type CachedWindow = {
  readonly fromMs: number;
  readonly toMs: number;
  /**
   * The window is valid for requests within `[fromNowMs, untilNowMs)`, unless a batch comes or
   * goes.
   */
  readonly fromNowMs: number;
  readonly untilNowMs: number;
  readonly rows: readonly StoredRecord[];
};

/**
 * The feeds of all tenants. Records are collected into batches like blobs of the real service: a
 * batch becomes available as a whole, some time after its records happened.
 */
export class FeedStore {
  readonly #dispatcher: Dispatcher;
  readonly #random: SeededRandom;
  readonly #recordsPerBatch: { readonly min: number; readonly max: number };
  readonly #shelves = new Map<string, Shelf>();
  readonly #open = new Map<string, BatchBuilder>();
  readonly #vault: SpillStore;
  readonly #isRead: (feed: Feed, tenantId: string) => boolean;
  #sequence = 0;
  #reachedMs = Number.NEGATIVE_INFINITY;

  constructor(options: {
    readonly seed: string | number;
    readonly dispatcher: Dispatcher;
    readonly recordsPerBatch?: { readonly min: number; readonly max: number };
    readonly vault?: SpillStore;
    /** Feeds without a reader keep nothing. Default: all are read. */
    readonly isRead?: (feed: Feed, tenantId: string) => boolean;
  }) {
    this.#dispatcher = options.dispatcher;
    this.#vault = options.vault ?? new SpillStore();
    this.#isRead = options.isRead ?? (() => true);
    this.#random = new SeededRandom(options.seed, 'store');
    this.#recordsPerBatch = options.recordsPerBatch ?? { min: 1, max: 500 };
  }

  /** Takes occurrences in time order. */
  take(happening: Occurrence): void {
    for (const record of happening.records) {
      if (!this.#isRead(record.feed, happening.tenantId)) continue;
      const routes = this.#dispatcher.routes(record, happening);
      if (routes.length === 0) continue;
      const json = JSON.stringify(record.body);
      for (const route of routes)
        this.#gather({ record, json, route: route, tenantId: happening.tenantId });
    }
  }

  /** The arrivals up to this time are final. A fast clock knows no more. */
  get reachedMs(): number {
    return this.#reachedMs;
  }

  /** Closes the batches that are due. MUST run before the feeds are read at `nowMs`. */
  advance(nowMs: number): void {
    this.#reachedMs = Math.max(this.#reachedMs, nowMs);
    for (const [key, builder] of this.#open) {
      if (builder.closesMs <= nowMs) this.#close(key, builder);
    }
  }

  /** The records that became available in `[fromMs, toMs)`, in that order. */
  *listed(feed: Feed, tenantId: string, fromMs: number, toMs: number): Generator<StoredRecord> {
    const shelf = this.#shelves.get(keyOf(tenantId, feed));
    if (shelf === undefined) return;
    for (const batch of shelf.batches.available(fromMs, toMs)) {
      for (const entry of shelf.batches.entries(batch)) {
        yield storedOf(feed, entry, batch.availableMs);
      }
    }
  }

  /**
   * The records that happened in `[fromMs, toMs)` and are available at `nowMs`: the latest version
   * of each id, by event time.
   */
  byEventTime(
    feed: Feed,
    tenantId: string,
    fromMs: number,
    toMs: number,
    nowMs: number,
  ): readonly StoredRecord[] {
    const shelf = this.#shelves.get(keyOf(tenantId, feed));
    if (shelf === undefined) return [];
    const key = `${fromMs} ${toMs}`;
    const before = shelf.asked.get(key);
    const asked =
      before !== undefined && before.fromNowMs <= nowMs && nowMs < before.untilNowMs
        ? before
        : happenedIn(feed, shelf.batches, { fromMs, toMs, nowMs });
    shelf.asked.delete(key);
    shelf.asked.set(key, asked);
    for (const oldest of shelf.asked.keys()) {
      if (shelf.asked.size <= WINDOWS_KEPT) break;
      shelf.asked.delete(oldest);
    }
    return asked.rows;
  }

  /** The batches that became available in `[fromMs, toMs)`, in that order. */
  batches(feed: Feed, tenantId: string, fromMs: number, toMs: number): readonly Batch[] {
    return this.#shelves.get(keyOf(tenantId, feed))?.batches.available(fromMs, toMs) ?? [];
  }

  /** A batch as one JSON array, ready to send. */
  read(batch: Batch): Buffer {
    return this.#shelfOf(batch).bytes(batch);
  }

  /** The size of that array in bytes. */
  size(batch: Batch): number {
    return this.#shelfOf(batch).size(batch);
  }

  ids(batch: Batch): readonly string[] {
    return this.#shelfOf(batch).ids(batch);
  }

  /** Forgets content that became available before each feed's retention. */
  forget(beforeMs: (feed: Feed) => number): void {
    for (const shelf of this.#shelves.values()) {
      if (shelf.batches.forget(beforeMs(shelf.feed))) shelf.asked.clear();
    }
  }

  /** Closes its files. Nothing can be read afterwards. */
  end(): void {
    this.#vault.end();
  }

  #shelfOf(batch: Batch): BatchStore {
    const shelf = this.#shelves.get(keyOf(batch.tenantId, batch.feed));
    if (shelf === undefined) throw new RangeError('the batch is of another store');
    return shelf.batches;
  }

  #gather(item: {
    record: FeedRecord;
    json: string;
    route: DeliveryRoute;
    tenantId: string;
  }): void {
    const { record, json, route, tenantId } = item;
    const existsMs = record.atMs + (record.afterMs ?? 0);
    // Later versions are collected separately, by the minute at which they appear.
    const minutes = Math.ceil((record.afterMs ?? 0) / 60_000);
    const key = `${tenantId}\n${record.feed}\n${route.name}\n${minutes}`;
    let builder = this.#open.get(key);
    if (builder !== undefined && !builder.accepts(existsMs)) {
      this.#close(key, builder);
      builder = undefined;
    }
    if (builder === undefined) {
      const random = this.#random.fork(tenantId, record.feed, this.#sequence++);
      const { min, max } = this.#recordsPerBatch;
      const capacity = random.int(min, max + 1);
      builder = new BatchBuilder({
        tenantId,
        feed: record.feed,
        route,
        existsMs,
        capacity,
        random,
      });
      this.#open.set(key, builder);
    }
    builder.add(record, json);
    if (builder.isFull) this.#close(key, builder);
  }

  #close(key: string, builder: BatchBuilder): void {
    this.#open.delete(key);
    const { tenantId, feed } = builder;
    const shelfKey = keyOf(tenantId, feed);
    let shelf = this.#shelves.get(shelfKey);
    if (shelf === undefined) {
      shelf = { feed, batches: new BatchStore(this.#vault), asked: new Map() };
      this.#shelves.set(shelfKey, shelf);
    }
    const content = builder.close();
    for (const [asked, { fromMs, toMs }] of shelf.asked) {
      if (content.atMs.some((ms) => ms >= fromMs && ms < toMs)) shelf.asked.delete(asked);
    }
    shelf.batches.put(content);
    for (const afterMs of this.#dispatcher.copies?.(content) ?? []) {
      const serial = this.#random.guid().replaceAll('-', '');
      shelf.batches.put({ ...content, serial, availableMs: content.availableMs + afterMs });
    }
  }
}

function happenedIn(
  feed: Feed,
  batches: BatchStore,
  { fromMs, toMs, nowMs }: { fromMs: number; toMs: number; nowMs: number },
): CachedWindow {
  const latest = new Map<string, StoredRecord>();
  let [fromNowMs, untilNowMs] = [Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (const batch of batches.happened(fromMs, toMs)) {
    if (batch.availableMs > nowMs) {
      untilNowMs = Math.min(untilNowMs, batch.availableMs);
      continue;
    }
    fromNowMs = Math.max(fromNowMs, batch.availableMs);
    for (const entry of batches.entries(batch)) {
      if (entry.atMs < fromMs || entry.atMs >= toMs) continue;
      const before = latest.get(entry.id);
      // A repeated first version may arrive after the full one, and must not replace it.
      if (before?.record.completes === true && !entry.completes) continue;
      latest.set(entry.id, storedOf(feed, entry, batch.availableMs));
    }
  }
  const rows = [...latest.values()].sort(
    (a, b) => a.record.atMs - b.record.atMs || (a.record.id < b.record.id ? -1 : 1),
  );
  return { fromMs, toMs, fromNowMs, untilNowMs, rows };
}

function keyOf(tenantId: string, feed: Feed): string {
  return `${tenantId}\n${feed}`;
}

function storedOf(feed: Feed, entry: BatchEntry, availableMs: number): StoredRecord {
  const { id, atMs, completes, json } = entry;
  return {
    availableMs,
    json,
    record: {
      feed,
      id,
      atMs,
      ...(completes && { completes }),
      get body() {
        return entry.body;
      },
    },
  };
}
