import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { JsonObject } from '../core/json-object.ts';
import type { Emulator } from '../emulator-options.ts';
import type { RegisteredApp } from '../login/login-directory.ts';
import type { Population } from '../population/population.ts';
import { startEmulator } from '../start-emulator.ts';

const MONDAY = Date.parse('2026-03-02T08:00:00Z');
const HOUR = 3_600_000;
const APP: RegisteredApp = {
  clientId: '3c1d6f0a-52b7-4f0e-9d1e-6f0c2f6f8a11',
  objectId: '3c1d6f0a-52b7-4f0e-9d1e-6f0c2f6f8a12',
  name: 'Reader',
  isEnabled: true,
  secrets: ['open-sesame'],
  certificates: [],
  roles: {
    'https://graph.microsoft.com': [
      'Directory.Read.All',
      'Domain.Read.All',
      'AuditLog.Read.All',
      'UserAuthenticationMethod.Read.All',
      'MailboxSettings.Read',
      'Policy.Read.All',
      'Application.ReadWrite.All',
    ],
  },
  scopes: {},
  redirectUris: [],
  isPublic: false,
};

let population: Population;
let emulator: Emulator;
let token: string;

before(async () => {
  const tenants = [{ people: 40, apps: [APP] }];
  emulator = await startEmulator({ seed: 5, startMs: MONDAY, tenants });
  population = emulator.tenants[0]?.population as Population;
  await emulator.advance(2 * HOUR);
  token = (await signIn('https://graph.microsoft.com'))['access_token'] as string;
});

after(async () => {
  await emulator.stop();
  assert.deepEqual(emulator.defects, []);
});

