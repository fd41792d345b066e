import { Admin, Consumer, stringDeserializers } from '@platformatic/kafka';
import { startKafka } from '../../collection/kafka-broker.ts';
import type { KillTarget } from './kill-target.ts';

const TOPICS = ['events', 'findings', 'decisions', 'entries'].map(
  (name) => `countersign.${name}.v1`,
);

/** KAFKA_BATCH_RECORDS in each batch in flight. */
const WINDOW = 20_000;

/** A real broker. Its clients connect to the address that it advertises, so no proxy is between. */
export async function kafkaTarget(jars: string): Promise<KillTarget> {
  const broker = await startKafka(jars);
  const { address, connectionString: password } = broker;
  const sasl = { mechanism: 'PLAIN', username: '$ConnectionString', password } as const;
  const client = { clientId: 'test', bootstrapBrokers: [address], sasl };
  const admin = new Admin(client);
  await admin.createTopics({ topics: TOPICS, partitions: 4, replicas: 1 });
  await admin.close();
  return {
    name: 'kafka',
    feed: `kind: kafka
brokers: ["${address}"]
transport: plain
connectionString: {env: HUBS}`,
    env: { HUBS: password },
    ...{ items: 'ids', order: 'any', repeatedMax: WINDOW },
    received: () => readAll(client),
    kill: () => broker.kill(),
    restart: () => broker.restart(),
    end: () => broker.stop(),
  };
}

type Client = ConstructorParameters<typeof Admin>[0];

/** Up to the end that each partition had when it began. */
async function readAll(client: Client): Promise<string[]> {
  const consumer = new Consumer({
    ...client,
    groupId: 'reader',
    deserializers: stringDeserializers,
  });
  const ends = await consumer.listOffsets({ topics: TOPICS });
  let left = [...ends.values()].flat().reduce((sum, offset) => sum + Number(offset), 0);
  const ids: string[] = [];
  const stream = await consumer.consume({ topics: TOPICS, mode: 'earliest', autocommit: false });
  for await (const { headers } of stream) {
    ids.push(headers.get('cs-id') ?? '');
    if (--left === 0) break;
  }
  await consumer.close(true);
  return ids;
}
