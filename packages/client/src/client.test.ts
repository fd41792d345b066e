import assert from 'node:assert/strict';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test } from 'node:test';
import { Client } from './client.ts';
import { retryAfterMsOf } from './client-error.ts';
import { targetOf } from './route.ts';
import { originOf } from './transport.ts';

type Exchange = (request: IncomingMessage, response: ServerResponse) => void;

const REPLY = { answer: { kind: 'yes', because: [] }, asOf: null, result: { a: 1 }, notices: [] };

/** A peer that answers each request with the next exchange. */
async function peer(
  ...exchanges: Exchange[]
): Promise<{ client: Client; requests: IncomingMessage[]; waits: number[] } & AsyncDisposable> {
  const requests: IncomingMessage[] = [];
  const waits: number[] = [];
  const server = createServer((request, response) => {
    requests.push(request);
    const exchange = exchanges.shift();
    if (exchange === undefined) response.writeHead(500).end();
    else exchange(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = new Client({
    url: `http://127.0.0.1:${port}`,
    token: () => 'secret',
    sleep: async (ms) => void waits.push(ms),
  });
  return {
    ...{ client, requests, waits },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

function json(body: object, status = 200, headers: Record<string, string> = {}): Exchange {
  return (_, response) =>
    void response
      .writeHead(status, { 'content-type': 'application/json', ...headers })
      .end(JSON.stringify(body));
}

test('a busy service is asked again when it says, and an act keeps its key', async () => {
  const busy = { code: 'busy', detail: 'try again' };
  await using it = await peer(
    json(busy, 429, { 'retry-after': '2' }),
    (request) => request.socket.destroy(),
    json(busy, 503),
    json(REPLY),
  );
  const body = { name: 'x', scope: ['findings:read'], expires: '1d' } as never;
  const { answer } = await it.client.call('tokensCreate', body);
  assert.equal(answer.kind, 'yes');
  assert.deepEqual(it.waits, [2000, 500, 1000]);
  const keys = it.requests.map(({ headers }) => headers['idempotency-key']);
  assert.equal(new Set(keys).size, 1);
  assert.match(String(keys[0]), /^[\w-]{36}$/);
});

test('it gives up after its attempts, and at once if it should wait for long', async () => {
  const busy = { code: 'busy', detail: 'try again' };
  await using it = await peer(...Array.from({ length: 9 }, () => json(busy, 503)));
  await assert.rejects(it.client.call('verified', {}), { code: 'busy', status: 503 });
  assert.equal(it.requests.length, 5);
  await using slow = await peer(json(busy, 429, { 'retry-after': '3600' }));
  const expected = { code: 'busy', retryAfterMs: 3_600_000 };
  await assert.rejects(slow.client.call('verified', {}), expected);
  assert.equal(slow.requests.length, 1);
});

test('a conflict and a refusal are not repeated', async () => {
  for (const [status, code] of [
    [409, 'conflict'],
    [401, 'token'],
    [422, 'idempotency-key-reused'],
  ] as const) {
    await using it = await peer(json({ code, detail: 'no' }, status));
    await assert.rejects(it.client.call('verified', {}), { code, status });
    assert.equal(it.requests.length, 1);
  }
});

test('a page of a proxy, and a reply without an answer, are errors', async () => {
  await using it = await peer((_, response) => response.writeHead(502).end('<html>'));
  await assert.rejects(it.client.call('verified', {}), { code: 'http-502' });
  for (const body of [{}, { answer: { kind: 'maybe' } }, { ...REPLY, answer: null }]) {
    await using bad = await peer(json(body));
    await assert.rejects(bad.client.call('verified', {}), { code: 'invalid-reply' });
  }
});

test('the token is not sent where a redirect leads', async () => {
  await using it = await peer((_, response) =>
    response.writeHead(302, { location: 'http://127.0.0.1:1/' }).end(),
  );
  await assert.rejects(it.client.call('verified', {}), (error: Error) => {
    assert.doesNotMatch(error.message, /secret/);
    return true;
  });
});

test('what has changed is an error that shows it as it is now', async () => {
  await using it = await peer(json(REPLY, 412));
  const change = it.client.call(
    'findingsMark',
    { id: 'a', status: 'resolved', reason: 'b' },
    {
      ifMatch: '"x"',
    },
  );
  await assert.rejects(change, { code: 'changed', current: REPLY });
  assert.equal(it.requests[0]?.headers['if-match'], '"x"');
});

test('whether a list is complete stays unknown until its last page was read', async () => {
  const page = { complete: { kind: 'yes', because: [] }, asOf: null, notices: [] };
  await using it = await peer(
    json({ ...page, items: [1, 2], next: 'c' }),
    json({ ...page, items: [3], next: null }),
  );
  const list = it.client.list('coverage', { limit: 2 });
  assert.equal(list.complete.kind, 'unknown');
  const kinds: string[] = [];
  for await (const _ of list) kinds.push(list.complete.kind);
  assert.deepEqual(kinds, ['unknown', 'unknown', 'yes']);
  assert.equal(it.requests[1]?.url, '/api/v1/coverage?limit=2&cursor=c');
});

async function collect(items: AsyncIterable<object>): Promise<object[]> {
  const all: object[] = [];
  for await (const item of items) all.push(item);
  return all;
}

const line = (value: object): string => `${JSON.stringify(value)}\n`;

test('a tail continues behind its last mark, and repeats no record', async () => {
  const records = [0, 1, 2, 3].map((index) => ({ index, kind: 'event' }));
  const mark = { index: 1, kind: 'mark' };
  await using it = await peer(
    (_, response) => {
      response.write(records.slice(0, 2).map(line).join('') + line(mark) + line(records[2] ?? {}));
      setImmediate(() => response.write('{"index":3', () => response.destroy()));
    },
    (_, response) =>
      response.end(records.slice(2).map(line).join('') + line({ index: 3, kind: 'mark' })),
  );
  const read: object[] = [];
  for await (const record of it.client.tail({ from: 0 })) read.push(record);
  assert.deepEqual(read, [
    records[0],
    records[1],
    mark,
    records[2],
    records[3],
    { index: 3, kind: 'mark' },
  ]);
  assert.equal(it.requests[1]?.url, '/api/v1/tail?from=2');
});

test('a stream that the service ends for its caller is not an end', async () => {
  await using it = await peer(
    (_, response) => response.end(line({ kind: 'end', because: 'the proof of the caller ended' })),
    json({ code: 'token', detail: 'the token is revoked' }, 401),
  );
  const reading = collect(it.client.tail({ follow: true }));
  await assert.rejects(reading, { code: 'token' });
});

test('a silent stream is cut, and an abort ends it with its reason', async () => {
  const stop = new AbortController();
  await using it = await peer(
    (_, response) => void response.write(line({ index: 0, kind: 'mark' })),
    (_, response) => {
      response.write(line({ index: 1, kind: 'mark' }));
      setImmediate(() => stop.abort(new Error('enough')));
    },
  );
  const tail = it.client.tail({ follow: true }, { silenceMs: 50, signal: stop.signal });
  await assert.rejects(collect(tail), { message: 'enough' });
  assert.equal(it.requests[1]?.url, '/api/v1/tail?follow=true&from=1');
});

test('an address must be HTTPS, or this machine', () => {
  for (const url of [
    'https://a.example',
    'http://127.0.0.1:80',
    'http://localhost',
    'http://[::1]',
  ]) {
    assert.equal(typeof originOf(url), 'string');
  }
  for (const url of [
    'http://a.example',
    'http://127.0.0.1.a.example',
    'ftp://127.0.0.1',
    'x',
    '',
  ]) {
    assert.throws(() => originOf(url), { code: 'insecure-url' });
  }
  assert.throws(() => originOf('https://u:p@a.example'), { code: 'insecure-url' });
});

test('Retry-After is seconds or a date, and a date counts from the date of the reply', () => {
  const of = (headers: Record<string, string>): number | undefined =>
    retryAfterMsOf(new Headers(headers));
  assert.equal(of({ 'retry-after': '3' }), 3000);
  const date = 'Mon, 02 Mar 2026 08:00:00 GMT';
  assert.equal(of({ 'retry-after': 'Mon, 02 Mar 2026 08:00:05 GMT', date }), 5000);
  assert.equal(of({ 'retry-after': 'soon', date }), undefined);
  assert.equal(of({}), undefined);
});

test('each member of the input goes to its place, and none is dropped', () => {
  const get = { method: 'GET', path: '/a/{id}', form: 'document', effect: 'read' } as const;
  const asked = targetOf(get, { id: '../b', kind: ['x', 'y z'], all: true, none: undefined });
  assert.deepEqual(asked, { path: '/a/..%2Fb?kind=x&kind=y+z&all=true', body: undefined });
  assert.equal(targetOf(get, { id: '..' }).path, '/a/%2E%2E');
  const post = { ...get, method: 'POST', path: '/q' } as const;
  assert.deepEqual(targetOf(post, { sql: 'SELECT 1', limit: 2 }), {
    path: '/q?limit=2',
    body: '{"sql":"SELECT 1"}',
  });
});
