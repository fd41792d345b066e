import { type Clock, instantOfMs, OWN_TENANT } from '@countersign/core';
import { type LedgerReader, parseLeaf, type ScanBatch } from '@countersign/ledger/reader';
import { type FeedKind, feedKindOf } from '../config/feeds/feed-kind.ts';
import type { ReaderPositions } from './delivery/reader-positions.ts';
import type { FeedBuilder } from './feed-builder.ts';
import type { FeedMark, FeedRecord } from './feed-record.ts';
import { ENTRIES_PER_MARK, MARK_EVERY_MS } from './limits.ts';

export type TailOptions = {
  readonly ledger: Pick<LedgerReader, 'scan' | 'refresh'>;
  readonly builder: Pick<FeedBuilder, 'build'>;
  /** The other readers of the thread that share the builder. */
  readonly positions?: ReaderPositions | undefined;
  /** The index of the first entry, at most the size of the ledger. */
  readonly from: number;
  readonly kinds: ReadonlySet<FeedKind>;
  /** Only this tenant, and entries without a tenant. Undefined: all. */
  readonly tenant: string | undefined;
  readonly clock: Clock;
  /**
   * Waits for new entries. Resolves to `end` when the caller stops. Undefined: the tail ends at the
   * end of the ledger.
   */
  readonly wait: (() => Promise<'more' | 'end'>) | undefined;
};

/**
 * The records of the ledger in its order, and marks. A mark follows at the end of the ledger, after
 * {@link ENTRIES_PER_MARK} entries, and while nothing new arrives. Reads ahead by one block only,
 * so a slow receiver costs no memory.
 */
export async function* tailLedger(options: TailOptions): AsyncGenerator<FeedRecord> {
  const { ledger, clock, wait } = options;
  let next = options.from;
  let marked = next;
  let markedMs = clock.monotonic();
  const mark = (): FeedMark => {
    marked = next;
    markedMs = clock.monotonic();
    return { index: next - 1, kind: 'mark', at: instantOfMs(clock.now()) ?? '' };
  };
  const among = options.positions?.join(next);
  try {
    for (;;) {
      for await (const batch of ledger.scan({ from: next })) {
        await among?.moveTo(next);
        for (let position = 0; position < batch.count; position++) {
          const record = await recordAt(batch, position, options);
          next = batch.firstIndex + position + 1;
          if (record !== undefined) yield record;
          if (next - marked >= ENTRIES_PER_MARK) yield mark();
        }
      }
      const isDue = next > 0 && clock.monotonic() - markedMs >= MARK_EVERY_MS;
      if (next > marked || isDue || (wait === undefined && next > 0)) yield mark();
      if (wait === undefined || (await wait()) === 'end') return;
      await ledger.refresh();
    }
  } finally {
    among?.leave();
  }
}

async function recordAt(
  batch: ScanBatch,
  position: number,
  { builder, kinds, tenant }: TailOptions,
): Promise<FeedRecord | undefined> {
  const leaf = parseLeaf(batch.leaf(position));
  if (!kinds.has(feedKindOf(leaf.kind))) return undefined;
  const record = await builder.build(batch.firstIndex + position, leaf, batch.body(position));
  const of = 'tenant' in record ? record.tenant : leaf.tenant;
  return tenant === undefined || of === tenant || of === OWN_TENANT ? record : undefined;
}
