import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { JsonObject } from '../core/json-object.ts';
import {
  DEVICE,
  DOMAIN,
  GLOBAL_ADMIN,
  groupId,
  userId,
  WIKI,
  WIKI_GRANT,
} from '../directory/testing/small-tenant.ts';
import { TokenMint } from '../login/token-mint.ts';
import { GraphTenant } from './testing/graph-tenant.ts';

const READS = ['Directory.Read.All', 'User.Read.All', 'Policy.Read.All', 'Domain.Read.All'];

let tenant: GraphTenant;

before(async () => {
  tenant = await GraphTenant.start({ mint: await TokenMint.make(), roles: READS });
});

after(async () => {
  await tenant.stop();
  assert.deepEqual(tenant.defects, []);
});

function codeOf(body: JsonObject): unknown {
  return (body['error'] as JsonObject)['code'];
}

test('refuses a missing token, a foreign one, and one for another audience', async () => {
  const elsewhere = await tenant.token({ roles: READS, aud: 'https://manage.office.com' });
  const good = await tenant.token({ roles: READS });
  for (const token of ['', 'x.y.z', elsewhere, `${good}x`]) {
    const { status, body, headers } = await tenant.call('/v1.0/users', { token });
    assert.equal(status, 401);
    assert.equal(codeOf(body), 'InvalidAuthenticationToken');
    assert.ok(headers.get('www-authenticate'));
  }
});

test('an error has the ids for support', async () => {
  const headers = { 'client-request-id': 'd0d0caca-0000-4000-8000-000000000001' };
  const answer = await tenant.call(`/v1.0/users/${userId(99)}`, { headers });
  const inner = (answer.body['error'] as JsonObject)['innerError'] as JsonObject;
  assert.equal(answer.status, 404);
  assert.equal(inner['client-request-id'], headers['client-request-id']);
  assert.equal(inner['request-id'], answer.headers.get('request-id'));
});

test('requires the permission of each resource', async () => {
  const token = await tenant.token({ roles: ['User.Read.All'] });
  const status = async (path: string): Promise<number> =>
    (await tenant.call(path, { token })).status;
  assert.equal(await status('/v1.0/users'), 200);
  for (const path of [
    '/groups',
    '/auditLogs/signIns',
    '/domains',
    '/identityProtection/riskyUsers',
  ])
    assert.equal(await status(`/v1.0${path}`), 403, path);
  const revoked = await tenant.call(`/v1.0/users/${userId(1)}/revokeSignInSessions`, {
    method: 'POST',
    token,
  });
  assert.equal(codeOf(revoked.body), 'Authorization_RequestDenied');
});

test('returns only the requested members of a user', async () => {
  const usual = await tenant.call(`/v1.0/users/person4@${DOMAIN}`);
  assert.equal(usual.body['displayName'], 'Person 4');
  assert.equal(usual.body['signInSessionsValidFromDateTime'], undefined);
  const select = '$select=accountEnabled,signInSessionsValidFromDateTime';
  const { body } = await tenant.call(`/v1.0/users/${userId(4)}?${select}`);
  const { '@odata.context': _context, ...rest } = body;
  assert.deepEqual(rest, {
    accountEnabled: true,
    signInSessionsValidFromDateTime: '2025-01-06T08:00:00Z',
  });
});

test('filters, counts and pages', async () => {
  const filter = "department eq 'Sales' and startswith(displayName,'Person 1')";
  const query = `$filter=${encodeURIComponent(filter)}&$select=displayName&$top=2`;
  const { values, pages } = await tenant.all(`/v1.0/users?${query}`);
  assert.deepEqual(
    values.map((one) => one['displayName']),
    ['Person 10', 'Person 12', 'Person 14', 'Person 16', 'Person 18'],
  );
  assert.equal(pages, 3);
  const eventual = { ConsistencyLevel: 'eventual' };
  const counted = await tenant.call('/v1.0/users?$count=true&$top=1', { headers: eventual });
  assert.equal(counted.body['@odata.count'], 20);
  const plain = await tenant.call('/v1.0/users?$count=true');
  assert.equal(codeOf(plain.body), 'Request_UnsupportedQuery');
});

const WRONG: readonly string[] = [
  '/v1.0/users?$filter=id',
  '/v1.0/users?$top=5000',
  '/v1.0/users?$skiptoken=AAAA',
  '/v1.0/users?$apply=x',
  '/v1.0/users/x/y/z/nothing',
  '/v1.0/groups?$expand=nothing',
  '/v2.0/users',
  '/v1.0/users/%E0%A4%A',
];

for (const path of WRONG)
  test(`answers 400 to ${path}`, async () => {
    assert.equal((await tenant.call(path)).status, 400);
  });

