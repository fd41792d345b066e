import type { Clock, TenantId } from '@countersign/core';
import { HttpError } from '../../http/errors.ts';
import { throwIfAborted } from '../../http/wait.ts';
import type { CollectionSink, Collector, PollReport } from '../collector.ts';
import { PollTally } from '../poll-tally.ts';
import { type HubAddress, type HubBatch, HubConnection } from './hub-connection.ts';
import { HUB_NOT_FOUND, hubFailure } from './hub-failure.ts';
import { type Hub, HubSession, type HubShortfall } from './hub-session.ts';
import { RECHECK_MS, RECONNECT_AFTER_MS, STREAM_POLL_EVERY_MS } from './limits.ts';

export type EventHubsOptions = Omit<HubAddress, 'topics'> & {
  readonly hubs: readonly Hub[];
  readonly tenant: TenantId;
  readonly clock: Clock;
  readonly everyMs?: number | undefined;
};

/**
 * Collects the diagnostic export from Event Hubs, over the Kafka protocol. The group's offsets are
 * committed after the ledger has the records. A crash in between delivers them again, as
 * duplicates.
 */
export class EventHubsCollector implements Collector {
  readonly name: string;
  readonly everyMs: number;
  readonly #options: EventHubsOptions;
  readonly #logs: readonly HubSession[];
  #connection: HubConnection | undefined;
  /** When it was opened, or when opening failed. */
  #openedMs = 0;
  #failedMs: number | undefined;

  constructor(options: EventHubsOptions) {
    this.#options = options;
    this.name = `event hubs ${options.tenant}`;
    this.everyMs = options.everyMs ?? STREAM_POLL_EVERY_MS;
    this.#logs = options.hubs.map((hub) => new HubSession(hub, options));
  }

  async poll(sink: CollectionSink, signal?: AbortSignal): Promise<PollReport> {
    const tally = new PollTally();
    throwIfAborted(signal);
    const nowMs = this.#options.clock.monotonic();
    if (this.#failedMs !== undefined && nowMs - this.#failedMs < RECONNECT_AFTER_MS) {
      return tally.report();
    }
    let batch: HubBatch;
    let connection: HubConnection;
    try {
      connection = await this.#connected(sink);
      batch = await connection.take();
    } catch (error) {
      await this.#fail(hubFailure(error), sink, tally);
      return tally.report();
    }
    this.#failedMs = undefined;
    tally.hasMore = batch.isFull;
    for (const log of this.#logs) await this.#takeIn(log, batch, { connection, sink, tally });
    await this.#commit(connection, batch, tally);
    return tally.report();
  }

  /** Leaves the group, so that another process can continue at once. */
  async close(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.close();
  }

  async #connected(sink: CollectionSink): Promise<HubConnection> {
    const { hubs, clock, ...address } = this.#options;
    const isOld = clock.monotonic() - this.#openedMs >= RECHECK_MS;
    // A missing hub may exist now, and a partition may be assigned to us again.
    if (this.#connection !== undefined && isOld && this.#isShort(this.#connection)) {
      await this.close();
    }
    if (this.#connection !== undefined) return this.#connection;
    this.#openedMs = clock.monotonic();
    const topics = hubs.map(({ topic }) => topic);
    const connection = await HubConnection.open({ ...address, topics });
    this.#connection = connection;
    for (const log of this.#logs) {
      await log.addMessages(sink, [], Number(connection.expired.get(log.hub.topic) ?? 0n));
    }
    return connection;
  }

  #isShort(connection: HubConnection): boolean {
    const { hubs } = this.#options;
    return connection.missing.size > 0 || hubs.some(({ topic }) => connection.elsewhere(topic) > 0);
  }

  async #takeIn(
    log: HubSession,
    batch: HubBatch,
    { connection, sink, tally }: HubPoll,
  ): Promise<void> {
    const { topic } = log.hub;
    if (connection.missing.has(topic)) {
      const message = `the namespace has no event hub ${topic}: check its name and the export`;
      const data = { service: HUB_NOT_FOUND };
      await log.writeFailure(sink, tally, new HttpError('REFUSED', message, { data }));
      return;
    }
    const messages = batch.messages.get(topic) ?? [];
    const skipped = messages.reduce((sum, each) => sum + connection.skippedBefore(each), 0n);
    await log.addMessages(sink, messages, Number(skipped));
    const shortfall = hubShortfallOf(connection.elsewhere(topic), batch);
    await log.writeObservation(sink, tally, { shortfall, when: 'due' });
  }

  async #fail(failure: HttpError, sink: CollectionSink, tally: PollTally): Promise<void> {
    await this.close();
    const isNews = this.#failedMs === undefined;
    this.#failedMs = this.#options.clock.monotonic();
    for (const log of this.#logs) {
      if (isNews) log.requestObservation();
      await log.writeFailure(sink, tally, failure);
    }
  }

  /** Commits only after the ledger has the records, so that everything committed is durable. */
  async #commit(connection: HubConnection, batch: HubBatch, tally: PollTally): Promise<void> {
    try {
      await connection.commit(batch);
    } catch (error) {
      // Reading restarts at the last commit. Records that are already in the ledger are duplicates.
      const { message } = hubFailure(error);
      tally.addProblem(`could not commit what was read of the event hubs: ${message}`);
      await this.close();
    }
  }
}

type HubPoll = {
  readonly connection: HubConnection;
  readonly sink: CollectionSink;
  readonly tally: PollTally;
};

function hubShortfallOf(elsewhere: number, { isFull }: HubBatch): HubShortfall | undefined {
  if (elsewhere > 0) {
    const because =
      `another reader of the consumer group has ${elsewhere} of its partitions: give this ` +
      'collector a group of its own';
    return { code: 'shared-group', because };
  }
  if (!isFull) return undefined;
  return { code: 'behind', because: 'there is more in the hub: it is read with the next poll' };
}
