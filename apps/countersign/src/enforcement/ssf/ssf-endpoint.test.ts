import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import type { EndpointReply } from '../http/http-exchange.ts';
import { ISSUER, OTHER, RECEIVER } from '../testing/ssf-world.ts';
import { ended, HOOK, never, world } from '../testing/transmitter-world.ts';
import { PUSH } from './event-stream.ts';
import { VERIFICATION_EVERY_MS } from './limits.ts';
import type { Receiver } from './receiver.ts';
import { SsfEndpoint } from './ssf-endpoint.ts';
import { SSF_PATHS } from './ssf-metadata.ts';

const READS: Receiver = { ...RECEIVER, may: 'ssf.read' };
const SUBJECT = { format: 'opaque', id: 'ada' };

type RequestOptions = {
  readonly body?: object | string;
  readonly query?: Readonly<Record<string, string>>;
  readonly by?: Receiver;
  readonly type?: string;
};

async function endpointWorld() {
  const { at, transmitter, management } = await world();
  const endpoint = new SsfEndpoint(transmitter);
  const ask = (what: string, { body = '', query, by = RECEIVER, type }: RequestOptions = {}) => {
    const [method = '', path = ''] = what.split(' ');
    return endpoint.answer(by, {
      ...{ method, path, query: new URLSearchParams(query) },
      header: (name) => (name === 'content-type' ? (type ?? 'application/json') : undefined),
      body: Buffer.from(typeof body === 'string' ? body : JSON.stringify(body)),
      signal: never,
    });
  };
  const create = async (by: Receiver = RECEIVER): Promise<string> => {
    const reply = await ask(`POST ${SSF_PATHS.streams}`, { body: {}, by });
    return String(jsonIn(reply)['stream_id']);
  };
  return { at, transmitter, management, endpoint, ask, create };
}

function jsonIn({ body }: EndpointReply): Record<string, unknown> {
  return JSON.parse(body) as Record<string, unknown>;
}

/** All changing requests for a stream. */
const CHANGES: readonly (readonly [what: string, asking: (id: string) => RequestOptions])[] = [
  [`POST ${SSF_PATHS.streams}`, () => ({ body: {} })],
  [`PATCH ${SSF_PATHS.streams}`, (id) => ({ body: { stream_id: id, description: 'x' } })],
  [`PUT ${SSF_PATHS.streams}`, (id) => ({ body: { stream_id: id, description: 'x' } })],
  [`POST ${SSF_PATHS.status}`, (id) => ({ body: { stream_id: id, status: 'paused' } })],
  [`POST ${SSF_PATHS.addSubject}`, (id) => ({ body: { stream_id: id, subject: SUBJECT } })],
  [`POST ${SSF_PATHS.removeSubject}`, (id) => ({ body: { stream_id: id, subject: SUBJECT } })],
  [`POST ${SSF_PATHS.verify}`, (id) => ({ body: { stream_id: id } })],
  [`DELETE ${SSF_PATHS.streams}`, (id) => ({ query: { stream_id: id } })],
];

