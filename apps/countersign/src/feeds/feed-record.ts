import type { FeedKind } from '../config/feeds/feed-kind.ts';

/**
 * One line of a feed. Lines have ascending indices.
 *
 * A receiver stores the index of the last mark and resumes behind it. It then gets some records
 * again, with the same id: delivery is at least once.
 */
export type FeedRecord = FeedEntry | ErasedFeedEntry | UnreadableFeedEntry | FeedMark;

export type FeedEntry = {
  readonly index: number;
  readonly kind: FeedKind;
  /** `origin#index`. No other entry has it. */
  readonly id: string;
  /** The time of the event; when the ledger accepted the entry. */
  readonly at: string;
  readonly seen: string;
  /** `-` for an entry of Countersign. */
  readonly tenant: string;
  /**
   * The OCSF event of an `event` or a `finding`, else the entry's own JSON. An event is one
   * delivery: further deliveries of the same action have the same `metadata.uid`.
   */
  readonly body: object;
};

/** In place of an entry whose body was erased. */
export type ErasedFeedEntry = {
  readonly index: number;
  readonly kind: 'erased';
  readonly id: string;
  readonly of: FeedKind;
};

/** In place of an entry that cannot become a record. It stops no other entry. */
export type UnreadableFeedEntry = {
  readonly index: number;
  readonly kind: 'unreadable';
  readonly id: string;
  readonly of: FeedKind;
  readonly because: string;
};

/** Every selected entry up to this index was sent. */
export type FeedMark = {
  readonly index: number;
  readonly kind: 'mark';
  /** When it was sent. */
  readonly at: string;
};
