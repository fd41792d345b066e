import assert from 'node:assert/strict';
import { once } from 'node:events';
import { existsSync, renameSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { get } from 'node:https';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/client';
import { certificateFor } from '../../tools/testing/certificate.ts';
import { eventsOf } from '../support/api/event-stream.ts';
import { ActivityService } from '../support/collection/activity-service.ts';
import { countersignHere } from '../support/command-here.ts';
import { ended, start } from '../support/command-line.ts';
import { ndjson, records } from '../support/exports.ts';
import { temporaryFolder } from '../support/folders.ts';
import { newClient } from '../support/mcp/clients.ts';
import { ServerProcess, writeConfig } from '../support/server-process.ts';

const TENANT = '5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794';
const root = temporaryFolder('api-service');
const PRELOAD = join(import.meta.dirname, '../support/thread-fault.ts');

type Service = { readonly dir: string; readonly server: ServerProcess };

async function begin(
  t: { after(end: () => unknown): void },
  name: string,
  { env = {}, more = '' }: { env?: Record<string, string>; more?: string } = {},
): Promise<Service> {
  const dir = join(root, name);
  const source = await new ActivityService(TENANT).start();
  const config = join(root, `${name}.yaml`);
  writeConfig(config, { origin: source.origin, tenant: TENANT, more });
  t.after(() => source[Symbol.asyncDispose]());
  const server = await ServerProcess.start(dir, config, { SERVE_SECRET: 'hush', ...env });
  t.after(() => server.end());
  return { dir, server };
}

async function createToken({ dir }: Service, name: string, ...scopes: string[]): Promise<string> {
  const { stdout, stderr } = await countersignHere([
    ...['tokens', 'create', name, '--expires', '1d', '--data', dir, '--json'],
    ...scopes.flatMap((scope) => ['--scope', scope]),
  ]);
  assert.notEqual(stdout, '', stderr);
  return (JSON.parse(stdout) as { readonly secret: string }).secret;
}

async function importRecords({ dir }: Service, from: number, count: number): Promise<void> {
  const input = ndjson(records(from + count).slice(from));
  const { code, stderr } = await countersignHere(['import', '-', '--data', dir], { input });
  assert.equal(code, 0, stderr);
}

/** One service for the tests that leave it running. */
let service: Service;
const ends: (() => unknown)[] = [];
before(async () => {
  service = await begin({ after: (end) => void ends.push(end) }, 'shared');
});
after(async () => {
  for (const end of ends) await end();
});

test('a stream that is cut off continues behind its last event, and misses nothing', async () => {
  const token = await createToken(service, 'reader', 'feeds:read');
  await importRecords(service, 0, 30);
  const url = `${service.server.url}/api/v1/tail?kind=event&follow=true&from=0`;
  const ids: string[] = [];
  let last = '';
  for await (const { id, event, data } of eventsOf(url, token)) {
    last = id ?? last;
    if (event === 'event') ids.push((JSON.parse(data) as { id: string }).id);
    if (ids.length === 12) break;
  }
  await importRecords(service, 30, 30);
  const cut = new AbortController();
  const resumed = eventsOf(url, token, { 'last-event-id': last }, cut.signal);
  for await (const { event, data } of resumed) {
    if (event === 'event') ids.push((JSON.parse(data) as { id: string }).id);
    if (ids.length === 60) break;
  }
  cut.abort();
  assert.equal(new Set(ids).size, 60, 'each of them once');
});

test('a revoked token ends a running stream, and says so', async () => {
  const token = await createToken(service, 'leaver', 'feeds:read');
  const url = `${service.server.url}/api/v1/tail?follow=true&from=0`;
  const events = eventsOf(url, token);
  for await (const { event } of events) {
    if (event === 'mark') break;
  }
  const running = eventsOf(url, token);
  await running.next();
  const args = ['tokens', 'revoke', 'leaver', '--reason', 'lost', '--data', service.dir];
  const { code, stderr } = await countersignHere(args);
  assert.equal(code, 0, stderr);
  await importRecords(service, 60, 3);
  let ended = '';
  for await (const { event, data } of running) if (event === 'end') ended = data;
  assert.match(ended, /the proof of the caller ended/);
  const again = await service.server.get('/api/v1/tail', { authorization: `Bearer ${token}` });
  assert.equal(again.status, 401);
});

test('the interface that fails starts again alone, on the same port', async (t) => {
  const file = join(root, 'fault.json');
  const env = { NODE_OPTIONS: `--import=${PRELOAD}`, THREAD_FAULT: file };
  const service = await begin(t, 'fault', { env });
  const { server } = service;
  await server.ask('/api/v1/coverage');
  writeFileSync(`${file}.new`, JSON.stringify({ thread: 'api-worker', fault: 'throw' }));
  renameSync(`${file}.new`, file);
  while (!existsSync(`${file}.begun`)) await pause(20);
  writeFileSync(file, JSON.stringify({ thread: 'nothing', fault: 'throw' }));
  const problem = await server.logged(({ event, collector }) => {
    return event === 'problem' && collector === 'http';
  });
  assert.match(String(problem['because']), /the interface thread ended: a defect that a test made/);
  for (;;) {
    const answer = await server.get('/api/v1/health').catch(() => undefined);
    if (answer !== undefined) break;
    assert.equal(server.child.exitCode, null, 'the service goes on');
    await pause(50);
  }
  await server.ask('/api/v1/coverage');
  await importRecords(service, 0, 2);
});

test('thousands of silent connections and slow readers keep no one else out', async (t) => {
  const token = await createToken(service, 'slow-reader', 'feeds:read');
  await importRecords(service, 63, 437);
  const { hostname, port } = new URL(service.server.url);
  const sockets: Socket[] = [];
  t.after(() => {
    for (const socket of sockets) socket.destroy();
  });
  const open = async (): Promise<Socket> => {
    const socket = connect(Number(port), hostname);
    socket.on('error', () => undefined);
    sockets.push(socket);
    await once(socket, 'connect');
    return socket;
  };
  for (let at = 0; at < 50; at++) await Promise.all(Array.from({ length: 100 }, open));
  for (let at = 0; at < 20; at++) {
    const slow = await open();
    slow.pause();
    slow.write(
      `GET /api/v1/tail?from=0&follow=true HTTP/1.1\r\nHost: ${hostname}:${port}\r\n` +
        `Authorization: Bearer ${token}\r\n\r\n`,
    );
  }
  const health = await service.server.get('/api/v1/health');
  assert.match(((await health.json()) as { kind: string }).kind, /^(?:yes|unknown)$/);
  const tail = await service.server.get('/api/v1/tail?kind=event', {
    authorization: `Bearer ${token}`,
  });
  const lines = (await tail.text()).trim().split('\n');
  assert.equal(lines.filter((line) => line.includes('"kind":"event"')).length, 500);
});

test('over TLS, and agents ask with the official client', async (t) => {
  const { cert, key } = certificateFor('127.0.0.1');
  const [certFile, keyFile] = [join(root, 'tls.pem'), join(root, 'tls.key')];
  writeFileSync(certFile, cert);
  writeFileSync(keyFile, key, { mode: 0o600 });
  const secure = await begin(t, 'tls', {
    more: `tls: {certificate: ${certFile}, key: ${keyFile}}\n`,
  });
  assert.match(secure.server.url, /^https:/);
  const status = await new Promise((resolve, reject) => {
    get(`${secure.server.url}/api/v1/openapi.json`, { ca: cert, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    }).on('error', reject);
  });
  assert.equal(status, 200);
});

test('an agent asks over HTTP, and without a token learns where to get one', async () => {
  const { url } = service.server;
  const refused = await fetch(`${url}/mcp`, { method: 'POST', body: '{}' });
  assert.equal(refused.status, 401);
  const where = /resource_metadata="([^"]+)"/.exec(refused.headers.get('www-authenticate') ?? '');
  const metadata = (await (await fetch(where?.[1] ?? '')).json()) as { resource: string };
  assert.equal(metadata.resource, `${url}/mcp`);
  const token = await createToken(service, 'agent', 'coverage:read', 'events:read');
  const client = newClient({});
  const headers = { authorization: `Bearer ${token}` };
  const transport = new StreamableHTTPClientTransport(new URL(`${url}/mcp`), {
    requestInit: { headers },
  });
  await client.connect(transport);
  const { tools } = await client.listTools();
  assert.deepEqual(
    tools.map(({ name }) => name),
    ['timeline', 'coverage', 'verified', 'reconcile', 'list_unaccounted'],
    'only what its scopes allow',
  );
  const reply = (await client.callTool({ name: 'coverage', arguments: {} })) as {
    readonly structuredContent?: { readonly answer: string };
  };
  assert.match(reply.structuredContent?.answer ?? '', /^(?:yes|no|unknown)$/);
  const events = await client.callTool({ name: 'timeline', arguments: { purpose: 'a test' } });
  const text = JSON.stringify(events.structuredContent);
  assert.match(text, /person-[0-9a-f]{16}/, 'a token sees pseudonyms');
  assert.doesNotMatch(text, /\w@\w/);
  await client.close();
});

