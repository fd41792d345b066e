import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { LedgerReader } from '@countersign/ledger/reader';
import { simulations } from '../../tools/property.ts';
import { countersign } from '../support/command-line.ts';
import { WEBHOOK_SECRET, WebhookReceiver } from '../support/feeds/webhook-receiver.ts';
import { temporaryFolder } from '../support/folders.ts';
import { recordText } from '../support/ingest/audit-record.ts';
import { ServerProcess } from '../support/server-process.ts';

const KILLS = simulations(3, 100);
const RECORDS_PER_REQUEST = 40;
const RECORDS = Math.min(KILLS * 300, 9000);
const ENV = { HOOK_SECRET: WEBHOOK_SECRET };
const root = temporaryFolder('webhook-feed');
const KINDS = 'event, finding, decision, import, coverage, config, act';

async function imported(name: string, records: number): Promise<{ dir: string; size: number }> {
  const dir = join(root, name);
  const file = join(root, `${name}.json`);
  const texts = Array.from({ length: records }, (_, number) => recordText(number));
  writeFileSync(file, `[${texts.join(',')}]`);
  const { code, stderr } = await countersign(['import', file, '--data', dir]);
  assert.ok(code === 0 || code === 3, stderr);
  return { dir, size: await sizeOf(dir) };
}

async function sizeOf(dir: string): Promise<number> {
  const reader = await LedgerReader.open(dir);
  reader.close();
  return reader.size;
}

function writeFeeds(name: string, url: string, more = ''): string {
  const file = join(root, `${name}.yaml`);
  const text = `listen: 127.0.0.1:0
log: json
feeds:
  - name: soc
    kind: webhook
    url: ${url}
    secrets: [{env: HOOK_SECRET}]
    kinds: [${KINDS}]
    start: beginning
    allow: [loopback]
    recordsPerRequest: ${RECORDS_PER_REQUEST}
    ${more}
`;
  writeFileSync(file, text);
  return file;
}

async function metric(serving: ServerProcess, name: string): Promise<number | undefined> {
  const text = await (await serving.get('/metrics')).text();
  const [, value] =
    new RegExp(`^countersign_${name}\\{sink="soc".*\\} (\\S+)$`, 'm').exec(text) ?? [];
  return value === undefined ? undefined : Number(value);
}

async function until(isDone: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await isDone())) await pause(20);
}

test('a receiver gets the whole ledger, verified, and metrics agree', async () => {
  await using receiver = new WebhookReceiver();
  await receiver.start();
  const { dir, size } = await imported('whole', 300);
  const serving = await ServerProcess.start(dir, writeFeeds('whole', receiver.url), ENV);
  await until(async () => (await metric(serving, 'feed_lag_entries')) === 0);
  assert.equal(await metric(serving, 'feed_position'), await sizeOf(dir));
  const stopping = performance.now();
  assert.equal(await serving.end(), 0);
  assert.ok(performance.now() - stopping < 5000, 'it stops in time');
  assert.equal(new Set(receiver.indices).size, receiver.indices.length, 'no duplicates');
  assert.ok(receiver.indices.length > size / 2, `${receiver.indices.length} of ${size}`);
  const again = await ServerProcess.start(dir, writeFeeds('whole', receiver.url), ENV);
  const before = receiver.indices.length;
  await until(async () => (await metric(again, 'feed_lag_entries')) === 0);
  await again.end();
  assert.ok(receiver.indices.length - before < 10, 'a restart sends only what is new');
});

test('random kills of Countersign and of the receiver lose nothing', async () => {
  await using receiver = new WebhookReceiver();
  await receiver.start();
  const { dir } = await imported('kills', RECORDS);
  const config = writeFeeds('kills', receiver.url);
  let requests = 0;
  // Slow enough that kills hit a delivery.
  receiver.answer = (response) => {
    if (++requests % 7 !== 0) return 'accept';
    response.writeHead(requests % 2 === 0 ? 503 : 429, { 'retry-after': '1' }).end();
    return 'answered';
  };
  for (let kill = 0; kill < KILLS; kill++) {
    const serving = await ServerProcess.start(dir, config, ENV);
    const before = receiver.indices.length;
    await until(() => receiver.indices.length > before + ((kill * 37) % 200) || isAtEnd(receiver));
    if (kill % 3 === 2) {
      await receiver.stop();
      await pause(50);
      await receiver.start();
    }
    await serving.end('SIGKILL');
  }
  const serving = await ServerProcess.start(dir, config, ENV);
  await until(async () => (await metric(serving, 'feed_lag_entries')) === 0);
  assert.equal(await metric(serving, 'feed_parked'), 0);
  await serving.end();
  await assertNothingMissing(receiver, dir);
  const duplicates = receiver.indices.length - new Set(receiver.indices).size;
  // A batch whose answer was lost arrives again: one for each kill or stop of the receiver.
  const allowed = RECORDS_PER_REQUEST * 2 * (KILLS + 1);
  assert.ok(duplicates <= allowed, `${duplicates} duplicates, ${allowed} allowed`);
});

function isAtEnd(receiver: WebhookReceiver): boolean {
  return receiver.indices.length > 0 && Math.max(...receiver.indices) >= RECORDS * 0.9;
}

