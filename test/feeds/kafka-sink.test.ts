import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import { createServer } from 'node:tls';
import { Secret } from '@countersign/m365';
import { Admin, Consumer, stringDeserializers } from '@platformatic/kafka';
import { type Delivery, SinkError } from '../../apps/countersign/src/feeds/delivery/sink.ts';
import type { KafkaAddress } from '../../apps/countersign/src/feeds/sinks/kafka/kafka-producer.ts';
import { KafkaSink } from '../../apps/countersign/src/feeds/sinks/kafka/kafka-sink.ts';
import { IS_LONG } from '../../tools/property.ts';
import { certificateFor } from '../../tools/testing/certificate.ts';
import { type KafkaBroker, kafkaJars, startKafka } from '../support/collection/kafka-broker.ts';
import { eventDeliveries, eventDelivery, ORIGIN, TENANT } from '../support/feeds/deliveries.ts';

const jars = IS_LONG ? kafkaJars() : undefined;
const reason = IS_LONG
  ? 'no Kafka broker here: run node tools/fetch-kafka.ts'
  : 'starts a Kafka broker: belongs to test:long';
const options = jars === undefined ? { skip: reason } : {};
const NEVER = new AbortController().signal;
const BROKER_MESSAGE_BYTES = 1_048_588;

let broker: KafkaBroker | undefined;

before(async () => {
  if (jars !== undefined) broker = await startKafka(jars);
});

after(() => broker?.stop());

test(
  'a real broker has each record once, in order by principal, with its ids',
  options,
  async () => {
    await using sink = await sinkFor('ordered');
    const records = eventDeliveries(100, 5000);
    const result = await sink.send(records, NEVER);
    assert.deepEqual(result, { refused: [] });
    const messages = await consumed('ordered.events', 5000);
    const indices = messages.map(({ headers }) => Number(headers['cs-index']));
    assert.deepEqual(
      indices.toSorted((a, b) => a - b),
      records.map(({ index }) => index),
    );
    const byKey = Map.groupBy(messages, ({ key }) => key);
    assert.equal(byKey.size, 50);
    for (const [key, own] of byKey) {
      assert.equal(new Set(own.map(({ partition }) => partition)).size, 1);
      const order = own.map(({ headers }) => Number(headers['cs-index']));
      assert.deepEqual(
        order,
        order.toSorted((a, b) => a - b),
        `the order of ${key}`,
      );
    }
    const [first] = messages.filter(({ headers }) => headers['cs-index'] === '100');
    assert.equal(first?.key, `${TENANT}|user-0`);
    assert.deepEqual(JSON.parse(first?.value ?? ''), (records[0] as { body: object }).body);
    assert.deepEqual(first?.headers, {
      'cs-id': `${ORIGIN}#100`,
      'cs-index': '100',
      'content-type': 'application/json',
      ce_specversion: '1.0',
      ce_id: '100',
      ce_source: `//${ORIGIN}`,
      ce_type: 'app.countersign.event.created.v1',
      ce_time: (records[0] as { at: string }).at,
      ce_subject: `tenant/${TENANT}`,
    });
  },
);

test('only the record that the broker finds too large is refused', options, async () => {
  // The sink would accept frames of 3 MB, so that the broker is the one to refuse.
  await using sink = await sinkFor('poison', { frameBytesMax: 3_000_000 });
  const large = eventDelivery(7, { body: { message: 'x'.repeat(BROKER_MESSAGE_BYTES) } });
  const records = [...eventDeliveries(0, 7), large, ...eventDeliveries(8, 20)];
  const { refused } = await sink.send(records, NEVER);
  assert.deepEqual(refused, [{ index: 7, because: 'the broker answered MESSAGE_TOO_LARGE' }]);
  const messages = await consumed('poison.events', 27);
  const indices = new Set(messages.map(({ headers }) => Number(headers['cs-index'])));
  assert.deepEqual(
    [...indices].sort((a, b) => a - b),
    records.map(({ index }) => index).filter((index) => index !== 7),
  );
});

