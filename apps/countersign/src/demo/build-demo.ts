import { join } from 'node:path';
import { type Clock, type Random, tenantId } from '@countersign/core';
import { type BrowserVisit, type Emulator, methodAddress } from '@countersign/emulator';
import { GraphDirectoryCollector, systemWait } from '@countersign/m365';
import type { Config } from '../config/config.ts';
import { contentFolder, ownPackage } from '../config/installed-package.ts';
import { loadConfig } from '../config/load-config.ts';
import type { DetectionRunner } from '../detection/runner/detection-runner.ts';
import { detectionWriter } from '../detection/runner/detection-writer.ts';
import { LedgerSink } from '../ingest/collection/ledger-sink.ts';
import { recordInventory } from '../ingest/collection/record-inventory.ts';
import { perform } from '../operations/host/handlers.ts';
import { loadDetection } from '../operations/host/load-detectors.ts';
import { closeWriter, type HostWriter, openLedgerWriter } from '../operations/host/open-writer.ts';
import { lapseOverdue, openDetection } from '../operations/host/run-detection.ts';
import { collectorsOf, type TenantCollectors } from '../server/collectors/open-collectors.ts';
import { inventoryOf } from '../server/configured-inventory.ts';
import { type OpenEndpoints, openEndpoints } from '../server/enforcement/open-enforcement.ts';
import { reserveFolder } from '../server/runtime/emulator-clock.ts';
import { StoreReader } from '../store/store-reader.ts';
import { type DemoFiles, demoFiles, writeDemoFiles } from './company/demo-files.ts';
import { type DemoPlan, HOUR_MS } from './company/demo-plan.ts';
import { startCompany, startOf } from './company/start-company.ts';
import { evaluateDemoGate } from './demo-gate.ts';
import { PasskeyHolders } from './people/passkey-holders.ts';
import { BrowserAgents } from './people/person-browser.ts';
import { UNSYNCED_DISK } from './unsynced-disk.ts';

/** Virtual time between two polls of all sources, and two runs of all detectors. */
const POLL_EVERY_MS: number = 4 * HOUR_MS;
const DETECT_EVERY_MS: number = 24 * HOUR_MS;
/** Reading every person's methods and rules takes hundreds of requests. */
const DIRECTORY_EVERY_MS: number = 24 * HOUR_MS;
/** A person's sign-in ends within this step of the company's time. */
const FOLLOW_STEP_MS: number = 30_000;
const FOLLOW_EVERY_MS = 100;
const POLLS_MAX = 1000;
const WHO = { who: 'demo', host: 'localhost' };

type BuildOptions = {
  readonly dir: string;
  readonly plan: DemoPlan;
  readonly random: Random;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** This machine's time, which measures work. */
  readonly stopwatch: Pick<Clock, 'monotonic'>;
  readonly signal: AbortSignal;
  /** Where the company's time is published. */
  readonly clockUrl: string;
  /** Called after each step of the company's time. */
  readonly lived: (untilMs: number) => void;
};

/** The company with everything that Countersign runs for it, in one process and on one clock. */
export class LivingDemo {
  readonly files: DemoFiles;
  readonly emulator: Emulator;
  readonly #options: BuildOptions;
  readonly #agents: BrowserAgents;
  readonly #holders: PasskeyHolders;
  #parts: Parts | undefined;
  #detectedMs: number;
  #readMs = Number.NEGATIVE_INFINITY;

  private constructor(options: BuildOptions, parts: CompanyParts) {
    this.#options = options;
    this.files = parts.files;
    this.emulator = parts.emulator;
    this.#agents = parts.agents;
    this.#holders = parts.holders;
    this.#detectedMs = startOf(options.plan);
  }

