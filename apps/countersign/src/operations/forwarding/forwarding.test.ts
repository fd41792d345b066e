import assert from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { randomFillSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { request } from 'node:http';
import { createConnection } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { after, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { CountersignError, systemClock } from '@countersign/core';
import { runCommand } from '../host/ledger-host.ts';
import { proveCaller } from './caller-proof.ts';
import type { Command } from './command.ts';
import { RemoteDefect } from './errors.ts';
import { handOver } from './forwarding-client.ts';
import { ForwardingServer, type Perform } from './forwarding-server.ts';
import { TestLock } from './testing/lock.ts';

const root = mkdtempSync(join(tmpdir(), 'countersign-handover-'));
after(() => rmSync(root, { recursive: true }));

const RUNS = process.env.COUNTERSIGN_LONG === '1' ? 20 : 1;
const never = new AbortController().signal;
const random = { fill: <T extends Uint8Array>(into: T): T => randomFillSync(into) };
const ME = userInfo().username;
const work: Command = {
  operation: 'import',
  input: { paths: ['/a'] },
  mode: 'perform',
  tenant: null,
  who: 'me',
};

class PlainError extends CountersignError<'NO_ROOM'> {
  override readonly name = 'PlainError';
}

test('forwards a command and returns progress and result', async () => {
  await using served = await serve(async (given, hooks) => {
    hooks.progress({ records: 7 });
    return { did: given };
  });
  const seen: unknown[] = [];
  const handover = await ask(served.socketFile, { progress: (state) => seen.push(state) });
  assert.deepEqual(handover, { kind: 'done', result: { did: { ...work, who: ME } } });
  assert.deepEqual(seen, [{ records: 7 }]);
});

test('runs a command for the proven account, whatever the caller claims', async () => {
  const asked: Command[] = [];
  await using served = await serve(async (given) => asked.push(given));
  await ask(served.socketFile, { work: { ...work, who: 'ben' } });
  // By hand: our own client would never send this.
  const { who: _, ...rest } = work;
  const body = JSON.stringify({ protocol: 3, ...rest, who: 'ben' });
  const answers = await post(served.socketFile, body);
  const first = answers[0] as { kind: 'prove'; name: string; nonce: string };
  assert.equal(first.kind, 'prove');
  proveCaller(served.socketFile, first);
  while (answers.length < 2) await setImmediate();
  assert.deepEqual(
    asked.map(({ who }) => who),
    [ME, ME],
  );
});

test('does nothing for a caller without a proven account', async () => {
  const asked: Command[] = [];
  await using served = await serve(async (given) => asked.push(given));
  const { who: _, ...rest } = work;
  const answers = await post(served.socketFile, JSON.stringify({ protocol: 3, ...rest }));
  const { name } = answers[0] as { name: string };
  writeFileSync(join(served.socketFile, '..', 'callers', name), 'no nonce', { mode: 0o444 });
  while (answers.length < 2) await setImmediate();
  assert.equal((answers[1] as { code: string }).code, 'UNPROVEN');
  assert.deepEqual(asked, []);
});

test('reserves the socket for its owner', async () => {
  await using served = await serve(async () => null);
  assert.equal(statSync(served.socketFile).mode & 0o777, 0o600);
  assert.equal(statSync(join(served.socketFile, '..')).mode & 0o777, 0o700);
});

test('serves a data folder whose path is too long for a socket', async () => {
  await using served = await serve(async () => 'far', 'deep/'.repeat(40));
  assert.deepEqual(await ask(served.socketFile), { kind: 'done', result: 'far' });
});

test('rethrows an expected error of the host', async () => {
  await using served = await serve(async () => {
    throw new PlainError('NO_ROOM', 'there is no room');
  });
  await assert.rejects(ask(served.socketFile), { code: 'NO_ROOM', message: 'there is no room' });
});

test('reports a defect of the host as a defect', async () => {
  await using served = await serve(async () => {
    throw new TypeError('x is not a function');
  });
  await assert.rejects(ask(served.socketFile), RemoteDefect);
});

test('finds no host without a folder, without a socket or with a dead socket', async () => {
  assert.deepEqual(await ask(join(root, 'nothing', 'run', 'api.sock')), { kind: 'no-host' });
  const left = join(root, 'left', 'run', 'api.sock');
  mkdirSync(join(left, '..'), { recursive: true });
  writeFileSync(left, '');
  assert.deepEqual(await ask(left), { kind: 'no-host' });
});

test('refuses a caller of another version', async () => {
  await using served = await serve(async () => null);
  const other = { ...work, protocol: 99 } as Command;
  await assert.rejects(ask(served.socketFile, { work: other }), { code: 'OTHER_VERSION' });
});

test('refuses a command that is too large', async () => {
  await using served = await serve(async () => null);
  const large = { ...work, input: { paths: ['x'.repeat(2 ** 21)] } };
  await assert.rejects(ask(served.socketFile, { work: large }), { code: 'MALFORMED' });
});

test('stops a command when its caller disconnects', async () => {
  const begun = Promise.withResolvers<void>();
  const stopped = Promise.withResolvers<void>();
  await using served = await serve(async (_, hooks) => {
    hooks.signal.addEventListener('abort', () => stopped.resolve());
    begun.resolve();
    await stopped.promise;
    return null;
  });
  const controller = new AbortController();
  const asked = ask(served.socketFile, { signal: controller.signal });
  await begun.promise;
  controller.abort();
  await assert.rejects(asked, { code: 'INTERRUPTED' });
  await stopped.promise;
});

test('finishes commands in progress before it closes, and takes no more', async () => {
  const begun = Promise.withResolvers<void>();
  const release = Promise.withResolvers<void>();
  const served = await serve(async () => {
    begun.resolve();
    await release.promise;
    return 'finished';
  });
  const asked = ask(served.socketFile);
  await begun.promise;
  const closed = served.server.close();
  assert.deepEqual(await ask(served.socketFile), { kind: 'no-host' });
  release.resolve();
  assert.deepEqual(await asked, { kind: 'done', result: 'finished' });
  await closed;
  assert.throws(() => statSync(served.socketFile), { code: 'ENOENT' });
});

test('stops waiting for a lock on an interrupt', async () => {
  const dir = mkdtempSync(join(root, 'waiting-'));
  const lock = new TestLock(join(dir, 'run', 'lock.sqlite'));
  const controller = new AbortController();
  const running = runCommand({
    socketFile: join(dir, 'run', 'api.sock'),
    work,
    clock: systemClock,
    random,
    signal: controller.signal,
    where: 'anywhere',
    repeatable: true,
    open: async () => new TestLock(join(dir, 'run', 'lock.sqlite')),
    close: async (held) => held.release(),
    perform: async () => null,
    beforeHandOver: async (given) => given,
    progress: () => undefined,
    waiting: () => controller.abort(),
    finishing: () => undefined,
  });
  await assert.rejects(running, { code: 'INTERRUPTED' });
  lock.release();
});

test('of many callers at once one is the host, and each command runs exactly once', async () => {
  for (let run = 0; run < RUNS; run++) {
    const dir = mkdtempSync(join(root, 'race-'));
    const names = Array.from({ length: 8 }, (_, at) => `starter-${at}`);
    const outputs = await Promise.all(names.map((name) => output(start(dir, name))));
    const lines = readFileSync(join(dir, 'written'), 'utf8').trim().split('\n');
    const written = lines.map((line) => (JSON.parse(line) as { work: string }).work);
    assert.deepEqual(written.toSorted(), names);
    for (const [at, printed] of outputs.entries()) {
      const result = JSON.parse(printed.trim().split('\n').at(-1) as string) as { work: string };
      assert.equal(result.work, names[at]);
    }
  }
});

test('after a kill -9 of the host, the caller runs its waiting command itself', async () => {
  const dir = mkdtempSync(join(root, 'killed-'));
  const holder = start(dir, 'hang');
  await said(holder);
  const starter = start(dir, 'next', 'repeatable');
  const printed = output(starter);
  await connected(dir);
  holder.kill('SIGKILL');
  const lines = (await printed).trim().split('\n');
  assert.deepEqual(JSON.parse(lines.at(-1) as string), { work: 'next', by: 'next' });
});

test('after a kill -9 of the host, the result of a running command is unknown', async () => {
  const socketFile = join(mkdtempSync(join(root, 'lost-')), 'run', 'api.sock');
  const holder = run('hanging-host.ts', [socketFile]);
  await said(holder);
  const asked = ask(socketFile);
  await said(holder);
  holder.kill('SIGKILL');
  await assert.rejects(asked, { code: 'LOST' });
});

test('a command that still waited when the host was killed counts as not begun', async () => {
  const dir = mkdtempSync(join(root, 'waited-'));
  const holder = start(dir, 'hang');
  await said(holder);
  const asked = ask(join(dir, 'run', 'api.sock'));
  await connected(dir);
  holder.kill('SIGKILL');
  assert.deepEqual(await asked, { kind: 'no-host' });
});

type RunningServer = AsyncDisposable & {
  readonly server: ForwardingServer;
  readonly socketFile: string;
};

async function serve(perform: Perform, below = ''): Promise<RunningServer> {
  const socketFile = join(mkdtempSync(join(root, 'served-')), below, 'run', 'api.sock');
  const server = await ForwardingServer.open({ socketFile, perform, clock: systemClock, random });
  return { server, socketFile, [Symbol.asyncDispose]: () => server.close() };
}

async function ask(
  socketFile: string,
  options: { work?: Command; signal?: AbortSignal; progress?: (state: unknown) => void } = {},
): ReturnType<typeof handOver> {
  const { signal = never, progress = () => undefined } = options;
  const waiting = (): void => undefined;
  return handOver({ socketFile, work: options.work ?? work, signal, progress, waiting });
}

/** Lines of a reply as they arrive; resolves with the first. */
async function post(socketPath: string, body: string): Promise<readonly object[]> {
  const lines: object[] = [];
  const { promise, resolve } = Promise.withResolvers<void>();
  const asked = request({ socketPath, method: 'POST', path: '/work' }, (response) => {
    createInterface({ input: response }).on('line', (line) => {
      lines.push(JSON.parse(line) as object);
      resolve();
    });
  });
  asked.end(body);
  await promise;
  return lines;
}

function start(dir: string, name: string, repeatable = 'once'): ChildProcess {
  return run('writing-process.ts', [dir, name, repeatable]);
}

function run(script: string, args: readonly string[]): ChildProcess {
  const path = join(import.meta.dirname, 'testing', script);
  return spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'pipe', 'inherit'] });
}

async function output(child: ChildProcess): Promise<string> {
  assert.ok(child.stdout !== null);
  return text(child.stdout);
}

/** Resolves when the child has printed something. */
async function said(child: ChildProcess): Promise<void> {
  assert.ok(child.stdout !== null);
  await once(child.stdout, 'data');
}

/** Resolves when the host answers: earlier requests have been read. */
async function connected(dir: string): Promise<void> {
  const probe = createConnection(join(dir, 'run', 'api.sock'));
  await once(probe, 'connect');
  probe.destroy();
}
