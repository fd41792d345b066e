import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { JsonObject } from '../core/json-object.ts';
import { userId } from '../directory/testing/small-tenant.ts';
import { TokenMint } from '../login/token-mint.ts';
import { startEmulator } from '../start-emulator.ts';
import type { Route } from './calls/route-table.ts';
import { queryOptions } from './odata/query-options.ts';
import { allRoutes } from './routes/all-routes.ts';
import { needKnownNames } from './schema.ts';
import { GraphTenant } from './testing/graph-tenant.ts';

let tenant: GraphTenant;

before(async () => {
  const roles = ['Directory.Read.All', 'AuditLog.Read.All', 'UserAuthenticationMethod.Read.All'];
  tenant = await GraphTenant.start({ mint: await TokenMint.make(), roles });
});

after(async () => {
  await tenant.stop();
  assert.deepEqual(tenant.defects, []);
});

function refuses(route: Route, query: string): boolean {
  try {
    needKnownNames(route, queryOptions(new URLSearchParams(query)));
    return false;
  } catch (error) {
    return (error as { status?: unknown }).status === 400;
  }
}

test('no resource accepts a property that it does not have', () => {
  const reads = allRoutes({ seed: 1 }).filter(({ method }) => method === 'GET');
  assert.ok(reads.length > 100);
  for (const route of reads) {
    for (const option of ['$select=id,nonsense', "$filter=nonsense eq 'x'", '$orderby=nonsense']) {
      assert.ok(refuses(route, option), `${route.path}?${option}`);
    }
  }
});

test('a call with an unknown property gets 400 with the text of Graph', async () => {
  for (const path of ['/users', `/users/${userId(1)}`, '/groups', '/auditLogs/signIns']) {
    const { status, body } = await tenant.call(`/v1.0${path}?$select=displayNam`);
    assert.equal(status, 400, path);
    const error = body['error'] as JsonObject;
    assert.equal(error['code'], 'BadRequest');
    assert.match(String(error['message']), /Could not find a property named 'displayNam' on type/);
  }
  const led = await tenant.call('/v1.0/groups/delta?$select=id,members,owners');
  assert.equal(led.status, 200, 'what leads to other objects has a name as well');
  const filtered = await tenant.call("/v1.0/users?$filter=displayNam eq 'x'");
  assert.equal(filtered.status, 400);
});

test('a known property without a value is null', async () => {
  const { body } = await tenant.call(`/v1.0/users/${userId(1)}?$select=ID,employeeType`);
  const { '@odata.context': _context, ...rest } = body;
  assert.deepEqual(rest, { id: userId(1), employeeType: null });
});

test('every property of the tenants can be selected by name', async (t) => {
  const emulator = await startEmulator({
    startMs: Date.UTC(2026, 2, 2, 8),
    tenants: [{ people: 30 }],
    subscribed: 'before',
  });
  t.after(() => emulator.stop());
  await emulator.advance(3 * 3_600_000);
  const { clientId, clientSecret } = emulator.credentials;
  const { tenantId } = emulator.tenants[0] ?? {};
  const given = await fetch(`${emulator.origins['login']}/${tenantId}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      ...{ grant_type: 'client_credentials', client_id: clientId, client_secret: clientSecret },
      scope: 'https://graph.microsoft.com/.default',
    }),
  });
  const { access_token: token } = (await given.json()) as { access_token: string };
  const headers = { authorization: `Bearer ${token}` };
  const read = async (path: string): Promise<JsonObject[]> => {
    // Conditional access may be read once per second.
    await emulator.advance(1_001);
    const response = await fetch(`${emulator.origins['graph']}/beta${path}`, { headers });
    const body = (await response.json()) as JsonObject;
    assert.equal(response.status, 200, `${path} ${JSON.stringify(body)}`);
    return body['value'] as JsonObject[];
  };
  const collections = allRoutes({ seed: 1 })
    .filter(
      ({ method, path }) => method === 'GET' && !/[{$]|delta|\/me\b|queries|settings$/i.test(path),
    )
    .map(({ path }) => path)
    .filter((path) => !/risky|custom|Listeners|Configurations|Policy|Schedules/.test(path));
  assert.ok(collections.length >= 14, collections.join());
  for (const path of collections) {
    const [first] = await read(path);
    if (first === undefined) continue;
    const names = Object.keys(first).filter((name) => !name.includes('@'));
    const [again = {}] = await read(`${path}?$select=${names.join(',')}`);
    assert.deepEqual(
      Object.keys(again)
        .filter((name) => !name.includes('@'))
        .sort(),
      names.sort(),
    );
  }
});
