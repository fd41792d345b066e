import { assert } from '@countersign/core';
import { z } from 'zod';
import type { FeedRow } from '../../feeds/state/feed-row.ts';
import type { FeedState } from '../../feeds/state/feed-state.ts';
import { entryIndex, field } from '../definition/fields.ts';
import type { LedgerOperation } from '../definition/operation.ts';
import type { HandlerContext } from '../host/handler-context.ts';
import type { HostWriter } from '../host/open-writer.ts';

export type FeedChange = {
  readonly name: string;
  /** The entry that records the act. */
  readonly entry: number;
  /** The first entry that is sent next. */
  readonly next: number;
};

const CHANGE = {
  scope: 'feeds:administer',
  effect: 'write',
  kind: 'document',
  runsIn: 'ledger',
  ledger: 'needs',
  repetition: 'once',
  where: 'anywhere',
  output: z.strictObject({ name: z.string(), entry: z.int(), next: z.int() }),
} as const;

const feed = field(z.string().min(1), 'its name', { value: 'feed' });
const reason = field(z.string().min(1), 'the reason, for the entry', { value: 'reason' });

type PauseInput = { readonly feed: string; readonly reason: string };

export const pauseFeed: LedgerOperation<PauseInput, FeedChange> = {
  ...CHANGE,
  name: 'feeds pause',
  summary: 'pause a feed',
  description: 'The feed sends nothing until "feeds resume". Its position stays.',
  input: z.strictObject({ feed, reason }),
  examples: [
    {
      summary: 'Pause a feed while its receiver is being moved',
      input: { feed: 'soc', reason: 'the receiver is being moved' },
      commandLine: 'feeds pause soc --reason "the receiver is being moved"',
      needs: 'feed',
    },
  ],
  run: (writer, { feed: name, reason: because }, by) =>
    changed(writer, by, { name, said: { what: 'feed-paused', reason: because } }, (state, atMs) =>
      state.pause(name, { because, atMs }),
    ),
};

type ResumeInput = { readonly feed: string; readonly reason: string };

export const resumeFeed: LedgerOperation<ResumeInput, FeedChange> = {
  ...CHANGE,
  name: 'feeds resume',
  summary: 'resume a paused or stopped feed',
  description:
    'The feed continues from its position, and its retry schedule begins anew. The refused ' +
    'records that are listed count as reviewed: the entry names them, and the list forgets them.',
  input: z.strictObject({ feed, reason }),
  examples: [
    {
      summary: 'Resume a feed whose receiver works again',
      input: { feed: 'soc', reason: 'the receiver is back' },
      commandLine: 'feeds resume soc --reason "the receiver is back"',
      needs: 'feed',
    },
  ],
  run: (writer, { feed: name, reason: because }, by) =>
    changed(writer, by, { name, said: { what: 'feed-resumed', reason: because } }, (state, atMs) =>
      state.resume(name, { atMs }),
    ),
};

type ReplayInput = { readonly feed: string; readonly from: number; readonly reason: string };

export const replayFeed: LedgerOperation<ReplayInput, FeedChange> = {
  ...CHANGE,
  name: 'feeds replay',
  summary: 'send entries again, from an index on',
  description:
    'Sets the position of a feed, back or forward. Receivers drop what they have by its id. Only ' +
    'entries whose bodies the ledger still has are sent with their content.',
  input: z.strictObject({
    feed,
    from: field(entryIndex, 'index of the first entry', { value: 'entry' }),
    reason,
  }),
  examples: [
    {
      summary: 'Send everything again to a receiver that lost its data',
      input: { feed: 'soc', from: 0, reason: 'the receiver was rebuilt' },
      commandLine: 'feeds replay soc --from 0 --reason "the receiver was rebuilt"',
      needs: 'feed',
    },
  ],
  async run(writer, { feed: name, from, reason: because }, by) {
    const { FeedError } = await import('../../feeds/state/feed-state-error.ts');
    const { size } = writer.ledger;
    if (from > size) {
      const why = `the ledger has ${size} entries`;
      throw new FeedError('BAD_POSITION', `could not replay ${name} from entry ${from}: ${why}`);
    }
    const said = { what: 'feed-replayed', reason: because, from };
    return changed(writer, by, { name, said }, (state) => state.replay(name, from));
  },
};

/** The entry comes first: an act that is not recorded never happens. */
async function changed(
  writer: HostWriter,
  { actor }: HandlerContext,
  { name, said }: { readonly name: string; readonly said: object },
  change: (state: FeedState, atMs: number) => FeedRow,
): Promise<FeedChange> {
  const { FeedState: State } = await import('../../feeds/state/feed-state.ts');
  const { catchUpProjection } = await import('../../projection/catch-up.ts');
  const { ownEntryDraft } = await import('../../projection/entries/own-entry.ts');
  using state = State.open(writer.dir, writer.ledger.origin);
  const { status, next, refused } = state.row(name);
  const indices = state.refused(name).map(({ index }) => index);
  const before = { status, next, refused, refusedEntries: indices.slice(0, REFUSED_NAMED_MAX) };
  const atMs = writer.clock.now();
  const body = { v: 1, ...said, feed: name, before, ...actor, atMs };
  const [appended] = await writer.ledger.append([ownEntryDraft('config', atMs, body)]);
  await catchUpProjection(writer);
  assert(appended !== undefined, 'every draft has its outcome');
  const row = change(state, atMs);
  return { name, entry: appended.index, next: row.next };
}

/** An entry has room for this many, and more are a fault of the feed. */
const REFUSED_NAMED_MAX = 1000;
