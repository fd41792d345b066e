import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { type Clock, messageOf, OWN_TENANT, type Random } from '@countersign/core';
import { LedgerReader, layout } from '@countersign/ledger/reader';
import type { Collector, Sleep } from '@countersign/m365';
import type { Config } from '../config/config.ts';
import type { ConfigVersion } from '../config/load-config.ts';
import type { DetectionReport } from '../detection/runner/detection-runner.ts';
import { CanaryRunner, canaryTexts } from '../ingest/canaries/canary-runner.ts';
import { CrossCheck } from '../ingest/collection/cross-check.ts';
import { LedgerSink } from '../ingest/collection/ledger-sink.ts';
import { recordInventory } from '../ingest/collection/record-inventory.ts';
import { ForwardingError } from '../operations/forwarding/errors.ts';
import { ForwardingServer, type Perform } from '../operations/forwarding/forwarding-server.ts';
import { removeLeftSpools } from '../operations/forwarding/stdin-spool.ts';
import { operationOf, perform } from '../operations/host/handlers.ts';
import { loadDetection } from '../operations/host/load-detectors.ts';
import type { HostWriter } from '../operations/host/open-writer.ts';
import { closeWriter, hurryOnAbort, openLedgerWriter } from '../operations/host/open-writer.ts';
import { recordAcceptedFork } from '../operations/host/record-accepted-fork.ts';
import type { ServeReady } from '../operations/host/server-request.ts';
import { StoreReader } from '../store/store-reader.ts';
import { openTracing, type Tracing } from '../tracing/open-tracing.ts';
import type { Tracer } from '../tracing/tracer.ts';
import type { MainPage, MainPageName } from './api/api-parts.ts';
import { ApiService } from './api/api-service.ts';
import { canariesOf, type TenantCanaries } from './collectors/open-canaries.ts';
import { collectorsOf, type TenantCollectors } from './collectors/open-collectors.ts';
import { openWebhooks } from './collectors/open-webhooks.ts';
import { inventoryOf } from './configured-inventory.ts';
import { runDetectionOnce, runDetectionThread } from './detection/detection-thread.ts';
import { EnforcementLoop } from './enforcement/enforcement-loop.ts';
import { FeedsThread } from './feeds/feeds-thread.ts';
import { createFirstLink } from './first-link.ts';
import type { ListenerTls } from './listener/listener.ts';
import { LiveConfig } from './live-config.ts';
import { rounds } from './poll-loop.ts';
import { aborted, breaking } from './runtime/breaking.ts';
import { type CollectorTally, newTally } from './runtime/collector-tally.ts';
import { type DiskMeter, DiskReserve } from './runtime/disk-reserve.ts';
import { onHangUps } from './runtime/hang-ups.ts';
import type { LogServerEvent } from './runtime/server-event.ts';
import { type OpenParts, StatePages } from './state-pages.ts';

export type ServeOptions = {
  readonly dir: string;
  readonly config: Config;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly version: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly wait: Sleep;
  /** The emulator whose time `clock` and `wait` follow. */
  readonly emulator: { readonly url: string; readonly ca: string | undefined } | undefined;
  /** The time of this machine: how long work takes, and when people sign in. */
  readonly stopwatch: Clock;
  /** Why `clock` stands still; undefined while it runs. */
  readonly standstill: () => string | undefined;
  /** Measures the disk of the data folder. */
  readonly freeDisk: DiskMeter;
  /**
   * Reads the configuration again.
   * @throws DocumentError CONFIG_INVALID, CONFIG_UNREADABLE
   */
  readonly readConfig: () => ConfigVersion;
  readonly setLogForm: (form: Config['log']) => void;
  /** One item for each signal that asks for a reload. */
  readonly hangUps: AsyncIterable<unknown>;
  /** Aborted to stop: work in progress ends after its current batch. */
  readonly signal: AbortSignal;
  /** Worker threads for collection and forwarded commands. */
  readonly workers: number;
  readonly keyFile: string | undefined;
  readonly acceptFork: 'accept' | undefined;
  /** The folder of the policies that ship with the program. */
  readonly policies: string;
  readonly tell: LogServerEvent;
  /** Called once, when all listeners are open. */
  readonly ready: (at: ServeReady) => void;
};

