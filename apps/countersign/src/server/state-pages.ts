import { type Clock, msOfInstant } from '@countersign/core';
import type { Config } from '../config/config.ts';
import type { ForwardingServer } from '../operations/forwarding/forwarding-server.ts';
import type { HostWriter } from '../operations/host/open-writer.ts';
import { headOf } from '../store/reading/ledger-head.ts';
import type { StoreReader } from '../store/store-reader.ts';
import type { Tracing } from '../tracing/open-tracing.ts';
import type { MainPage, MainPageName } from './api/api-parts.ts';
import type { OpenWebhooks } from './collectors/open-webhooks.ts';
import type { EnforcementLoop } from './enforcement/enforcement-loop.ts';
import type { FeedsThread } from './feeds/feeds-thread.ts';
import { FindingCounter, failedDetectors } from './finding-counter.ts';
import { healthOf } from './health.ts';
import { metricsOf, type ServerState } from './metrics.ts';
import type { CollectorTally } from './runtime/collector-tally.ts';
import { type DiskReserve, USES } from './runtime/disk-reserve.ts';
import { EXPOSITION_TYPE, exposition } from './runtime/prometheus-format.ts';
import { serviceStateOf } from './service-state.ts';

/** Coverage rows are recomputed at most this often, however many clients ask. */
const COVERAGE_KEPT_MS = 1000;

/** Parts of the server that open after its start, or that its end sets. */
export type OpenParts = {
  /** In polling order. */
  tallies: readonly CollectorTally[];
  handover: ForwardingServer | undefined;
  webhooks: OpenWebhooks | undefined;
  failure: string | undefined;
};

type StateOptions = {
  readonly clock: Clock;
  readonly stopwatch: Pick<Clock, 'monotonic'>;
  readonly config: Pick<Config, 'enforcementPoints'>;
  readonly standstill: () => string | undefined;
  readonly version: string;
};

type Sources = {
  readonly writer: HostWriter;
  readonly reserve: DiskReserve;
  readonly endpoints: EnforcementLoop;
  readonly feeds: FeedsThread;
  readonly tracing: Tracing | undefined;
  readonly open: Readonly<OpenParts>;
  readonly live: { readonly config: Config };
};

/** Coverage and canaries of the store, cached because they take time to compute. */
type CachedCoverage = Pick<ServerState, 'coverage' | 'coverageCursor' | 'canaries'> & {
  readonly untilMs: number;
};

/** Health and metrics of a running server. */
export class StatePages {
  readonly #options: StateOptions;
  readonly #sources: Sources;
  readonly #findings: FindingCounter;
  #coverage: CachedCoverage | undefined;

  constructor(options: StateOptions, sources: Sources) {
    this.#options = options;
    this.#sources = sources;
    this.#findings = new FindingCounter(options);
  }

  async page(name: MainPageName, store: StoreReader): Promise<MainPage> {
    switch (name) {
      case 'health':
        return this.#healthPage(store);
      case 'metrics':
        return metricsPage(this.#state(store));
      case 'state': {
        const { config } = this.#sources.live;
        const state = serviceStateOf(config, this.#sources.open.tallies);
        return { status: 200, type: 'application/json', body: JSON.stringify(state) };
      }
    }
  }

  get disk(): 'low' | 'enough' {
    return this.#sources.reserve.stops('collecting') === undefined ? 'enough' : 'low';
  }

  async #healthPage(store: StoreReader): Promise<MainPage> {
    const { reader } = this.#sources.writer;
    if (reader.size < store.cursor) await reader.refresh();
    const { asOf } = await headOf(reader, store);
    const unreadSinceMs = await this.#unreadSinceMs(store.cursor);
    const state = { ...this.#state(store), unreadSinceMs };
    const answer = healthOf(state, asOf);
    // 503 for unknown too: a client that reads only the status must not take it for yes.
    const uses = state.enforcement === 'none' ? (['collecting'] as const) : USES;
    const stopped = uses.flatMap((use) => this.#sources.reserve.stops(use) ?? []);
    const said = stopped.length === 0 ? answer : { ...answer, stopped };
    const status = answer.kind === 'yes' ? 200 : 503;
    return { status, type: 'application/json', body: `${JSON.stringify(said)}\n` };
  }

  async #unreadSinceMs(cursor: number): Promise<number | undefined> {
    const { reader } = this.#sources.writer;
    if (cursor >= reader.size) return undefined;
    return msOfInstant((await reader.leaf(cursor)).leaf.seen);
  }

  #enforcement(): ServerState['enforcement'] {
    if (this.#options.config.enforcementPoints === undefined) return 'none';
    const because = this.#options.standstill() ?? this.#sources.reserve.stops('deciding');
    return because === undefined ? 'running' : 'stopped';
  }

  #state(store: StoreReader): ServerState {
    const { version, clock } = this.#options;
    return {
      version,
      nowMs: clock.now(),
      collectors: this.#sources.open.tallies,
      ...this.#shown(store),
      webhooks: this.#sources.open.webhooks?.tallies ?? [],
      queue: this.#sources.open.handover?.pending ?? 0,
      ledgerEntries: this.#sources.writer.ledger.size,
      integratedLagMs: this.#sources.writer.ledger.integratedLagMs,
      storeCursor: store.cursor,
      unreadSinceMs: undefined,
      freeDisk: this.#sources.reserve.free,
      disk: this.disk,
      enforcement: this.#enforcement(),
      decisionDurations: this.#sources.endpoints.durations,
      memoryBytes: process.memoryUsage.rss(),
      ...this.#findings.read(store),
      failedDetectors: failedDetectors(store),
      silentThreads: this.#sources.writer.threads.silent,
      feeds: this.#sources.feeds.state,
      spans: [
        { thread: 'main', counts: this.#sources.tracing?.counts() },
        { thread: 'feeds', counts: this.#sources.feeds.spans },
      ],
      failure: this.#sources.open.failure,
    };
  }

  #shown(store: StoreReader): Pick<ServerState, 'coverage' | 'coverageCursor' | 'canaries'> {
    const nowMs = this.#options.clock.monotonic();
    if (this.#coverage === undefined || this.#coverage.untilMs <= nowMs) {
      const untilMs = nowMs + COVERAGE_KEPT_MS;
      // Read first: entries posted between the two reads are in the rows, but reported as not
      // indexed.
      const coverageCursor = store.cursor;
      const [coverage, canaries] = [store.coverage(), store.canaries()];
      this.#coverage = { coverage, coverageCursor, canaries, untilMs };
    }
    const { coverage, coverageCursor, canaries } = this.#coverage;
    return { coverage, coverageCursor, canaries };
  }
}

function metricsPage(state: ServerState): MainPage {
  return { status: 200, type: EXPOSITION_TYPE, body: exposition(metricsOf(state)) };
}
