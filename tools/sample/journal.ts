import { DAY_COUNT, START_MS } from './company.ts';

export type Document = Readonly<Record<string, unknown>>;

/** What the vendor would deliver, by the feed that delivers it. */
export type FeedDelivery = {
  readonly atMs: number;
  readonly feed: 'unified-audit-log' | 'sign-ins' | 'directory-audits';
  readonly document: Document;
};

/** Collects what happened; leaves out what falls past the two weeks. */
export class Journal {
  readonly #items: FeedDelivery[] = [];

  add(feed: FeedDelivery['feed'], atMs: number, document: Document): void {
    if (atMs < START_MS || atMs >= START_MS + DAY_COUNT * 86_400_000) return;
    this.#items.push({ feed, atMs, document });
  }

  /** Newest first, as searches give them; what happened in the same second keeps its order. */
  newestFirst(feed: FeedDelivery['feed']): readonly FeedDelivery[] {
    return this.#items.filter((i) => i.feed === feed).sort((a, b) => b.atMs - a.atMs);
  }
}

/** `2026-03-02T08:31:07`, as audit records write it: UTC without saying so. */
export function auditTime(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19);
}

/** `2026-03-02T08:31:07Z`, as Graph writes it. */
export function graphTime(ms: number): string {
  return `${auditTime(ms)}Z`;
}
