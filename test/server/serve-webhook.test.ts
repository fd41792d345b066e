import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '@countersign/core';
import { ActivityService } from '../support/collection/activity-service.ts';
import { assertExactlyOnce } from '../support/exactly-once.ts';
import { temporaryFolder } from '../support/folders.ts';
import { recordText } from '../support/ingest/audit-record.ts';
import { type LogLine, ServerProcess } from '../support/server-process.ts';

const TENANT = '5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794';
const CLIENT = '66666666-7d2a-4f6b-9c3d-2e8a61f0b794';
const TYPE = 'Audit.SharePoint';
const ENV = { SERVE_SECRET: 'hush', HOOK_SECRET: 'hook-secret' };
const root = temporaryFolder('serve-webhook');

type Hook = { readonly address: string; readonly authId: string };

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Like the vendor's call, or an attacker's imitation. */
async function call(
  { address }: Pick<Hook, 'address'>,
  body: unknown,
  headers: Readonly<Record<string, string>>,
): Promise<number> {
  const sent = { 'content-type': 'application/json; charset=utf-8', ...headers };
  const answer = await fetch(address, {
    method: 'POST',
    body: JSON.stringify(body),
    headers: sent,
  });
  return answer.status;
}

function notice(id: string, more: Readonly<Record<string, unknown>> = {}): object {
  const contentCreated = new Date(systemClock.now()).toISOString();
  return {
    tenantId: TENANT,
    clientId: CLIENT,
    contentType: TYPE,
    contentId: id,
    contentCreated,
    ...more,
  };
}

/** The relevant part of the vendor's start: it validates, and stores the address to call. */
function rememberHooks(service: ActivityService): ReadonlyMap<string, Hook> {
  const hooks = new Map<string, Hook>();
  service.intercept = ({ url, body }, response) => {
    if (!url.pathname.endsWith('subscriptions/start') || body === '') return false;
    const { webhook } = JSON.parse(body) as { webhook: Hook };
    const validationCode = crypto.randomUUID();
    const headers = { 'webhook-authid': webhook.authId, 'webhook-validationcode': validationCode };
    void call(webhook, { validationCode }, headers).then((status) => {
      if (status === 200) hooks.set(url.searchParams.get('contentType') ?? '', webhook);
      response.statusCode = status === 200 ? 200 : 400;
      response.end('{}');
    });
    return true;
  };
  return hooks;
}

test('a hint is followed at once; wrong, foreign and replayed ones are refused', async () => {
  const service = new ActivityService(TENANT);
  await using server = await service.start();
  service.enabled.add(TYPE);
  const hooks = rememberHooks(service);
  const address = `http://127.0.0.1:${await freePort()}/hook`;
  const config = join(root, 'hint.yaml');
  const dir = join(root, 'hint');
  const listen = new URL(address).host;
  const activityApi =
    `activityApi: {root: "${server.origin}", every: 1h, contentTypes: [${TYPE}], webhook: ` +
    `{address: "${address}", listen: "${listen}", authId: {env: HOOK_SECRET}}}`;
  const text = `listen: 127.0.0.1:0
log: json
tenants:
  - id: ${TENANT}
    authority: ${server.origin}
    credentials: {clientId: ${CLIENT}, secret: {env: SERVE_SECRET}}
    collect: {${activityApi}}
`;
  writeFileSync(config, text);
  const serving = await ServerProcess.start(dir, config, ENV);
  const isPoll = ({ event, collector }: LogLine): boolean =>
    event === 'polled' && String(collector).startsWith('activity-api');
  await serving.logged(isPoll);
  const hook = hooks.get(TYPE);
  assert.ok(hook !== undefined, 'the vendor knows the address to call');
  assert.doesNotMatch(JSON.stringify(serving.log), new RegExp(hook.authId));

  service.put({ id: 'news', createdMs: systemClock.now() - 1000, body: `[${recordText(1)}]` });
  const right = { 'webhook-authid': hook.authId };
  const stranger = '6f0d1e2c-0000-4000-8000-5742616e6765';
  const refused = [
    await call(hook, [notice('a')], { 'webhook-authid': 'wrong' }),
    await call(hook, [notice('a')], {}),
    await call(hook, [notice('a', { contentType: 'Audit.Exchange' })], right),
    await call(hook, [notice('a', { tenantId: stranger })], right),
    await call(hook, [notice('a', { clientId: stranger })], right),
    await call(hook, [notice('a', { contentCreated: '2020-01-01T00:00:00Z' })], right),
    await call(hook, { validationCode: 'x' }, { ...right, 'webhook-validationcode': 'x' }),
    await call(hook, 'nothing', right),
  ];
  assert.deepEqual(refused, Array(8).fill(403));
  assert.equal((await fetch(hook.address)).status, 405);
  assert.equal((await fetch(new URL('/other', hook.address), { method: 'POST' })).status, 404);
  const polls = (): number => serving.log.filter(isPoll).length;
  assert.equal(polls(), 1, 'none of them is a hint');

  assert.equal(await call(hook, [notice('news')], right), 200);
  // The next poll would be due in an hour.
  await serving.logged((line) => line.event === 'polled' && line['records'] === 1);
  assert.equal(await call(hook, [notice('news')], right), 200, 'repeated: no hint');
  const refusal = await serving.logged(({ event }) => event === 'webhook-refused');
  assert.match(String(refusal['because']), /auth id is unknown/);
  const metrics = await (await serving.get('/metrics')).text();
  assert.match(metrics, /countersign_webhook_calls_total\{tenant="[^"]+",outcome="refused"\} 8/);
  assert.match(metrics, /countersign_webhook_calls_total\{tenant="[^"]+",outcome="hint"\} 1/);
  assert.equal(await serving.end(), 0);
  await assertExactlyOnce(dir, 1);
});
