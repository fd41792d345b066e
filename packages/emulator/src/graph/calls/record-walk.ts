import type { Feed } from '../../core/feed-record.ts';
import type { FeedStore, StoredRecord } from '../../feeds/feed-store.ts';

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;
/** Windows grow in quiet periods, and shrink if one has more records than this. */
const RECORDS_PER_WINDOW = 2_000;

/** The last record of a page, after which the next one continues. */
export type Place = { readonly atMs: number; readonly id: string };

export type Walk = {
  readonly store: FeedStore;
  readonly feeds: readonly Feed[];
  readonly tenantId: string;
  readonly fromMs: number;
  readonly toMs: number;
  /** Records that become available later do not exist yet. */
  readonly nowMs: number;
  readonly order: 'newest first' | 'oldest first';
  readonly behind: Place | undefined;
  /** Records of the feed that this API does not return. */
  readonly isWithheld?: ((stored: StoredRecord) => boolean) | undefined;
};

/**
 * Records by event time, window by window, so that the cost of a page depends on its size. Windows
 * have fixed boundaries, so the next page starts in one that the store has cached.
 */
export function* walk(way: Walk): Generator<StoredRecord> {
  const isNewestFirst = way.order === 'newest first';
  let { fromMs, toMs } = way;
  if (way.behind !== undefined && isNewestFirst) toMs = Math.min(toMs, way.behind.atMs + 1);
  if (way.behind !== undefined && !isNewestFirst) fromMs = Math.max(fromMs, way.behind.atMs);
  let width = 15 * MINUTE_MS;
  while (fromMs < toMs) {
    const startMs = Math.floor((isNewestFirst ? toMs - 1 : fromMs) / width) * width;
    const window = { fromMs: startMs, toMs: startMs + width };
    const found = inWindow(way, window);
    for (const stored of isNewestFirst ? found.toReversed() : found) {
      const { atMs } = stored.record;
      if (atMs < fromMs || atMs >= toMs || !isBehind(way, stored)) continue;
      if (way.isWithheld?.(stored) !== true) yield stored;
    }
    if (isNewestFirst) toMs = window.fromMs;
    else fromMs = window.toMs;
    if (found.length > RECORDS_PER_WINDOW) width = Math.max(MINUTE_MS, width / 2);
    else if (found.length < RECORDS_PER_WINDOW / 4) width = Math.min(DAY_MS, width * 2);
  }
}

function inWindow(
  way: Walk,
  { fromMs, toMs }: { fromMs: number; toMs: number },
): readonly StoredRecord[] {
  const { store, feeds, tenantId, nowMs } = way;
  const found = feeds.map((feed) => store.byEventTime(feed, tenantId, fromMs, toMs, nowMs));
  if (found.length === 1) return found[0] ?? [];
  return found.flat().sort((a, b) => compare(a.record, b.record));
}

function isBehind({ behind, order }: Walk, { record }: StoredRecord): boolean {
  if (behind === undefined) return true;
  const difference = compare(record, behind);
  return order === 'newest first' ? difference < 0 : difference > 0;
}

function compare(a: Place, b: Place): number {
  return a.atMs - b.atMs || (a.id < b.id ? -1 : a.id > b.id ? 1 : 0);
}
