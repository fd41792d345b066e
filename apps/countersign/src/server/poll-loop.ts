import { type Clock, messageOf } from '@countersign/core';
import type { Collector, Sleep } from '@countersign/m365';
import type { LedgerSink } from '../ingest/collection/ledger-sink.ts';
import { pollOnce } from '../ingest/collection/poll-once.ts';
import type { Tracer } from '../tracing/tracer.ts';
import { addPoll, type CollectorTally } from './runtime/collector-tally.ts';
import type { LogServerEvent } from './runtime/server-event.ts';

/** While the disk is low, it is checked at this interval. */
const DISK_CHECK_EVERY_MS = 10_000;

/**
 * Shortest time between two polls, however many hints arrive. Listings have whole seconds, so at
 * most one list per second is useful: a fifth of the smallest quota.
 */
const HINTED_POLL_MS_MIN = 500;

export type RoundOptions = {
  readonly collector: Collector;
  readonly tally: CollectorTally;
  readonly sink: LedgerSink;
  readonly clock: Clock;
  readonly wait: Sleep;
  /** `low`: nothing may be collected now. */
  readonly disk: () => 'low' | 'enough';
  readonly tell: LogServerEvent;
  readonly tracer?: Tracer | undefined;
  readonly signal: AbortSignal;
};

/**
 * Polls one collector: at once while there is more, otherwise after its period.
 *
 * Resolves when the signal is aborted. Rejects if the ledger or this process cannot go on.
 */
export async function rounds(options: RoundOptions): Promise<void> {
  const { collector, tally, clock, wait, disk, signal } = options;
  while (!signal.aborted) {
    const startedMs = clock.monotonic();
    if (disk() === 'low') {
      await untilAborted(() => wait(DISK_CHECK_EVERY_MS, signal), signal);
      continue;
    }
    const hasMore = await untilAborted(() => round(options), signal);
    const spentMs = clock.monotonic() - startedMs;
    if (hasMore === true) continue;
    const restMs = Math.max(0, collector.everyMs - spentMs);
    tally.budget = collector.budget;
    await untilAborted(() => rest(options, restMs), signal);
  }
}

/** Waits for the period to end, or for a hint of new content. */
async function rest({ collector, wait, signal }: RoundOptions, ms: number): Promise<void> {
  if (collector.nextHint === undefined) return wait(ms, signal);
  // An attacker who sends hints without end must not cause requests without end.
  const firstMs = Math.min(ms, HINTED_POLL_MS_MIN);
  await wait(firstMs, signal);
  const over = new AbortController();
  const either = AbortSignal.any([signal, over.signal]);
  const waited = wait(ms - firstMs, either).catch(() => undefined);
  await Promise.race([waited, collector.nextHint(either)]);
  over.abort();
}

async function round(options: RoundOptions): Promise<boolean> {
  const { collector, tally, sink, clock, tell, signal } = options;
  const startedMs = clock.monotonic();
  const attributes = { collector: collector.name, tenant: tally.tenant };
  const span = options.tracer?.begin('poll', { attributes });
  try {
    const report = await pollOnce(sink, collector, signal);
    addPoll(tally, report, clock.now());
    tally.budget = collector.budget;
    const { windows, incomplete, records, duplicates, quarantined, problems } = report;
    const { name } = collector;
    const ms = Math.round(clock.monotonic() - startedMs);
    const counts = { windows, short: incomplete, records, duplicates, quarantined, ms };
    tell({ event: 'polled', collector: name, tenant: tally.tenant, ...counts });
    for (const because of problems) tell({ event: 'problem', collector: name, because });
    span?.end({ windows, short: incomplete, records, duplicates, quarantined });
    return report.hasMore;
  } catch (error) {
    span?.end({}, signal.aborted ? 'unset' : 'error');
    if (!signal.aborted) {
      tally.failedPolls += 1;
      tell({ event: 'failed', collector: collector.name, because: messageOf(error) });
    }
    throw error;
  }
}

/** A poll that the abort interrupted is not a failure. */
async function untilAborted<T>(
  work: () => Promise<T>,
  signal: AbortSignal,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (signal.aborted) return undefined;
    throw error;
  }
}
