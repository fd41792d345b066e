import { DAY_COUNT, START_MS } from './company.ts';

export type Document = Readonly<Record<string, unknown>>;

/** The deliveries of the vendor, by feed. */
export type FeedDelivery = {
  readonly atMs: number;
  readonly feed: 'unified-audit-log' | 'sign-ins' | 'directory-audits';
  readonly document: Document;
};

/** Collects events. Drops those after the two weeks. */
export class Journal {
  readonly #items: FeedDelivery[] = [];

  add(feed: FeedDelivery['feed'], atMs: number, document: Document): void {
    if (atMs < START_MS || atMs >= START_MS + DAY_COUNT * 86_400_000) return;
    this.#items.push({ feed, atMs, document });
  }

  /** Newest first, as searches return them. Events of the same second keep their order. */
  newestFirst(feed: FeedDelivery['feed']): readonly FeedDelivery[] {
    return this.#items.filter((i) => i.feed === feed).sort((a, b) => b.atMs - a.atMs);
  }
}

/** `2026-03-02T08:31:07`, as in audit records: UTC, without a zone. */
export function auditTime(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19);
}

/** `2026-03-02T08:31:07Z`, as Graph writes it. */
export function graphTime(ms: number): string {
  return `${auditTime(ms)}Z`;
}