/**
 * Holds the ledger of a data folder, collects into it, answers over HTTP, and runs forwarded
 * commands until the signal is aborted. Resolves when all is closed and durable.
 *
 * @throws LedgerError LOCKED if another process holds the ledger. A failed ledger write, or a
 * permanent collector failure, rejects too.
 */
export async function serve(options: ServeOptions): Promise<void> {
  const { dir, clock, random, keyFile, acceptFork, tell } = options;
  const tenants = options.config.tenants.map((tenant) => collectorsOf(tenant, options));
  const canaries = options.config.tenants.flatMap((each) => canariesOf(each, options) ?? []);
  const detection = await loadDetection();
  const opening = { dir, clock, random, keyFile, acceptFork, detection };
  const writer = await openLedgerWriter({ ...opening, integration: 'thread' });
  await recordAcceptedFork(writer, { who: 'serve', host: hostname(), version: options.version });
  hurryOnAbort(writer.threads, options.signal);
  try {
    removeLeftSpools(layout.run(dir));
    const listenFor = canaryTexts(canaries.map(({ appId }) => appId));
    const tracing = openTracing(options.config.traces, {
      ...{ thread: 'main', version: options.version, random, env: options.env },
      tell: (because) => tell({ event: 'problem', collector: 'traces', because }),
    });
    const sink = await LedgerSink.open(writer, { workers: options.workers, listenFor });
    try {
      await sayConfig(writer, sink, options);
      await new Server({ ...options, writer, sink, tenants, canaries, tracing }).run();
      await sink.post();
    } finally {
      await tracing?.close();
      await sink.close();
    }
  } finally {
    for (const canary of canaries) canary.close();
    for (const tenant of tenants) await tenant.close();
    tell({ event: 'stopped', entries: writer.ledger.size });
    await closeWriter(writer);
  }
}

/**
 * Records the inventory as an entry, because later answers need it and `rebuild` reads only
 * entries.
 */
async function sayConfig(
  writer: HostWriter,
  sink: LedgerSink,
  { config, version, tell }: ServeOptions,
): Promise<void> {
  const inventory = inventoryOf(config);
  if (inventory === undefined) return;
  const actor = { who: 'serve', host: hostname(), version };
  const { entry, said } = await recordInventory({ writer, sink }, inventory, actor);
  if (said === 'now') tell({ event: 'config-said', entry, what: 'the inventory' });
}

type Parts = {
  readonly writer: HostWriter;
  readonly sink: LedgerSink;
  readonly tenants: readonly TenantCollectors[];
  readonly canaries: readonly TenantCanaries[];
  readonly tracing: Tracing | undefined;
};

