import assert from 'node:assert/strict';
import { testEach } from '../../../../../tools/testing/each.ts';
import type { FeedRecord } from '../../core/feed-record.ts';
import type { JsonObject } from '../../core/json-object.ts';
import { id, userId } from '../../directory/testing/small-tenant.ts';
import { TokenMint } from '../../login/token-mint.ts';
import { type Answer, GraphTenant, NOON } from '../testing/graph-tenant.ts';

const MINUTE = 60_000;
const REPORTS = ['AuditLog.Read.All', 'Directory.Read.All'];

const mint = await TokenMint.make();
let tenant: GraphTenant;

const test = testEach(
  async () => {
    tenant = await GraphTenant.start({ mint, roles: [...REPORTS, 'AuditLogsQuery.Read.All'] });
  },
  async () => {
    await tenant.stop();
    assert.deepEqual(tenant.defects, []);
  },
);

function signIn(number: number, change: JsonObject = {}): FeedRecord {
  const atMs = NOON - 600 * MINUTE + number * MINUTE;
  const type = number % 3 === 0 ? 'nonInteractiveUser' : 'interactiveUser';
  const body = {
    id: id(20, number),
    createdDateTime: new Date(atMs).toISOString(),
    userId: userId(number % 5),
    userPrincipalName: `person${number % 5}@northmoor.example`,
    ipAddress: '198.51.100.7',
    isInteractive: type === 'interactiveUser',
    signInEventTypes: [type],
    sessionId: id(21, number),
    uniqueTokenIdentifier: 'abc',
    authenticationProtocol: number === 1 ? 'nativeAuth' : 'oAuth2',
    riskState: 'none',
    status: { errorCode: number % 4 === 0 ? 50126 : 0 },
    appliedConditionalAccessPolicies: [{ id: 'p' }],
    ...change,
  };
  return { feed: 'graph/signIns', id: body.id, atMs, body };
}

/** The reports allow five calls in ten seconds. */
async function unhurried(address: string, headers = {}): Promise<Answer> {
  tenant.clock.advance(10_000);
  return tenant.call(address, { headers });
}

async function ids(address: string): Promise<readonly number[]> {
  const found: number[] = [];
  for (let next: string | undefined = address; next !== undefined; ) {
    const { status, body } = await unhurried(next);
    assert.equal(status, 200, JSON.stringify(body));
    for (const row of body['value'] as JsonObject[])
      found.push(Number.parseInt(String(row['id']).slice(-12), 16));
    next = body['@odata.nextLink'] as string | undefined;
  }
  return found;
}

test('v1.0 returns interactive sign-ins, newest first, without sessions', async () => {
  for (let n = 0; n < 9; n++) tenant.put(signIn(n));
  assert.deepEqual(await ids('/v1.0/auditLogs/signIns?$top=4'), [8, 7, 5, 4, 2, 1]);
  const { body } = await unhurried('/v1.0/auditLogs/signIns?$top=1');
  const [row] = body['value'] as JsonObject[];
  assert.equal(row?.['sessionId'], undefined);
  assert.equal(row?.['userId'], userId(3));
  assert.deepEqual(row?.['appliedConditionalAccessPolicies'], []);
  const refused = await unhurried(
    "/v1.0/auditLogs/signIns?$filter=signInEventTypes/any(t: t eq 'nonInteractiveUser')",
  );
  assert.equal(refused.status, 400);
});

test('beta returns the other kinds on request', async () => {
  for (let n = 0; n < 9; n++) tenant.put(signIn(n));
  assert.deepEqual(await ids('/beta/auditLogs/signIns'), [8, 7, 5, 4, 2, 1]);
  const other = encodeURIComponent("signInEventTypes/any(t: t eq 'nonInteractiveUser')");
  assert.deepEqual(await ids(`/beta/auditLogs/signIns?$filter=${other}`), [6, 3, 0]);
  const { body } = await unhurried(`/beta/auditLogs/signIns?$filter=${other}&$top=1`);
  assert.equal((body['value'] as JsonObject[])[0]?.['sessionId'], id(21, 6));
});

