import { createHash } from 'node:crypto';
import type { Clock, TenantId } from '../../core/index.ts';
import type {
  CollectDesk,
  Collector,
  CollectSession,
  ContentFact,
  PollReport,
  WindowEnd,
} from '../collect.ts';
import type { HttpError } from '../http/errors.ts';
import { throwIfAborted } from '../http/wait.ts';
import { nothing, PollTally } from '../poll-tally.ts';
import {
  type HubAddress,
  type HubBatch,
  HubConnection,
  type HubMessage,
} from './hub-connection.ts';
import { hubFailure } from './hub-failure.ts';
import { RECONNECT_AFTER_MS, SAY_EVERY_MS, STREAM_POLL_EVERY_MS } from './limits.ts';

/** Which hub has which categories, as `insights-logs-signinlogs` has `SignInLogs`. */
type Hub = { readonly topic: string; readonly categories: readonly string[] };

export type EventHubsOptions = Omit<HubAddress, 'topics'> & {
  readonly hubs: readonly Hub[];
  readonly tenant: TenantId;
  readonly clock: Clock;
  readonly everyMs?: number | undefined;
};

/**
 * Collects the diagnostic export out of Event Hubs, over the Kafka protocol. The group's offsets
 * are committed when the ledger has the records: a crash in between brings them again, and they
 * are duplicates then.
 */
export class EventHubsCollector implements Collector {
  readonly name: string;
  readonly everyMs: number;
  readonly #options: EventHubsOptions;
  #connection: HubConnection | undefined;
  /** By topic and partition, the offset that comes next. */
  readonly #next = new Map<string, bigint>();
  /** When each hub was last told of in the ledger, and whether the last look failed. */
  readonly #saidMs = new Map<string, number>();
  #failedMs: number | undefined;

  constructor(options: EventHubsOptions) {
    this.#options = options;
    this.name = `event hubs ${options.tenant}`;
    this.everyMs = options.everyMs ?? STREAM_POLL_EVERY_MS;
  }

  async poll(desk: CollectDesk, signal?: AbortSignal): Promise<PollReport> {
    const tally = new PollTally();
    throwIfAborted(signal);
    const nowMs = this.#options.clock.monotonic();
    if (this.#failedMs !== undefined && nowMs - this.#failedMs < RECONNECT_AFTER_MS) {
      return tally.report();
    }
    let batch: HubBatch;
    try {
      this.#connection ??= await this.#connect();
      batch = await this.#connection.take();
    } catch (error) {
      await this.close();
      // A failure that goes on is told of like silence: once a minute.
      if (this.#failedMs === undefined) this.#saidMs.clear();
      this.#failedMs = nowMs;
      const failure = hubFailure(error);
      for (const hub of this.#options.hubs) {
        await this.#conclude(hub, undefined, { desk, tally, failure, isBehind: false });
      }
      return tally.report();
    }
    this.#failedMs = undefined;
    tally.hasMore = batch.isFull;
    for (const hub of this.#options.hubs) {
      const messages = batch.messages.get(hub.topic) ?? [];
      const poll = { desk, tally, failure: undefined, isBehind: batch.isFull };
      await this.#conclude(hub, messages, poll);
    }
    await this.#commit(batch, tally);
    return tally.report();
  }

  /** Leaves the group, so that another process may go on at once. */
  async close(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    await connection?.close();
  }

  async #connect(): Promise<HubConnection> {
    const { hubs, ...address } = this.#options;
    this.#next.clear();
    return HubConnection.open({ ...address, topics: hubs.map(({ topic }) => topic) });
  }

  /** Hands in what came of one hub; `messages` is undefined when it could not be read. */
  async #conclude(
    hub: Hub,
    messages: readonly HubMessage[] | undefined,
    poll: HubPoll,
  ): Promise<void> {
    const { clock, tenant } = this.#options;
    const { desk, tally } = poll;
    const saidMs = this.#saidMs.get(hub.topic);
    const isDue = saidMs === undefined || clock.monotonic() - saidMs >= SAY_EVERY_MS;
    // A silent hub is told of once a minute, not twice a second.
    if ((messages === undefined || messages.length === 0) && !isDue) return;
    this.#saidMs.set(hub.topic, clock.monotonic());
    const [source = '', ...alsoSources] = hub.categories.map((each) => `azure-monitor/${each}`);
    const nowMs = clock.now();
    const lastMs = desk.settled(source, tenant, null).at(-1)?.to ?? nowMs - 1;
    const session = desk.begin({
      collector: 'azure-monitor',
      source,
      alsoSources,
      tenant,
      workload: null,
      subject: null,
      interval: { from: Math.min(lastMs, nowMs - 1), to: nowMs },
      axis: 'availability',
      family: 'azure-monitor',
    });
    const end =
      messages === undefined
        ? nothing('failed', poll.failure?.code ?? 'UNREACHABLE', poll.failure?.message ?? '')
        : await this.#handIn(messages, session, poll.isBehind);
    tally.window(await session.end(end), end, `event hub ${hub.topic}`);
  }

  async #handIn(
    messages: readonly HubMessage[],
    session: CollectSession,
    isBehind: boolean,
  ): Promise<WindowEnd> {
    const contents: ContentFact[] = [];
    let missing = 0n;
    for (const message of messages) {
      const { topic, partition, offset, timestamp, value } = message;
      const key = `${topic}/${partition}`;
      const expected = this.#next.get(key) ?? offset;
      if (offset > expected) missing += offset - expected;
      this.#next.set(key, offset + 1n);
      const bytes = value ?? Buffer.alloc(0);
      const id = `${key}/${offset}`;
      const createdMs = Number(timestamp);
      if (bytes.length === 0) {
        session.park(id, 'a message without a body', null);
        continue;
      }
      const { items } = await session.add({ name: id, bytes, availableMs: createdMs });
      const sha256 = createHash('sha256').update(bytes).digest('hex');
      contents.push({ id, createdMs, sha256, count: items, bytes: bytes.length, state: 'read' });
    }
    const counts = {
      listed: messages.length + Number(missing),
      fetched: messages.length,
      contents,
    };
    if (missing > 0n) {
      const because = `${missing} messages expired in the hub before they were read`;
      return { outcome: 'partial', code: 'gone', because, ...counts };
    }
    if (isBehind) {
      const because = 'there is more in the hub: it is read with the next poll';
      return { outcome: 'partial', code: 'behind', because, ...counts };
    }
    return { outcome: 'complete', code: null, because: null, ...counts };
  }

  /** Behind the ledger, and never before it: `#conclude` has made everything durable. */
  async #commit(batch: HubBatch, tally: PollTally): Promise<void> {
    try {
      await this.#connection?.commit(batch);
    } catch (error) {
      // Read again from the last commit: what is in the ledger is a duplicate then.
      tally.problem(
        `could not commit what was read of the event hubs: ${hubFailure(error).message}`,
      );
      await this.close();
    }
  }
}

type HubPoll = {
  readonly desk: CollectDesk;
  readonly tally: PollTally;
  readonly failure: HttpError | undefined;
  readonly isBehind: boolean;
};
