import assert from 'node:assert/strict';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { createServer } from 'node:tls';
import { systemClock, tenantId } from '@countersign/core';
import type { Observation } from '@countersign/coverage';
import { type Emulator, EventStream, type Feed, startEmulator } from '@countersign/emulator';
import { EventHubsCollector, type EventHubsOptions, Secret, systemWait } from '@countersign/m365';
import { Admin, Producer, stringSerializers } from '@platformatic/kafka';
import { pollOnce } from '../../apps/countersign/src/ingest/collection/poll-once.ts';
import { SEED } from '../../tools/property.ts';
import { certificateFor } from '../../tools/testing/certificate.ts';
import { assertFsckClean } from '../support/account.ts';
import { observationsOf, withSink } from '../support/collection/collection.ts';
import { type KafkaBroker, kafkaJars, startKafka } from '../support/collection/kafka-broker.ts';
import {
  assertAllCollected,
  bodiesOf,
  EXPORT_SOURCES,
} from '../support/collection/offered-records.ts';
import { temporaryFolder } from '../support/folders.ts';

const TENANT = '5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794';
const HOUR_MS = 3_600_000;
const jars = kafkaJars();
const options =
  jars === undefined ? { skip: 'no Kafka broker here: run node tools/fetch-kafka.ts' } : {};

const root = temporaryFolder('collect-hubs');

let broker: KafkaBroker | undefined;

before(async () => {
  if (jars !== undefined) broker = await startKafka(jars);
});

after(() => broker?.stop());

function collectorOf(
  topics: readonly (readonly [topic: string, ...categories: string[]])[],
  group: string,
  more: Partial<EventHubsOptions> = {},
): EventHubsCollector {
  assert.ok(broker);
  return hubsAt({
    brokers: [broker.address],
    hubs: topics.map(([topic, ...categories]) => ({ topic, categories })),
    consumerGroup: group,
    connectionString: new Secret(broker.connectionString),
    transport: 'plain',
    ...more,
  });
}

function hubsAt(
  more: Partial<EventHubsOptions> & Pick<EventHubsOptions, 'brokers' | 'transport'>,
): EventHubsCollector {
  return new EventHubsCollector({
    hubs: [{ topic: 'insights-logs-auditlogs', categories: ['AuditLogs'] }],
    consumerGroup: 'countersign',
    connectionString: new Secret('SharedAccessKey=c2VjcmV0'),
    tenant: tenantId(TENANT),
    clock: systemClock,
    ...more,
  });
}

function* listedNow(emulator: Emulator, feed: Feed): Iterable<unknown> {
  yield* emulator.store.listed(feed, TENANT, 0, emulator.clock.now() + 1);
}

/** Polls like `serve` until this many records arrived. The last poll finds no more. */
async function collectedRows(
  dir: string,
  collector: EventHubsCollector,
  count: number,
): Promise<number> {
  const problems: string[] = [];
  try {
    return await withSink(dir, systemClock, async (sink) => {
      let records = 0;
      for (let polls = 0; records < count; polls++) {
        const report = await pollOnce(sink, collector);
        records += report.records;
        problems.push(...report.problems);
        assert.ok(polls < 100, `${records} of ${count} came: ${problems.join('; ')}`);
        if (!report.hasMore) await systemWait(collector.everyMs);
      }
      await pollOnce(sink, collector);
      return records;
    });
  } finally {
    await collector.close();
  }
}

async function closeAll(...collectors: readonly EventHubsCollector[]): Promise<void> {
  await Promise.all(collectors.map((collector) => collector.close()));
}

function line(number: number, category = 'AuditLogs', tenant: string = TENANT): object {
  return {
    time: new Date(Date.UTC(2026, 2, 2, 9) + number * 1000).toISOString(),
    tenantId: tenant,
    category,
    operationName: 'Update user',
    properties: { id: `Directory_${number}`, activityDisplayName: 'Update user' },
  };
}

function adminOf({ address, connectionString: password }: KafkaBroker): Admin {
  const sasl = { mechanism: 'PLAIN', username: '$ConnectionString', password } as const;
  return new Admin({ clientId: 'admin', bootstrapBrokers: [address], sasl });
}
async function send(topic: string, ...messages: readonly (string | readonly object[])[]) {
  assert.ok(broker);
  const producer = new Producer({
    clientId: 'export',
    bootstrapBrokers: [broker.address],
    serializers: stringSerializers,
    autocreateTopics: true,
    sasl: { mechanism: 'PLAIN', username: '$ConnectionString', password: broker.connectionString },
  });
  const values = messages.map((each) =>
    typeof each === 'string' ? each : JSON.stringify({ records: each }),
  );
  await producer.send({ messages: values.map((value) => ({ topic, key: TENANT, value })) });
  await producer.close();
}