test('a record larger than a frame is refused without asking the broker', options, async () => {
  await using sink = await sinkFor('large');
  const large = eventDelivery(1, { body: { message: 'x'.repeat(900_000) } });
  const { refused } = await sink.send([eventDelivery(0), large, eventDelivery(2)], NEVER);
  assert.deepEqual(
    refused.map(({ index }) => index),
    [1],
  );
  assert.match(refused[0]?.because ?? '', /^it has 9\d{5} bytes, and a frame may have 900000$/);
  assert.equal((await consumed('large.events', 2)).length, 2);
});

test(
  'an erasure goes to every topic, an erased record to the topic of its kind',
  options,
  async () => {
    await using sink = await sinkFor('erasing');
    const at = '2026-03-02T09:00:00Z';
    const erasure: Delivery = {
      ...{ index: 1, kind: 'erasure', id: `${ORIGIN}#1`, at, seen: at, tenant: TENANT },
      body: { entries: [0] },
    };
    const erased: Delivery = { index: 2, kind: 'erased', id: `${ORIGIN}#2`, of: 'finding' };
    await sink.send([erasure, erased], NEVER);
    for (const topic of ['events', 'decisions', 'entries']) {
      const [only] = await consumed(`erasing.${topic}`, 1);
      assert.equal(only?.headers['cs-id'], `${ORIGIN}#1`);
    }
    const findings = await consumed('erasing.findings', 2);
    assert.deepEqual(
      findings.map(({ headers }) => headers['ce_type'] ?? '').toSorted((a, b) => (a < b ? -1 : 1)),
      ['app.countersign.entry.erased.v1', 'app.countersign.erasure.created.v1'],
    );
  },
);

test('a broker that dies is unavailable; afterwards everything arrives', options, async () => {
  assert.ok(jars);
  const own = await startKafka(jars);
  await createTopics(own, 'dies');
  await using sink = sinkAt(own, 'dies');
  await sink.send(eventDeliveries(0, 500), NEVER);
  await own.kill();
  await assert.rejects(sink.send(eventDeliveries(500, 500), NEVER), isError('UNAVAILABLE'));
  await own.restart();
  await sink.send(eventDeliveries(500, 500), NEVER);
  const messages = await consumed('dies.events', 1000, own);
  assert.equal(new Set(messages.map(({ headers }) => headers['cs-id'])).size, 1000);
  await own.stop();
});

test('a missing topic, a wrong login and a strange broker are misconfigured', options, async () => {
  assert.ok(broker);
  await using missing = sinkAt(broker, 'missing');
  await assert.rejects(missing.send(eventDeliveries(0, 1), NEVER), (error: unknown) => {
    assert.ok(error instanceof SinkError);
    assert.equal(error.code, 'MISCONFIGURED');
    assert.match(error.message, /create it, or correct "topics"$/);
    return true;
  });
  const secret = 'Endpoint=sb://northmoor.example/;wrong';
  await using refused = sinkAt(broker, 'ordered', {
    login: { user: '$ConnectionString', password: new Secret(secret) },
  });
  await assert.rejects(refused.send(eventDeliveries(0, 1), NEVER), (error: unknown) => {
    assert.ok(isError('MISCONFIGURED')(error));
    assert.doesNotMatch(JSON.stringify(error) + String(error), /wrong|SharedAccess/);
    return true;
  });
  // The broker names itself 127.0.0.1, which is not the configured host.
  const brokers = [`localhost:${broker.address.split(':')[1]}`];
  await using strange = sinkAt(broker, 'ordered', { brokers });
  await assert.rejects(strange.send(eventDeliveries(0, 1), NEVER), (error: unknown) => {
    assert.ok(isError('MISCONFIGURED')(error));
    assert.match(String(error), /a broker leads to "127.0.0.1", which the feed does not name/);
    return true;
  });
});

