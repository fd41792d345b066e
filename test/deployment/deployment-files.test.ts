import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '@countersign/core';
import { parse } from 'yaml';
import { configSchema } from '../../apps/countersign/src/config/config-schema.ts';
import { ActivityService } from '../support/collection/activity-service.ts';
import { countersign, ended, REPOSITORY, start } from '../support/command-line.ts';
import { temporaryFolder } from '../support/folders.ts';
import { freePort } from '../support/free-port.ts';
import { ServerProcess, writeConfig } from '../support/server-process.ts';

const TENANT = '5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794';
const ENV = { SERVE_SECRET: 'hush-4f6b' };
const root = temporaryFolder('deployment');

const containerfile = file('Containerfile');
const unit = file('countersign.service');

function file(name: string): string {
  return readFileSync(join(REPOSITORY, 'deploy', name), 'utf8');
}

/** The last instruction of this name, in exec form. */
function instruction(name: string): string[] {
  const found = containerfile.match(new RegExp(`^(?:  )?${name} (\\[.*\\])$`, 'gm'))?.at(-1);
  assert.ok(found !== undefined, name);
  return JSON.parse(found.slice(found.indexOf('['))) as string[];
}

function setting(name: string): string {
  const found = new RegExp(`^${name}=(.*)$`, 'm').exec(unit)?.[1];
  assert.ok(found !== undefined, name);
  return found;
}

/** The words after the program, with another configuration, data folder and address. */
function here(words: readonly string[], paths: { config: string; url?: string }): string[] {
  return words.slice(1).map((word) => {
    if (word === '/etc/countersign/countersign.yaml') return paths.config;
    if (word === '/var/lib/countersign') return join(root, 'unit-data');
    return word === 'http://127.0.0.1:8480' ? (paths.url ?? word) : word;
  });
}

test('the commands of the container start the service and find it healthy', async () => {
  const service = new ActivityService(TENANT);
  await using server = await service.start();
  const config = join(root, 'container.yaml');
  writeConfig(config, { origin: server.origin, tenant: TENANT });
  const [program] = instruction('ENTRYPOINT');
  assert.equal(program, '/app/node_modules/.bin/countersign');
  assert.deepEqual(instruction('CMD').slice(0, 2), ['serve', '--config']);
  const line = here(['countersign', ...instruction('CMD')], { config });
  assert.deepEqual(line, ['serve', '--config', config]);
  const serving = await ServerProcess.start(join(root, 'container-data'), config, ENV);
  const check = instruction('CMD(?= \\["/app)');
  assert.equal(check[0], program);
  const probe = here(check, { config, url: serving.url });
  const healthy = await countersign(probe);
  assert.equal(healthy.code, 0, healthy.stderr + healthy.stdout);
  const startedMs = systemClock.monotonic();
  assert.equal(await serving.end('SIGTERM'), 0);
  const stopMs = systemClock.monotonic() - startedMs;
  assert.ok(stopMs < 1000 * Number(setting('TimeoutStopSec')), 'it stops before it is killed');
  const dead = await countersign(probe);
  assert.equal(dead.code, 3, 'no answer is no yes');
  assert.match(dead.stderr, /cannot tell/);
});

test('health tells yes, no and cannot tell apart', async () => {
  const service = new ActivityService(TENANT);
  await using server = await service.start();
  const config = join(root, 'health.yaml');
  writeConfig(config, { origin: server.origin, tenant: TENANT });
  const serving = await ServerProcess.start(join(root, 'health-data'), config, ENV);
  await serving.logged(({ event }) => event === 'polled');
  const codes = { yes: 0, no: 1, unknown: 3 } as const;
  const kindNow = async (): Promise<keyof typeof codes> => {
    const reply = await serving.get('/api/v1/health');
    return ((await reply.json()) as { kind: keyof typeof codes }).kind;
  };
  // It may change meanwhile; then the command may give either answer.
  const before = await kindNow();
  const { code } = await countersign(['health', '--url', serving.url]);
  const possible = [before, await kindNow()].map((kind) => codes[kind]);
  assert.ok(
    possible.some((each) => each === code),
    `${code} of ${possible.join()}`,
  );
  assert.equal(await serving.end(), 0);
});

