import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { type TestContext, test } from 'node:test';
import { json } from './http-message.ts';
import { jsonBody, REQUEST_BODY_BYTES_MAX, serve } from './http-server.ts';
import { Router } from './router.ts';

const NOON_MS = Date.UTC(2026, 2, 2, 12);

async function originOf(t: TestContext, router: Router, defects: unknown[] = []): Promise<string> {
  const server = await serve({
    router,
    port: 0,
    now: () => NOON_MS,
    sleep: () => Promise.resolve(),
    onDefect: (error) => defects.push(error),
  });
  t.after(() => server.stop());
  return server.origin;
}

test('finds the handler, and decodes the named segments', async (t) => {
  const router = new Router()
    .on('GET', '/v1.0/users/{id}', ({ params }) => json(200, { user: params['id'] }))
    .on('GET', '/v1.0/users/delta', () => json(200, { delta: true }))
    .on('POST', '/v1.0/users', (ask) => json(201, jsonBody(ask)));
  const origin = await originOf(t, router);
  const get = async (path: string): Promise<unknown> => (await fetch(origin + path)).json();
  assert.deepEqual(await get('/v1.0/users/a%24b%2Fc'), { user: 'a$b/c' });
  assert.deepEqual(await get('/V1.0/USERS/DELTA?x=1'), { delta: true });
  const made = await fetch(`${origin}/v1.0/users`, { method: 'POST', body: '{"a":[1]}' });
  assert.equal(made.status, 201);
  assert.deepEqual(await made.json(), { a: [1] });
  assert.equal(made.headers.get('date'), 'Mon, 02 Mar 2026 12:00:00 GMT');
});

test('answers an unknown path with a JSON error', async (t) => {
  const router = new Router()
    .on('GET', '/here/{id}', () => json(200, {}))
    .on('POST', '/b', (ask) => json(200, jsonBody(ask)));
  const origin = await originOf(t, router);
  const answers = [
    [await fetch(`${origin}/there`), 404],
    [await fetch(`${origin}/here/1`, { method: 'DELETE' }), 405],
    [await fetch(`${origin}/here/%ff`), 400],
    [await fetch(`${origin}/b`, { method: 'POST', body: '[1]' }), 400],
  ] as const;
  for (const [response, status] of answers) {
    assert.equal(response.status, status);
    const { error } = (await response.json()) as { error: { code: string; message: string } };
    assert.ok(error.code.length > 0 && error.message.length > 0);
  }
});

test('refuses a body that is too large', async (t) => {
  const origin = await originOf(
    t,
    new Router().on('POST', '/', () => json(200, {})),
  );
  const body = Buffer.alloc(REQUEST_BODY_BYTES_MAX + 1);
  const response = await fetch(origin, { method: 'POST', body }).catch(() => undefined);
  // A client that still writes may see the connection end before it reads the reply.
  if (response !== undefined) assert.equal(response.status, 413);
});

test('reports a defect of a handler, and answers 500 without details', async (t) => {
  const defects: unknown[] = [];
  const router = new Router().on('GET', '/', () => {
    throw new Error('secret detail');
  });
  const response = await fetch(await originOf(t, router, defects));
  assert.equal(response.status, 500);
  assert.doesNotMatch(await response.text(), /secret/);
  assert.equal(defects.length, 1);
});

test('an interrupted reply has fewer bytes than promised', async (t) => {
  const router = new Router().on('GET', '/', () => ({
    status: 200,
    body: 'x'.repeat(1_000),
    travel: { kind: 'cut', afterBytes: 10 },
  }));
  const response = await fetch(await originOf(t, router));
  assert.equal(response.headers.get('content-length'), '1000');
  await assert.rejects(response.text());
});

test('keeps a connection for the next request', async (t) => {
  const origin = await originOf(
    t,
    new Router().on('GET', '/', () => json(200, { n: 1 })),
  );
  const socket = connect(Number(new URL(origin).port), '127.0.0.1');
  const twice =
    'GET / HTTP/1.1\r\nHost: a\r\n\r\nGET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n';
  socket.write(twice);
  let text = '';
  for await (const part of socket) text += String(part);
  assert.equal(text.split('{"n":1}').length, 3);
});