test('sends nothing to a broker with an invalid certificate, or to none', async () => {
  const { key, cert } = certificateFor('kafka.example');
  const heard: Buffer[] = [];
  const server = createServer({ key, cert }, (socket) => {
    socket.on('data', (bytes) => heard.push(bytes)).on('error', () => undefined);
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const address: KafkaAddress = {
    brokers: [`127.0.0.1:${port}`],
    transport: { kind: 'tls', ca: cert },
    login: { user: 'u', password: new Secret('p') },
    compression: 'none',
  };
  await using sink = disposable(new KafkaSink({ address, topics: topicsOf('tls') }));
  await assert.rejects(sink.send(eventDeliveries(0, 1), NEVER), (error: unknown) => {
    assert.match(String(error), /the certificate of the broker is not valid/);
    return isError('UNAVAILABLE')(error);
  });
  assert.equal(heard.length, 0);
  await new Promise((resolve) => server.close(resolve));
  await assert.rejects(sink.send(eventDeliveries(0, 1), NEVER), isError('UNAVAILABLE'));
});

test('a feed that stops does not wait for a broker that never answers', async () => {
  const { createServer: plainServer } = await import('node:net');
  const server = plainServer((socket) => socket.on('error', () => undefined).resume());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const address: KafkaAddress = {
    brokers: [`127.0.0.1:${port}`],
    transport: { kind: 'plain' },
    login: undefined,
    compression: 'none',
  };
  const sink = new KafkaSink({ address, topics: topicsOf('silent') });
  const controller = new AbortController();
  const sending = sink.send(eventDeliveries(0, 1), controller.signal);
  controller.abort();
  await assert.rejects(sending, isError('UNAVAILABLE'));
  await sink.close();
  server.close();
});

function topicsOf(name: string) {
  return {
    event: `${name}.events`,
    finding: `${name}.findings`,
    decision: `${name}.decisions`,
    other: `${name}.entries`,
  };
}

function sinkAt(
  { address, connectionString }: KafkaBroker,
  name: string,
  more: Partial<KafkaAddress> & { readonly frameBytesMax?: number } = {},
) {
  const { frameBytesMax, ...changed } = more;
  return disposable(
    new KafkaSink({
      address: {
        brokers: [address],
        transport: { kind: 'plain' },
        login: { user: '$ConnectionString', password: new Secret(connectionString) },
        compression: 'none',
        ...changed,
      },
      topics: topicsOf(name),
      ...(frameBytesMax !== undefined && { frameBytesMax }),
    }),
  );
}

async function sinkFor(name: string, more: { readonly frameBytesMax?: number } = {}) {
  assert.ok(broker);
  await createTopics(broker, name);
  return sinkAt(broker, name, more);
}

function disposable(sink: KafkaSink): KafkaSink & AsyncDisposable {
  return Object.assign(sink, { [Symbol.asyncDispose]: () => sink.close() });
}

function clientOptions(of: KafkaBroker) {
  const { address, connectionString: password } = of;
  const sasl = { mechanism: 'PLAIN', username: '$ConnectionString', password } as const;
  return { clientId: 'test', bootstrapBrokers: [address], sasl };
}

async function createTopics(of: KafkaBroker, name: string): Promise<void> {
  const admin = new Admin(clientOptions(of));
  await admin.createTopics({ topics: Object.values(topicsOf(name)), partitions: 4, replicas: 1 });
  await admin.close();
}

type TopicMessage = {
  readonly key: string;
  readonly value: string;
  readonly partition: number;
  readonly headers: Readonly<Record<string, string>>;
};

/** Reads a topic from its start with the same client library, until this many records arrived. */
async function consumed(topic: string, count: number, of = broker): Promise<TopicMessage[]> {
  assert.ok(of);
  const consumer = new Consumer({
    ...clientOptions(of),
    groupId: `reader-${topic}`,
    deserializers: stringDeserializers,
  });
  const stream = await consumer.consume({ topics: [topic], mode: 'earliest', autocommit: false });
  const messages: TopicMessage[] = [];
  const ids = new Set<string>();
  for await (const { key, value, partition, headers } of stream) {
    messages.push({ key, value, partition, headers: Object.fromEntries(headers) });
    ids.add(headers.get('cs-id') ?? '');
    if (ids.size >= count) break;
  }
  await consumer.close(true);
  return messages;
}

function isError(code: SinkError['code']) {
  return (error: unknown): boolean => {
    assert.ok(error instanceof SinkError, String(error));
    assert.equal(error.code, code, error.message);
    return true;
  };
}
