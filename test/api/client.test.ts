import assert from 'node:assert/strict';
import { connect, createServer, type Socket } from 'node:net';
import { after, before, test } from 'node:test';
import { Client, ROUTES, type TailRecord } from '@countersign/client';
import { SCOPES } from '../../apps/countersign/src/operations/definition/scopes.ts';
import { NEEDS_NAMES, operationIdOf } from '../../apps/countersign/src/operations/offers.ts';
import { loadOperations } from '../../apps/countersign/src/operations/registry.ts';
import { apiRoutes } from '../../apps/countersign/src/server/api/operations/api-route.ts';
import { type RunningService, startSampleService } from '../support/api/running-service.ts';
import { temporaryFolder } from '../support/folders.ts';

const root = temporaryFolder('api-client');
const OPERATIONS = await loadOperations();
let service: RunningService;
let client: Client;
let token = '';

before(async () => {
  service = await startSampleService(root);
  token = await service.newToken('client', SCOPES);
  client = new Client({ url: service.url, token: () => token });
});
after(() => service.server.end());

/** What a caller of any operation passes: the types of single operations have their own tests. */
type AnyCall = (
  id: string,
  input: object,
  options?: object,
) => Promise<{ answer: { kind: string } }>;
type AnyList = (
  id: string,
  input: object,
) => AsyncIterable<unknown> & { complete: { kind: string } };

for (const { operation, members } of apiRoutes(OPERATIONS)) {
  for (const [at, example] of operation.examples.entries()) {
    if (!('runsOn' in example) || operation.effect === 'write' || operation.name === 'tail')
      continue;
    test(`${operation.name} has one of three answers over the network (${at})`, async () => {
      const id = operationIdOf(operation.name);
      const known = new Set(members.map(({ name }) => name));
      const given = Object.entries(example.input).filter(([name]) => known.has(name));
      const input = Object.fromEntries(given);
      assert.ok(id in ROUTES);
      if (operation.kind === 'list') {
        const list = (client.list as AnyList).call(client, id, { ...input, limit: 1000 });
        const first = (async () => {
          for await (const _ of list) break;
        })();
        if (NEEDS_NAMES.has(operation.name)) {
          await assert.rejects(first, { code: 'names', status: 403 });
          return;
        }
        await first;
        assert.match(list.complete.kind, /^(?:yes|no|unknown)$/);
        return;
      }
      const asked = (client.call as AnyCall).call(client, id, input);
      if (NEEDS_NAMES.has(operation.name)) {
        await assert.rejects(asked, { code: 'names', status: 403 });
        return;
      }
      assert.match((await asked).answer.kind, /^(?:yes|no|unknown)$/);
    });
  }
}

test('small pages together are the large pages together', async () => {
  const small = await client.list('timeline', { limit: 211 }).all();
  assert.deepEqual(small, await client.list('timeline', { limit: 1000 }).all());
  assert.ok(small.length > 422, 'there are at least three pages');
});

test('an operator who changes what another has changed learns of it', async () => {
  const [first] = await client.list('findings', {}).all();
  const id = first?.finding_info.uid ?? '';
  const seen = await client.call('findingsShow', { id });
  assert.ok(seen.etag !== undefined);
  const input = { id, status: 'in-progress', reason: 'being looked at' } as const;
  const marked = await client.call('findingsMark', input, { ifMatch: seen.etag });
  assert.equal(marked.answer.kind, 'yes');
  const second = client.call(
    'findingsMark',
    { ...input, status: 'resolved' },
    { ifMatch: seen.etag },
  );
  await assert.rejects(second, { code: 'changed', status: 412 });
  const unconditional = client.call('findingsMark', input);
  await assert.rejects(unconditional, { code: 'if-match-missing' });
});

test('an act with the same key is done once', async () => {
  const hold = { case: 'case 7', from: '2026-03-01', to: '2026-03-02' };
  const key = { idempotencyKey: 'case-7' };
  const one = await client.call('ledgerHold', hold, key);
  assert.ok(one.result !== null);
  assert.deepEqual(await client.call('ledgerHold', hold, key), one);
  const holds = await client.list('ledgerHoldList', {}).all();
  assert.equal(holds.length, 1);
});

test('a token that has too few scopes is refused with the reason', async () => {
  const less = await service.newToken('less', ['findings:read']);
  const other = new Client({ url: service.url, token: () => less });
  await assert.rejects(other.call('verified', {}), { code: 'scope', status: 403 });
  const none = new Client({ url: service.url, token: () => 'nothing' });
  await assert.rejects(none.call('verified', {}), { status: 401 });
});

async function collect(records: AsyncIterable<TailRecord>): Promise<TailRecord[]> {
  const all: TailRecord[] = [];
  for await (const record of records) all.push(record);
  return all;
}

test('a tail over a connection that breaks delivers everything once, in both forms', async () => {
  const whole = await collect(client.tail({}));
  const bodies = whole.filter(({ kind }) => kind !== 'mark').map(({ index }) => index);
  assert.ok(bodies.length > 500);
  for (const form of ['lines', 'events'] as const) {
    let connections = 0;
    // A proxy for each form: a connection that is left open would serve the next one.
    const limit = (): number => (connections++ < 4 ? 20_000 : Infinity);
    const proxy = createServer((socket) => relay(socket, limit()));
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve));
    const { port } = proxy.address() as { readonly port: number };
    const url = `http://127.0.0.1:${port}`;
    const fragile = new Client({ url, token: () => token, sleep: async () => undefined });
    const read = await collect(fragile.tail({}, { form }));
    proxy.close();
    const indices = read.filter(({ kind }) => kind !== 'mark').map(({ index }) => index);
    assert.deepEqual(indices, bodies, form);
    assert.equal(connections, 5, `${form}: each of four connections is cut`);
  }
});

/** Passes bytes on, and cuts the connection after some. */
function relay(socket: Socket, limit: number): void {
  let left = limit;
  const upstream = connect(Number(new URL(service.url).port), '127.0.0.1');
  for (const each of [socket, upstream]) {
    each
      .on('error', () => undefined)
      .on('close', () => {
        socket.destroy();
        upstream.destroy();
      });
  }
  socket.pipe(upstream);
  upstream.on('data', (bytes: Buffer) => {
    socket.write(bytes.subarray(0, left));
    left -= bytes.length;
    if (left <= 0) socket.destroySoon();
  });
}