  /** Starts the company, its directory, its policies and its enforcement point. */
  static async open(options: BuildOptions): Promise<LivingDemo> {
    const method = await methodAddress();
    const agents = new BrowserAgents(method.certificate.certPem);
    const holders = new PasskeyHolders(agents, (visit) => demo.#invite(visit));
    // A service that stops must not stop the company: the person is not let in.
    const browser = (visit: BrowserVisit): Promise<void> =>
      holders.signIn(visit).catch((error: unknown) => {
        if (demo.#parts !== undefined) throw error;
      });
    const emulator = await startCompany(options.plan, method, browser);
    const files = demoFiles(options.dir);
    const demo = new LivingDemo(options, { files, emulator, agents, holders });
    writeDemoFiles(files, emulator, method, options.clockUrl);
    demo.#parts = await demo.#open(loadConfig(files.living, options.env));
    return demo;
  }

  /** The number of people who have registered a passkey. */
  get passkeys(): number {
    return this.#holders.count;
  }

  get clock(): Clock {
    const now = (): number => this.emulator.clock.now();
    return { now, monotonic: now };
  }

  /**
   * Lives until then: people work, sources are polled, detectors run.
   *
   * Detectors run beside the next step, because they wait for the query engine. The enforcement
   * point sees their result at the end of that step, so decisions do not depend on this machine.
   */
  async live(untilMs: number): Promise<void> {
    const { signal, lived } = this.#options;
    const { clock } = this.emulator;
    const { endpoints } = this.#need();
    let detecting: Promise<void> = Promise.resolve();
    try {
      while (clock.now() < untilMs) {
        signal.throwIfAborted();
        await this.emulator.advance(Math.min(POLL_EVERY_MS, untilMs - clock.now()));
        await this.#poll();
        await detecting;
        await endpoints.refresh();
        if (clock.now() - this.#detectedMs >= DETECT_EVERY_MS) detecting = this.#detect();
        // Awaited above, or below after another failure.
        detecting.catch(() => undefined);
        lived(clock.now());
      }
    } finally {
      await detecting.catch(() => undefined);
    }
    await detecting;
    await this.#detect();
    await endpoints.refresh();
    await this.#evaluateGate();
  }

  /** Runs all detectors over what was collected. */
  async #detect(): Promise<void> {
    this.#detectedMs = this.emulator.clock.now();
    await this.#need().detection.run();
  }

  /**
   * Follows `target` until the signal is aborted, in small steps. Others poll and decide meanwhile.
   */
  async follow(target: () => number, signal: AbortSignal): Promise<void> {
    const { clock } = this.emulator;
    while (!signal.aborted) {
      const behindMs = Math.floor(target()) - clock.now();
      if (behindMs > 0) await this.emulator.advance(Math.min(behindMs, FOLLOW_STEP_MS));
      await systemWait(FOLLOW_EVERY_MS, signal).catch(() => undefined);
    }
  }

  /** Closes the ledger, so that another writer can open it. The company stays. */
  async closeLedger(): Promise<void> {
    const parts = this.#parts;
    this.#parts = undefined;
    await parts?.endpoints.close();
    parts?.detection.close();
    await parts?.collectors.close();
    await parts?.sink.close();
    parts?.store.close();
    if (parts !== undefined) await closeWriter(parts.writer);
  }

  async close(): Promise<void> {
    await this.closeLedger();
    this.#agents.close();
    await this.emulator.stop();
  }

  /** May the next wave go? The console shows the recorded answer. */
  #evaluateGate(): Promise<void> {
    const { dir, random, env, signal } = this.#options;
    return evaluateDemoGate({
      ...{ dataDir: dir, random, env, signal, clock: this.clock, file: this.files.gate },
      tenant: tenantId(this.emulator.tenants[0]?.tenantId ?? ''),
      perform: (operation, input) => this.#perform(this.#need(), operation, input),
    });
  }

  #need(): Parts {
    if (this.#parts === undefined) throw new RangeError('the demonstration is not open');
    return this.#parts;
  }

  async #open(config: Config): Promise<Parts> {
    const { dir, random, env } = this.#options;
    const { clock } = this;
    // Times of an emulator and of live tenants must never mix in one ledger.
    reserveFolder(dir, config.emulatorClock);
    const detection = await loadDetection();
    const files = UNSYNCED_DISK;
    const writer = await openLedgerWriter({ dir, clock, random, detection, files });
    const sink = await LedgerSink.open(writer, { workers: 1 });
    const actor = { ...WHO, version: ownPackage().version };
    const inventory = inventoryOf(config);
    if (inventory !== undefined) await recordInventory({ writer, sink }, inventory, actor);
    const { directory, register } = this.files;
    await this.#perform({ writer, sink }, 'policy use', { directory, register });
    const store = await StoreReader.open(dir, { clock });
    const alone = <T>(work: () => Promise<T>): Promise<T> => sink.exclusively(work);
    const endpoints = await this.#endpoints(config, { writer, store, alone });
    // A run happens at the time of its start, although the company lives on meanwhile.
    const startedMs = (): number => this.#detectedMs;
    const frozen = { ...writer, clock: { now: startedMs, monotonic: startedMs } };
    const here = detectionWriter(frozen, (work) => sink.afterRecords(work));
    const lapse = (): Promise<void> => lapseOverdue(frozen, alone);
    const runner = await openDetection(here, detection.detectors, lapse);
    const [tenant] = config.tenants;
    if (tenant === undefined) throw new RangeError('the configuration names a tenant');
    // Time does not pass during a poll, so a wait makes it pass.
    const wait = async (ms: number): Promise<void> => this.emulator.advance(Math.ceil(ms));
    const collectors = collectorsOf(tenant, { clock, wait, random, env });
    return { writer, sink, store, endpoints, detection: runner, collectors };
  }

