import { numberText, plural } from '@countersign/core';
import { pauseFeed, replayFeed, resumeFeed } from '../../../operations/feeds/change-feed.ts';
import type { FeedItem } from '../../../operations/feeds/feed-schema.ts';
import { listFeeds } from '../../../operations/feeds/list-feeds.ts';
import { testFeed } from '../../../operations/feeds/test-feed.ts';
import { bindDocument, bindLedger, bindList } from '../../adapter/binding.ts';
import type { CliGroup } from '../../adapter/declare-command.ts';
import { timeText } from '../../render/time-text.ts';
import type { Column } from '../../terminal/table.ts';

const list = bindList(listFeeds, {
  positional: ['feed'],
  async render({ terminal }, items) {
    if (items.length === 0) {
      terminal.line('no feed has run with this data folder');
      return;
    }
    await terminal.table(COLUMNS, items);
    for (const item of items) for (const line of detailsOf(item)) terminal.line(line);
  },
});

const test = bindDocument(testFeed, {
  positional: ['feed'],
  render: ({ terminal }, { name, entry, delivered, proof, because }) =>
    terminal.line(
      delivered === 'yes'
        ? `the receiver of ${name} got entry ${entry}: ${proof}`
        : `the receiver of ${name} did not get entry ${entry}: ${because}`,
    ),
});

const pause = bindLedger(pauseFeed, {
  positional: ['feed'],
  render: ({ terminal }, { name, entry, next }) =>
    terminal.line(`the feed ${name} is paused before entry ${next}; recorded in entry ${entry}`),
});

const resume = bindLedger(resumeFeed, {
  positional: ['feed'],
  render: ({ terminal }, { name, entry, next }) =>
    terminal.line(`the feed ${name} continues with entry ${next}; recorded in entry ${entry}`),
});

const replay = bindLedger(replayFeed, {
  positional: ['feed'],
  render: ({ terminal }, { name, entry, next }) =>
    terminal.line(`the feed ${name} sends from entry ${next} on; recorded in entry ${entry}`),
});

const STYLES = { running: 'yes', failing: 'no', paused: 'unknown', stopped: 'no' } as const;

const COLUMNS: readonly Column<FeedItem>[] = [
  { title: 'feed', kind: 'id', cell: ({ name }) => name },
  { title: 'kind', kind: 'text', fold: 1, cell: ({ kind }) => kind },
  { title: 'state', kind: 'whole', cell: ({ state }) => ({ text: state, style: STYLES[state] }) },
  { title: 'proof', kind: 'text', cell: ({ proof }) => proof ?? 'none yet' },
  {
    title: 'up to',
    kind: 'number',
    cell: ({ deliveredUpTo: to }) => (to === null ? '-' : `${to}`),
  },
  { title: 'lag', kind: 'number', cell: ({ lag }) => numberText(lag) },
  { title: 'refused', kind: 'number', cell: ({ refusedCount }) => numberText(refusedCount) },
  { title: 'erasures', kind: 'text', fold: 2, cell: ({ erasure }) => erasure },
];

function* detailsOf(item: FeedItem): Iterable<string> {
  const { name, state, because, failures, failingSinceMs, retryMs, lastError } = item;
  if (because !== null) yield `${name}: ${because}`;
  if (state === 'failing' && failingSinceMs !== null) {
    const next = retryMs === null ? '' : `; next attempt at ${timeText(retryMs)}`;
    const since = timeText(failingSinceMs);
    yield `${name}: ${plural(failures, 'attempt')} failed since ${since}: ${lastError}${next}`;
  }
  for (const { index, because: why } of item.refused) {
    yield `${name}: the receiver refused entry ${index}: ${why}`;
  }
}

export const commands: readonly CliGroup[] = [
  {
    name: 'feeds',
    summary: 'list, test, pause, resume and replay feeds to other systems',
    description:
      'Feeds send events, decisions and findings to the receivers that the configuration names ' +
      'under "feeds". "serve" runs them. These commands work with and without a running service.',
    subcommands: [
      { name: 'list', bindings: [list] },
      { name: 'test', bindings: [test] },
      { name: 'pause', bindings: [pause] },
      { name: 'resume', bindings: [resume] },
      { name: 'replay', bindings: [replay] },
    ],
  },
];
