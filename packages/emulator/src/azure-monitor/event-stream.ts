import { Producer, stringSerializers } from '@platformatic/kafka';
import type { Feed, VirtualClock } from '../core/feed-record.ts';
import type { FeedStore } from '../feeds/feed-store.ts';
import { CATEGORIES, containerOf, feedOf } from './categories.ts';

/** Event Hubs accepts messages of 1 MiB in the standard tier. The export stays well below. */
const MESSAGE_BYTES_MAX: number = 256 * 1024;
/** Messages per request to the broker, whose limit is on their total size. */
const MESSAGES_PER_SEND = 20;

export type StreamOptions = {
  readonly store: FeedStore;
  readonly clock: VirtualClock;
  readonly tenantIds: readonly string[];
  /** `host:port` of a Kafka broker in place of Event Hubs. */
  readonly brokers: readonly string[];
  /** The namespace's connection string. Without it, no authentication. */
  readonly connectionString?: string;
  /** PEM of the authority that signed the broker's certificate. Without it, plain TCP. */
  readonly ca?: string;
  /** Records available before this virtual time are not sent. */
  readonly fromMs: number;
};

type Place = { readonly tenantId: string; readonly category: string; readonly feed: Feed };
type Message = { readonly topic: string; readonly key: string; readonly value: string };

/** Interval in virtual time at which the export checks for new records. */
const PERIOD_MS = 10_000;

/**
 * The diagnostic export to Event Hubs: messages `{"records":[…]}` to each category's hub over the
 * Kafka protocol. A failed send is repeated, so records may repeat but are never lost.
 */
export class EventStream {
  readonly #options: StreamOptions;
  readonly #places: readonly Place[];
  readonly #producer: Producer<string, string, string, string>;
  #sentMs: number;

  constructor(options: StreamOptions) {
    const { tenantIds, brokers, connectionString, ca, fromMs } = options;
    this.#options = options;
    this.#sentMs = fromMs;
    this.#places = tenantIds.flatMap((tenantId) =>
      CATEGORIES.map((category) => ({ tenantId, category, feed: feedOf(category) })),
    );
    this.#producer = new Producer({
      clientId: 'azure-monitor',
      bootstrapBrokers: [...brokers],
      serializers: stringSerializers,
      autocreateTopics: true,
      ...(ca !== undefined && { tls: { ca } }),
      // Event Hubs takes the connection string as the password of this fixed user.
      ...(connectionString !== undefined && {
        sasl: { mechanism: 'PLAIN', username: '$ConnectionString', password: connectionString },
      }),
    });
  }

  /** Sends all available records. Returns their number. */
  async pump(): Promise<number> {
    const nowMs = this.#options.clock.now();
    let count = 0;
    let batch: Message[] = [];
    for (const { message, records } of this.#messages(nowMs)) {
      count += records;
      batch.push(message);
      if (batch.length < MESSAGES_PER_SEND) continue;
      await this.#producer.send({ messages: batch });
      batch = [];
    }
    if (batch.length > 0) await this.#producer.send({ messages: batch });
    this.#sentMs = nowMs + 1;
    return count;
  }

  /** Sends until the signal aborts. Reports each failed send, which is repeated, to `onFailure`. */
  async run(signal: AbortSignal, onFailure: (error: unknown) => void): Promise<void> {
    const { clock } = this.#options;
    while (!signal.aborted) {
      await this.pump().catch(onFailure);
      await clock.until(clock.now() + PERIOD_MS, signal).catch(() => undefined);
    }
  }

  async stop(): Promise<void> {
    await this.#producer.close();
  }

  *#messages(nowMs: number): Generator<{ message: Message; records: number }> {
    for (const { tenantId, category, feed } of this.#places) {
      const topic = containerOf(category);
      let bodies: string[] = [];
      let bytes = 0;
      const message = (): { message: Message; records: number } => ({
        message: { topic, key: tenantId, value: `{"records":[${bodies.join(',')}]}` },
        records: bodies.length,
      });
      const { store } = this.#options;
      for (const { json } of store.listed(feed, tenantId, this.#sentMs, nowMs + 1)) {
        if (bytes + json.length > MESSAGE_BYTES_MAX && bodies.length > 0) {
          yield message();
          bodies = [];
          bytes = 0;
        }
        bodies.push(json);
        bytes += json.length + 1;
      }
      if (bodies.length > 0) yield message();
    }
  }
}