describe('a receiver', () => {
  test('gets the replies of SSF for each request', async () => {
    const { ask, at } = await endpointWorld();
    const statuses: number[] = [];
    let id = '';
    for (const [what, asking] of CHANGES) {
      const { status, body } = await ask(what, asking(id));
      statuses.push(status);
      if (id === '') id = String((JSON.parse(body) as { stream_id: string }).stream_id);
    }
    assert.deepEqual(statuses, [201, 200, 200, 200, 200, 204, 204, 204]);
    assert.deepEqual(
      at.records.map(({ what }) => what),
      [
        ...['ssf-stream', 'ssf-stream', 'ssf-stream', 'ssf-stream'],
        ...['ssf-stream', 'ssf-issued', 'ssf-stream-deleted'],
      ],
    );
  });

  test('with read scope changes nothing, and reads its own streams', async () => {
    const { ask, create, at } = await endpointWorld();
    const id = await create();
    const before = at.records.length;
    for (const [what, asking] of CHANGES) {
      await assert.rejects(
        async () => ask(what, { ...asking(id), by: READS }),
        { code: 'NOT_YOURS', message: 'wiki may only read its streams' },
        what,
      );
    }
    assert.equal(at.records.length, before);
    const by = READS;
    const query = { stream_id: id };
    const read = await ask(`GET ${SSF_PATHS.streams}`, { by, query });
    assert.deepEqual([read.status, jsonIn(read)['stream_id']], [200, id]);
    const status = await ask(`GET ${SSF_PATHS.status}`, { by, query });
    assert.deepEqual([status.status, jsonIn(status)], [200, { stream_id: id, status: 'enabled' }]);
    const polled = await ask(`POST ${SSF_PATHS.poll}/${id}`, {
      ...{ by, body: { returnImmediately: true } },
    });
    assert.deepEqual([polled.status, jsonIn(polled)], [200, { sets: {}, moreAvailable: false }]);
  });

  test('sees and changes no stream of another receiver', async () => {
    const { ask, create } = await endpointWorld();
    const id = await create(OTHER);
    const query = { stream_id: id };
    for (const [what, asking] of CHANGES.slice(1)) {
      await assert.rejects(async () => ask(what, asking(id)), { code: 'UNKNOWN' }, what);
    }
    for (const what of [`GET ${SSF_PATHS.streams}`, `GET ${SSF_PATHS.status}`]) {
      await assert.rejects(async () => ask(what, { query }), { code: 'UNKNOWN' }, what);
    }
    await assert.rejects(async () => ask(`POST ${SSF_PATHS.poll}/${id}`, { body: {} }), {
      code: 'UNKNOWN',
    });
    assert.equal((await ask(`GET ${SSF_PATHS.streams}`)).body, '[]');
    assert.equal(
      jsonIn(await ask(`GET ${SSF_PATHS.streams}`, { query, by: OTHER }))['aud'],
      OTHER.audience,
    );
  });

  test('must name its stream, in JSON', async () => {
    const { ask, create } = await endpointWorld();
    const id = await create();
    for (const what of [`GET ${SSF_PATHS.status}`, `DELETE ${SSF_PATHS.streams}`]) {
      await assert.rejects(async () => ask(what), { message: /^stream_id is missing/ }, what);
    }
    const text = { body: { stream_id: id }, type: 'text/plain' };
    for (const what of [`POST ${SSF_PATHS.verify}`, `POST ${SSF_PATHS.poll}/${id}`]) {
      await assert.rejects(async () => ask(what, text), { code: 'MALFORMED' }, what);
      await assert.rejects(async () => ask(what, { body: '{' }), { code: 'MALFORMED' }, what);
    }
  });

  test('polls events, and does not get acknowledged ones again', async () => {
    const { ask, create, at, transmitter } = await endpointWorld();
    const id = await create();
    await transmitter.emit([ended('ada', at)]);
    const what = `POST ${SSF_PATHS.poll}/${id}`;
    const first = jsonIn(await ask(what, { body: {} }));
    const [jti = '', ...more] = Object.keys(first['sets'] as object);
    assert.equal(more.length, 0);
    const again = await ask(what, { body: { returnImmediately: true, ack: [jti] } });
    assert.deepEqual(jsonIn(again), { sets: {}, moreAvailable: false });
  });
});

