import { checkServerIdentity } from 'node:tls';
import type { Consumer, ConsumerOptions, Message, MessagesStream } from '@platformatic/kafka';
import type { Secret } from '../../auth/secret.ts';
import { HttpError } from '../../http/errors.ts';
import { HUB_NOT_FOUND, isUnknownTopic } from './hub-failure.ts';
import {
  STREAM_ASK_TIMEOUT_MS,
  STREAM_BATCH_BYTES,
  STREAM_FETCH_BYTES,
  STREAM_IDLE_MS,
  STREAM_REBALANCE_MS,
  STREAM_RETRIES,
  STREAM_SESSION_MS,
} from './limits.ts';

export type HubAddress = {
  /** `host:port`; Event Hubs listens on 9093. */
  readonly brokers: readonly string[];
  readonly topics: readonly string[];
  readonly consumerGroup: string;
  /** The namespace's connection string with the Listen right. Undefined: no authentication. */
  readonly connectionString: Secret | undefined;
  /** `tls`: as Event Hubs requires, with the machine's authorities or those of `ca`. */
  readonly transport: 'tls' | 'plain';
  readonly ca?: string | undefined;
};

export type HubMessage = Message<Buffer, Buffer, Buffer, Buffer>;

export type HubBatch = {
  /** By topic, in partition order. */
  readonly messages: ReadonlyMap<string, readonly HubMessage[]>;
  /** More messages may be available at once. */
  readonly isFull: boolean;
};

type Reader = Consumer<Buffer, Buffer, Buffer, Buffer>;

/** The read position: the last commit, and the range that is still available. */
type Status = { readonly committed: bigint | undefined; readonly earliest: bigint | undefined };

/**
 * One connection to the hubs, over the Kafka protocol. After any error, the whole connection is
 * discarded. Brokers name each other, so the secret is sent only to configured hosts.
 */
export class HubConnection {
  /** Hubs that do not exist. */
  readonly missing: ReadonlySet<string>;
  /** By topic, messages that had expired unread when the connection was opened. */
  readonly expired: ReadonlyMap<string, bigint>;
  readonly #consumer: Reader;
  readonly #partitions: ReadonlyMap<string, number>;
  readonly #messages: AsyncIterator<HubMessage>;
  readonly #stream: MessagesStream<Buffer, Buffer, Buffer, Buffer>;
  /** By topic and partition, the next offset. */
  readonly #next = new Map<string, bigint>();
  /** Requested and not received yet: it belongs to the next batch. */
  #pending: Promise<IteratorResult<HubMessage>> | undefined;

  /** Rejects with the protocol client's error: see `hubFailure`. */
  static async open(address: HubAddress): Promise<HubConnection> {
    // Loading it compiles schemas for half a second, so only users of hubs pay for it.
    const kafka = await import('@platformatic/kafka');
    const consumer: Reader = new kafka.Consumer(optionsOf(address));
    try {
      const partitions = new Map<string, number>();
      for (const topic of address.topics) {
        const count = await partitionsOf(consumer, topic, address);
        if (count !== undefined) partitions.set(topic, count);
      }
      const topics = [...partitions.keys()];
      if (topics.length === 0) throw nothingThere(address);
      const mode = { mode: 'committed', fallbackMode: 'earliest' } as const;
      const stream = await consumer.consume({ topics, ...mode });
      const { EARLIEST } = kafka.ListOffsetTimestamps;
      const status = await statusOf(consumer, partitions, EARLIEST);
      return new HubConnection({ address, consumer, stream, partitions, statuses: status });
    } catch (error) {
      await consumer.close(true).catch(() => {});
      throw error;
    }
  }

  private constructor(parts: {
    readonly address: HubAddress;
    readonly consumer: Reader;
    readonly stream: MessagesStream<Buffer, Buffer, Buffer, Buffer>;
    readonly partitions: ReadonlyMap<string, number>;
    readonly statuses: ReadonlyMap<string, readonly Status[]>;
  }) {
    const { address, consumer, stream, partitions, statuses } = parts;
    this.#consumer = consumer;
    this.#stream = stream;
    this.#partitions = partitions;
    this.#messages = stream[Symbol.asyncIterator]();
    this.missing = new Set(address.topics.filter((topic) => !partitions.has(topic)));
    const expired = new Map<string, bigint>();
    for (const [topic, each] of statuses) {
      for (const [partition, { committed, earliest }] of each.entries()) {
        if (committed === undefined) continue;
        const from = earliest !== undefined && earliest > committed ? earliest : committed;
        this.#next.set(`${topic}/${partition}`, from);
        if (from > committed) expired.set(topic, (expired.get(topic) ?? 0n) + from - committed);
      }
    }
    this.expired = expired;
  }