test('a wrong method is 405', async () => {
  assert.equal((await tenant.call('/v1.0/auditLogs/signIns', { method: 'DELETE' })).status, 405);
});

const READABLE: readonly (readonly [path: string, count: number])[] = [
  ['/groups', 2],
  ['/devices', 2],
  ['/applications', 1],
  ['/servicePrincipals', 2],
  ['/oauth2PermissionGrants', 1],
  ['/directoryRoles?$expand=members', 1],
  ['/domains', 2],
  [`/domains/corp.${DOMAIN}/federationConfiguration`, 1],
  ['/roleManagement/directory/roleAssignments?$expand=principal', 1],
  ['/roleManagement/directory/roleDefinitions', 1],
  ['/organization', 1],
  ['/identity/conditionalAccess/namedLocations', 0],
  ['/policies/crossTenantAccessPolicy/partners', 0],
  [`/servicePrincipals/${WIKI.servicePrincipalId}/oauth2PermissionGrants`, 1],
  [`/servicePrincipals/${WIKI.servicePrincipalId}/appRoleAssignments`, 1],
  [`/applications/${WIKI.applicationId}/owners`, 1],
  [`/users/${userId(2)}/ownedDevices`, 1],
  [`/users/${userId(0)}/memberOf`, 2],
  [`/devices/${DEVICE}/registeredOwners`, 1],
  ['/directory/deletedItems/microsoft.graph.user', 0],
];

for (const [path, count] of READABLE)
  test(`reads ${path}`, async () => {
    // Some of these allow one call per second.
    tenant.clock.advance(1_000);
    const { status, body } = await tenant.call(`/v1.0${path}`);
    assert.equal(status, 200, JSON.stringify(body));
    assert.equal((body['value'] as unknown[]).length, count);
  });

test('paths with keys lead to the same objects', async () => {
  const path = `/v1.0/servicePrincipals(appId='${WIKI.appId}')`;
  assert.equal((await tenant.call(path)).body['id'], WIKI.servicePrincipalId);
  assert.equal((await tenant.call(`/v1.0/servicePrincipals/${WIKI.appId}`)).status, 404);
  const grant = await tenant.call(`/v1.0/oauth2PermissionGrants/${WIKI_GRANT}`);
  assert.equal(grant.body['consentType'], 'AllPrincipals');
});

test('members of a role are its assignments', async () => {
  const { body } = await tenant.call('/v1.0/directoryRoles?$expand=members');
  const [role] = body['value'] as JsonObject[];
  assert.equal(role?.['roleTemplateId'], GLOBAL_ADMIN);
  assert.deepEqual(
    (role['members'] as JsonObject[]).map((one) => one['id']),
    [userId(0)],
  );
});

test('every call has a record in the activity log', async () => {
  const answer = await tenant.call('/v1.0/domains?$top=1');
  const [record] = tenant.taken.at(-1)?.records ?? [];
  assert.equal(record?.feed, 'azure/MicrosoftGraphActivityLogs');
  const properties = record.body['properties'] as JsonObject;
  assert.equal(properties['requestId'], answer.headers.get('request-id'));
  assert.match(String(properties['requestUri']), /\/v1\.0\/domains\?%24top=1$/);
  assert.equal(properties['appId'], WIKI.appId);
});

test('counts resource units, and refuses calls above the limit', async () => {
  const before = await tenant.call('/v1.0/users?$top=5&$select=id');
  assert.equal(before.headers.get('x-ms-resource-unit'), '1');
  const calls = Array.from({ length: 1_200 }, () => ({
    path: `/v1.0/groups/${groupId(0)}/members`,
  }));
  let refused: Awaited<ReturnType<GraphTenant['call']>> | undefined;
  for (const { path } of calls) {
    const answer = await tenant.call(path);
    if (answer.status === 429) refused = answer;
    if (refused !== undefined) break;
  }
  assert.equal(codeOf(refused?.body ?? {}), 'TooManyRequests');
  assert.equal(refused?.headers.get('retry-after'), '1');
  assert.equal(refused?.headers.get('x-ms-throttle-information'), 'ResourceUnitLimitExceeded');
  assert.match(
    refused?.headers.get('x-ms-throttle-scope') ?? '',
    /^Tenant_Application\/ReadWrite\//,
  );
  tenant.clock.advance(60_000);
  assert.equal((await tenant.call('/v1.0/domains')).status, 200);
});

test('access and protection allow one call per second, without Retry-After', async () => {
  const call = (): ReturnType<GraphTenant['call']> =>
    tenant.call('/v1.0/identity/conditionalAccess/policies');
  tenant.clock.advance(5_000);
  assert.equal((await call()).status, 200);
  const refused = await call();
  assert.equal(refused.status, 429);
  assert.equal(refused.headers.get('retry-after'), null);
});