async function windowsOf(dir: string, source: string): Promise<Observation[]> {
  const seen = await observationsOf(dir);
  return seen.filter((each) => each.source === source && each.workload === null);
}

test('every exported record of a tenant is in the ledger once', options, async () => {
  assert.ok(broker);
  const dir = join(root, 'tenant');
  const { address, connectionString } = broker;
  const emulator = await startEmulator({
    seed: SEED,
    startMs: Date.parse('2026-03-02T08:00:00Z'),
    tenants: [{ tenantId: TENANT, people: 12 }],
    faults: { feeds: ['azure/'], repeated: 0.1, late: 0.1, lateMs: [60_000, HOUR_MS] },
  });
  try {
    const { store, clock } = emulator;
    const where = { brokers: [address], connectionString };
    const stream = new EventStream({ store, clock, tenantIds: [TENANT], fromMs: 0, ...where });
    for (let hour = 0; hour < 4; hour++) {
      await emulator.advance(HOUR_MS);
      await stream.pump();
    }
    await stream.stop();
    const topics = EXPORT_SOURCES.map(({ source }): [string, string] => {
      const category = source.slice(source.indexOf('/') + 1);
      return [`insights-logs-${category.toLowerCase()}`, category];
    });
    const offered = EXPORT_SOURCES.map(({ feed }) => [...listedNow(emulator, feed)].length);
    const count = offered.reduce((sum, each) => sum + each, 0);
    await collectedRows(dir, collectorOf(topics, 'tenant'), count);
    await assertAllCollected(dir, emulator, EXPORT_SOURCES);
    // Read again under another group name: every record is a duplicate.
    const again = await collectedRows(dir, collectorOf(topics, 'tenant-again'), count);
    assert.ok(again >= count);
    await assertAllCollected(dir, emulator, EXPORT_SOURCES);
    const observations = await windowsOf(dir, 'azure-monitor/NonInteractiveUserSignInLogs');
    assert.deepEqual(
      [...new Set(observations.map(({ outcome, code }) => code ?? outcome))],
      ['complete'],
    );
    await assertFsckClean(dir);
  } finally {
    await emulator.stop();
  }
});

test('any process continues after the last commit', options, async () => {
  const dir = join(root, 'goes-on');
  const topic = 'goes-on';
  await send(topic, [line(1), line(2)], [line(3)]);
  assert.equal(await collectedRows(dir, collectorOf([[topic, 'AuditLogs']], 'goes-on'), 3), 3);
  await send(topic, [line(4)]);
  assert.equal(await collectedRows(dir, collectorOf([[topic, 'AuditLogs']], 'goes-on'), 1), 1);
  const observations = await windowsOf(dir, 'azure-monitor/AuditLogs');
  for (const [at, { from, outcome }] of observations.entries()) {
    assert.equal(outcome, 'complete');
    if (at > 0) assert.equal(from, observations[at - 1]?.to, 'there is no gap between two windows');
  }
});

test('each category of a shared hub has its own coverage', options, async () => {
  const dir = join(root, 'mixed');
  const stranger = line(9, 'AuditLogs', '6f0d1e2c-0000-4000-8000-5742616e6765');
  const deep = `{"records":[${'['.repeat(50_000)}${']'.repeat(50_000)}]}`;
  await send('mixed', [line(1), line(2, 'SignInLogs'), line(3)]);
  const collector = collectorOf([['mixed', 'AuditLogs', 'SignInLogs']], 'mixed');
  await collectedRows(dir, collector, 3);
  const counts = async (source: string): Promise<number> =>
    (await windowsOf(dir, `azure-monitor/${source}`)).reduce(
      (sum, { records }) => sum + records,
      0,
    );
  assert.deepEqual([await counts('AuditLogs'), await counts('SignInLogs')], [2, 1]);
  // A broken message may belong to either category, so neither is complete.
  await send('mixed', '<html>We will be right back', '', deep, [stranger, line(4)]);
  await collectedRows(dir, collectorOf([['mixed', 'AuditLogs', 'SignInLogs']], 'mixed'), 1);
  for (const source of ['azure-monitor/AuditLogs', 'azure-monitor/SignInLogs']) {
    const [last] = (await windowsOf(dir, source)).filter(({ quarantined }) => quarantined > 0);
    assert.deepEqual([last?.outcome, last?.code, last?.quarantined], ['partial', 'quarantined', 4]);
  }
  assert.equal((await bodiesOf(dir, ({ kind }) => kind === 'record')).length, 4);
  await assertFsckClean(dir);
});