  #endpoints(
    config: Config,
    ledger: Pick<Parts, 'writer' | 'store'> & {
      readonly alone: (work: () => Promise<void>) => Promise<void>;
    },
  ): Promise<OpenEndpoints> {
    const { random, env, stopwatch } = this.#options;
    const { enforcementPoints } = config;
    if (enforcementPoints === undefined) throw new RangeError('the external method is configured');
    return openEndpoints({
      ...{ ...ledger, config, enforcementPoints, env, clock: this.clock, stopwatch, random },
      policies: join(contentFolder(), 'policies'),
      // The network of this machine: the company's time stands still during a sign-in.
      wait: systemWait,
      stopped: () => undefined,
      onFailure: (error) => {
        throw error;
      },
    });
  }

  async #poll(): Promise<void> {
    const { sink, collectors } = this.#need();
    const isDirectoryDue = this.emulator.clock.now() - this.#readMs >= DIRECTORY_EVERY_MS;
    if (isDirectoryDue) this.#readMs = this.emulator.clock.now();
    for (const collector of collectors.collectors) {
      if (collector instanceof GraphDirectoryCollector && !isDirectoryDue) continue;
      for (let polls = 0; polls < POLLS_MAX; polls++) {
        const { hasMore } = await collector.poll(sink, this.#options.signal);
        if (!hasMore) break;
      }
    }
    // Once for all collectors: each post writes files, which detectors then read.
    await sink.post();
    await sink.tidy();
  }

  async #invite({ person, tenantId: tenant }: Pick<BrowserVisit, 'person' | 'tenantId'>) {
    const input = { person, tenant, config: this.files.living };
    const invited = await this.#perform(this.#need(), 'passkeys record-invitation', input);
    await this.#need().endpoints.refresh();
    return (invited as { readonly code: string | null }).code ?? '';
  }

  #perform(
    { writer, sink }: Pick<Parts, 'writer' | 'sink'>,
    operation: string,
    input: object,
  ): Promise<unknown> {
    const { random, env, signal } = this.#options;
    const actor = { ...WHO, version: ownPackage().version };
    const by = { actor, random, env, workers: 1, hooks: { signal, progress: () => undefined } };
    const tenant = tenantId(this.emulator.tenants[0]?.tenantId ?? '');
    const work = { operation, input, mode: 'perform', tenant, who: WHO.who } as const;
    return sink.exclusively(() => perform(writer, work, by));
  }
}

type CompanyParts = {
  readonly files: DemoFiles;
  readonly emulator: Emulator;
  readonly agents: BrowserAgents;
  readonly holders: PasskeyHolders;
};

type Parts = {
  readonly writer: HostWriter;
  readonly sink: LedgerSink;
  readonly store: StoreReader;
  readonly endpoints: OpenEndpoints;
  readonly detection: DetectionRunner;
  readonly collectors: TenantCollectors;
};