test('filters by time, person and outcome, in either order', async () => {
  for (let n = 0; n < 60; n++) tenant.put(signIn(n));
  const from = new Date(NOON - 600 * MINUTE + 10 * MINUTE).toISOString();
  const to = new Date(NOON - 600 * MINUTE + 20 * MINUTE).toISOString();
  const times = `createdDateTime ge ${from} and createdDateTime lt ${to}`;
  const asked = (filter: string, rest = ''): Promise<readonly number[]> =>
    ids(`/v1.0/auditLogs/signIns?$filter=${encodeURIComponent(filter)}${rest}`);
  assert.deepEqual(await asked(times), [19, 17, 16, 14, 13, 11, 10]);
  const ascending = '&$orderby=createdDateTime';
  assert.deepEqual(await asked(times, ascending), [10, 11, 13, 14, 16, 17, 19]);
  assert.deepEqual(await asked(`${times} and status/errorCode eq 50126`), [16]);
  assert.deepEqual(await asked(`${times} and userId eq '${userId(1)}'`), [16, 11]);
  const strange = encodeURIComponent("processingTimeInMilliseconds eq 'x'");
  assert.equal((await unhurried(`/v1.0/auditLogs/signIns?$filter=${strange}`)).status, 400);
});

test('shows a row with its later completion', async () => {
  const first = signIn(1, { riskState: 'none' });
  tenant.put(first);
  tenant.put({ ...first, completes: true, body: { ...first.body, riskState: 'atRisk' } });
  const { body } = await unhurried('/v1.0/auditLogs/signIns');
  const rows = (body['value'] as JsonObject[]).filter((row) => row['id'] === id(20, 1));
  assert.deepEqual(
    rows.map((row) => row['riskState']),
    ['atRisk'],
  );
});

test('later enumeration members need a request header', async () => {
  tenant.put(signIn(1));
  const protocol = async (headers = {}): Promise<unknown> => {
    const { body } = await unhurried('/beta/auditLogs/signIns', headers);
    return (body['value'] as JsonObject[])[0]?.['authenticationProtocol'];
  };
  assert.equal(await protocol(), 'unknownFutureValue');
  assert.equal(await protocol({ prefer: 'include-unknown-enum-members' }), 'nativeAuth');
});

test('returns nothing older than thirty days', async () => {
  tenant.put(signIn(1));
  tenant.clock.advance(30 * 1_440 * MINUTE);
  tenant.put({ ...signIn(2), atMs: tenant.clock.now() - MINUTE });
  const token = await tenant.token({ roles: REPORTS });
  const { body } = await tenant.call('/v1.0/auditLogs/signIns', { token });
  assert.equal((body['value'] as unknown[]).length, 1);
});

test('reports need additional permissions, and people a role', async () => {
  const code = async (token: string): Promise<unknown> => {
    tenant.clock.advance(10_000);
    const { body } = await tenant.call('/v1.0/auditLogs/signIns', { token });
    return (body['error'] as JsonObject | undefined)?.['code'];
  };
  const alone = await tenant.token({ roles: ['AuditLog.Read.All'] });
  assert.equal(await code(alone), 'Authentication_MSGraphPermissionMissing');
  const person = { scopes: REPORTS, oid: userId(4) };
  assert.equal(
    await code(await tenant.token(person)),
    'Authentication_RequestFromUnsupportedUserRole',
  );
  assert.equal(await code(await tenant.token({ ...person, oid: userId(0) })), undefined);
});

test('five calls in ten seconds, then 429 with the delay', async () => {
  const call = (): Promise<Answer> => tenant.call('/v1.0/auditLogs/directoryAudits?$top=1');
  for (let n = 0; n < 5; n++) assert.equal((await call()).status, 200);
  const refused = await call();
  assert.equal(refused.status, 429);
  assert.equal(refused.headers.get('retry-after'), '2');
});

