import { z } from 'zod';
import { YES } from '../definition/conclusion.ts';
import { field } from '../definition/fields.ts';
import { type ListOperation, wholeList } from '../definition/operation.ts';
import { type FeedItem, feedItemOf, feedItemSchema } from './feed-schema.ts';

type ListInput = { readonly feed?: string | undefined };

export const listFeeds: ListOperation<ListInput, FeedItem, readonly FeedItem[]> = {
  name: 'feeds list',
  summary: 'list feeds with their position, lag, and refused records',
  description:
    'Lists the feeds that have run with this data folder. "sent", "accepted" and "indexed" say ' +
    'what the position proves. A refused record was set aside, because its receiver never takes ' +
    'it. A receiver that does not support erasures keeps what it got.',
  scope: 'feeds:status',
  effect: 'read',
  kind: 'list',
  runsIn: 'caller',
  input: z.strictObject({
    feed: field(z.string().min(1).optional(), 'only this feed', { value: 'feed' }),
  }),
  output: feedItemSchema,
  examples: [
    {
      summary: 'List all feeds',
      input: {},
      commandLine: 'feeds list',
      runsOn: 'sample',
    },
  ],
  async run({ dataDir, readers }, { feed }) {
    const { FeedState } = await import('../../feeds/state/feed-state.ts');
    const { origin, size } = await readers.ledger();
    using state = FeedState.openExisting(dataDir, origin);
    const rows = feed === undefined ? (state?.rows() ?? []) : rowsOf(state, feed);
    const items = rows.map((row) =>
      feedItemOf(row, { size, refused: state?.refused(row.name) ?? [] }),
    );
    return wholeList({ items, view: items, conclude: () => YES });
  },
};

type State = { row(name: string): Parameters<typeof feedItemOf>[0] };

function rowsOf(state: State | undefined, feed: string): Parameters<typeof feedItemOf>[0][] {
  return state === undefined ? [] : [state.row(feed)];
}
