import type { Answer, Operations } from '@countersign/client';
import { feedTexts as t } from '../../texts/feeds.ts';

export type Feed = Operations['feedsList']['output'];

/** Does every system have the account? Without a feed, no system was asked for: cannot tell. */
export function feedsAnswer(feeds: readonly Feed[]): {
  readonly answer: Answer;
  readonly text: string;
} {
  const [first] = feeds;
  if (first === undefined) {
    return { answer: { kind: 'unknown', because: [reason('no-feed', t.noFeed)] }, text: t.unknown };
  }
  const bad = feeds.filter(({ state, refusedCount }) => state !== 'running' || refusedCount > 0);
  if (bad.length > 0) {
    const because = bad.map((feed) => reason(feed.state, t.trouble(feed.name, troubleOf(feed))));
    return { answer: { kind: 'no', because }, text: t.no(bad.length, feeds.length) };
  }
  const unproved = feeds.filter(({ proof }) => proof === 'sent' || proof === null);
  if (unproved.length > 0) {
    const because = unproved.map(({ name }) => reason('unproved', t.unproved(name)));
    return { answer: { kind: 'unknown', because }, text: t.sentOnly };
  }
  // A feed that runs is always some entries behind, so a yes states up to which entry it holds.
  const upTo = Math.min(...feeds.map(({ deliveredUpTo }) => deliveredUpTo ?? -1));
  if (upTo < 0) return { answer: { kind: 'unknown', because: [] }, text: t.sentOnly };
  return { answer: { kind: 'yes', because: [] }, text: t.yes(feeds.length, upTo) };
}

function troubleOf({ state, because, lastError, refusedCount }: Feed): string {
  if (state !== 'running') return because ?? lastError ?? t.states[state];
  return t.refused(String(refusedCount));
}

function reason(code: string, text: string): Answer['because'][number] {
  return { code, text };
}