test('messages that expired unread are reported as lost', options, async () => {
  assert.ok(broker);
  const dir = join(root, 'expired');
  await send('expiring', [line(1)], [line(2)], [line(3)]);
  await collectedRows(dir, collectorOf([['expiring', 'AuditLogs']], 'expiring'), 3);
  await send('expiring', [line(4)], [line(5)], [line(6)]);
  const admin = adminOf(broker);
  const partitions = [0, 1].map((partition) => ({ partition, offset: -1n }));
  await admin.deleteRecords({ topics: [{ name: 'expiring', partitions }] });
  await admin.close();
  await send('expiring', [line(7)]);
  await collectedRows(dir, collectorOf([['expiring', 'AuditLogs']], 'expiring'), 1);
  const lost = (await windowsOf(dir, 'azure-monitor/AuditLogs')).filter(
    ({ code }) => code === 'gone',
  );
  assert.equal(lost.length, 1);
  assert.match(lost[0]?.because ?? '', /^3 messages expired/);
});

test('reports a missing hub, and reads the others', options, async () => {
  const dir = join(root, 'missing');
  await send('there', [line(1)]);
  const topics = [
    ['not-there', 'SignInLogs'],
    ['there', 'AuditLogs'],
  ] as const;
  await collectedRows(dir, collectorOf(topics, 'missing'), 1);
  const [observation] = await windowsOf(dir, 'azure-monitor/SignInLogs');
  assert.deepEqual([observation?.outcome, observation?.code], ['off', 'hub-not-found']);
  const read = await windowsOf(dir, 'azure-monitor/AuditLogs');
  assert.ok(read.every(({ outcome }) => outcome === 'complete'));
});

test('with another reader in the group, no window is complete', options, async () => {
  const dir = join(root, 'shared');
  await send('shared', [line(1)], [line(2)]);
  const other = collectorOf([['shared', 'AuditLogs']], 'shared');
  const mine = collectorOf([['shared', 'AuditLogs']], 'shared');
  await using _ = { [Symbol.asyncDispose]: () => closeAll(other, mine) };
  await withSink(join(root, 'shared-other'), systemClock, async (sink) => {
    await pollOnce(sink, other);
    await withSink(dir, systemClock, async (own) => {
      const problems: string[] = [];
      for (let n = 0; n < 100 && problems.length === 0; n++) {
        const [, report] = await Promise.all([pollOnce(sink, other), pollOnce(own, mine)]);
        problems.push(...report.problems.filter((each) => each.includes('shared-group')));
      }
      assert.match(problems[0] ?? '', /another reader of the consumer group has 1 of its/);
    });
  });
});

test(
  'the secret is sent only to configured brokers, and a wrong one is refused',
  options,
  async () => {
    assert.ok(broker);
    const port = broker.address.split(':')[1];
    // The broker names itself 127.0.0.1, which is not the configured host.
    const elsewhere = { brokers: [`localhost:${port}`] };
    const wrong = { connectionString: new Secret('Endpoint=sb://northmoor.example/;wrong') };
    for (const [more, code, because] of [
      [elsewhere, 'HOST_NOT_CONFIGURED', /a broker leads to "127.0.0.1"/],
      [wrong, 'UNAUTHORIZED', /refused the connection string/],
    ] as const) {
      const dir = join(root, code);
      const collector = collectorOf([['there', 'AuditLogs']], code, more);
      await withSink(dir, systemClock, (sink) => pollOnce(sink, collector));
      const [observation] = await windowsOf(dir, 'azure-monitor/AuditLogs');
      assert.deepEqual([observation?.outcome, observation?.code], ['failed', code]);
      assert.match(observation?.because ?? '', because);
      assert.doesNotMatch(JSON.stringify(observation), /SharedAccessKey|wrong/);
    }
  },
);

test('sends nothing to a broker with an invalid certificate', async () => {
  const { key, cert } = certificateFor('hub.example');
  const heard: Buffer[] = [];
  const server = createServer({ key, cert }, (socket) => {
    socket.on('data', (bytes) => heard.push(bytes)).on('error', () => undefined);
  });
  server.on('tlsClientError', () => undefined);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const dir = join(root, 'certificate');
  const away = { brokers: [`127.0.0.1:${port}`], transport: 'tls', ca: cert } as const;
  const collector = hubsAt(away);
  await withSink(dir, systemClock, (sink) => pollOnce(sink, collector));
  server.close();
  const [observation] = await windowsOf(dir, 'azure-monitor/AuditLogs');
  assert.deepEqual([observation?.outcome, observation?.code], ['failed', 'CERTIFICATE']);
  assert.equal(heard.length, 0);
  // A missing broker is unreachable.
  const gone = hubsAt({ brokers: [`127.0.0.1:${port}`], transport: 'plain' });
  await withSink(dir, systemClock, (sink) => pollOnce(sink, gone));
  assert.equal((await windowsOf(dir, 'azure-monitor/AuditLogs')).at(-1)?.code, 'UNREACHABLE');
});
