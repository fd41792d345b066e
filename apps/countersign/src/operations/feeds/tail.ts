import { setTimeout as sleep } from 'node:timers/promises';
import { plural } from '@countersign/core';
import type { LedgerReader } from '@countersign/ledger/reader';
import { z } from 'zod';
import { FEED_KINDS, type FeedKind } from '../../config/feeds/feed-kind.ts';
import { ownPackage } from '../../config/installed-package.ts';
import type { FeedRecord } from '../../feeds/feed-record.ts';
import type { TailOptions } from '../../feeds/ledger-tail.ts';
import { TAIL_POLL_MS } from '../../feeds/limits.ts';
import { YES } from '../definition/conclusion.ts';
import { invalidInput } from '../definition/errors.ts';
import { entryIndex, field } from '../definition/fields.ts';
import type { ListOperation } from '../definition/operation.ts';
import { untilAborted } from '../definition/until-aborted.ts';
import { ruleTitles } from '../readers/finding-options.ts';
import type { Readers } from '../readers/readers.ts';
import { feedRecordSchema } from './feed-record-schema.ts';

type TailInput = {
  readonly from?: number | 'latest' | undefined;
  readonly kind?: readonly FeedKind[] | undefined;
  readonly follow?: boolean | undefined;
};

/** What other systems analyze. The other kinds are entries of Countersign about its own work. */
const KINDS_DEFAULT: readonly FeedKind[] = ['event', 'decision', 'finding'];

export const tail: ListOperation<TailInput, FeedRecord> = {
  name: 'tail',
  summary: 'stream events, decisions and findings to another system',
  description:
    'Sends each entry of the ledger once, in order, as one line. A "mark" line states the index ' +
    'up to which all lines were sent: store it, and resume with the next index. Lines after the ' +
    'last mark then arrive again, with the same id.',
  scope: 'feeds:read',
  effect: 'read',
  kind: 'list',
  runsIn: 'caller',
  input: z.strictObject({
    from: field(
      z.union([z.literal('latest'), entryIndex]).optional(),
      'index of the first entry, or "latest" for new entries only; default 0',
      { value: 'entry' },
    ),
    kind: field(
      z.array(z.enum(FEED_KINDS)).min(1).optional(),
      'only these kinds of entries; default event, decision and finding',
    ),
    follow: field(z.boolean().optional(), 'wait for new entries until interrupted'),
  }),
  output: feedRecordSchema,
  examples: [
    {
      summary: 'Send all findings to another program, and then each new one',
      input: { kind: ['finding'], follow: true },
      commandLine: 'tail --kind finding --follow --json',
      needs: 'interruption',
    },
    {
      summary: 'Send what came after the last mark',
      input: { from: 12_400 },
      commandLine: 'tail --from 12400 --json',
      runsOn: 'sample',
    },
  ],
  async run({ readers, tenant, clock, signal }, { from = 0, kind = KINDS_DEFAULT, follow }) {
    const { tailLedger } = await import('../../feeds/ledger-tail.ts');
    const ledger = await readers.ledger();
    const start = from === 'latest' ? ledger.size : from;
    if (start > ledger.size) {
      throw invalidInput(
        `the ledger has ${plural(ledger.size, 'entry')}, and --from ${start} is behind its end: ` +
          'check whether the position belongs to this ledger, and whether the ledger was restored',
      );
    }
    const records = tailLedger({
      ...{ ledger, from: start, kinds: new Set(kind), tenant, clock },
      ...(await sharedReading(ledger, readers)),
      wait: follow === true ? () => waitForMore(signal) : undefined,
    });
    const rows = follow === true ? untilStopped(records, signal) : untilAborted(records, signal);
    return { view: rows, [Symbol.asyncIterator]: () => rows, conclude: async () => YES };
  },
};

type SharedReading = Required<Pick<TailOptions, 'builder' | 'positions'>>;

/** The tails of a service share its reader, and read about the same part of the ledger. */
const readings = new WeakMap<LedgerReader, SharedReading>();

async function sharedReading(ledger: LedgerReader, readers: Readers): Promise<SharedReading> {
  const { FeedBuilder } = await import('../../feeds/feed-builder.ts');
  const { SharedBuilder } = await import('../../feeds/delivery/shared-builder.ts');
  const { ReaderPositions } = await import('../../feeds/delivery/reader-positions.ts');
  const known = readings.get(ledger);
  if (known !== undefined) return known;
  const builder = new SharedBuilder(
    new FeedBuilder({
      ...{ ledger, version: ownPackage().version },
      ruleTitles: async () => ruleTitles(await readers.sources()),
    }),
  );
  const reading = { builder, positions: new ReaderPositions() };
  readings.set(ledger, reading);
  return reading;
}

async function waitForMore(signal: AbortSignal): Promise<'more' | 'end'> {
  try {
    await sleep(TAIL_POLL_MS, undefined, { signal });
    return 'more';
  } catch {
    return 'end';
  }
}

/** Interrupting is how a caller ends a tail that follows. */
async function* untilStopped<T>(items: AsyncIterable<T>, signal: AbortSignal): AsyncGenerator<T> {
  for await (const item of items) {
    yield item;
    if (signal.aborted) return;
  }
}
