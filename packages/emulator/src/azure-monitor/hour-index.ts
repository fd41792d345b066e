import type { Feed } from '../core/feed-record.ts';
import type { FeedStore } from '../feeds/feed-store.ts';

const HOUR_MS = 3_600_000;
const NAME =
  /^tenantId=([0-9a-f-]{36})\/y=(\d{4})\/m=(\d{2})\/d=(\d{2})\/h=(\d{2})\/m=00\/PT1H\.json$/;

/** Rendered hours in the cache, because collectors read the last ones repeatedly. */
const HOURS_KEPT = 8;
/**
 * A lifecycle rule deletes blobs at this age, as companies configure it. The store keeps no more.
 */
const BLOB_DAYS = 30;

/** One hour of one category of one tenant: the current content of its PT1H.json. */
export type Hour = {
  readonly tenantId: string;
  readonly feed: Feed;
  readonly fromMs: number;
  readonly bytes: number;
  /** Each append is a block. */
  readonly blocks: number;
  readonly changedMs: number;
};

type Shelf = {
  readonly tenantId: string;
  readonly feed: Feed;
  readonly hours: Map<number, Hour>;
  /** Records available before this time are counted. */
  untilMs: number;
};

type RenderedBlob = { readonly parts: Buffer[]; untilMs: number };

/**
 * The hours that have a blob, with their content.
 *
 * An hour has the records that arrived in it, in order of arrival, whenever they happened. So a
 * blob only grows.
 */
export class HourIndex {
  readonly #store: FeedStore;
  readonly #shelves: readonly Shelf[];
  readonly #rendered = new Map<Hour['fromMs'], Map<Shelf, RenderedBlob>>();

  constructor(options: {
    readonly store: FeedStore;
    readonly tenantIds: readonly string[];
    readonly feeds: readonly Feed[];
  }) {
    this.#store = options.store;
    this.#shelves = options.tenantIds.flatMap((tenantId) =>
      options.feeds.map((feed) => ({
        tenantId,
        feed,
        hours: new Map<number, Hour>(),
        untilMs: Number.NEGATIVE_INFINITY,
      })),
    );
  }

  /** The hours of a category by name: by tenant, then by time. */
  hours(feed: Feed, nowMs: number): readonly Hour[] {
    return this.#shelves
      .filter((shelf) => shelf.feed === feed)
      .sort((a, b) => (a.tenantId < b.tenantId ? -1 : 1))
      .flatMap((shelf) => {
        this.#advance(shelf, nowMs);
        return [...shelf.hours.values()].sort((a, b) => a.fromMs - b.fromMs);
      });
  }

  /** Undefined if no record arrived in that hour. */
  hour(feed: Feed, tenantId: string, fromMs: number, nowMs: number): Hour | undefined {
    const shelf = this.#shelf(feed, tenantId);
    if (shelf === undefined) return undefined;
    this.#advance(shelf, nowMs);
    return shelf.hours.get(fromMs);
  }

  /** The bytes `[from, to)` of an hour, one record per line. */
  read(hour: Hour, range: { readonly from: number; readonly to: number }): Buffer {
    const shelf = this.#shelf(hour.feed, hour.tenantId);
    if (shelf === undefined) return Buffer.alloc(0);
    const slices: Buffer[] = [];
    let at = 0;
    for (const part of this.#render(shelf, hour)) {
      const from = Math.max(range.from - at, 0);
      const to = Math.min(range.to - at, part.length);
      if (from < to) slices.push(part.subarray(from, to));
      at += part.length;
    }
    return Buffer.concat(slices);
  }

  #shelf(feed: Feed, tenantId: string): Shelf | undefined {
    return this.#shelves.find((shelf) => shelf.feed === feed && shelf.tenantId === tenantId);
  }

  #advance(shelf: Shelf, nowMs: number): void {
    const { tenantId, feed, hours } = shelf;
    for (const batch of this.#store.batches(feed, tenantId, shelf.untilMs, nowMs + 1)) {
      const fromMs = batch.availableMs - (batch.availableMs % HOUR_MS);
      const before = hours.get(fromMs);
      // A JSON array of n records has one byte more than n lines.
      const bytes = this.#store.size(batch) - 1 + (before?.bytes ?? 0);
      const blocks = 1 + (before?.blocks ?? 0);
      hours.set(fromMs, { tenantId, feed, fromMs, bytes, blocks, changedMs: batch.availableMs });
    }
    shelf.untilMs = nowMs + 1;
    for (const fromMs of hours.keys()) {
      if (fromMs > nowMs - BLOB_DAYS * 24 * HOUR_MS) break;
      hours.delete(fromMs);
    }
  }

  #render(shelf: Shelf, hour: Hour): readonly Buffer[] {
    const { fromMs, changedMs } = hour;
    const ofHour = this.#rendered.get(fromMs) ?? new Map<Shelf, RenderedBlob>();
    this.#rendered.delete(fromMs);
    this.#rendered.set(fromMs, ofHour);
    for (const oldest of this.#rendered.keys()) {
      if (this.#rendered.size <= HOURS_KEPT) break;
      this.#rendered.delete(oldest);
    }
    const rendered = ofHour.get(shelf) ?? { parts: [], untilMs: fromMs };
    ofHour.set(shelf, rendered);
    const lines: string[] = [];
    const { feed, tenantId } = shelf;
    for (const { json } of this.#store.listed(feed, tenantId, rendered.untilMs, changedMs + 1))
      lines.push(`${json}\n`);
    if (lines.length > 0) rendered.parts.push(Buffer.from(lines.join('')));
    rendered.untilMs = Math.max(rendered.untilMs, changedMs + 1);
    return rendered.parts;
  }
}

/** `tenantId=…/y=2026/m=03/d=02/h=12/m=00/PT1H.json`, the export's name of an hour. */
export function blobName(tenantId: string, fromMs: number): string {
  const time = new Date(fromMs).toISOString();
  const [y, m, d, h] = [time.slice(0, 4), time.slice(5, 7), time.slice(8, 10), time.slice(11, 13)];
  return `tenantId=${tenantId}/y=${y}/m=${m}/d=${d}/h=${h}/m=00/PT1H.json`;
}

/** The hour of a blob name; undefined for any other name. */
export function hourOf(
  name: string,
): { readonly tenantId: string; readonly fromMs: number } | undefined {
  const found = NAME.exec(name);
  if (found === null) return undefined;
  const [, tenantId = '', y, m, d, h] = found;
  const fromMs = Date.parse(`${y}-${m}-${d}T${h}:00:00Z`);
  return Number.isNaN(fromMs) || fromMs % HOUR_MS !== 0 ? undefined : { tenantId, fromMs };
}
