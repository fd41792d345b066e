import { assert, messageOf } from '@countersign/core';
import { z } from 'zod';
import type { FeedConfig } from '../../config/feeds/feeds-schema.ts';
import type { DeliveryProof } from '../../feeds/delivery/sink.ts';
import { NO, YES } from '../definition/conclusion.ts';
import { field } from '../definition/fields.ts';
import {
  type DocumentOperation,
  documentResult,
  type LedgerOperation,
  type OperationContext,
} from '../definition/operation.ts';

type TestInput = { readonly feed: string; readonly config?: string | undefined };

export type FeedTest = {
  readonly name: string;
  /** The entry that was sent. */
  readonly entry: number;
  readonly delivered: 'yes' | 'no';
  /** What the answer of the receiver proves. */
  readonly proof: DeliveryProof | null;
  readonly because: string | null;
};

export const testFeed: DocumentOperation<TestInput, FeedTest> = {
  name: 'feeds test',
  summary: 'send one marked record to the receiver of a feed',
  description:
    'Writes an entry about the test, and sends that entry to the receiver from this machine, ' +
    'whatever the feed selects. The position of the feed stays. Secrets in variables must be set ' +
    'here too.',
  scope: 'feeds:administer',
  effect: 'write',
  kind: 'document',
  runsIn: 'caller',
  input: z.strictObject({
    feed: field(z.string().min(1), 'its name', { value: 'feed' }),
    config: field(
      z.string().min(1).optional(),
      'the configuration; default countersign.yaml in the data folder',
      { value: 'file', isPath: true },
    ),
  }),
  output: z.strictObject({
    name: z.string(),
    entry: z.int(),
    delivered: z.enum(['yes', 'no']),
    proof: z.enum(['sent', 'accepted', 'indexed']).nullable(),
    because: z.string().nullable(),
  }),
  examples: [
    {
      summary: 'Test the feed to the security operations center',
      input: { feed: 'soc' },
      commandLine: 'feeds test soc',
      needs: 'feed',
    },
  ],
  async run(context, { feed: name, config }) {
    const { join } = await import('node:path');
    const feed = await feedOf(name, config ?? join(context.dataDir, 'countersign.yaml'), context);
    const { entry } = await context.perform(recordFeedTest, { feed: name });
    const outcome = await sendEntry(feed, entry, context);
    const output = { name, entry, ...outcome };
    return documentResult(output, outcome.delivered === 'yes' ? YES : NO);
  },
};

/** Records who tests a feed. This entry is what the receiver gets. */
export const recordFeedTest: LedgerOperation<
  { readonly feed: string },
  { readonly entry: number }
> = {
  name: 'feeds record-test',
  summary: 'record a test of a feed in the ledger',
  description: 'A step of the operation feeds test.',
  isStep: true,
  scope: 'feeds:administer',
  effect: 'write',
  kind: 'document',
  runsIn: 'ledger',
  ledger: 'needs',
  repetition: 'once',
  where: 'anywhere',
  input: z.strictObject({ feed: z.string().min(1) }),
  output: z.strictObject({ entry: z.int() }),
  examples: [],
  async run(writer, { feed }, { actor }) {
    const { catchUpProjection } = await import('../../projection/catch-up.ts');
    const { ownEntryDraft } = await import('../../projection/entries/own-entry.ts');
    const atMs = writer.clock.now();
    const body = { v: 1, act: 'feed-test', feed, ...actor, atMs };
    const [appended] = await writer.ledger.append([ownEntryDraft('act', atMs, body)]);
    await writer.ledger.publish();
    await catchUpProjection(writer);
    assert(appended !== undefined, 'every draft has its outcome');
    return { entry: appended.index };
  },
};

async function feedOf(name: string, file: string, { env }: OperationContext): Promise<FeedConfig> {
  const { loadConfig } = await import('../../config/load-config.ts');
  const { FeedError } = await import('../../feeds/state/feed-state-error.ts');
  const feed = loadConfig(file, env).feeds.find((each) => each.name === name);
  if (feed !== undefined) return feed;
  throw new FeedError('UNKNOWN_FEED', `${file} has no feed with the name ${name}: check the name`);
}

type Outcome = Pick<FeedTest, 'delivered' | 'proof' | 'because'>;

async function sendEntry(
  feed: FeedConfig,
  entry: number,
  { dataDir, readers, env, clock, random, signal }: OperationContext,
): Promise<Outcome> {
  const { FeedBuilder } = await import('../../feeds/feed-builder.ts');
  const { openSink } = await import('../../feeds/sinks/open-sink.ts');
  const { systemResolve } = await import('../../feeds/delivery/egress.ts');
  const { Pseudonyms } = await import('../../operators/pseudonyms/pseudonyms.ts');
  const { ownPackage } = await import('../../config/installed-package.ts');
  const { version } = ownPackage();
  const ledger = await readers.ledger();
  await ledger.refresh();
  const noTitles = async () => () => undefined;
  const builder = new FeedBuilder({ ledger, version, ruleTitles: noTitles });
  const { leaf } = await ledger.leaf(entry);
  const built = await builder.build(entry, leaf, await ledger.body(entry));
  assert(built.kind !== 'mark', 'an entry becomes a record');
  const isHidden = feed.people === 'pseudonyms' && 'body' in built;
  const record = isHidden
    ? { ...built, body: Pseudonyms.open(dataDir, random).hide(built.body) }
    : built;
  const common = { origin: ledger.origin, dir: dataDir, version, env, clock, random };
  try {
    const sink = await openSink(feed, { ...common, resolve: systemResolve });
    try {
      const { refused } = await sink.send([record], signal);
      const [first] = refused;
      if (first !== undefined) return { delivered: 'no', proof: null, because: first.because };
      return { delivered: 'yes', proof: sink.proof, because: null };
    } finally {
      await sink.close();
    }
  } catch (error) {
    return { delivered: 'no', proof: null, because: messageOf(error) };
  }
}
