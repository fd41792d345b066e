import assert from 'node:assert/strict';
import { testEach } from '../../../../../tools/testing/each.ts';
import type { JsonObject } from '../../core/json-object.ts';
import type { Change } from '../../directory/model/directory-change.ts';
import {
  EVERYBODY,
  GLOBAL_ADMIN,
  groupId,
  id,
  userId,
} from '../../directory/testing/small-tenant.ts';
import { TokenMint } from '../../login/token-mint.ts';
import { GraphTenant } from '../testing/graph-tenant.ts';

const DAY_MS = 86_400_000;

const mint = await TokenMint.make();
let tenant: GraphTenant;

const test = testEach(
  async () => {
    tenant = await GraphTenant.start({ mint, size: 1_500, roles: ['Directory.Read.All'] });
  },
  async () => {
    await tenant.stop();
    assert.deepEqual(tenant.defects, []);
  },
);

function change(...changes: readonly Change[]): void {
  tenant.directory.apply(changes, {
    atMs: tenant.clock.now(),
    by: { kind: 'user', id: userId(0), userPrincipalName: 'a@b.example' },
    correlationId: id(13, 1),
    truth: { scenario: 'life', isAttacker: false },
  });
}

async function follow(address: string): Promise<{ values: JsonObject[]; link: string }> {
  const { values, last } = await tenant.all(address);
  return { values, link: String(last['@odata.deltaLink']) };
}

test('returns all objects once, then the changes', async () => {
  const first = await follow('/v1.0/users/delta?$select=displayName,jobTitle');
  assert.equal(first.values.length, 1_500);
  assert.deepEqual(first.values[3], { displayName: 'Person 3', id: userId(3) });
  change(
    { act: 'update', kind: 'users', id: userId(3), set: { jobTitle: 'Baker' } },
    { act: 'update', kind: 'users', id: userId(3), set: { jobTitle: 'Cook' } },
    { act: 'delete', kind: 'users', id: userId(4) },
    { act: 'delete', kind: 'users', id: userId(5) },
    { act: 'purge', kind: 'users', id: userId(5) },
    { act: 'create', kind: 'users', object: { id: id(1, 5_000), displayName: 'New' } },
  );
  const second = await follow(first.link);
  assert.deepEqual(second.values, [
    { displayName: 'Person 3', jobTitle: 'Cook', id: userId(3) },
    { id: userId(4), '@removed': { reason: 'changed' } },
    { id: userId(5), '@removed': { reason: 'deleted' } },
    { displayName: 'New', id: id(1, 5_000) },
  ]);
  assert.deepEqual((await follow(second.link)).values, []);
});

test('the next round returns a change during the first one', async () => {
  const page = await tenant.call('/v1.0/users/delta?$select=jobTitle');
  change({ act: 'update', kind: 'users', id: userId(1), set: { jobTitle: 'Baker' } });
  const rest = await follow(String(page.body['@odata.nextLink']));
  const next = await follow(rest.link);
  assert.deepEqual(next.values, [{ jobTitle: 'Baker', id: userId(1) }]);
});

test('members of a large group arrive in parts, and their changes one by one', async () => {
  const { values, link } = await follow('/v1.0/groups/delta');
  const parts = values.filter((one) => one['id'] === EVERYBODY);
  const members = parts.flatMap((one) => one['members@delta'] as JsonObject[]);
  assert.equal(parts.length, 2);
  assert.equal(new Set(members.map((one) => one['id'])).size, 1_500);
  const payroll = { kind: 'groups', id: groupId(1), relation: 'members' } as const;
  change(
    { act: 'link', ...payroll, otherId: userId(7) },
    { act: 'unlink', ...payroll, otherId: userId(7) },
    { act: 'link', ...payroll, otherId: userId(8) },
  );
  const next = await follow(link);
  assert.deepEqual(next.values[0]?.['members@delta'], [
    { '@odata.type': '#microsoft.graph.user', id: userId(7), '@removed': { reason: 'deleted' } },
    { '@odata.type': '#microsoft.graph.user', id: userId(8) },
  ]);
});

test('a new holder of a role is a change of the role', async () => {
  const { link } = await follow('/v1.0/directoryRoles/delta');
  const object = {
    id: 'r2',
    roleDefinitionId: GLOBAL_ADMIN,
    principalId: userId(2),
    directoryScopeId: '/',
  };
  change({ act: 'create', kind: 'roleAssignments', object });
  const { values } = await follow(link);
  assert.deepEqual(values[0]?.['members@delta'], [
    { '@odata.type': '#microsoft.graph.user', id: userId(2) },
  ]);
});

test('starts from now on request', async () => {
  const { values, link } = await follow('/v1.0/devices/delta?$deltatoken=latest');
  assert.deepEqual(values, []);
  const set = { accountEnabled: false };
  change({ act: 'update', kind: 'devices', id: id(3, 2), set });
  assert.equal((await follow(link)).values.length, 1);
});

test('returns only changed properties on request', async () => {
  const { link } = await follow('/v1.0/servicePrincipals/delta');
  change({
    act: 'update',
    kind: 'servicePrincipals',
    id: id(7, 1),
    set: { accountEnabled: false },
  });
  const headers = { prefer: 'return=minimal' };
  const { body } = await tenant.call(link, { headers });
  assert.deepEqual(body['value'], [{ accountEnabled: false, id: id(7, 1) }]);
});

test('an expired token gets 410 with the address to start again', async () => {
  const { link } = await follow('/v1.0/applications/delta');
  tenant.clock.advance(7 * DAY_MS + 1);
  const token = await tenant.token({ roles: ['Directory.Read.All'] });
  const { status, body, headers } = await tenant.call(link, { token });
  assert.equal(status, 410);
  assert.equal((body['error'] as JsonObject)['code'], 'syncStateNotFound');
  assert.match(headers.get('location') ?? '', /\/v1\.0\/applications\/delta\?\$deltatoken=$/);
});

for (const query of ['$top=5', '$orderby=id', '$expand=members', "$filter=displayName eq 'x'"])
  test(`refuses ${query}`, async () => {
    assert.equal((await tenant.call(`/v1.0/groups/delta?${query}`)).status, 400);
  });

test('follows single objects by id', async () => {
  const filter = encodeURIComponent(`id eq '${userId(1)}' or id eq '${userId(2)}'`);
  const { values, link } = await follow(`/v1.0/users/delta?$filter=${filter}&$select=id`);
  assert.deepEqual(values, [{ id: userId(1) }, { id: userId(2) }]);
  const set = { jobTitle: 'Baker' };
  change(
    { act: 'update', kind: 'users', id: userId(2), set },
    { act: 'update', kind: 'users', id: userId(3), set },
  );
  assert.deepEqual((await follow(link)).values, [{ id: userId(2) }]);
});
