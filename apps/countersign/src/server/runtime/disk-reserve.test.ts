import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { after, test } from 'node:test';
import { ManualClock, systemClock } from '@countersign/core';
import { LedgerReader, layout } from '@countersign/ledger';
import { systemWait } from '@countersign/m365';
import type { Config } from '../../config/config.ts';
import { loadConfig } from '../../config/load-config.ts';
import type { Command } from '../../operations/forwarding/command.ts';
import { ForwardingError } from '../../operations/forwarding/errors.ts';
import { handOver } from '../../operations/forwarding/forwarding-client.ts';
import type { ServeReady } from '../../operations/host/server-request.ts';
import { importRecords } from '../../operations/ingest/import.ts';
import { ENDPOINT_DISK_CHECK_MS } from '../enforcement/limits.ts';
import { serve } from '../serve.ts';
import { DiskReserve, freeShare, IMPORT_DISK_CHECK_MS } from './disk-reserve.ts';
import type { ServeEvent } from './server-event.ts';

const root = mkdtempSync(join(tmpdir(), 'countersign-disk-'));
after(() => rmSync(root, { recursive: true }));

const never = new AbortController().signal;
const WORKED = 'done';

function reserve(...shares: (number | undefined)[]) {
  const clock = new ManualClock(0);
  const events: string[] = [];
  let at = 0;
  const made = new DiskReserve({
    free: () => shares[Math.min(at++, shares.length - 1)],
    clock,
    wait: async () => clock.advance(ENDPOINT_DISK_CHECK_MS),
    tell: ({ event }) => events.push(event),
  });
  return { made, events, later: () => clock.advance(ENDPOINT_DISK_CHECK_MS), checks: () => at };
}

test('collection stops below 10 % free, and decisions below 2 %', () => {
  const { made, events, later } = reserve(0.1, 0.0999, 0.02, 0.0199, 0.02, 0.1);
  const stopped = [];
  for (let n = 0; n < 6; n++, later()) {
    stopped.push([made.stops('collecting') !== undefined, made.stops('deciding') !== undefined]);
  }
  assert.deepEqual(stopped, [
    [false, false],
    [true, false],
    [true, false],
    [true, true],
    [true, false],
    [false, false],
  ]);
  assert.deepEqual(events, [
    'disk-low',
    'enforcement-stopped',
    'enforcement-resumed',
    'disk-enough',
  ]);
});

test('if free space is unknown, only a full disk stops work', () => {
  const { made } = reserve(undefined);
  assert.equal(made.stops('collecting'), undefined);
  assert.equal(made.stops('deciding'), undefined);
  assert.equal(made.free, undefined);
});

test('does not query the disk for every decision', () => {
  const { made, later, checks } = reserve(0.5);
  for (let n = 0; n < 100; n++) made.stops('deciding');
  assert.equal(checks(), 1);
  later();
  made.stops('deciding');
  assert.equal(checks(), 2);
});

test('the free share of a real disk is between 0 and 1', () => {
  const free = freeShare(root);
  assert.ok(free !== undefined && free >= 0 && free <= 1);
  assert.equal(freeShare(join(root, 'nothing')), undefined);
});

test('stops a running import when the disk becomes low', async () => {
  const { made } = reserve(0.11, 0.11, 0.09);
  const untilStopped = (signal: AbortSignal): Promise<string> =>
    new Promise((resolve) => signal.addEventListener('abort', () => resolve(WORKED)));
  const stopped = made.import(never, untilStopped, () => true);
  await assert.rejects(stopped, {
    code: 'DISK_LOW',
    message: /the records read so far are in the ledger/,
  });
});

test('an import that completes, or fails by itself, reports only that', async () => {
  const ended = await reserve(0.11).made.import(
    never,
    async () => WORKED,
    () => false,
  );
  assert.equal(ended, WORKED);
  const { made } = reserve(0.11, 0.09);
  const whole = async (signal: AbortSignal): Promise<string> => {
    while (!signal.aborted) await new Promise(setImmediate);
    return WORKED;
  };
  assert.equal(await made.import(never, whole, () => false), WORKED);
  const failing = async (): Promise<never> => {
    throw new RangeError('of its own');
  };
  await assert.rejects(
    reserve(0.11).made.import(never, failing, () => false),
    RangeError,
  );
});

test('reports standard input that was interrupted by a low disk', async () => {
  const { made } = reserve(0.11, 0.09);
  const cut = (signal: AbortSignal): Promise<never> =>
    new Promise((_, reject) =>
      signal.addEventListener('abort', () => reject(new ForwardingError('INTERRUPTED', 'cut'))),
    );
  await assert.rejects(
    made.import(never, cut, () => false),
    { code: 'DISK_LOW' },
  );
});

test('refuses to start an import with a low disk', async () => {
  const begun = async (): Promise<never> => assert.fail('it must not begin');
  await assert.rejects(
    reserve(0.09).made.import(never, begun, () => false),
    { code: 'DISK_LOW', message: /nothing was read/ },
  );
});

const TENANT = '3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21';
const TOKEN = 'token-1';
const LOW = 0.05;
const ENV = { TOOL: createHash('sha256').update(TOKEN).digest('hex') };

const PEOPLE = `tenant: ${TENANT}
people: [{ id: ada, kind: member, enabled: true, risk: none, groups: [one], roles: [] }]
groups: [{ id: one }]
waves: [{ id: w, state: open, groups: [one] }]
`;

