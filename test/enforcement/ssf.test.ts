import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { request as secureRequest } from 'node:https';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { JSONWebKeySet } from 'jose';
import { certificateFor } from '../../tools/testing/certificate.ts';
import type { EndpointNode } from '../support/enforcement/endpoint-node.ts';
import { EventReceiver, ISSUER, readEvent } from '../support/enforcement/event-receiver.ts';
import {
  folderOf,
  signIn,
  startSuiteEndpoint,
  writeSuite,
} from '../support/enforcement/suite-endpoint.ts';
import { temporaryFolder } from '../support/folders.ts';

const root = temporaryFolder('ssf');
const PUSH = 'urn:ietf:rfc:8935';
const POLL = 'urn:ietf:rfc:8936';
const CAEP = 'https://schemas.openid.net/secevent/caep/event-type/';
const SSF_EVENT = 'https://schemas.openid.net/secevent/ssf/event-type/';

type Answer = { readonly status: number; readonly headers: Headers; readonly body: unknown };
type Stream = { readonly stream_id: string; readonly delivery: { readonly endpoint_url: string } };
type Sets = { readonly sets: Record<string, string>; readonly moreAvailable?: boolean };

describe('shared signals over HTTP', () => {
  const { dir, file } = folderOf(root, 'node');
  let node: EndpointNode;
  let receiver: EventReceiver;
  let risk: 'none' | 'high' = 'none';

  const keys = async (): Promise<JSONWebKeySet> =>
    (await (await fetch(`${node.url}/ssf/jwks.json`)).json()) as JSONWebKeySet;

  before(async () => {
    receiver = await EventReceiver.start(keys, 'https://wiki.example.com');
    writeSuite(file, { people: { ada: {} } });
    node = await startSuiteEndpoint(dir, {
      directory: file,
      receivers: [
        { name: 'wiki', token: 'wiki-token', pushTo: [receiver.origin] },
        { name: 'other', token: 'other-token' },
        { name: 'reader', token: 'reader-token', may: 'ssf.read' },
      ],
    });
  });
  after(async () => {
    await receiver.stop();
    assert.equal(await node.serving.end(), 0);
  });

  async function ask(
    method: string,
    path: string,
    message?: unknown,
    token: string = 'wiki-token',
  ): Promise<Answer> {
    const response = await fetch(`${node.url}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${token}`,
        ...(message === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(message === undefined ? {} : { body: JSON.stringify(message) }),
    });
    const text = await response.text();
    const { status, headers } = response;
    return { status, headers, body: text === '' ? undefined : JSON.parse(text) };
  }

  async function create(message: object, token?: string): Promise<Stream> {
    const { status, body } = await ask('POST', '/ssf/streams', message, token);
    assert.equal(status, 201, JSON.stringify(body));
    return body as Stream;
  }

  async function drop({ stream_id: id }: Stream, token?: string): Promise<void> {
    assert.equal(
      (await ask('DELETE', `/ssf/streams?stream_id=${id}`, undefined, token)).status,
      204,
    );
  }

  async function poll(stream: Stream, message: object = {}): Promise<Sets> {
    const asked = { returnImmediately: true, ...message };
    const { status, body } = await ask('POST', `/ssf/poll/${stream.stream_id}`, asked);
    assert.equal(status, 200, JSON.stringify(body));
    return body as Sets;
  }

  /** One more event: the person's risk goes up, down, and up again. */
  function changeRisk(): void {
    risk = risk === 'none' ? 'high' : 'none';
    writeSuite(file, { people: { ada: { risk } } });
  }

  test('the metadata follows the interoperability profile', async () => {
    const response = await fetch(`${node.url}/.well-known/ssf-configuration/tenant1`);
    assert.equal(response.status, 200);
    assert.match(response.headers.get('content-type') ?? '', /^application\/json/);
    const metadata = (await response.json()) as Record<string, unknown>;
    assert.equal(metadata['issuer'], ISSUER);
    assert.equal(metadata['spec_version'], '1_0');
    assert.deepEqual(metadata['delivery_methods_supported'], [PUSH, POLL]);
    for (const name of ['jwks_uri', 'configuration_endpoint', 'status_endpoint']) {
      assert.match(String(metadata[name]), /^https:\/\/pdp\.example\.com\/tenant1\/ssf\//);
    }
    assert.ok('verification_endpoint' in metadata);
    const schemes = metadata['authorization_schemes'] as { spec_urn: string }[];
    assert.ok(schemes.some(({ spec_urn: urn }) => urn === 'urn:ietf:rfc:6749'));
    const [key] = (await keys()).keys;
    assert.deepEqual([key?.kty, key?.alg, key?.use], ['RSA', 'RS256', 'sig']);
    assert.ok(Buffer.from(key?.n ?? '', 'base64url').length >= 256, '2048 bits');
    assert.ok(key?.d === undefined, 'no private key is shown');
  });

  test('a stream is created, read, changed, replaced and deleted', async () => {
    const stream = await create({ events_requested: [`${CAEP}session-revoked`], description: 'a' });
    const { stream_id: id } = stream;
    // RFC 8936 by default, at an address that the transmitter chooses.
    const shown: Readonly<Record<string, unknown>> = stream;
    assert.deepEqual(shown['delivery'], { method: POLL, endpoint_url: `${ISSUER}/ssf/poll/${id}` });
    assert.deepEqual(shown['events_delivered'], [`${CAEP}session-revoked`]);
    assert.equal(shown['aud'], 'https://wiki.example.com');
    const one = await ask('GET', `/ssf/streams?stream_id=${id}`);
    assert.deepEqual(one.body, stream);
    assert.equal(one.headers.get('cache-control'), 'no-store');
    assert.deepEqual((await ask('GET', '/ssf/streams')).body, [stream]);

    const patched = await ask('PATCH', '/ssf/streams', { stream_id: id, description: 'b' });
    assert.deepEqual(patched.body, { ...stream, description: 'b' });
    const replaced = await ask('PUT', '/ssf/streams', { stream_id: id });
    assert.equal(replaced.status, 200);
    assert.ok(!('description' in (replaced.body as object)), 'what a PUT leaves out is gone');
    const wrong = { stream_id: id, aud: 'https://elsewhere.example.com' };
    assert.equal((await ask('PATCH', '/ssf/streams', wrong)).status, 400);

    assert.deepEqual((await ask('GET', `/ssf/status?stream_id=${id}`)).body, {
      ...{ stream_id: id, status: 'enabled' },
    });
    const paused = { stream_id: id, status: 'paused', reason: 'we move' };
    assert.deepEqual((await ask('POST', '/ssf/status', paused)).body, paused);
    await drop(stream);
    assert.equal((await ask('GET', `/ssf/streams?stream_id=${id}`)).status, 404);
    assert.deepEqual((await ask('GET', '/ssf/streams')).body, []);
  });

  test('a receiver can access only its own streams', async () => {
    const stream = await create({});
    const { stream_id: id } = stream;
    const foreign: readonly (readonly [method: string, path: string, message?: object])[] = [
      ['GET', `/ssf/streams?stream_id=${id}`],
      ['PATCH', '/ssf/streams', { stream_id: id, description: 'mine' }],
      ['PUT', '/ssf/streams', { stream_id: id }],
      ['DELETE', `/ssf/streams?stream_id=${id}`],
      ['GET', `/ssf/status?stream_id=${id}`],
      ['POST', '/ssf/status', { stream_id: id, status: 'disabled' }],
      ['POST', '/ssf/subjects/add', { stream_id: id, subject: { format: 'opaque', id: 'x' } }],
      ['POST', '/ssf/subjects/remove', { stream_id: id, subject: { format: 'opaque', id: 'x' } }],
      ['POST', '/ssf/verify', { stream_id: id }],
      ['POST', `/ssf/poll/${id}`, { returnImmediately: true }],
    ];
    for (const [method, path, message] of foreign) {
      const { status } = await ask(method, path, message, 'other-token');
      assert.equal(status, 404, `${method} ${path}`);
    }
    assert.deepEqual((await ask('GET', '/ssf/streams', undefined, 'other-token')).body, []);
    // A read-only receiver creates and changes no stream.
    assert.equal((await ask('POST', '/ssf/streams', {}, 'reader-token')).status, 403);
    assert.equal((await ask('GET', '/ssf/streams', undefined, 'reader-token')).status, 200);
    // A tool that requests decisions has no access here, nor a receiver there.
    assert.equal((await ask('GET', '/ssf/streams', undefined, 'token-1')).status, 403);
    assert.equal((await ask('POST', '/access/v1/evaluation', {})).status, 403);
    assert.deepEqual((await ask('GET', `/ssf/streams?stream_id=${id}`)).body, stream);
    await drop(stream);
  });

  test('unauthenticated callers get a challenge; a token in the URL does not count', async () => {
    for (const path of ['/ssf/streams', '/ssf/streams?access_token=wiki-token']) {
      const response = await fetch(`${node.url}${path}`);
      assert.equal(response.status, 401);
      assert.match(response.headers.get('www-authenticate') ?? '', /^Bearer /);
    }
    assert.equal((await ask('GET', '/ssf/streams', undefined, 'wiki-token2')).status, 401);
  });

  test('a verification returns its state, within its rate limit', async () => {
    const stream = await create({});
    const { stream_id: id } = stream;
    const asked = { stream_id: id, state: 'VGhpcyBpcyBhbg' };
    const all = await Promise.all([1, 2, 3, 4].map(() => ask('POST', '/ssf/verify', asked)));
    assert.ok(all.some(({ status }) => status === 204));
    const again = all.find(({ status }) => status === 429);
    assert.equal(again?.headers.get('retry-after'), '1');
    const { sets } = await poll(stream);
    const [set = ''] = Object.values(sets);
    const event = await readEvent(set, await keys(), 'https://wiki.example.com');
    assert.equal(event.type, `${SSF_EVENT}verification`);
    assert.deepEqual(event.payload, { state: 'VGhpcyBpcyBhbg' });
    assert.deepEqual(event.claims['sub_id'], { format: 'opaque', id });
    await drop(stream);
  });

  test('polled events come again until they are acknowledged', async () => {
    const stream = await create({ events_requested: [`${CAEP}risk-level-change`] });
    changeRisk();
    // A long poll: answered when there is an event.
    const first = await poll(stream, { returnImmediately: false, maxEvents: 1 });
    const [jti = ''] = Object.keys(first.sets);
    const event = await readEvent(first.sets[jti] ?? '', await keys(), 'https://wiki.example.com');
    assert.equal(event.type, `${CAEP}risk-level-change`);
    assert.equal(event.jti, jti);
    assert.deepEqual(Object.keys((await poll(stream)).sets), [jti]);
    assert.deepEqual(await poll(stream, { ack: [jti], maxEvents: 0 }), {
      ...{ sets: {}, moreAvailable: false },
    });
    assert.deepEqual((await poll(stream)).sets, {});
    changeRisk();
    const [refused = ''] = Object.keys((await poll(stream, { returnImmediately: false })).sets);
    const setErrs = { [refused]: { err: 'authentication_failed', description: 'no' } };
    assert.deepEqual((await poll(stream, { setErrs })).sets, {});
    await drop(stream);
  });

  test('events are pushed, with the header that the receiver requested', async () => {
    const endpoint = `${receiver.origin}/events`;
    const delivery = { method: PUSH, endpoint_url: endpoint, authorization_header: 'Key hush-91' };
    const stream = await create({ delivery });
    const shown = JSON.stringify((await ask('GET', '/ssf/streams')).body);
    assert.ok(
      shown.includes(endpoint) && !shown.includes('hush-91'),
      'a secret is not returned again',
    );
    assert.equal((await ask('POST', '/ssf/verify', { stream_id: stream.stream_id })).status, 204);
    await receiver.received(({ type }) => type === `${SSF_EVENT}verification`);
    assert.equal(receiver.shown.at(-1), 'Key hush-91');
    await drop(stream);
  });

  test('a receiver that was unreachable, or paused, gets everything later', async () => {
    const endpoint = `${receiver.origin}/events`;
    const stream = await create({ delivery: { method: PUSH, endpoint_url: endpoint } });
    const { stream_id: id } = stream;
    const isRisk = ({ type }: { type: string }) => type === `${CAEP}risk-level-change`;
    const before = receiver.events.filter(isRisk).length;
    const more = (count: number) =>
      receiver.received(() => receiver.events.filter(isRisk).length >= before + count);
    const refusals = receiver.shown.length;
    receiver.status = 503;
    changeRisk();
    while (receiver.shown.length === refusals)
      await new Promise((resolve) => setTimeout(resolve, 5));
    receiver.status = 202;
    await more(1);
    const paused = { stream_id: id, status: 'paused' };
    assert.equal((await ask('POST', '/ssf/status', paused)).status, 200);
    // Another stream shows that it happened; the paused one reports nothing.
    const other = await create({ events_requested: [`${CAEP}risk-level-change`] });
    for (const _ of [1, 2]) {
      changeRisk();
      const { sets } = await poll(other, { returnImmediately: false });
      await poll(other, { ack: Object.keys(sets), maxEvents: 0 });
    }
    assert.equal(receiver.events.filter(isRisk).length, before + 1);
    const enabled = { stream_id: id, status: 'enabled' };
    assert.equal((await ask('POST', '/ssf/status', enabled)).status, 200);
    await more(3);
    await drop(other);
    await drop(stream);
  });

  test('calls no address that the configuration does not name', async () => {
    const elsewhere = [
      'http://127.0.0.1:1/events',
      'http://169.254.169.254/latest/meta-data',
      `${receiver.origin}@evil.example.com/`,
      'file:///etc/passwd',
      `http://name:secret@${receiver.origin.slice(7)}/`,
      5,
    ];
    for (const endpoint of elsewhere) {
      const delivery = { method: PUSH, endpoint_url: endpoint };
      assert.equal((await ask('POST', '/ssf/streams', { delivery })).status, 400, String(endpoint));
    }
    const split = {
      method: PUSH,
      endpoint_url: `${receiver.origin}/`,
      authorization_header: 'a\r\nb: c',
    };
    assert.equal((await ask('POST', '/ssf/streams', { delivery: split })).status, 400);
    assert.deepEqual((await ask('GET', '/ssf/streams')).body, []);
  });

  test('refuses what is too large, too deep or not I-JSON, and continues', async () => {
    const headers = { authorization: 'Bearer wiki-token', 'content-type': 'application/json' };
    const post = async (body: string): Promise<number> =>
      (await fetch(`${node.url}/ssf/streams`, { method: 'POST', headers, body })).status;
    assert.equal(await post(JSON.stringify({ description: 'x'.repeat(1_100_000) })), 413);
    assert.equal(await post(`{"a":${'['.repeat(5000)}${']'.repeat(5000)}}`), 413);
    assert.equal(await post('{"description":"a","description":"b"}'), 400);
    assert.equal(await post('{"description":"\ud800"}'.replace('\ud800', '\\ud800')), 400);
    assert.equal(await post('[]'), 400);
    assert.equal(await post(''), 400);
    const streams = await Promise.all(Array.from({ length: 8 }, () => create({})));
    assert.equal((await ask('POST', '/ssf/streams', {})).status, 409, 'more than its rights allow');
    for (const stream of streams) await drop(stream);
  });

  test('the end of a pass is sent to each stream that requests it', async () => {
    if (risk === 'high') changeRisk();
    const streams = [
      await create({}),
      await create({ events_requested: [`${CAEP}session-revoked`] }),
    ];
    while ((await signInOrNot(node)) === undefined) await new Promise((r) => setTimeout(r, 20));
    changeRisk();
    const found = await Promise.all(
      streams.map(async (stream) => {
        const seen = new Map<string, unknown>();
        for (;;) {
          const { sets } = await poll(stream, { returnImmediately: false, ack: [...seen.keys()] });
          for (const set of Object.values(sets)) {
            const event = await readEvent(set, await keys(), 'https://wiki.example.com');
            seen.set(event.jti, event);
            if (event.type === `${CAEP}session-revoked`) return event;
          }
        }
      }),
    );
    const [one, two] = found;
    assert.notEqual(one?.jti, two?.jti);
    assert.equal(one?.claims['txn'], two?.claims['txn']);
    assert.deepEqual(one?.claims['sub_id'], two?.claims['sub_id']);
    for (const stream of streams) await drop(stream);
  });
});

/** Undefined until the directory has the written state. */
async function signInOrNot(node: EndpointNode): Promise<string | undefined> {
  return signIn(node, 'ada').catch(() => undefined);
}

describe('a receiver identified by its certificate', () => {
  const server = certificateFor('127.0.0.1');
  const [known, unknown] = [certificateFor('siem.example.com'), certificateFor('siem.example.com')];
  let node: EndpointNode;

  before(async () => {
    const { dir, file } = folderOf(root, 'tls');
    writeSuite(file, { people: { ada: {} } });
    const at = (name: string): string => join(root, name);
    writeFileSync(at('server.pem'), server.cert);
    writeFileSync(at('server.key'), server.key);
    writeFileSync(at('known.pem'), known.cert);
    // The authority signed both certificates; the configuration names one.
    writeFileSync(at('clients.pem'), known.cert + unknown.cert);
    node = await startSuiteEndpoint(dir, {
      directory: file,
      receivers: [
        { name: 'siem', token: 'siem-token', more: `        certificate: ${at('known.pem')}\n` },
      ],
      more: `  tls:
    certificate: ${at('server.pem')}
    key: ${at('server.key')}
    clients: ${at('clients.pem')}
`,
    });
  });
  after(async () => assert.equal(await node.serving.end(), 0));

  const ask = (
    client: { readonly cert: string; readonly key: string } | undefined,
    token?: string,
  ): Promise<number> =>
    new Promise((resolve, reject) => {
      const headers = token === undefined ? {} : { authorization: `Bearer ${token}` };
      secureRequest(
        `${node.url}/ssf/streams`,
        { ca: server.cert, ...client, headers, agent: false },
        (response) => {
          response.resume();
          resolve(response.statusCode ?? 0);
        },
      )
        .on('error', reject)
        .end();
    });

  test('needs no token', async () => {
    assert.equal(await ask(known), 200);
  });

  test('and no other client is accepted in its place', async () => {
    assert.equal(await ask(undefined), 401);
    assert.equal(await ask(unknown), 401);
    // Its name in a certificate without a trusted authority.
    assert.equal(await ask(certificateFor('siem.example.com')), 401);
    assert.equal(await ask(undefined, 'siem-token'), 200);
  });
});
