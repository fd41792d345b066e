import type { Clock, Random } from '@countersign/core';
import { LedgerReader } from '@countersign/ledger/reader';
import type { Sleep } from '@countersign/m365';
import type { FeedConfig } from '../../config/feeds/feeds-schema.ts';
import type { Tracer } from '../../tracing/tracer.ts';
import { FeedBuilder } from '../feed-builder.ts';
import { tailLedger } from '../ledger-tail.ts';
import { incidentsFor } from '../sinks/notify/incidents-for.ts';
import { openSink } from '../sinks/open-sink.ts';
import type { IncidentLookup } from '../sinks/sink-environment.ts';
import type { FeedRow } from '../state/feed-row.ts';
import { FeedState } from '../state/feed-state.ts';
import type { ResolveHost } from './egress.ts';
import { type FeedEvent, FeedRunner, type RecordSource } from './feed-runner.ts';
import { REPORT_EVERY_MS } from './limits.ts';
import { ReaderPositions } from './reader-positions.ts';
import { RecordSelection, type Redact, redactOnce } from './record-selection.ts';
import { BACKOFF_SCHEDULE, WEBHOOK_SCHEDULE } from './retry-schedule.ts';
import { SharedBuilder } from './shared-builder.ts';
import { tracedSink } from './traced-sink.ts';

export type RunFeedsOptions = {
  readonly dir: string;
  readonly feeds: readonly FeedConfig[];
  readonly version: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The time of the ledger and of retries. */
  readonly clock: Clock;
  /**
   * The time of receivers. The clock of an emulator is not theirs: they would refuse its signatures
   * as too new, and its fast time would make a fast network look slow.
   */
  readonly receiverClock: Clock;
  readonly random: Random;
  readonly wait: Sleep;
  readonly resolve: ResolveHost;
  readonly ruleTitles: () => Promise<(rule: string) => string | undefined>;
  /** Replaces names, for feeds that are configured to have pseudonyms. */
  readonly pseudonymize: Redact;
  readonly tell: (event: FeedEvent) => void;
  /** Undefined: nothing is traced. */
  readonly tracer?: Tracer | undefined;
  /** Called about once a second. */
  readonly report: (report: FeedsReport) => void;
  readonly signal: AbortSignal;
};

/** The state of all feeds, and the ledger that they read. */
export type FeedsReport = { readonly rows: readonly FeedRow[]; readonly ledgerEntries: number };

/**
 * Runs all feeds until the signal is aborted. A receiver that fails stops no other feed.
 * @throws FeedError STATE_UNREADABLE
 */
export async function runFeeds(options: RunFeedsOptions): Promise<void> {
  const { dir, feeds, clock, signal } = options;
  const ledger = await LedgerReader.open(dir);
  const incidents = await incidentsFor(feeds, options);
  try {
    using state = FeedState.open(dir, ledger.origin);
    for (const feed of feeds) ensureFeed(state, feed, { size: ledger.size, atMs: clock.now() });
    const { version, ruleTitles } = options;
    const builder = new SharedBuilder(new FeedBuilder({ ledger, version, ruleTitles }));
    const positions = new ReaderPositions();
    const records: RecordSource = (range) =>
      tailLedger({ ...range, ledger, builder, positions, tenant: undefined, clock });
    const pseudonymize = redactOnce(options.pseudonymize);
    const shared = { ledger, records, incidentOf: incidents?.incidentOf, pseudonymize };
    const running = feeds.map((feed) => runnerOf(feed, state, { ...options, ...shared }));
    const ended = new AbortController();
    const reports = reportRepeatedly(options, { state, ledger, signal: ended.signal });
    try {
      await Promise.all(running.map((runner) => runner.run(signal)));
    } finally {
      ended.abort();
      await reports;
    }
  } finally {
    incidents?.close();
    ledger.close();
  }
}

function ensureFeed(
  state: FeedState,
  { name, kind, start }: FeedConfig,
  { size, atMs }: { readonly size: number; readonly atMs: number },
): void {
  const { next, generation } = state.ensure(
    { name, kind },
    { next: start === 'latest' ? size : 0, atMs },
  );
  if (next <= size) return;
  // Without this, the feed would silently skip the entries that take the place of the lost ones.
  const because =
    `its position is entry ${next}, and the ledger has ${size}: it was restored from a backup; ` +
    `run "countersign feeds replay ${name} --from ${size}"`;
  state.stop(name, { generation, code: 'MISCONFIGURED', because, atMs });
}

type RunnerParts = RunFeedsOptions & {
  readonly ledger: LedgerReader;
  readonly records: RecordSource;
  readonly incidentOf: IncidentLookup | undefined;
};

function runnerOf(feed: FeedConfig, state: FeedState, parts: RunnerParts): FeedRunner {
  const { ledger, pseudonymize, receiverClock, tracer } = parts;
  const redact: Redact = feed.people === 'pseudonyms' ? pseudonymize : (record) => record;
  return new FeedRunner({
    ...parts,
    name: feed.name,
    selection: new RecordSelection(feed, redact),
    open: async () => {
      const traceparent = (): string | undefined => tracer?.traceparent();
      const world = { ...parts, clock: receiverClock, origin: ledger.origin, traceparent };
      const sink = await openSink(feed, world);
      return tracer === undefined ? sink : tracedSink(sink, feed.name, tracer);
    },
    state,
    schedule: feed.kind === 'webhook' ? WEBHOOK_SCHEDULE : BACKOFF_SCHEDULE,
  });
}

async function reportRepeatedly(
  { feeds, wait, report }: RunFeedsOptions,
  parts: { readonly state: FeedState; readonly ledger: LedgerReader; readonly signal: AbortSignal },
): Promise<void> {
  const { state, ledger, signal } = parts;
  const names = new Set(feeds.map(({ name }) => name));
  while (!signal.aborted) {
    const rows = state.rows().filter(({ name }) => names.has(name));
    report({ rows, ledgerEntries: ledger.size });
    await wait(REPORT_EVERY_MS, signal).catch(() => undefined);
  }
}
