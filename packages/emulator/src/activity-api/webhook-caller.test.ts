import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { type KeyAndCertificate, selfSigned } from '../certificate.ts';
import type { Emulator } from '../emulator-options.ts';
import type { Ask } from '../http/http-message.ts';
import { type Server, serve } from '../http/http-server.ts';
import { Router } from '../http/router.ts';
import { startEmulator } from '../start-emulator.ts';
import { endAfter } from '../testing/end-after.ts';
import { NORTHMOOR, OfficeWorker } from '../testing/office-worker.ts';
import { Reader } from '../testing/reader.ts';

const START_MS = Date.UTC(2026, 2, 2);
const HOUR_MS = 3_600_000;
const EXCHANGE = 'Audit.Exchange';

let emulator: Emulator;
let receiver: Server;

/** A tenant, and a receiver that answers with `status`. */
async function begin(
  t: TestContext,
  status: () => number,
): Promise<{ reader: Reader; received: Ask[] }> {
  const certificate: KeyAndCertificate = await selfSigned({ commonName: 'receiver' });
  const received: Ask[] = [];
  const router = new Router().on('POST', '/hook', (ask) => {
    received.push(ask);
    return { status: status() };
  });
  const sleep = (): Promise<void> => Promise.resolve();
  receiver = await serve({ router, port: 0, tls: certificate, now: () => START_MS, sleep });
  emulator = await startEmulator({
    startMs: START_MS,
    tenants: [{ tenantId: NORTHMOOR, domain: 'northmoor.example' }],
    actors: [new OfficeWorker({})],
    activityApi: { webhooks: { ca: certificate.certPem }, startIntervalMs: 0 },
  });
  endAfter(t, emulator);
  t.after(() => receiver.stop());
  return { reader: await new Reader(emulator).signIn(), received };
}

type NotificationItem = {
  tenantId: string;
  clientId: string;
  contentId: string;
  contentType: string;
};

const notificationsOf = (received: readonly Ask[]): NotificationItem[] =>
  received.flatMap(({ body }) => {
    const value: unknown = JSON.parse(body.toString());
    return Array.isArray(value) ? (value as NotificationItem[]) : [];
  });

test('validates a webhook first, then notifies it of every blob', async (t) => {
  const { reader, received } = await begin(t, () => 200);
  const webhook = { address: `${receiver.origin}/hook`, authId: 'mine', expiration: '' };
  const started = await reader.start(EXCHANGE, webhook);
  assert.equal(started.status, 200, JSON.stringify(started.body));
  const expected = { status: 'enabled', ...webhook, expiration: null };
  assert.deepEqual((started.body as { webhook: object }).webhook, expected);
  const [validation] = received;
  assert.ok(validation !== undefined);
  const { validationCode } = JSON.parse(validation.body.toString()) as { validationCode: string };
  assert.equal(validation.headers['webhook-validationcode'], validationCode);
  assert.equal(validation.headers['webhook-authid'], 'mine');
  await emulator.advance(4 * HOUR_MS);
  await reader.signIn();
  const items = await reader.items(EXCHANGE, START_MS, START_MS + 4 * HOUR_MS);
  const notified = notificationsOf(received);
  assert.deepEqual(
    notified.map(({ contentId }) => contentId),
    items.map(({ contentId }) => contentId),
  );
  assert.ok(notified.every(({ clientId }) => clientId === emulator.credentials.clientId));
  const log = await reader.ask(
    `subscriptions/notifications?contentType=${EXCHANGE}&startTime=2026-03-02&endTime=2026-03-03`,
  );
  const entries = log.body as { notificationStatus: string; notificationSent: string }[];
  assert.equal(entries.length, items.length);
  assert.ok(entries.every(({ notificationStatus }) => notificationStatus === 'success'));
});

test('refuses a webhook that does not answer 200, and leaves no subscription', async (t) => {
  const { reader } = await begin(t, () => 500);
  const answer = await reader.start(EXCHANGE, { address: `${receiver.origin}/hook` });
  assert.equal(answer.code, 'AF20021');
  assert.match(JSON.stringify(answer.body), /did not return HTTP 200/);
  assert.deepEqual((await reader.ask('subscriptions/list')).body, []);
});

test('calls no external address', async (t) => {
  const { reader } = await begin(t, () => 200);
  const answer = await reader.start(EXCHANGE, { address: 'https://outside.example/hook' });
  assert.equal(answer.code, 'AF20021');
});

test('repeats a failed notification with growing delays', async (t) => {
  let status = 200;
  const { reader, received } = await begin(t, () => status);
  await reader.start(EXCHANGE, { address: `${receiver.origin}/hook` });
  status = 503;
  await emulator.advance(3 * HOUR_MS);
  assert.ok(received.length > 3 && received.length < 12, `${received.length} attempts`);
  status = 200;
  await emulator.advance(3 * HOUR_MS);
  await reader.signIn();
  const items = await reader.items(EXCHANGE, START_MS, START_MS + 6 * HOUR_MS);
  const contentIds = new Set(notificationsOf(received).map(({ contentId }) => contentId));
  assert.deepEqual([...contentIds].toSorted(), items.map(({ contentId }) => contentId).toSorted());
});

test('disables a webhook that keeps failing, until the next start', async (t) => {
  let status = 200;
  const { reader } = await begin(t, () => status);
  const webhook = { address: `${receiver.origin}/hook` };
  await reader.start(EXCHANGE, webhook);
  status = 500;
  await emulator.advance(24 * HOUR_MS);
  await reader.signIn();
  const statusNow = async (): Promise<unknown> => {
    const { body } = await reader.ask('subscriptions/list');
    return (body as { webhook: { status: string } | null }[])[0]?.webhook?.status;
  };
  assert.equal(await statusNow(), 'disabled');
  status = 200;
  await reader.start(EXCHANGE, webhook);
  assert.equal(await statusNow(), 'enabled');
  await reader.start(EXCHANGE);
  assert.equal(await statusNow(), undefined, 'a start without a webhook takes it away');
});
