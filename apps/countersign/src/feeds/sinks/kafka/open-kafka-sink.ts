import { Secret } from '@countersign/m365';
import type { KafkaFeedConfig } from '../../../config/feeds/kafka.ts';
import { type Sink, SinkError } from '../../delivery/sink.ts';
import type { SinkEnvironment } from '../sink-environment.ts';
import type { KafkaAddress, KafkaLogin } from './kafka-producer.ts';
import { KafkaSink } from './kafka-sink.ts';

/** The user name that Event Hubs expects with a connection string. */
const EVENT_HUBS_USER = '$ConnectionString';

/** @throws SinkError MISCONFIGURED */
export function openKafkaSink(config: KafkaFeedConfig, environment: SinkEnvironment): Sink {
  const { brokers, topics, compression } = config;
  const transport = transportOf(config, environment);
  const login = loginOf(config, environment);
  return new KafkaSink({ address: { brokers, transport, login, compression }, topics });
}

function transportOf(
  config: KafkaFeedConfig,
  { egressTo, readTls }: SinkEnvironment,
): KafkaAddress['transport'] {
  const hosts = config.brokers.map((broker) =>
    broker.slice(0, broker.lastIndexOf(':')).replace(/^\[|\]$/g, ''),
  );
  const egress = egressTo(hosts);
  for (const host of hosts) egress.check(host);
  // The client takes no lookup without TLS. The configuration allows that for this machine only.
  if (config.transport === 'plain') return { kind: 'plain' };
  const { ca, cert, key } = readTls(config);
  if (cert === undefined || key === undefined) return { kind: 'tls', ca, lookup: egress.lookup };
  return { kind: 'tls', ca, certificate: { cert, key }, lookup: egress.lookup };
}

function loginOf(
  { login, connectionString }: KafkaFeedConfig,
  { readSecret }: SinkEnvironment,
): KafkaLogin | undefined {
  if (login !== undefined) {
    return { user: login.user, password: new Secret(readSecret(login.password)) };
  }
  if (connectionString === undefined) return undefined;
  const text = readSecret(connectionString).trim();
  if (/^Endpoint=sb:\/\/.+;SharedAccessKey/i.test(text)) {
    return { user: EVENT_HUBS_USER, password: new Secret(text) };
  }
  const message = 'the connection string is not that of an Event Hubs namespace: copy it again';
  throw new SinkError('MISCONFIGURED', message);
}
