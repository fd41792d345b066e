import { createHash } from 'node:crypto';
import { Consumer, type Message, type MessagesStream } from '@platformatic/kafka';
import { assert, type Clock, messageOf, type TenantId } from '../../core/index.ts';
import type {
  CollectDesk,
  Collector,
  CollectSession,
  ContentFact,
  PollReport,
  WindowEnd,
} from '../collect.ts';
import type { Secret } from '../http/secret.ts';
import { throwIfAborted } from '../http/wait.ts';
import { PollTally } from '../poll-tally.ts';
import {
  RECONNECT_AFTER_MS,
  SAY_EVERY_MS,
  STREAM_BATCH_BYTES,
  STREAM_FETCH_BYTES,
  STREAM_IDLE_MS,
  STREAM_POLL_EVERY_MS,
} from './limits.ts';

export type EventHubsOptions = {
  /** `host:port`; Event Hubs listens on 9093. */
  readonly brokers: readonly string[];
  /** Which hub has which category, as `insights-logs-signinlogs` has `SignInLogs`. */
  readonly hubs: readonly { readonly topic: string; readonly category: string }[];
  readonly consumerGroup: string;
  /** The namespace's connection string with the right to listen. Undefined: no authentication. */
  readonly connectionString: Secret | undefined;
  /** `tls`: as Event Hubs wants it, with the authorities of the machine or those of `ca`. */
  readonly transport: 'tls' | 'plain';
  readonly ca?: string | undefined;
  readonly tenant: TenantId;
  readonly clock: Clock;
  readonly everyMs?: number | undefined;
};

type Hub = { readonly topic: string; readonly category: string };
type Stream = MessagesStream<Buffer, Buffer, Buffer, Buffer>;
type HubMessage = Message<Buffer, Buffer, Buffer, Buffer>;

/** One connection to the hubs: it is thrown away whole when anything goes wrong with it. */
type Connection = {
  readonly consumer: Consumer<Buffer, Buffer, Buffer, Buffer>;
  readonly stream: Stream;
  readonly messages: AsyncIterator<HubMessage>;
  /** Asked for and not there yet: it belongs to the next batch. */
  pending: Promise<IteratorResult<HubMessage>> | undefined;
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
  #connection: Connection | undefined;
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
    let batch: Batch;
    try {
      this.#connection ??= await this.#connect();
      batch = await this.#take(this.#connection);
    } catch (error) {
      await this.#disconnect();
      if (this.#failedMs === undefined) this.#saidMs.clear();
      this.#failedMs = nowMs;
      const because = `could not read the event hubs: ${messageOf(error)}`;
      for (const hub of this.#options.hubs) {
        await this.#conclude(hub, undefined, { desk, tally, failure: because, isBehind: false });
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
    await this.#disconnect();
  }

  async #connect(): Promise<Connection> {
    const { brokers, consumerGroup, connectionString, transport, ca, hubs } = this.#options;
    const sasl = connectionString && {
      mechanism: 'PLAIN' as const,
      username: '$ConnectionString',
      password: connectionString.reveal(),
    };
    const consumer = new Consumer<Buffer, Buffer, Buffer, Buffer>({
      clientId: 'countersign',
      groupId: consumerGroup,
      bootstrapBrokers: [...brokers],
      autocommit: false,
      maxBytes: STREAM_FETCH_BYTES,
      ...(transport === 'tls' && { tls: ca === undefined ? {} : { ca } }),
      ...(sasl && { sasl }),
    });
    const topics = hubs.map(({ topic }) => topic);
    try {
      const stream = await consumer.consume({
        topics,
        mode: 'committed',
        fallbackMode: 'earliest',
      });
      this.#next.clear();
      return { consumer, stream, messages: stream[Symbol.asyncIterator](), pending: undefined };
    } catch (error) {
      await consumer.close(true).catch(() => {});
      throw error;
    }
  }

  async #disconnect(): Promise<void> {
    const connection = this.#connection;
    this.#connection = undefined;
    // A connection that failed may fail to close as well; nothing of it is used again.
    connection?.pending?.catch(() => {});
    await connection?.stream.close().catch(() => {});
    await connection?.consumer.close(true).catch(() => {});
  }

  /** What is there now, up to the size of a batch. */
  async #take(connection: Connection): Promise<Batch> {
    const messages = new Map<string, HubMessage[]>();
    let bytes = 0;
    while (bytes < STREAM_BATCH_BYTES) {
      connection.pending ??= connection.messages.next();
      const next = await orIdle(connection.pending, STREAM_IDLE_MS);
      if (next === undefined) return { messages, isFull: false };
      connection.pending = undefined;
      if (next.done === true) throw new Error('the stream ended by itself');
      const { topic, value } = next.value;
      const known = messages.get(topic);
      if (known === undefined) messages.set(topic, [next.value]);
      else known.push(next.value);
      bytes += value?.length ?? 0;
    }
    return { messages, isFull: true };
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
    const source = `azure-monitor/${hub.category}`;
    const nowMs = clock.now();
    const lastMs = desk.settled(source, tenant, null).at(-1)?.to ?? nowMs - 1;
    const session = desk.begin({
      collector: 'azure-monitor',
      source,
      tenant,
      workload: null,
      subject: null,
      interval: { from: Math.min(lastMs, nowMs - 1), to: nowMs },
      axis: 'availability',
      family: 'azure-monitor',
    });
    const end =
      messages === undefined
        ? noneOf(poll.failure ?? '')
        : await this.#handIn(messages, session, poll.isBehind);
    tally.window(await session.end(end), end, source);
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
  async #commit({ messages }: Batch, tally: PollTally): Promise<void> {
    const last = new Map<string, HubMessage>();
    for (const message of [...messages.values()].flat()) {
      last.set(`${message.topic}/${message.partition}`, message);
    }
    if (last.size === 0) return;
    const connection = this.#connection;
    assert(connection !== undefined, 'what was read came over a connection');
    const offsets = [...last.values()].map(({ topic, partition, offset, leaderEpoch }) => {
      return { topic, partition, offset: offset + 1n, leaderEpoch };
    });
    try {
      await connection.consumer.commit({ offsets });
    } catch (error) {
      // Read again from the last commit: what is in the ledger is a duplicate then.
      tally.problem(`could not commit offsets to the event hubs: ${messageOf(error)}`);
      await this.#disconnect();
    }
  }
}

type Batch = {
  readonly messages: ReadonlyMap<string, readonly HubMessage[]>;
  /** There may be more at once. */
  readonly isFull: boolean;
};

type HubPoll = {
  readonly desk: CollectDesk;
  readonly tally: PollTally;
  readonly failure: string | undefined;
  readonly isBehind: boolean;
};

function noneOf(because: string): WindowEnd {
  const code = 'UNREACHABLE';
  return { outcome: 'failed', listed: 0, fetched: 0, code, because, contents: [] };
}

async function orIdle<T>(work: Promise<T>, ms: number): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const idle = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), ms);
  });
  try {
    return await Promise.race([work, idle]);
  } finally {
    clearTimeout(timer);
  }
}
