import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import tls from 'node:tls';
import {
  Client,
  GraphError,
  type PageCollection,
  PageIterator,
} from '@microsoft/microsoft-graph-client';
import type { JsonObject } from '../core/json-object.ts';
import { userId } from '../directory/testing/small-tenant.ts';
import { TokenMint } from '../login/token-mint.ts';
import { GraphTenant, NOON } from './testing/graph-tenant.ts';

/** The status in a record of MicrosoftGraphActivityLogs. */
function statusIn(body: JsonObject | undefined): unknown {
  const properties = body?.['properties'] as JsonObject | undefined;
  return properties?.['responseStatusCode'];
}

let tenant: GraphTenant;
let client: Client;

before(async () => {
  const started = await GraphTenant.start({
    mint: await TokenMint.make(),
    size: 250,
    tls: 'on',
    roles: ['Directory.Read.All', 'AuditLog.Read.All', 'User.RevokeSessions.All'],
    // Advances the time, so that a throttled client succeeds when it retries.
    onTaken: ({ records }) => {
      if (statusIn(records[0]?.body) === 429) tenant.clock.advance(10_000);
    },
  });
  tenant = started;
  // The library uses the process's authorities, and sends tokens over TLS only.
  tls.setDefaultCACertificates([
    ...tls.getCACertificates('default'),
    started.certificate?.certPem ?? '',
  ]);
  const token = await tenant.token({
    roles: ['Directory.Read.All', 'AuditLog.Read.All', 'User.RevokeSessions.All'],
  });
  client = Client.initWithMiddleware({
    baseUrl: `${tenant.origin}/`,
    customHosts: new Set(['127.0.0.1']),
    authProvider: { getAccessToken: () => Promise.resolve(token) },
  });
});

after(() => tenant.stop());

test("the vendor's client pages through all people", async () => {
  const first = (await client
    .api('/users')
    .select(['id', 'displayName'])
    .top(60)
    .get()) as PageCollection;
  const ids: unknown[] = [];
  const pages = new PageIterator(client, first, (user: JsonObject) => {
    ids.push(user['id']);
    return true;
  });
  await pages.iterate();
  assert.deepEqual(
    ids,
    Array.from({ length: 250 }, (_, number) => userId(number)),
  );
});

test("the vendor's client follows a delta link", async () => {
  let first = (await client.api('/groups/delta').get()) as PageCollection;
  const pages = new PageIterator(client, first, () => true);
  await pages.iterate();
  const deltaLink = pages.getDeltaLink();
  assert.ok(deltaLink);
  first = (await client.api(deltaLink).get()) as PageCollection;
  assert.deepEqual(first.value, []);
});

test("the vendor's client is throttled, waits for Retry-After, and gets its reply", async () => {
  await client.api(`/users/${userId(5)}/revokeSignInSessions`).post({});
  for (let n = 0; n < 5; n++) await client.api('/auditLogs/directoryAudits').top(1).get();
  const before = tenant.taken.length;
  const answer = (await client.api('/auditLogs/directoryAudits').get()) as PageCollection;
  assert.equal(answer.value.length, 1);
  const statuses = tenant.taken.slice(before).map(({ records }) => statusIn(records[0]?.body));
  assert.deepEqual(statuses, [429, 200]);
  assert.ok(tenant.clock.now() > NOON);
});

test("the vendor's client parses an error", async () => {
  await assert.rejects(client.api('/users/nobody@nowhere.example').get(), (error) => {
    assert.ok(error instanceof GraphError);
    assert.equal(error.statusCode, 404);
    assert.equal(error.code, 'Request_ResourceNotFound');
    assert.ok(error.requestId);
    return true;
  });
});
