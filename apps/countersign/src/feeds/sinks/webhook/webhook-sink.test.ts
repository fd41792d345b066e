import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { test } from 'node:test';
import {
  type Clock,
  ManualClock,
  systemClock,
  systemRandom,
  type TenantId,
} from '@countersign/core';
import { Webhook as StandardWebhook } from 'standardwebhooks';
import { Webhook as SvixWebhook } from 'svix';
import { type Answer, TestServer } from '../../../../../../tools/testing/server.ts';
import type { WebhookFeedConfig } from '../../../config/feeds/webhook.ts';
import { systemResolve } from '../../delivery/egress.ts';
import { type Delivery, type Sink, SinkError } from '../../delivery/sink.ts';
import { openSink } from '../open-sink.ts';

const SECRET = `whsec_${Buffer.alloc(32, 1).toString('base64')}`;
const PRIVATE_KEY = `whsk_${Buffer.alloc(32, 7).toString('base64')}`;
const PUBLIC_KEY = '6kpsY+KcUgq+9VB7Ey7F+ZVHdq6+vnuSQh7qaRRG0iw=';
const TENANT = '3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21' as TenantId;
const ORIGIN = 'northmoor.example/ledger';
const NEVER = new AbortController().signal;
const AT = '2026-03-02T09:00:00Z';

const FEED: WebhookFeedConfig = {
  ...{ name: 'soc', kind: 'webhook', url: '', secrets: [{ env: 'SECRET' }, { env: 'KEY' }] },
  ...{ kinds: ['event'], people: 'names', start: 'latest', allow: ['loopback'] },
  ...{ content: 'thin', recordsPerRequest: 1, parallel: 1 },
};

async function open(
  url: string,
  members: Partial<WebhookFeedConfig> = {},
  clock: Clock = systemClock,
): Promise<Sink> {
  const env = { SECRET, KEY: PRIVATE_KEY };
  const world = { origin: ORIGIN, dir: '', version: '1', clock, random: systemRandom, env };
  return openSink({ ...FEED, url, ...members }, { ...world, resolve: systemResolve });
}

function finding(index: number, body: object = { activity_id: 1, message: 'private' }): Delivery {
  const id = `${ORIGIN}#${index}`;
  return { index, kind: 'finding', id, at: AT, seen: AT, tenant: TENANT, body };
}

async function failure(sending: Promise<unknown>): Promise<SinkError> {
  const error = await sending.then(
    () => assert.fail('it was delivered'),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof SinkError, String(error));
  return error;
}

test('sends a thin CloudEvent that receivers of Standard Webhooks verify', async () => {
  await using server = await TestServer.start((_, response) => void response.writeHead(204).end());
  const sink = await open(`${server.origin}/in?team=soc`, { link: 'https://cs.example' });
  assert.equal(sink.proof, 'accepted');
  assert.deepEqual(await sink.send([finding(41)], NEVER), { refused: [] });
  await sink.close();
  const [asked] = server.asked;
  assert.equal(asked?.url.pathname + (asked?.url.search ?? ''), '/in?team=soc');
  assert.match(String(asked?.headers['content-type']), /^application\/cloudevents\+json/);
  assert.deepEqual(JSON.parse(asked?.body ?? ''), {
    specversion: '1.0',
    id: '41',
    source: `//${ORIGIN}`,
    type: 'app.countersign.finding.created.v1',
    subject: `tenant/${TENANT}`,
    time: AT,
    timestamp: AT,
    datacontenttype: 'application/json',
    data: {
      id: `${ORIGIN}#41`,
      index: 41,
      kind: 'finding',
      link: 'https://cs.example/api/v1/entries/41',
    },
  });
  const headers = asked?.headers as Record<string, string>;
  assert.ok(new StandardWebhook(SECRET).verify(asked?.body ?? '', headers));
  new SvixWebhook(SECRET).verify(asked?.body ?? '', headers);
  assert.ok(verifiesV1a(asked?.body ?? '', headers));
  assert.match(headers['webhook-id'] ?? '', /^cs_[0-9a-f]{12}_41$/);
});

function verifiesV1a(body: string, headers: Record<string, string>): boolean {
  const prefix = Buffer.from('302a300506032b6570032100', 'hex');
  const der = Buffer.concat([prefix, Buffer.from(PUBLIC_KEY, 'base64')]);
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
  const signed = `${headers['webhook-id']}.${headers['webhook-timestamp']}.${body}`;
  const signatures = headers['webhook-signature']?.split(' ') ?? [];
  return signatures.some((each) => {
    const [version, encoded = ''] = each.split(',');
    return (
      version === 'v1a' && verify(null, Buffer.from(signed), key, Buffer.from(encoded, 'base64'))
    );
  });
}

test('a repeated record has the same webhook-id, and the time of its attempt', async () => {
  await using server = await TestServer.start((_, response) => void response.end());
  const clock = new ManualClock(Date.parse(AT));
  const sink = await open(server.origin, {}, clock);
  await sink.send([finding(1)], NEVER);
  clock.advance(60_000);
  await sink.send([finding(1)], NEVER);
  await sink.close();
  const [first, second] = server.asked.map(({ headers }) => headers);
  assert.equal(first?.['webhook-id'], second?.['webhook-id']);
  assert.equal(first?.['webhook-timestamp'], String(Date.parse(AT) / 1000));
  assert.equal(second?.['webhook-timestamp'], String(Date.parse(AT) / 1000 + 60));
});

