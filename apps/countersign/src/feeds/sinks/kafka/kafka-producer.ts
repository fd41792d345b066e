import type { LookupFunction } from 'node:net';
import { checkServerIdentity } from 'node:tls';
import type { Secret } from '@countersign/m365';
import type { Producer, ProducerOptions } from '@platformatic/kafka';
import { UnknownBroker } from './kafka-failure.ts';
import {
  ANSWER_TIMEOUT_MS,
  CLIENT_RETRIES,
  CLIENT_RETRIES_MIN,
  CLIENT_RETRY_DELAY_MS,
  CONNECT_TIMEOUT_MS,
} from './limits.ts';

export type KafkaLogin = {
  /** `$ConnectionString` for Event Hubs. */
  readonly user: string;
  readonly password: Secret;
};

export type KafkaAddress = {
  /** `host:port` of every broker. Brokers name each other; nothing is sent to others. */
  readonly brokers: readonly string[];
  /** `plain` is for brokers on this machine. */
  readonly transport:
    | { readonly kind: 'plain' }
    | {
        readonly kind: 'tls';
        readonly ca?: string | undefined;
        readonly certificate?: { readonly cert: string; readonly key: string } | undefined;
        /** Resolves a name and refuses addresses that the feed may not call. */
        readonly lookup?: LookupFunction | undefined;
      };
  /** SASL PLAIN (RFC 4616). Undefined: no login. */
  readonly login: KafkaLogin | undefined;
  readonly compression: 'none' | 'gzip' | 'zstd';
};

export type TextProducer = Producer<string, string, string, string>;

type Options = ProducerOptions<string, string, string, string>;

/**
 * An idempotent producer: acks=all, and the broker drops what the client repeats. Both hold for one
 * session only. The client then sends one request at a time for each broker, so order is kept.
 */
export async function openProducer(address: KafkaAddress): Promise<TextProducer> {
  // Loading it compiles schemas for half a second, so only users of Kafka pay for it.
  const kafka = await import('@platformatic/kafka');
  return new kafka.Producer(optionsOf(address, kafka));
}

function optionsOf(address: KafkaAddress, kafka: typeof import('@platformatic/kafka')): Options {
  const { brokers, transport, login, compression } = address;
  return {
    clientId: 'countersign',
    bootstrapBrokers: [...brokers],
    idempotent: true,
    autocreateTopics: false,
    compression,
    serializers: kafka.stringSerializers,
    // The partition that every Java client computes, so that keys of other producers agree.
    partitioner: (message, key) => kafka.compatibilityPartitioner(message as never, key),
    connectTimeout: CONNECT_TIMEOUT_MS,
    timeout: ANSWER_TIMEOUT_MS,
    retries: Math.max(CLIENT_RETRIES, CLIENT_RETRIES_MIN),
    retryDelay: CLIENT_RETRY_DELAY_MS,
    ...(transport.kind === 'tls' && { tls: tlsOf(transport, address) }),
    ...(login !== undefined && { sasl: saslOf(login, address) }),
  };
}

function tlsOf(
  { ca, certificate, lookup }: Extract<KafkaAddress['transport'], { kind: 'tls' }>,
  address: KafkaAddress,
): NonNullable<Options['tls']> {
  return {
    rejectUnauthorized: true,
    minVersion: 'TLSv1.2',
    ...(ca !== undefined && { ca }),
    ...certificate,
    ...(lookup !== undefined && { lookup }),
    checkServerIdentity: (host: string, peer: Parameters<typeof checkServerIdentity>[1]) =>
      refusalOf(host, address) ?? checkServerIdentity(host, peer),
  };
}

function saslOf(
  { user, password }: KafkaLogin,
  address: KafkaAddress,
): NonNullable<Options['sasl']> {
  return {
    mechanism: 'PLAIN',
    authenticate: (_mechanism, connection, authenticate, _username, _password, _token, done) => {
      const refusal = refusalOf(connection.host ?? '', address);
      if (refusal !== undefined) {
        // On a refusal, the callback gets no response.
        done(refusal, undefined as never);
        return;
      }
      authenticate(connection, Buffer.from(`\0${user}\0${password.reveal()}`), done);
    },
  };
}

/** Throws if the cluster names a broker that the configuration does not. */
export async function checkBrokers(producer: TextProducer, address: KafkaAddress): Promise<void> {
  const { brokers } = await producer.metadata({ topics: [] });
  for (const { host } of brokers.values()) {
    const refusal = refusalOf(host, address);
    if (refusal !== undefined) throw refusal;
  }
}

function refusalOf(host: string, { brokers }: KafkaAddress): UnknownBroker | undefined {
  const bare = (text: string): string => text.toLowerCase().replace(/^\[|\]$/g, '');
  const configured = brokers.map((broker) => bare(broker.slice(0, broker.lastIndexOf(':'))));
  if (configured.includes(bare(host))) return undefined;
  return new UnknownBroker(
    `refused to send: a broker leads to "${host.slice(0, 200)}", which the feed does not name; ` +
      'it was sent nothing; add it to "brokers" if it is genuine',
  );
}