async function signIn(resource: string): Promise<JsonObject> {
  const { tenant } = population;
  const response = await fetch(`${emulator.origins['login']}/${tenant.id}/oauth2/v2.0/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: APP.clientId,
      client_secret: APP.secrets[0] ?? '',
      scope: `${resource}/.default`,
    }),
  });
  return (await response.json()) as JsonObject;
}

async function get(path: string): Promise<JsonObject> {
  const url = path.startsWith('http') ? path : `${emulator.origins['graph']}${path}`;
  const response = await fetch(url, { headers: { authorization: `Bearer ${token}` } });
  const body = (await response.json()) as JsonObject;
  assert.equal(response.status, 200, `${path}: ${JSON.stringify(body)}`);
  return body;
}

async function all(path: string): Promise<readonly JsonObject[]> {
  const values: JsonObject[] = [];
  for (let next: string | undefined = path; next !== undefined; ) {
    const body = await get(next);
    values.push(...(body['value'] as JsonObject[]));
    next = body['@odata.nextLink'] as string | undefined;
  }
  return values;
}

test('people of a population are the users of its directory', async () => {
  const users = await all('/v1.0/users?$select=id,userPrincipalName&$top=15');
  // People, service accounts, and the reserved account.
  assert.equal(users.length, 40 + population.serviceAccountCount + 1);
  const person = population.person(7);
  assert.deepEqual(users[7], { id: person.objectId, userPrincipalName: person.upn });
  const found = await get(`/v1.0/users/${encodeURIComponent(person.upn)}?$select=department`);
  assert.equal(found['department'], person.department);
});

test('both sides of a membership agree', async () => {
  const groups = await all('/v1.0/groups?$select=id');
  const pairs = new Set<string>();
  for (const { id } of groups)
    for (const member of await all(`/v1.0/groups/${String(id)}/members?$select=id`))
      pairs.add(`${String(member['id'])} ${String(id)}`);
  let count = 0;
  for (let n = 0; n < population.size; n++) {
    const { objectId } = population.person(n);
    for (const group of await all(`/v1.0/users/${objectId}/memberOf`)) {
      if (group['@odata.type'] !== '#microsoft.graph.group') continue;
      assert.ok(pairs.has(`${objectId} ${String(group['id'])}`));
      count++;
    }
  }
  assert.equal(count, pairs.size);
});

test('devices belong to their people and are found by either id', async () => {
  const devices = await all('/v1.0/devices');
  const eventual = emulator.companies.directories.get(population.tenant.id)?.state.count('devices');
  assert.equal(devices.length, eventual);
  const [device] = devices;
  const owners = await all(`/v1.0/devices/${String(device?.['id'])}/registeredOwners`);
  const owned = await all(`/v1.0/users/${String(owners[0]?.['id'])}/ownedDevices`);
  assert.ok(owned.some((one) => one['id'] === device?.['id']));
  const filter = encodeURIComponent(`deviceId eq '${String(device?.['deviceId'])}'`);
  assert.equal((await all(`/v1.0/devices?$filter=${filter}`)).length, 1);
});

test('everything that people and companies own can be read', async () => {
  const person = population.person(3);
  const methods = await all(`/v1.0/users/${person.objectId}/authentication/methods`);
  assert.equal(methods.length, person.methods.length);
  const settings = await get(`/v1.0/users/${person.objectId}/mailboxSettings`);
  assert.equal(settings['timeZone'], person.place.timeZone);
  const federated = `/v1.0/domains/${population.tenant.federatedDomain}/federationConfiguration`;
  assert.equal((await all(federated)).length, 1);
  const [role] = await all('/v1.0/directoryRoles?$expand=members');
  assert.notDeepEqual(role?.['members'], []);
  const skus = await all('/v1.0/subscribedSkus');
  assert.equal(skus.length, 3);
  const service = await get(`/v1.0/servicePrincipals(appId='${APP.clientId}')`);
  const roles = await all(`/v1.0/servicePrincipals/${String(service['id'])}/appRoleAssignments`);
  assert.equal(roles.length, 7);
});

test('sign-ins of people can be read, with the right people', async () => {
  const rows = await all('/v1.0/auditLogs/signIns');
  assert.ok(rows.length > 20, `${rows.length} rows`);
  for (const row of rows) {
    const person = population.personByObjectId(String(row['userId']));
    if (person !== undefined) assert.equal(row['userPrincipalName'], person.upn);
  }
  const user = await get(`/v1.0/users/${String(rows[0]?.['userId'])}`);
  assert.equal(user['displayName'], rows[0]?.['userDisplayName']);
});

test('the export is in the storage account', async () => {
  const storage = await signIn('https://storage.azure.com');
  const { name } = emulator.companies.storageAccount;
  const response = await fetch(`${emulator.origins['storage']}/${name}?comp=list`, {
    headers: {
      authorization: `Bearer ${String(storage['access_token'])}`,
      'x-ms-version': '2024-11-04',
    },
  });
  const xml = await response.text();
  assert.match(xml, /insights-logs-noninteractiveusersigninlogs/);
  assert.match(xml, /insights-logs-microsoftgraphactivitylogs/);
});

test('a disabled application gets no further token', async () => {
  const path = `/v1.0/servicePrincipals/${APP.objectId}`;
  const patched = await fetch(`${emulator.origins['graph']}${path}`, {
    method: 'PATCH',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ accountEnabled: false }),
  });
  assert.equal(patched.status, 204);
  await emulator.advance(HOUR / 4);
  const refused = await signIn('https://graph.microsoft.com');
  assert.deepEqual(refused['error_codes'], [7000112]);
  // The earlier token remains valid until it expires, and reads the record of the change.
  const filter = encodeURIComponent("activityDisplayName eq 'Update service principal'");
  const [audit] = await all(`/v1.0/auditLogs/directoryAudits?$filter=${filter}`);
  assert.equal(JSON.stringify(audit?.['targetResources']).includes(APP.objectId), true);
});

test('policies have every member that assessment tools expect', async () => {
  const [policy] = await all('/v1.0/identity/conditionalAccess/policies');
  assert.equal(policy?.['state'], 'enabled');
  const conditions = policy['conditions'] as Record<string, Record<string, unknown> | null>;
  const lists = {
    applications: ['includeApplications', 'excludeApplications', 'includeUserActions'],
    users: [
      ...['includeUsers', 'excludeUsers', 'includeGroups', 'excludeGroups'],
      ...['includeRoles', 'excludeRoles'],
    ],
  };
  for (const [part, members] of Object.entries(lists)) {
    for (const member of members) assert.ok(Array.isArray(conditions[part]?.[member]), member);
  }
  for (const list of ['clientAppTypes', 'userRiskLevels', 'signInRiskLevels']) {
    assert.ok(Array.isArray(conditions[list]), list);
  }
  for (const none of ['platforms', 'locations', 'devices', 'authenticationFlows']) {
    assert.equal(conditions[none], null, none);
  }
  const grants = policy['grantControls'] as JsonObject;
  assert.deepEqual(grants['termsOfUse'], []);
  assert.deepEqual(grants['customAuthenticationFactors'], []);
  const authorization = await get('/v1.0/policies/authorizationPolicy');
  for (const member of ['description', 'guestUserRoleId', 'displayName', 'allowInvitesFrom']) {
    assert.equal(typeof authorization[member], 'string', member);
  }
  for (const member of ['allowedToUseSSPR', 'blockMsolPowerShell']) {
    assert.equal(typeof authorization[member], 'boolean', member);
  }
});