test('a stop ends streams, idle connections and a hanging send, and loses nothing', async (t) => {
  // Takes requests, and never answers.
  const requests: string[] = [];
  const receiver = createServer((request) => void requests.push(request.url ?? ''));
  receiver.listen(0, '127.0.0.1');
  await once(receiver, 'listening');
  t.after(() => {
    receiver.closeAllConnections();
    receiver.close();
  });
  const { port: receiverPort } = receiver.address() as AddressInfo;
  const service = await begin(t, 'stop', {
    env: { HOOK_SECRET: `whsec_${Buffer.alloc(32, 7).toString('base64')}` },
    more:
      `feeds:\n  - {name: soc, kind: webhook, url: "http://127.0.0.1:${receiverPort}/hook", ` +
      'secrets: [{env: HOOK_SECRET}], kinds: [event], start: beginning, allow: [loopback]}\n',
  });
  const { server, dir } = service;
  const token = await createToken(service, 'reader', 'feeds:read');
  await importRecords(service, 0, 5);
  while (requests.length === 0) await pause(20);
  const { hostname, port } = new URL(server.url);
  const idle = Array.from({ length: 100 }, () => connect(Number(port), hostname));
  for (const socket of idle) socket.on('error', () => undefined);
  const stream = eventsOf(`${server.url}/api/v1/tail?follow=true&from=0`, token);
  await stream.next();
  const input = ndjson(records(5_000));
  const importing = start(['import', '-', '--json', '--data', dir]);
  const imported = ended(importing);
  importing.stdin?.write(input.slice(0, input.length / 2));
  await server.logged(({ event, command }) => event === 'work-begun' && command === 'import');
  const stoppedMs = performance.now();
  const stopped = server.end();
  for await (const _ of stream);
  assert.equal(await stopped, 0);
  t.diagnostic(`stopped after ${Math.round(performance.now() - stoppedMs)} ms`);
  importing.stdin?.end();
  await imported;
  const fsck = await countersignHere(['ledger', 'fsck', '--data', dir]);
  assert.equal(fsck.code, 0, fsck.stdout);
});
