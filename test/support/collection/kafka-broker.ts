import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { systemClock } from '@countersign/core';
import { Admin } from '@platformatic/kafka';

/** A real Apache Kafka broker on loopback, configured like Event Hubs. */
export type KafkaBroker = {
  /** `127.0.0.1:port`. */
  readonly address: string;
  /** The password of the user `$ConnectionString`. */
  readonly connectionString: string;
  /** Ends the broker as a power failure does. Its log stays. */
  kill(): Promise<void>;
  /** After {@link kill}, under the same address. Resolves when every partition has a leader. */
  restart(): Promise<void>;
  stop(): Promise<void>;
};

const CONNECTION_STRING =
  'Endpoint=sb://northmoor.example/;SharedAccessKeyName=export;SharedAccessKey=bm90IGEgc2VjcmV0';

/** A JVM on a busy machine starts slowly. */
const START_MS_MAX = 300_000;
const TRY_EVERY_MS = 200;
/** A broker that starts accepts connections, and answers seconds later. */
const ANSWER_MS_MAX = 5000;

/**
 * Classes as the JVM maps them, written when a broker ends in order. A start then takes two thirds
 * of the processor time. Another JVM ignores the file.
 */
const CLASS_ARCHIVE = 'broker-classes.jsa';

/**
 * The folder of Kafka's jars: `$COUNTERSIGN_KAFKA_JARS`, or the target of `node
 * tools/fetch-kafka.ts`. Undefined without jars, or without Java.
 */
export function kafkaJars(): string | undefined {
  const folder =
    process.env['COUNTERSIGN_KAFKA_JARS'] ??
    join(homedir(), '.cache', 'countersign', 'kafka-4.1.0');
  if (!existsSync(folder) || !readdirSync(folder).some((name) => name.startsWith('kafka_2.13')))
    return undefined;
  try {
    execFileSync('java', ['-version'], { stdio: 'ignore' });
    return folder;
  } catch {
    // Without Java there is no broker: the caller skips and says so.
    return undefined;
  }
}

export async function startKafka(jars: string): Promise<KafkaBroker> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-kafka-'));
  const [port, controllerPort] = await freePorts();
  const properties = join(folder, 'server.properties');
  writeFileSync(properties, settings({ folder, port, controllerPort }));
  const archive = join(jars, CLASS_ARCHIVE);
  const java = ['-Xmx384m', '-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-cp', join(jars, '*')];
  const id = 'MkU3OEVBNTcwNTJENDM2Qk';
  const format = ['kafka.tools.StorageTool', 'format', '-t', id, '-c', properties];
  execFileSync('java', [...java, ...format], { stdio: 'ignore' });
  const address = `127.0.0.1:${port}`;
  const started = async (option: string): Promise<ChildProcess> => {
    const args = [option, ...java, 'kafka.Kafka', properties];
    const process = spawn('java', args, { stdio: 'ignore' });
    try {
      await answering(address, process);
      return process;
    } catch (error) {
      await ended(process, 'SIGKILL');
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  };
  if (!existsSync(archive)) {
    await ended(await started(`-XX:ArchiveClassesAtExit=${archive}`), 'SIGTERM');
  }
  const start = (): Promise<ChildProcess> => started(`-XX:SharedArchiveFile=${archive}`);
  let broker = await start();
  return {
    address,
    connectionString: CONNECTION_STRING,
    kill: () => ended(broker, 'SIGKILL'),
    restart: async () => {
      broker = await start();
    },
    stop: async () => {
      await ended(broker, 'SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function settings(options: { folder: string; port: number; controllerPort: number }): string {
  const { folder, port, controllerPort } = options;
  const login =
    'org.apache.kafka.common.security.plain.PlainLoginModule required ' +
    `username="admin" password="admin" user_$ConnectionString="${CONNECTION_STRING}";`;
  return [
    'process.roles=broker,controller',
    'node.id=1',
    `controller.quorum.voters=1@127.0.0.1:${controllerPort}`,
    `listeners=SASL_PLAINTEXT://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}`,
    `advertised.listeners=SASL_PLAINTEXT://127.0.0.1:${port}`,
    'inter.broker.listener.name=SASL_PLAINTEXT',
    'controller.listener.names=CONTROLLER',
    'listener.security.protocol.map=CONTROLLER:PLAINTEXT,SASL_PLAINTEXT:SASL_PLAINTEXT',
    'sasl.enabled.mechanisms=PLAIN',
    'sasl.mechanism.inter.broker.protocol=PLAIN',
    `listener.name.sasl_plaintext.plain.sasl.jaas.config=${login}`,
    `log.dirs=${join(folder, 'logs')}`,
    'num.partitions=2',
    'offsets.topic.replication.factor=1',
    'offsets.topic.num.partitions=1',
    'transaction.state.log.replication.factor=1',
    'transaction.state.log.min.isr=1',
    'group.initial.rebalance.delay.ms=0',
    '',
  ].join('\n');
}

/** Resolves when the broker answers, and every partition that it has can be written to. */
async function answering(address: string, broker: ChildProcess): Promise<void> {
  const login = { username: '$ConnectionString', password: CONNECTION_STRING };
  const sasl = { mechanism: 'PLAIN', ...login } as const;
  const timeouts = { timeout: ANSWER_MS_MAX, connectTimeout: ANSWER_MS_MAX, retries: 0 };
  const untilMs = systemClock.now() + START_MS_MAX;
  while (systemClock.now() < untilMs && broker.exitCode === null) {
    const admin = new Admin({ clientId: 'start', bootstrapBrokers: [address], sasl, ...timeouts });
    try {
      const topics = await admin.listTopics();
      const { topics: known } = await admin.metadata({ topics });
      const partitions = [...known.values()].flatMap((topic) => topic.partitions);
      if (partitions.every(({ leader }) => leader >= 0)) return;
    } catch {
      // It does not listen yet, or not answer: the next try asks again.
    } finally {
      await admin.close();
    }
    await pause(TRY_EVERY_MS);
  }
  throw new Error(`the Kafka broker did not answer within ${START_MS_MAX / 1000} s`);
}

async function ended(broker: ChildProcess, signal: NodeJS.Signals): Promise<void> {
  if (broker.exitCode !== null || broker.signalCode !== null) return;
  const end = new Promise((resolve) => broker.once('exit', resolve));
  broker.kill(signal);
  await end;
}

async function freePorts(): Promise<[number, number]> {
  const servers = [createServer(), createServer()];
  const ports = await Promise.all(
    servers.map(
      (server) =>
        new Promise<number>((resolve) => {
          server.listen(0, '127.0.0.1', () => {
            const address = server.address();
            resolve(typeof address === 'object' && address !== null ? address.port : 0);
          });
        }),
    ),
  );
  await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
  return [ports[0] ?? 0, ports[1] ?? 0];
}