test('sends all content on request, and erasures in any case', async () => {
  await using server = await TestServer.start((_, response) => void response.end());
  const sink = await open(server.origin, { content: 'full', recordsPerRequest: 10 });
  const erased = { index: 8, kind: 'erased', id: `${ORIGIN}#8`, of: 'event' } as const;
  await sink.send([finding(7), erased], NEVER);
  await sink.close();
  const [asked] = server.asked;
  assert.match(String(asked?.headers['content-type']), /^application\/cloudevents-batch\+json/);
  const events = JSON.parse(asked?.body ?? '') as Record<string, unknown>[];
  assert.deepEqual(events[0]?.data, finding(7));
  assert.equal(events[1]?.type, 'app.countersign.event.erased.v1');
  assert.deepEqual(events[1]?.data, erased);
});

test('finds the records that the receiver refuses, and delivers the others', async () => {
  const answer: Answer = ({ body }, response) =>
    void response.writeHead(/"(3|6)"/.test(body) ? 422 : 200).end('poison');
  await using server = await TestServer.start(answer);
  const sink = await open(server.origin, { recordsPerRequest: 10 });
  const { refused } = await sink.send(
    [1, 2, 3, 4, 5, 6].map((at) => finding(at)),
    NEVER,
  );
  await sink.close();
  assert.deepEqual(
    refused.map(({ index }) => index),
    [3, 6],
  );
  assert.match(refused[0]?.because ?? '', /answered 422: "poison"/);
  const accepted = server.asked.filter(({ body }) => !/"(3|6)"/.test(body));
  const ids = accepted.flatMap(({ body }) =>
    (JSON.parse(body) as { id: string }[]).map(({ id }) => id),
  );
  assert.deepEqual(ids.sort(), ['1', '2', '4', '5']);
});

for (const [status, code, words] of [
  [410, 'GONE', /never to be called again/],
  [500, 'UNAVAILABLE', /answered 500: "no"/],
  [401, 'UNAVAILABLE', /answered 401/],
  [404, 'UNAVAILABLE', /answered 404/],
] as const) {
  test(`status ${status} delivers nothing: ${code}`, async () => {
    await using server = await TestServer.start(
      (_, response) => void response.writeHead(status).end('no'),
    );
    const sink = await open(server.origin);
    const error = await failure(sink.send([finding(1)], NEVER));
    await sink.close();
    assert.equal(error.code, code);
    assert.match(error.message, words);
  });
}

test('follows no redirect, and sends nothing to its target', async () => {
  await using other = await TestServer.start((_, response) => void response.end());
  await using server = await TestServer.start(
    (_, response) => void response.writeHead(307, { location: other.origin }).end(),
  );
  const sink = await open(server.origin);
  const error = await failure(sink.send([finding(1)], NEVER));
  await sink.close();
  assert.match(error.message, /a redirect to 127\.0\.0\.1:\d+: it is not followed/);
  assert.deepEqual(other.asked, []);
});

for (const [header, ms] of [
  ['120', 120_000],
  ['Mon, 02 Mar 2026 09:05:00 GMT', 300_000],
  ['999999999', 24 * 3_600_000],
] as const) {
  test(`honors Retry-After: ${header}`, async () => {
    const date = 'Mon, 02 Mar 2026 09:00:00 GMT';
    await using server = await TestServer.start(
      (_, response) => void response.writeHead(429, { 'retry-after': header, date }).end(),
    );
    const sink = await open(server.origin);
    const error = await failure(sink.send([finding(1)], NEVER));
    await sink.close();
    assert.equal(error.retryAfterMs, ms);
  });
}

test('reads an endless answer only up to its limit', async () => {
  await using server = await TestServer.start(async (_, response) => {
    response.on('error', () => undefined);
    const closed = new Promise((resolve) => response.once('close', resolve));
    while (!response.destroyed) {
      if (!response.write(Buffer.alloc(65_536))) {
        await Promise.race([new Promise((resolve) => response.once('drain', resolve)), closed]);
      }
    }
  });
  const sink = await open(server.origin);
  assert.deepEqual(await sink.send([finding(1)], NEVER), { refused: [] });
  await sink.close();
});

test('a missing secret is a mistake of the configuration, and is named', async () => {
  const opening = open('https://soc.example', { secrets: [{ env: 'OTHER' }] });
  const error = await failure(opening);
  assert.equal(error.code, 'MISCONFIGURED');
  assert.match(error.message, /OTHER/);
});

test('an address of this machine is refused unless the feed allows it', async () => {
  await using server = await TestServer.start((_, response) => void response.end());
  const sink = await open(server.origin, { allow: [] });
  const error = await failure(sink.send([finding(1)], NEVER));
  assert.equal(error.code, 'MISCONFIGURED');
  assert.deepEqual(server.asked, []);
});
