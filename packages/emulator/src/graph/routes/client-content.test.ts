import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { Feed } from '../../core/feed-record.ts';
import type { JsonObject } from '../../core/json-object.ts';
import type { Emulator } from '../../emulator-options.ts';
import type { SetApart } from '../../population/canary-resources.ts';
import { startEmulator } from '../../start-emulator.ts';

const NOON = Date.parse('2026-03-02T12:00:00Z');
const HOUR = 3_600_000;

let emulator: Emulator;
let apart: SetApart;

before(async () => {
  emulator = await startEmulator({ seed: 3, startMs: NOON, tenants: [{}], subscribed: 'before' });
  apart = (emulator.tenants[0] as Emulator['tenants'][number]).population.setApart;
});

after(async () => {
  await emulator.stop();
  assert.deepEqual(emulator.defects, []);
});

async function tokenOf(who: { clientId: string; clientSecret: string }): Promise<string> {
  const { tenantId } = emulator.tenants[0] ?? {};
  const response = await fetch(`${emulator.origins['login']}/${tenantId}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      ...{ grant_type: 'client_credentials', scope: 'https://graph.microsoft.com/.default' },
      ...{ client_id: who.clientId, client_secret: who.clientSecret },
    }),
  });
  return String(((await response.json()) as JsonObject)['access_token']);
}

async function call(
  method: string,
  path: string,
  body?: object | string,
  who: { clientId: string; clientSecret: string } = emulator.credentials.probe,
): Promise<{ status: number; body: JsonObject }> {
  const isText = typeof body === 'string';
  const response = await fetch(`${emulator.origins['graph']}/v1.0${path}`, {
    method,
    headers: {
      authorization: `Bearer ${await tokenOf(who)}`,
      'content-type': isText ? 'text/plain' : 'application/json',
    },
    ...(body !== undefined && { body: isText ? body : JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as JsonObject) };
}

/** Available records of a feed by operation; their order varies. */
async function left(feed: Feed): Promise<JsonObject[]> {
  await emulator.advance(12 * HOUR);
  const { tenantId = '' } = emulator.tenants[0] ?? {};
  const listed = [...emulator.store.listed(feed, tenantId, 0, emulator.clock.now())];
  const bodies = listed.map(({ record }) => record.body);
  return bodies.sort((a, b) => (String(a['Operation']) < String(b['Operation']) ? -1 : 1));
}

test('creating and deleting a draft leaves a record each', async () => {
  const mailbox = `/users/${encodeURIComponent(apart.account.upn)}/messages`;
  const made = await call('POST', mailbox, { subject: 'probe 1' });
  assert.equal(made.status, 201);
  assert.equal((await call('DELETE', `${mailbox}/${String(made.body['id'])}`)).status, 204);
  assert.equal((await call('DELETE', `${mailbox}/${String(made.body['id'])}`)).status, 404);
  const records = await left('activity/Audit.Exchange');
  const rows = records.map(({ Operation, MailboxOwnerUPN, ClientAppId }) => [
    ...[Operation, MailboxOwnerUPN, ClientAppId],
  ]);
  const { clientId } = emulator.credentials.probe;
  assert.deepEqual(rows, [
    ['Create', apart.account.upn, clientId],
    ['SoftDelete', apart.account.upn, clientId],
  ]);
  const item = records[0]?.['Item'] as JsonObject | undefined;
  assert.equal(item?.['Subject'], 'probe 1');
});

test('uploads, modifies and recycles a file', async () => {
  const drive = `/sites/northmoor.example,${apart.site.siteId},${apart.site.webId}/drive`;
  assert.equal((await call('PUT', `${drive}/root:/probe.txt:/content`, 'one')).status, 201);
  const again = await call('PUT', `${drive}/root:/probe.txt:/content`, 'two');
  assert.equal(again.status, 200);
  assert.equal((await call('DELETE', `${drive}/items/${String(again.body['id'])}`)).status, 204);
  const records = await left('activity/Audit.SharePoint');
  assert.deepEqual(
    records.map(({ Operation, SourceFileName }) => [Operation, SourceFileName]),
    ['FileModified', 'FileRecycled', 'FileUploaded'].map((name) => [name, 'probe.txt']),
  );
});

test('the record of a channel description has the old and new text', async () => {
  const { groupId, threadId } = apart.team;
  const channel = `/teams/${groupId}/channels/${encodeURIComponent(threadId)}`;
  for (const description of ['first', 'second'])
    assert.equal((await call('PATCH', channel, { description })).status, 204);
  const records = await left('activity/Audit.General');
  assert.deepEqual(
    records.map(({ OldValue, NewValue }) => [OldValue, NewValue].join(' > ')).sort(),
    [' > first', 'first > second'],
  );
  assert.ok(records.every(({ Operation }) => Operation === 'ChannelSettingChanged'));
});

test('a read-only client changes nothing, and no client reaches another site', async () => {
  const reader = emulator.credentials;
  const mailbox = `/users/${encodeURIComponent(apart.account.upn)}/messages`;
  assert.equal((await call('POST', mailbox, { subject: 'no' }, reader)).status, 403);
  const other = emulator.tenants[0]?.population.group(0).site.siteId;
  const file = `/sites/${other}/drive/root:/probe.txt:/content`;
  assert.equal((await call('PUT', file, 'no')).status, 404);
});