async function assertNothingMissing(receiver: WebhookReceiver, dir: string): Promise<void> {
  const got = new Set(receiver.indices);
  const args = KINDS.split(', ').flatMap((kind) => ['--kind', kind]);
  const { stdout, stderr } = await countersign(['tail', '--json', '--data', dir, ...args]);
  const records = stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as { index: number; kind: string });
  const expected = records.filter(({ kind }) => kind !== 'mark').map(({ index }) => index);
  assert.ok(expected.length >= RECORDS, stderr);
  // The last service wrote entries of its own after its last report.
  const reached = Math.max(...got);
  assert.deepEqual(
    expected.filter((index) => index <= reached && !got.has(index)),
    [],
  );
}

test('a receiver that answers 410 is never called again, and health says so', async () => {
  await using receiver = new WebhookReceiver();
  await receiver.start();
  let calls = 0;
  receiver.answer = (response) => {
    calls++;
    response.writeHead(410).end();
    return 'answered';
  };
  const { dir } = await imported('gone', 5);
  const serving = await ServerProcess.start(dir, writeFeeds('gone', receiver.url), ENV);
  const { because } = await serving.logged(
    ({ event, what }) => event === 'feed' && what === 'stopped',
  );
  assert.match(String(because), /asks never to be called again.*countersign feeds resume soc/);
  await until(async () =>
    (await (await serving.get('/api/v1/health')).text()).includes('feed-stopped'),
  );
  assert.equal((await serving.get('/api/v1/health')).status, 503);
  assert.equal(calls, 1);
  await serving.end();
});

test('a webhook with pseudonyms names no person', async () => {
  await using receiver = new WebhookReceiver();
  await receiver.start();
  const { dir } = await imported('pseudonyms', 20);
  const config = writeFeeds('pseudonyms', receiver.url, 'people: pseudonyms\n    content: full');
  const serving = await ServerProcess.start(dir, config, ENV);
  await until(async () => (await metric(serving, 'feed_lag_entries')) === 0);
  await serving.end();
  const text = JSON.stringify([...receiver.bodies.values()]);
  assert.match(text, /person-[0-9a-f]{16}/);
  assert.doesNotMatch(text, /freya\.sandison/i);
});

test('operators test, pause, resume and replay a feed beside the service', async () => {
  await using receiver = new WebhookReceiver();
  await receiver.start();
  const { dir } = await imported('operators', 10);
  const config = writeFeeds('operators', receiver.url);
  const serving = await ServerProcess.start(dir, config, ENV);
  await until(async () => (await metric(serving, 'feed_lag_entries')) === 0);
  const feeds = async (...args: string[]): Promise<Record<string, unknown>> => {
    const command = ['feeds', ...args, '--data', dir, '--json'];
    const { code, stdout, stderr } = await countersign(command, { env: ENV });
    assert.equal(code, 0, stderr);
    return JSON.parse(stdout) as Record<string, unknown>;
  };
  const tested = await feeds('test', 'soc', '--config', config);
  assert.deepEqual([tested['delivered'], tested['proof']], ['yes', 'accepted']);
  assert.ok(receiver.indices.includes(Number(tested['entry'])));
  await feeds('pause', 'soc', '--reason', 'maintenance');
  const { state, because, deliveredUpTo } = await feeds('list', 'soc');
  assert.deepEqual([state, because], ['paused', 'maintenance']);
  await feeds('replay', 'soc', '--from', '0', '--reason', 'the receiver was rebuilt');
  await pause(600);
  const before = receiver.indices.length;
  assert.equal((await feeds('list', 'soc'))['state'], 'paused', 'a replay starts no paused feed');
  await feeds('resume', 'soc', '--reason', 'the receiver is back');
  await until(() => receiver.indices.length >= before + Number(deliveredUpTo));
  await serving.end();
  const { stdout } = await countersign(['tail', '--kind', 'config', '--json', '--data', dir]);
  for (const what of ['feed-paused', 'feed-replayed', 'feed-resumed']) {
    assert.match(stdout, new RegExp(`"what":"${what}".*"feed":"soc"`));
  }
});

test('an erasure tells the receiver what to erase, and names the receivers', async () => {
  await using receiver = new WebhookReceiver();
  await receiver.start();
  const { dir } = await imported('erasure', 10);
  const serving = await ServerProcess.start(dir, writeFeeds('erasure', receiver.url), ENV);
  await until(async () => (await metric(serving, 'feed_lag_entries')) === 0);
  const user = ['--user', 'freya.sandison@northmoor.example'];
  const args = ['ledger', 'erase', ...user, '--case', 'DSR-7', '--reason', 'asked for it'];
  const { stdout, stderr } = await countersign([...args, '--data', dir, '--json']);
  const { entry, ranges, receivers } = JSON.parse(stdout) as Record<string, unknown>;
  const [soc] = receivers as Record<string, unknown>[];
  assert.deepEqual([soc?.['feed'], soc?.['erasure']], ['soc', 'informed']);
  assert.match(stderr, /The feed tells it what to erase/);
  await until(() => receiver.bodies.has(Number(entry)));
  await serving.end();
  const event = receiver.bodies.get(Number(entry)) as { type: string; data: object };
  assert.equal(event.type, 'app.countersign.erasure.v1');
  assert.deepEqual((event.data as { ranges?: unknown }).ranges, ranges);
  assert.doesNotMatch(JSON.stringify(event), /DSR-7|asked for it/);
});
