import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Admin, Consumer, stringDeserializers } from '@platformatic/kafka';
import { IS_LONG, simulations } from '../../tools/property.ts';
import { kafkaJars, startKafka } from '../support/collection/kafka-broker.ts';
import { killRepeatedly } from '../support/feeds/kill-feed.ts';
import { temporaryFolder } from '../support/folders.ts';

const jars = IS_LONG ? kafkaJars() : undefined;
const reason = IS_LONG
  ? 'no Kafka broker here: run node tools/fetch-kafka.ts'
  : 'starts a Kafka broker: belongs to test:long';

/** A broker takes seconds to start, so it dies less often than Countersign. */
const KILLS_PER_BROKER_KILL = 5;

test('random kills of Countersign and of the broker lose nothing', {
  skip: jars === undefined ? reason : false,
}, async () => {
  assert.ok(jars);
  const broker = await startKafka(jars);
  try {
    const { address, connectionString: password } = broker;
    const sasl = { mechanism: 'PLAIN', username: '$ConnectionString', password } as const;
    const client = { clientId: 'test', bootstrapBrokers: [address], sasl };
    const admin = new Admin(client);
    const topics = ['events', 'findings', 'decisions', 'entries'];
    const names = topics.map((name) => `countersign.${name}.v1`);
    await admin.createTopics({ topics: names, partitions: 4, replicas: 1 });
    await admin.close();
    const expected = await killRepeatedly({
      root: temporaryFolder('kafka-kill'),
      feed: `
kind: kafka
brokers: ["${address}"]
transport: plain
connectionString: {env: HUBS}
kinds: [event, finding]`,
      env: { HUBS: password },
      kills: simulations(0, 100),
      disturb: async (kill) => {
        if (kill % KILLS_PER_BROKER_KILL !== 0) return;
        await broker.kill();
        await broker.restart();
      },
    });
    const consumer = new Consumer({
      ...client,
      groupId: 'reader',
      deserializers: stringDeserializers,
    });
    const stream = await consumer.consume({ topics: names, mode: 'earliest', autocommit: false });
    const missing = new Set(expected);
    let messages = 0;
    for await (const { headers } of stream) {
      messages++;
      const id = headers.get('cs-id') ?? '';
      assert.ok(expected.has(id), id);
      missing.delete(id);
      if (missing.size === 0) break;
    }
    await consumer.close(true);
    assert.ok(messages >= expected.size);
  } finally {
    await broker.stop();
  }
});