class Server {
  readonly #options: ServeOptions;
  readonly #writer: HostWriter;
  readonly #sink: LedgerSink;
  readonly #tenants: readonly TenantCollectors[];
  readonly #canaries: readonly TenantCanaries[];
  readonly #reserve: DiskReserve;
  readonly #endpoints: EnforcementLoop;
  readonly #feeds: FeedsThread;
  readonly #live: LiveConfig;
  readonly #tracer: Tracer | undefined;
  /** What opens later; metrics and health read it. */
  readonly #parts: OpenParts = {
    tallies: [],
    handover: undefined,
    webhooks: undefined,
    failure: undefined,
  };
  readonly #pages: StatePages;

  constructor({ writer, sink, tenants, canaries, tracing, ...options }: ServeOptions & Parts) {
    this.#options = options;
    this.#writer = writer;
    this.#sink = sink;
    this.#tenants = tenants;
    this.#canaries = canaries;
    this.#feeds = new FeedsThread(options, writer.threads);
    const restartFeeds = this.#feeds.restart.bind(this.#feeds);
    this.#live = new LiveConfig({ ...options, restartFeeds });
    this.#reserve = new DiskReserve({ ...options, free: options.freeDisk });
    const tracer = tracing?.tracer;
    this.#tracer = tracer;
    const common = { ...options, reserve: this.#reserve, tracer };
    this.#endpoints = new EnforcementLoop({ ...common, writer, sink });
    const sources = { writer, tracing, reserve: this.#reserve, endpoints: this.#endpoints };
    const {
      feeds,
      parts: open,
      live,
    } = { feeds: this.#feeds, parts: this.#parts, live: this.#live };
    this.#pages = new StatePages(options, { ...sources, feeds, open, live });
  }

  async run(): Promise<void> {
    const { dir, clock, stopwatch, random, config } = this.#options;
    const store = await StoreReader.open(dir, { clock });
    const reader = await LedgerReader.open(dir);
    try {
      this.#parts.handover = await ForwardingServer.open({
        socketFile: layout.apiSocket(dir),
        // The callers are processes of this machine, whatever the tenant's clock shows.
        ...{ clock: stopwatch, random },
        perform: this.#perform,
      });
      const collectors = await this.#collectors({ store, reader });
      const api = await this.#openApi(store);
      try {
        this.#parts.webhooks = await openWebhooks(config, this.#tenants, this.#options);
        this.#live.url = api.url;
        this.#tellReady(api.url, await this.#endpoints.open(store));
        await this.#collect(collectors, api);
      } finally {
        await this.#endpoints.close();
        await this.#parts.webhooks?.close();
        await api.close();
      }
    } finally {
      await this.#parts.handover?.close();
      reader.close();
      store.close();
    }
  }

  #tellReady(url: string, enforcementUrl: string | undefined): void {
    const { origin, size } = this.#writer.ledger;
    const collectors = this.#parts.tallies.length;
    this.#options.tell({ event: 'started', url, origin, entries: size, collectors });
    if (enforcementUrl !== undefined) {
      this.#options.tell({ event: 'enforcement-started', url: enforcementUrl });
    }
    const { dir, config, random, stopwatch } = this.#options;
    const signInLink = (): string | undefined =>
      createFirstLink({ dir, config, random, listenUrl: url, nowMs: stopwatch.now() });
    this.#options.ready({ url, origin, enforcementUrl, signInLink });
  }

  /**
   * All polled collectors and their tallies: collectors first, then the loops that process their
   * records.
   */
  async #collectors(ledger: { store: StoreReader; reader: LedgerReader }): Promise<Collector[]> {
    const { clock, random } = this.#options;
    const named: { tenant: string; collector: Collector }[] = this.#tenants.flatMap(
      ({ tenant, collectors }) => collectors.map((collector) => ({ tenant, collector })),
    );
    for (const { tenant, appId, plans, sender } of this.#canaries) {
      const whose = { tenant, appId, plans, sender };
      const options = { ...whose, sink: this.#sink, ledger, clock, random };
      named.push({ tenant, collector: await CanaryRunner.open(options) });
    }
    named.push({ tenant: OWN_TENANT, collector: new CrossCheck({ ...ledger, clock }) });
    this.#parts.tallies = named.map(({ tenant, collector: { name, everyMs } }) =>
      newTally(name, tenant, everyMs),
    );
    return named.map(({ collector }) => collector);
  }

  /** Runs until the signal is aborted, or until one fails; then all stop. */
  async #collect(collectors: readonly Collector[], api: ApiService): Promise<void> {
    const { clock, wait, tell, signal } = this.#options;
    const broken = new AbortController();
    const both = AbortSignal.any([signal, broken.signal]);
    const disk = (): 'low' | 'enough' => this.#pages.disk;
    const running = collectors.map(async (collector, at) => {
      const tally = this.#parts.tallies[at] as CollectorTally;
      const common = { collector, tally, clock, wait, tell, disk, tracer: this.#tracer };
      try {
        await rounds({ ...common, sink: this.#sink, signal: both });
      } catch (error) {
        broken.abort(error);
        throw error;
      }
    });
    running.push(this.#detect(broken, both));
    running.push(breaking(broken, () => this.#endpoints.run(both)));
    running.push(breaking(broken, () => this.#feeds.run(both)));
    running.push(breaking(broken, () => this.#untilFailure(both)));
    const { hangUps } = this.#options;
    running.push(breaking(broken, () => onHangUps(hangUps, both, () => this.#reload(both))));
    running.push(api.run(both));
    await aborted(both);
    if (broken.signal.aborted) this.#parts.failure = messageOf(broken.signal.reason);
    tell({ event: 'stopping', because: this.#parts.failure ?? 'asked to' });
    this.#writer.threads.hurry();
    await Promise.allSettled(running);
    if (broken.signal.aborted) throw broken.signal.reason;
  }

  /** Rejects as soon as nothing can be recorded, even if nothing is to be recorded now. */
  async #untilFailure(signal: AbortSignal): Promise<void> {
    const { ledger, threads } = this.#writer;
    const failure = await Promise.race([ledger.failed, threads.failed, aborted(signal)]);
    if (failure !== undefined) throw failure;
  }

  async #detect(broken: AbortController, signal: AbortSignal): Promise<void> {
    const { tell, emulator } = this.#options;
    const [writer, sink] = [this.#writer, this.#sink];
    await breaking(broken, () => runDetectionThread({ writer, sink, emulator, tell, signal }));
  }

  /** Detectors would occupy this thread for hundreds of milliseconds, and decisions would wait. */
  readonly #detectBeside = (writer: HostWriter): Promise<DetectionReport> =>
    runDetectionOnce({ ...this.#options, writer });

  /** A forwarded command has the ledger exclusively, and stops with the server. */
  readonly #perform: Perform = async (work, hooks) => {
    const { clock, random, env, workers, version, tell } = this.#options;
    const isBulk = (await operationOf(work)).volume === 'bulk';
    // Check before posting pending decisions, because a full disk makes that fail.
    if (isBulk) this.#reserve.needRoom();
    return this.#sink.exclusively(async () => {
      if (this.#options.signal.aborted || hooks.signal.aborted) {
        throw new ForwardingError('NOT_TAKEN', 'the server is stopping, or the caller has left');
      }
      const both = AbortSignal.any([hooks.signal, this.#options.signal]);
      const startedMs = clock.monotonic();
      const { operation, who } = work;
      tell({ event: 'work-begun', command: operation, who });
      let outcome: 'done' | 'failed' = 'failed';
      try {
        await hooks.begin();
        const actor = { who, host: hostname(), version };
        const performing = (signal: AbortSignal): Promise<unknown> => {
          const service = this.#live;
          const common = { actor, random, env, workers, service, config: service.config };
          const by = { ...common, hooks: { ...hooks, signal } };
          return perform({ ...this.#writer, detectBeside: this.#detectBeside }, work, by);
        };
        // Other bulk writers must stop before an enforcement point has to.
        const result = isBulk
          ? await this.#reserve.import(both, performing, wasInterrupted)
          : await performing(both);
        outcome = 'done';
        this.#endpoints.wake();
        return result;
      } finally {
        const ms = Math.round(clock.monotonic() - startedMs);
        tell({ event: 'work-ended', command: operation, outcome, ms });
      }
    });
  };

  /** A signal proves no account, so the entry names the signal. A refusal is in the log. */
  async #reload(signal: AbortSignal): Promise<void> {
    const work = { operation: 'reload', input: {}, mode: 'perform', tenant: null } as const;
    const hooks = { signal, begin: async () => undefined, progress: () => undefined };
    try {
      await this.#perform({ ...work, who: 'serve, by SIGHUP' }, hooks);
    } catch (error) {
      if (signal.aborted) return;
      const because = `could not reload: ${messageOf(error)}`;
      this.#options.tell({ event: 'problem', collector: 'reload', because });
    }
  }

  /** The HTTP interface has its own thread, and asks this one for its state. */
  async #openApi(store: StoreReader): Promise<ApiService> {
    const { dir, config, env, version, emulator, tell } = this.#options;
    const { listen, reach, operators, traces } = config;
    const page = async (name: MainPageName): Promise<MainPage> => this.#pages.page(name, store);
    return ApiService.open({
      setup: {
        dir,
        listen,
        reach,
        tls: tlsOf(config),
        version,
        env: { ...env },
        emulator,
        operators,
        traces,
      },
      perform: this.#perform,
      ...{ page, tell },
    });
  }
}

function tlsOf({ tls }: Config): ListenerTls | undefined {
  if (tls === undefined) return undefined;
  return { certificate: readFileSync(tls.certificate, 'utf8'), key: readFileSync(tls.key, 'utf8') };
}

/** Whether the report of any kind of import says that it was interrupted. */
function wasInterrupted(result: unknown): boolean {
  return (result as { readonly interrupted?: boolean } | null)?.interrupted === true;
}