test('the commands of the unit exist, and its service starts', async () => {
  const service = new ActivityService(TENANT);
  await using server = await service.start();
  const config = join(root, 'unit.yaml');
  writeConfig(config, { origin: server.origin, tenant: TENANT });
  const checking = here(setting('ExecStartPre').split(' '), { config });
  assert.equal((await countersign(checking, { env: ENV })).code, 0);
  const child = start([...here(setting('ExecStart').split(' '), { config }), '--json'], {
    env: ENV,
  });
  child.stdout?.once('data', () => child.kill('SIGTERM'));
  const { code, stdout, stderr } = await ended(child);
  assert.equal(code, 0, stderr);
  assert.match(stdout, /"url":"http:/);
});

test('systemd reads the unit and finds it hardened', (context) => {
  const path = join(REPOSITORY, 'deploy/countersign.service');
  if (spawnSync('systemd-analyze', ['--version']).error !== undefined) {
    context.skip('needs systemd-analyze');
    return;
  }
  const verified = spawnSync('systemd-analyze', ['verify', path], { encoding: 'utf8' });
  const problems = verified.stderr
    .split('\n')
    .filter((line) => line.includes('countersign') && !line.includes('is not executable'));
  assert.deepEqual(problems, []);
  const security = ['security', '--offline=true', '--threshold=20', path];
  const secured = spawnSync('systemd-analyze', security, { encoding: 'utf8' });
  assert.equal(secured.status, 0, secured.stdout + secured.stderr);
});

test('the container runs as another user than root, without secrets', () => {
  assert.match(containerfile, /^USER 10001:10001$/m);
  assert.doesNotMatch(containerfile, /SECRET|PASSWORD|TOKEN|BEGIN [A-Z ]*PRIVATE/);
  const stages = containerfile.match(/^FROM .*$/gm) ?? [];
  assert.deepEqual(stages, ['FROM ${NODE_IMAGE} AS build', 'FROM ${NODE_IMAGE}']);
  const node = /node:(\d+\.\d+\.\d+)-/.exec(containerfile)?.[1];
  const product = readFileSync(join(REPOSITORY, 'apps/countersign/package.json'), 'utf8');
  const { optionalDependencies } = JSON.parse(product) as {
    optionalDependencies: { node: string };
  };
  assert.equal(node, optionalDependencies.node);
  const { host, port } = defaultListen();
  assert.match(containerfile, new RegExp(`^EXPOSE ${port}$`, 'm'));
  assert.ok(instruction('CMD(?= \\["/app)').includes(`http://${host}:${port}`));
});

function defaultListen(): { readonly host: string; readonly port: number } {
  const world = { env: {}, resolve: (path: string) => path, kindOf: () => 'file' as const };
  const tenant = { id: TENANT, credentials: { clientId: TENANT, secret: { file: 'a' } } };
  const collect = { activityApi: {} };
  return configSchema(world).parse({ tenants: [{ ...tenant, collect }] }).listen;
}

type Compose = {
  readonly services: Readonly<
    Record<
      string,
      {
        readonly command?: readonly string[];
        readonly read_only: boolean;
        readonly volumes: readonly string[];
      }
    >
  >;
};

test('compose starts the emulator, and the service where its health check asks', async () => {
  const { services } = parse(file('compose.yaml')) as Compose;
  assert.ok(Object.values(services).every(({ read_only: isReadOnly }) => isReadOnly));
  const [emulator, service] = [services['emulator'], services['countersign']];
  assert.ok(emulator?.command !== undefined && service !== undefined);
  const check = instruction('CMD(?= \\["/app)');
  // Fixed ports may be in use here.
  const port = await freePort();
  const folder = join(root, 'compose');
  const replaced: Readonly<Record<string, readonly string[]>> = {
    '--port=8600': [],
    '--config-files=/etc/countersign': [`--config-files=${folder}`],
    '--service-port=8480': [`--service-port=${port}`],
  };
  for (const word of Object.keys(replaced)) assert.ok(emulator.command.includes(word), word);
  const words = emulator.command.flatMap((word) => replaced[word] ?? [word]);
  const emulated = start([...words, '--json']);
  await new Promise((resolve) => emulated.stdout?.once('data', resolve));
  try {
    // Without a command of its own, the service has that of the image.
    assert.equal(service.command, undefined);
    assert.ok(service.volumes.includes('config:/etc/countersign:ro'));
    const config = join(folder, 'countersign.yaml');
    const command = here(['countersign', ...instruction('CMD')], { config });
    const child = start([...command, '--data', join(root, 'compose-data'), '--json']);
    await new Promise((resolve) => child.stdout?.once('data', resolve));
    const healthy = await countersign(here(check, { config, url: `http://127.0.0.1:${port}` }));
    child.kill('SIGTERM');
    const { code, stderr } = await ended(child);
    // A stop at any moment is a normal end, also before the first run of detectors.
    assert.equal(code, 0, stderr);
    assert.equal(healthy.code, 0, healthy.stderr + healthy.stdout);
  } finally {
    emulated.kill('SIGTERM');
    await ended(emulated);
  }
});

test('an image is built from named files only, never from a data folder', () => {
  const text = readFileSync(join(REPOSITORY, '.dockerignore'), 'utf8');
  const [first, ...rules] = text.split('\n').filter((line) => !/^(?:#.*)?$/.test(line));
  assert.equal(first, '*');
  const named = rules.filter((line) => line.startsWith('!')).map((line) => line.slice(1));
  for (const name of named.filter((one) => one !== '*.md')) {
    assert.ok(existsSync(join(REPOSITORY, name)), name);
    assert.doesNotMatch(name, /data|\*/);
  }
});
