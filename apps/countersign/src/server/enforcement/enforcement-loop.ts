import { type Clock, CountersignError, messageOf, type Random } from '@countersign/core';
import type { Sleep } from '@countersign/m365';
import type { Config } from '../../config/config.ts';
import { peopleOf } from '../../enforcement/approvals/read-people.ts';
import { BypassController } from '../../enforcement/bypass/bypass-controller.ts';
import type { DurationSeries } from '../../enforcement/decisions/decision-durations.ts';
import type { LedgerSink } from '../../ingest/collection/ledger-sink.ts';
import type { LedgerWriter } from '../../projection/ledger-writer.ts';
import type { StoreReader } from '../../store/store-reader.ts';
import type { Tracer } from '../../tracing/tracer.ts';
import type { DiskReserve } from '../runtime/disk-reserve.ts';
import type { LogServerEvent } from '../runtime/server-event.ts';
import { BYPASS_CHECK_MS, DIRECTORY_CHECK_MS, ENDPOINT_POST_EVERY_MS } from './limits.ts';
import { type OpenEndpoints, openEndpoints } from './open-enforcement.ts';

export type EndpointRoundOptions = {
  readonly reserve: DiskReserve;
  readonly config: Config;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** The folder of the policies that ship with the program. */
  readonly policies: string;
  readonly writer: LedgerWriter;
  readonly sink: LedgerSink;
  readonly clock: Clock;
  readonly stopwatch: Pick<Clock, 'monotonic'>;
  readonly standstill: () => string | undefined;
  readonly random: Random;
  readonly wait: Sleep;
  readonly tell: LogServerEvent;
  readonly tracer?: Tracer | undefined;
};

/** The enforcement points of a server, and their periodic work while they are open. */
export class EnforcementLoop {
  readonly #options: EndpointRoundOptions;
  #endpoints: OpenEndpoints | undefined;
  /** Problems of the last iteration. */
  readonly #problems = new Map<string, string>();
  readonly #posting = new Bell();
  readonly #refreshing = new Bell();

  constructor(options: EndpointRoundOptions) {
    this.#options = options;
  }

  /** Opens the enforcement points. Returns their address; undefined if none are configured. */
  async open(store: StoreReader): Promise<string | undefined> {
    const { config, tell, sink } = this.#options;
    const { enforcementPoints } = config;
    if (enforcementPoints === undefined) return undefined;
    this.#endpoints = await openEndpoints({
      ...this.#options,
      enforcementPoints,
      store,
      alone: (work) => this.#options.sink.exclusively(work),
      stopped: () => this.#options.standstill() ?? this.#options.reserve.stops('deciding'),
      onFailure: (error) =>
        tell({ event: 'failed', collector: 'enforcement', because: String(error) }),
    });
    sink.listenToDirectory(() => this.wake());
    return this.#endpoints.url;
  }

  /** How long decisions took since the start. */
  get durations(): readonly DurationSeries[] {
    return this.#endpoints?.durations.series() ?? [];
  }

  /** Signals that new entries may affect decisions. */
  wake(): void {
    this.#posting.ring();
    this.#refreshing.ring();
  }

  /** Posts decisions and reads the directory until the signal is aborted. */
  async run(signal: AbortSignal): Promise<void> {
    if (this.#endpoints === undefined) return;
    await Promise.all([this.#post(signal), this.#refreshAll(signal), this.#bypass(signal)]);
  }

  /** Ends expired bypasses, and completes those that an earlier process left unfinished. */
  async #bypass(signal: AbortSignal): Promise<void> {
    const { config, writer, sink, wait } = this.#options;
    const { enforcementPoints } = config;
    if (enforcementPoints?.bypass === undefined) return;
    const controller = new BypassController(
      enforcementPoints.bypass,
      peopleOf(enforcementPoints),
      writer,
      this.#options,
    );
    while (!signal.aborted) {
      await this.#telling('enforcement/bypass', async () => {
        if (await controller.isDue()) await sink.exclusively(() => controller.refresh(signal));
      });
      await wait(BYPASS_CHECK_MS, signal).catch(() => undefined);
    }
  }

  /** Waits while another operation holds the ledger. Directory reads do not wait. */
  async #post(signal: AbortSignal): Promise<void> {
    const { sink, wait } = this.#options;
    while (!signal.aborted) {
      await sink.post();
      this.#refreshing.ring();
      await this.#posting.rest(ENDPOINT_POST_EVERY_MS, wait, signal);
    }
  }

  async #refreshAll(signal: AbortSignal): Promise<void> {
    const { wait } = this.#options;
    while (!signal.aborted) {
      await this.#telling('enforcement/directory', async () => this.#endpoints?.refresh());
      await this.#refreshing.rest(DIRECTORY_CHECK_MS, wait, signal);
    }
  }

  async close(): Promise<void> {
    await this.#endpoints?.close();
  }

  /** Logs a recurring problem once, until it changes. */
  async #telling(collector: string, work: () => Promise<void>): Promise<void> {
    try {
      await work();
      this.#problems.delete(collector);
    } catch (error) {
      if (!(error instanceof CountersignError)) throw error;
      const because = messageOf(error);
      if (because === this.#problems.get(collector)) return;
      this.#problems.set(collector, because);
      this.#options.tell({ event: 'problem', collector, because });
    }
  }
}

/** A timer that can be woken early. A wake-up between two waits is not lost. */
class Bell {
  #rung = false;
  #wake: (() => void) | undefined;

  ring(): void {
    this.#rung = true;
    this.#wake?.();
  }

  async rest(ms: number, wait: Sleep, signal: AbortSignal): Promise<void> {
    const over = new AbortController();
    this.#wake = () => over.abort();
    if (this.#rung) over.abort();
    // Ignore the rejection: the abort ends the wait, not the timer.
    await wait(ms, AbortSignal.any([signal, over.signal])).catch(() => undefined);
    this.#wake = undefined;
    this.#rung = false;
  }
}
