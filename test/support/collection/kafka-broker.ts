import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';

/** A real Apache Kafka broker on loopback, configured like Event Hubs. */
export type KafkaBroker = {
  /** `127.0.0.1:port`. */
  readonly address: string;
  /** The password of the user `$ConnectionString`. */
  readonly connectionString: string;
  /** Ends the broker as a power failure does. Its log stays. */
  kill(): Promise<void>;
  /** After {@link kill}, under the same address. */
  restart(): Promise<void>;
  stop(): Promise<void>;
};

const CONNECTION_STRING =
  'Endpoint=sb://northmoor.example/;SharedAccessKeyName=export;SharedAccessKey=bm90IGEgc2VjcmV0';

/** A JVM on a busy machine starts slowly. */
const START_TRIES = 3000;
const TRY_EVERY_MS = 100;

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
  const java = ['-Xmx384m', '-XX:TieredStopAtLevel=1', '-cp', join(jars, '*')];
  const id = 'MkU3OEVBNTcwNTJENDM2Qk';
  const format = ['kafka.tools.StorageTool', 'format', '-t', id, '-c', properties];
  execFileSync('java', [...java, ...format], { stdio: 'ignore' });
  const started = async (): Promise<ChildProcess> => {
    const process = spawn('java', [...java, 'kafka.Kafka', properties], { stdio: 'ignore' });
    try {
      await listening(port, process);
      return process;
    } catch (error) {
      await ended(process);
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  };
  let broker = await started();
  return {
    address: `127.0.0.1:${port}`,
    connectionString: CONNECTION_STRING,
    kill: () => ended(broker),
    restart: async () => {
      broker = await started();
    },
    stop: async () => {
      await ended(broker);
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

async function listening(port: number, broker: ChildProcess): Promise<void> {
  for (let n = 0; n < START_TRIES; n++) {
    if (broker.exitCode !== null) break;
    const isOpen = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.end());
    });
    if (isOpen) return;
    await pause(TRY_EVERY_MS);
  }
  throw new Error('the Kafka broker did not start');
}

async function ended(broker: ChildProcess): Promise<void> {
  if (broker.exitCode !== null || broker.signalCode !== null) return;
  const end = new Promise((resolve) => broker.once('exit', resolve));
  broker.kill('SIGKILL');
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