describe('the enforcement point of SSF', () => {
  test('has its paths and no others', async () => {
    const { endpoint } = await endpointWorld();
    const { jwks, poll, ...own } = SSF_PATHS;
    for (const path of [...Object.values(own), `${poll}/x`]) assert.ok(endpoint.has(path), path);
    for (const path of ['/', poll, jwks, `${own.streams}/x`, '/ssf', '/ssf/pollx']) {
      assert.ok(!endpoint.has(path), path);
    }
  });

  test('reports the methods of a path, and unknown paths', async () => {
    const { ask } = await endpointWorld();
    for (const [what, allow] of [
      [`POST ${SSF_PATHS.streams}/x`, undefined],
      [`HEAD ${SSF_PATHS.streams}`, 'POST, GET, PATCH, PUT, DELETE'],
      [`DELETE ${SSF_PATHS.status}`, 'GET, POST'],
      [`GET ${SSF_PATHS.verify}`, 'POST'],
      [`GET ${SSF_PATHS.poll}/x`, 'POST'],
    ] as const) {
      if (allow === undefined) {
        await assert.rejects(async () => ask(what), { code: 'UNKNOWN' }, what);
        continue;
      }
      const { status, headers } = await ask(what);
      assert.deepEqual([status, headers['allow']], [405, allow], what);
    }
  });

  test('publishes only its metadata and its public keys', async () => {
    const { endpoint } = await endpointWorld();
    const path = '/.well-known/ssf-configuration';
    const shown = (of: string, method = 'GET') => endpoint.publicPage({ method, path: of });
    const metadata = shown(path);
    assert.equal(metadata?.status, 200);
    assert.deepEqual(
      [JSON.parse(metadata?.body ?? '')['issuer'], JSON.parse(metadata?.body ?? '')['jwks_uri']],
      [ISSUER, `${ISSUER}${SSF_PATHS.jwks}`],
    );
    const keys = shown(SSF_PATHS.jwks, 'HEAD');
    assert.equal(keys?.status, 200);
    const [key] = (JSON.parse(keys?.body ?? '') as { keys: Record<string, unknown>[] }).keys;
    assert.deepEqual([key?.['kty'], key?.['d'], key?.['p']], ['RSA', undefined, undefined]);
    for (const each of [path, SSF_PATHS.jwks]) {
      const posted = shown(each, 'POST');
      assert.deepEqual([posted?.status, posted?.headers['allow']], [405, 'GET, HEAD']);
    }
    assert.equal(shown(SSF_PATHS.streams), undefined);
  });
});

test('deletes the push header with the stream', async () => {
  const { ask, at } = await endpointWorld();
  const delivery = { method: PUSH, endpoint_url: HOOK, authorization_header: 'Bearer secret' };
  const created = jsonIn(await ask(`POST ${SSF_PATHS.streams}`, { body: { delivery } }));
  const id = String(created['stream_id']);
  assert.equal(at.secrets.get(id), 'Bearer secret');
  assert.ok(!JSON.stringify([created, at.records]).includes('secret'));
  await ask(`DELETE ${SSF_PATHS.streams}`, { query: { stream_id: id } });
  assert.equal(at.secrets.size, 0);
});

test('records a subject that is included again, once', async () => {
  const { ask, create, at } = await endpointWorld();
  const id = await create();
  const count = async (path: string): Promise<number> => {
    const before = at.records.length;
    await ask(`POST ${path}`, { body: { stream_id: id, subject: SUBJECT } });
    return at.records.length - before;
  };
  const { addSubject, removeSubject } = SSF_PATHS;
  assert.equal(await count(addSubject), 0, 'no subject was omitted');
  assert.deepEqual([await count(removeSubject), await count(removeSubject)], [1, 0]);
  assert.deepEqual([await count(addSubject), await count(addSubject)], [1, 0]);
});

test('verifies a stream again only after the minimum interval', async () => {
  const { ask, create, at } = await endpointWorld();
  const id = await create();
  const verify = async (): Promise<number> =>
    (await ask(`POST ${SSF_PATHS.verify}`, { body: { stream_id: id, state: 's' } })).status;
  assert.equal(await verify(), 204);
  at.clock.advance(VERIFICATION_EVERY_MS - 1);
  await assert.rejects(verify, { code: 'TOO_SOON' });
  at.clock.advance(1);
  assert.equal(await verify(), 204);
});