function configIn(folder: string): Config {
  writeFileSync(join(folder, 'people.yaml'), PEOPLE);
  const file = join(folder, 'countersign.yaml');
  const text = `listen: 127.0.0.1:0
enforcementPoints:
  listen: 127.0.0.1:0
  url: https://pdp.example.com
  directory: [people.yaml]
  tools:
    - name: wiki
      tokenHash: { env: TOOL }
      tenant: ${TENANT}
      enforcementPoint: eam
      resources: [{ type: suite }]
`;
  writeFileSync(file, text);
  return loadConfig(file, ENV);
}

/** A server in this process with a simulated disk. */
async function withServer(
  work: (server: {
    readonly at: ServeReady;
    readonly dir: string;
    readonly disk: { free: number };
    readonly heard: (event: ServeEvent['event']) => Promise<void>;
  }) => Promise<void>,
): Promise<void> {
  const dir = join(mkdtempSync(join(root, 'served-')), 'data');
  mkdirSync(dir);
  const disk = { free: 0.5 };
  const stop = new AbortController();
  const heard: ServeEvent['event'][] = [];
  const listeners = new Set<() => void>();
  let aheadMs = 0;
  const later = async (): Promise<void> => {
    aheadMs += IMPORT_DISK_CHECK_MS;
    disk.free = LOW;
  };
  const ready = Promise.withResolvers<ServeReady>();
  const serving = serve({
    ...{ dir, config: configIn(join(dir, '..')), version: '0.0.0' },
    env: ENV,
    random: { fill: (bytes) => crypto.getRandomValues(bytes) },
    // During an import each check sees a clock one second later, and so a low disk.
    clock: { now: systemClock.now, monotonic: () => systemClock.monotonic() + aheadMs },
    wait: (ms, signal) =>
      ms === IMPORT_DISK_CHECK_MS && disk.free > LOW ? later() : systemWait(ms, signal),
    ...{ hangUps: Readable.from([]), setLogForm: () => undefined },
    readConfig: () => assert.fail('this test reloads nothing'),
    ...{ stopwatch: systemClock, standstill: () => undefined },
    ...{ emulator: undefined, freeDisk: () => disk.free, signal: stop.signal },
    ...{ workers: 1, keyFile: undefined, acceptFork: undefined },
    policies: join(import.meta.dirname, '../../../../../content/policies'),
    tell: ({ event }) => {
      heard.push(event);
      for (const listener of listeners) listener();
    },
    ready: ready.resolve,
  });
  const hear = async (event: ServeEvent['event']): Promise<void> => {
    while (!heard.includes(event)) {
      const { promise, resolve } = Promise.withResolvers<void>();
      listeners.add(resolve);
      await promise;
      listeners.delete(resolve);
    }
  };
  try {
    const at = await Promise.race([ready.promise, serving.then(() => assert.fail('it ended'))]);
    await work({ at, dir, disk, heard: hear });
  } finally {
    stop.abort();
    await serving;
  }
}

async function decide({ enforcementUrl }: ServeReady): Promise<{ status: number; body: string }> {
  const response = await fetch(`${enforcementUrl}/access/v1/evaluation`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${TOKEN}` },
    body: JSON.stringify({
      subject: { type: 'user', id: 'ada' },
      action: { name: 'signIn' },
      resource: { type: 'suite', id: TENANT },
      context: { factor: 'multi' },
    }),
  });
  return { status: response.status, body: await response.text() };
}

/** Repeats a query until it holds. The server checks the disk twice a second. */
async function until<T>(ask: () => Promise<T>, isSo: (answer: T) => boolean): Promise<T> {
  for (;;) {
    const answer = await ask();
    if (isSo(answer)) return answer;
  }
}

test('reserves the rest of the disk for decisions, and at last refuses those too', async () =>
  withServer(async ({ at, dir, disk, heard }) => {
    const page = async (path: string) => (await fetch(`${at.url}${path}`)).text();
    assert.match((await decide(at)).body, /"decision":true/);
    const file = join(dir, '..', 'records.ndjson');
    const record = { Id: 'a', Operation: 'New-InboxRule', CreationTime: '2026-01-05T09:00:00' };
    writeFileSync(file, `${JSON.stringify(record)}\n`);
    const input = { paths: [file] };
    const { name: operation } = importRecords;
    const work: Command = { operation, input, mode: 'perform', tenant: null, who: 'ada' };
    const socketFile = layout.apiSocket(dir);
    const nothing = (): void => {};
    const hooks = { signal: never, progress: nothing, waiting: nothing };
    const importing = () => handOver({ socketFile, work, ...hooks });
    await assert.rejects(importing(), { code: 'DISK_LOW', message: /the records read so far/ });
    await assert.rejects(importing(), { code: 'DISK_LOW', message: /nothing was read/ });
    await heard('disk-low');
    assert.match(await page('/metrics'), /^countersign_collecting_stopped 1$/m);
    assert.match((await decide(at)).body, /"decision":true/);

    disk.free = 0.01;
    const denied = await until(
      () => decide(at),
      ({ status }) => status !== 200,
    );
    assert.equal(denied.status, 503);
    assert.match(denied.body, /less than 2 % of the disk is free: decisions cannot be recorded/);
    const health = JSON.parse(await page('/api/v1/health')) as { kind: string; stopped: string[] };
    assert.equal(health.kind, 'no');
    assert.equal(health.stopped.length, 2);
    assert.match(await page('/metrics'), /^countersign_enforcement_stopped 1$/m);

    disk.free = 0.5;
    const again = await until(
      () => decide(at),
      ({ status }) => status === 200,
    );
    assert.match(again.body, /"decision":true/);
    await heard('enforcement-resumed');
    const reader = await LedgerReader.open(dir);
    assert.ok(reader.size > 0);
    reader.close();
  }));