test('filters directory audits by actor and activity', async () => {
  for (const number of [1, 2])
    tenant.take(
      tenant.directory.apply(
        { act: 'revoke-sessions', id: userId(number) },
        {
          atMs: NOON - number * MINUTE,
          by: { kind: 'user', id: userId(number), userPrincipalName: 'a@b.example' },
          correlationId: id(13, number),
          truth: { scenario: 'life', isAttacker: false },
        },
      ),
    );
  const filter = encodeURIComponent(
    `initiatedBy/user/id eq '${userId(2)}' and startswith(activityDisplayName,'Update Sts')`,
  );
  const { body } = await unhurried(`/v1.0/auditLogs/directoryAudits?$filter=${filter}`);
  const rows = body['value'] as JsonObject[];
  assert.deepEqual(
    rows.map((one) => one['correlationId']),
    [id(13, 2)],
  );
});

function audit(number: number, workload: 'Exchange' | 'SharePoint'): FeedRecord {
  const atMs = NOON - 300 * MINUTE + number * MINUTE;
  return {
    feed: `activity/Audit.${workload}`,
    id: id(22, number),
    atMs,
    body: {
      Id: id(22, number),
      CreationTime: new Date(atMs).toISOString().slice(0, 19),
      RecordType: workload === 'Exchange' ? 2 : 6,
      Operation: workload === 'Exchange' ? 'Send' : 'FileAccessed',
      Workload: workload,
      UserId: `person${number % 2}@northmoor.example`,
      UserType: 0,
    },
  };
}

test('an audit search runs, succeeds, and returns its records in pages', async () => {
  for (let n = 0; n < 40; n++) tenant.put(audit(n, n % 2 === 0 ? 'Exchange' : 'SharePoint'));
  const asked = {
    displayName: 'mail',
    filterStartDateTime: new Date(NOON - 300 * MINUTE).toISOString(),
    filterEndDateTime: new Date(NOON - 280 * MINUTE).toISOString(),
    recordTypeFilters: ['exchangeItem'],
    userPrincipalNameFilters: ['Person0@northmoor.example'],
  };
  const base = '/v1.0/security/auditLog/queries';
  const made = await tenant.call(base, { method: 'POST', body: asked });
  assert.equal(made.status, 201);
  assert.equal(made.body['status'], 'notStarted');
  const query = `${base}/${String(made.body['id'])}`;
  assert.equal((await tenant.call(`${query}/records`)).status, 400);
  tenant.clock.advance(40_000);
  assert.equal((await tenant.call(query)).body['status'], 'running');
  tenant.clock.advance(20 * MINUTE);
  const done = await tenant.call(query);
  assert.equal(done.body['status'], 'succeeded');
  assert.equal(done.body['approximateReturnedRecordCount'], 10);
  assert.equal(done.body['isRecordCountLimitExceeded'], false);
  const { values, pages } = await tenant.all(`${query}/records?$top=4`);
  assert.equal(pages, 3);
  assert.deepEqual(
    values.map((one) => one['id']),
    Array.from({ length: 10 }, (_, n) => id(22, n * 2)),
  );
  assert.equal(values[0]?.['auditLogRecordType'], 'exchangeItem');
  assert.equal((values[0]['auditData'] as JsonObject)['Operation'], 'Send');
  assert.equal(((await tenant.call(base)).body['value'] as unknown[]).length, 1);
});

test('at most fifty searches wait at once', async () => {
  const ask = (): Promise<Answer> =>
    tenant.call('/v1.0/security/auditLog/queries', { method: 'POST', body: {} });
  for (let n = 0; n < 50; n++) assert.equal((await ask()).status, 201);
  const refused = await ask();
  assert.equal(refused.status, 429);
  assert.ok(refused.headers.get('retry-after'));
});
