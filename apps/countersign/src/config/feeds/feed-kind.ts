import { ENTRY_KINDS, type EntryKind } from '@countersign/core';

/** An entry of a feed: an `event` for each delivered record; else the kind of the entry. */
export type FeedKind = 'event' | Exclude<EntryKind, 'record'>;

export const FEED_KINDS: readonly FeedKind[] = ENTRY_KINDS.map(feedKindOf);

export function feedKindOf(kind: EntryKind): FeedKind {
  return kind === 'record' ? 'event' : kind;
}
