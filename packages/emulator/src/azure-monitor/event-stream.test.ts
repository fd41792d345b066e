import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Consumer, stringDeserializers } from '@platformatic/kafka';
import {
  type KafkaBroker,
  kafkaJars,
  startKafka,
} from '../../../../test/support/collection/kafka-broker.ts';
import { ManualClock } from '../core/virtual-clock.ts';
import { TENANT } from '../directory/testing/small-tenant.ts';
import { FeedStore } from '../feeds/feed-store.ts';
import { EventStream } from './event-stream.ts';

const NOON = Date.parse('2026-03-02T12:00:00Z');
const jars = kafkaJars();
const options =
  jars === undefined ? { skip: 'no Kafka broker here: run node tools/fetch-kafka.ts' } : {};

let broker: KafkaBroker | undefined;

before(async () => {
  if (jars !== undefined) broker = await startKafka(jars);
});

after(() => broker?.stop());

test('a real broker gets every record once, in batched messages by category', options, async () => {
  assert.ok(broker);
  const { address, connectionString } = broker;
  const clock = new ManualClock(NOON);
  const route = { name: 'at once', windowMs: 1, delayMs: () => 0 };
  const store = new FeedStore({ seed: 1, dispatcher: { routes: () => [route] } });
  const stream = new EventStream({
    ...{ store, clock, connectionString },
    tenantIds: [TENANT],
    brokers: [address],
    fromMs: NOON,
  });
  const take = (number: number): void => {
    const atMs = clock.now();
    const feed = number % 2 === 0 ? 'azure/AuditLogs' : 'azure/SignInLogs';
    const body = { number, padding: 'x'.repeat(2_000) };
    store.take({
      atMs,
      tenantId: TENANT,
      truth: { scenario: 'life', isAttacker: false },
      records: [{ feed, id: String(number), atMs, body }],
    });
    clock.advance(10);
    store.advance(clock.now());
  };
  for (let n = 0; n < 400; n++) take(n);
  assert.equal(await stream.pump(), 400);
  for (let n = 400; n < 410; n++) take(n);
  assert.equal(await stream.pump(), 10);
  await stream.stop();
  const found = await consume(address, connectionString, 410);
  assert.deepEqual(
    found.toSorted((a, b) => a - b),
    Array.from({ length: 410 }, (_, n) => n),
  );
});

test('refuses a wrong connection string, and counts nothing as sent', options, async () => {
  assert.ok(broker);
  const clock = new ManualClock(NOON);
  const store = new FeedStore({
    seed: 1,
    dispatcher: { routes: () => [{ name: 'at once', windowMs: 1, delayMs: () => 0 }] },
  });
  const record = { feed: 'azure/AuditLogs', id: '1', atMs: NOON, body: {} } as const;
  const truth = { scenario: 'life', isAttacker: false };
  store.take({ atMs: NOON, tenantId: TENANT, truth, records: [record] });
  clock.advance(1_000);
  store.advance(clock.now());
  const stream = new EventStream({
    ...{ store, clock, connectionString: 'wrong' },
    tenantIds: [TENANT],
    brokers: [broker.address],
    fromMs: NOON,
  });
  await assert.rejects(stream.pump());
  await stream.stop();
});

async function consume(
  address: string,
  connectionString: string,
  count: number,
): Promise<readonly number[]> {
  const consumer = new Consumer({
    groupId: 'reader',
    clientId: 'reader',
    bootstrapBrokers: [address],
    deserializers: stringDeserializers,
    sasl: { mechanism: 'PLAIN', username: '$ConnectionString', password: connectionString },
  });
  const topics = ['insights-logs-auditlogs', 'insights-logs-signinlogs'];
  const messages = await consumer.consume({ topics, mode: 'earliest' });
  const found: number[] = [];
  for await (const { topic, value } of messages) {
    const { records } = JSON.parse(value) as { records: readonly { number: number }[] };
    for (const { number } of records) {
      assert.equal(topic, topics[number % 2]);
      found.push(number);
    }
    if (found.length >= count) break;
  }
  await consumer.close(true);
  return found;
}