  /** Partitions of a hub that another member of our group reads. */
  elsewhere(topic: string): number {
    const mine = this.#consumer.assignments?.find((each) => each.topic === topic);
    return (this.#partitions.get(topic) ?? 0) - (mine?.partitions.length ?? 0);
  }

  /** The number of messages that expired between the previous one of its partition and this one. */
  skippedBefore({ topic, partition, offset }: HubMessage): bigint {
    const key = `${topic}/${partition}`;
    const expected = this.#next.get(key) ?? offset;
    this.#next.set(key, offset + 1n);
    return offset > expected ? offset - expected : 0n;
  }

  /** Returns the messages that are available now, up to the size of a batch. */
  async take(): Promise<HubBatch> {
    const messages = new Map<string, HubMessage[]>();
    let bytes = 0;
    while (bytes < STREAM_BATCH_BYTES) {
      this.#pending ??= this.#messages.next();
      const next = await orIdle(this.#pending, STREAM_IDLE_MS);
      if (next === undefined) return { messages, isFull: false };
      this.#pending = undefined;
      if (next.done === true) throw new Error('the stream ended by itself');
      const { topic, value } = next.value;
      const known = messages.get(topic);
      if (known === undefined) messages.set(topic, [next.value]);
      else known.push(next.value);
      bytes += value?.length ?? 0;
    }
    return { messages, isFull: true };
  }

  /** Commits the batch, so that it is not delivered again. */
  async commit({ messages }: HubBatch): Promise<void> {
    const last = new Map<string, HubMessage>();
    for (const message of [...messages.values()].flat()) {
      last.set(`${message.topic}/${message.partition}`, message);
    }
    if (last.size === 0) return;
    const offsets = [...last.values()].map(({ topic, partition, offset, leaderEpoch }) => {
      return { topic, partition, offset: offset + 1n, leaderEpoch };
    });
    await this.#consumer.commit({ offsets });
  }

  /** Leaves the group, so that another process can continue at once. Never rejects. */
  async close(): Promise<void> {
    // A connection that failed may also fail to close. It is not used again.
    this.#pending?.catch(() => {});
    await this.#stream.close().catch(() => {});
    await this.#consumer.close(true).catch(() => {});
  }
}

function optionsOf(address: HubAddress): ConsumerOptions<Buffer, Buffer, Buffer, Buffer> {
  const { brokers, consumerGroup, connectionString, transport, ca } = address;
  return {
    clientId: 'countersign',
    groupId: consumerGroup,
    bootstrapBrokers: [...brokers],
    autocommit: false,
    maxBytes: STREAM_FETCH_BYTES,
    connectTimeout: STREAM_ASK_TIMEOUT_MS,
    timeout: STREAM_ASK_TIMEOUT_MS,
    retries: STREAM_RETRIES,
    sessionTimeout: STREAM_SESSION_MS,
    rebalanceTimeout: STREAM_REBALANCE_MS,
    ...(transport === 'tls' && {
      tls: {
        rejectUnauthorized: true,
        ...(ca !== undefined && { ca }),
        checkServerIdentity: (
          host: string,
          certificate: Parameters<typeof checkServerIdentity>[1],
        ) => refusalOf(host, address) ?? checkServerIdentity(host, certificate),
      },
    }),
    ...(connectionString !== undefined && { sasl: saslOf(connectionString, address) }),
  };
}

/** SASL PLAIN (RFC 4616) as Event Hubs accepts it; sent only to configured hosts. */
function saslOf(
  connectionString: Secret,
  address: HubAddress,
): NonNullable<ConsumerOptions<Buffer, Buffer, Buffer, Buffer>['sasl']> {
  return {
    mechanism: 'PLAIN',
    authenticate: (_mechanism, connection, authenticate, _username, _password, _token, done) => {
      const refusal = refusalOf(connection.host ?? '', address);
      if (refusal !== undefined) {
        // On a refusal, the callback gets no response.
        done(refusal, undefined as never);
        return;
      }
      const message = `\0$ConnectionString\0${connectionString.reveal()}`;
      authenticate(connection, Buffer.from(message), done);
    },
  };
}

/** Returns undefined if the hub does not exist. */
async function partitionsOf(
  consumer: Reader,
  topic: string,
  address: HubAddress,
): Promise<number | undefined> {
  try {
    const { brokers, topics } = await consumer.metadata({ topics: [topic], forceUpdate: true });
    for (const { host } of brokers.values()) {
      const refusal = refusalOf(host, address);
      if (refusal !== undefined) throw refusal;
    }
    return topics.get(topic)?.partitionsCount;
  } catch (error) {
    if (isUnknownTopic(error)) return undefined;
    throw error;
  }
}

async function statusOf(
  consumer: Reader,
  partitions: ReadonlyMap<string, number>,
  timestamp: bigint,
): Promise<ReadonlyMap<string, readonly Status[]>> {
  const asked = [...partitions].map(([topic, count]) => {
    return { topic, partitions: Array.from({ length: count }, (_, at) => at) };
  });
  const committed = await consumer.listCommittedOffsets({ topics: asked });
  const topics = [...partitions.keys()];
  const earliest = await consumer.listOffsets({ topics, timestamp });
  return new Map(
    asked.map(({ topic, partitions: each }) => [
      topic,
      each.map((at) => ({
        committed: known(committed.get(topic)?.[at]),
        earliest: known(earliest.get(topic)?.[at]),
      })),
    ]),
  );
}

/** -1 means none. */
function known(offset: bigint | undefined): bigint | undefined {
  return offset !== undefined && offset >= 0n ? offset : undefined;
}

function nothingThere({ topics }: HubAddress): HttpError {
  const message = `the namespace has no event hub ${topics.join(', ')}: check the names`;
  return new HttpError('REFUSED', message, { data: { service: HUB_NOT_FOUND } });
}

function refusalOf(host: string, { brokers }: HubAddress): HttpError | undefined {
  const bare = (text: string): string => text.toLowerCase().replace(/^\[|\]$/g, '');
  const configured = brokers.map((broker) => bare(broker.slice(0, broker.lastIndexOf(':'))));
  if (configured.includes(bare(host))) return undefined;
  return new HttpError(
    'HOST_NOT_CONFIGURED',
    `refused to call: a broker leads to "${host.slice(0, 200)}", which is not configured; it was ` +
      'sent nothing; name the broker in the configuration if it is genuine',
  );
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
