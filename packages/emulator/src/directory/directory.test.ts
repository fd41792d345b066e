import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Occurrence } from '../core/feed-record.ts';
import { Directory } from './directory.ts';
import type { Change, Circumstances } from './model/directory-change.ts';
import {
  appId,
  DEVICE,
  DOMAIN,
  EVERYBODY,
  GLOBAL_ADMIN,
  GRAPH_APP,
  GRAPH_PRINCIPAL,
  groupId,
  id,
  smallTenant,
  userId,
  WIKI,
  WIKI_GRANT,
  WIKI_ROLE_ASSIGNMENT,
} from './testing/small-tenant.ts';

const NOON = Date.parse('2026-03-02T12:00:00Z');
const MINUTE = 60_000;

function circumstances(atMs = NOON): Circumstances {
  return {
    atMs,
    by: { kind: 'user', id: userId(0), userPrincipalName: `person0@${DOMAIN}`, userAgent: 'x/1' },
    correlationId: 'c0ffee00-0000-4000-8000-000000000001',
    truth: { scenario: 'life', isAttacker: false },
  };
}

function directory(size = 20): Directory {
  return new Directory({ seed: smallTenant(size), effectDelayMs: () => 2 * MINUTE });
}

function names({ records }: Occurrence): readonly unknown[] {
  return records
    .filter(({ feed }) => feed === 'graph/directoryAudits')
    .map(({ body }) => body['activityDisplayName']);
}

test('a million people fit, because only changes are stored', () => {
  const tenant = directory(1_000_000);
  const who = userId(777_777);
  tenant.apply(
    { act: 'update', kind: 'users', id: who, set: { jobTitle: 'Baker' } },
    circumstances(),
  );
  assert.equal(tenant.state.count('users'), 1_000_000);
  assert.equal(tenant.state.get('users', who)?.['jobTitle'], 'Baker');
  assert.equal(tenant.state.find('users', `person999999@${DOMAIN}`)?.id, userId(999_999));
  assert.ok(tenant.state.isRelated(EVERYBODY, 'members', who));
});

test('an object is found by its new name and no longer by its old one', () => {
  const tenant = directory();
  const set = { userPrincipalName: `Renamed@${DOMAIN}` };
  tenant.apply({ act: 'update', kind: 'users', id: userId(4), set }, circumstances());
  assert.equal(tenant.state.find('users', `renamed@${DOMAIN}`)?.id, userId(4));
  assert.equal(tenant.state.find('users', `person4@${DOMAIN}`), undefined);
});

test('a deleted object can be restored until it is purged', () => {
  const tenant = directory();
  const change = { kind: 'users', id: userId(5) } as const;
  tenant.apply({ act: 'delete', ...change }, circumstances());
  assert.equal(tenant.state.get('users', userId(5)), undefined);
  assert.equal(tenant.state.count('users'), 19);
  tenant.apply({ act: 'restore', ...change }, circumstances());
  assert.equal(tenant.state.get('users', userId(5))?.['displayName'], 'Person 5');
  tenant.apply({ act: 'delete', ...change }, circumstances());
  tenant.apply({ act: 'purge', ...change }, circumstances());
  assert.throws(() => tenant.apply({ act: 'restore', ...change }, circumstances()), {
    code: 'not-found',
  });
  const log = tenant.state.log.since(0, 'users') ?? [];
  assert.deepEqual(
    log.map(({ what }) => what),
    ['removed', 'set', 'removed', 'purged'],
  );
});

test('members and their groups are one fact with two sides', () => {
  const tenant = directory();
  const payroll = groupId(1);
  const change = { kind: 'groups', id: payroll, relation: 'members', otherId: userId(3) } as const;
  tenant.apply({ act: 'link', ...change }, circumstances());
  assert.deepEqual(
    [...tenant.state.related(userId(3), 'memberOf')].map((one) => one.id),
    [EVERYBODY, payroll],
  );
  assert.throws(() => tenant.apply({ act: 'link', ...change }, circumstances()), {
    code: 'bad-request',
  });
  tenant.apply({ act: 'unlink', ...change }, circumstances());
  assert.deepEqual([...tenant.state.related(payroll, 'members')], []);
});

const CREDENTIAL = { keyId: id(8, 2), displayName: 'second', endDateTime: '2028-01-01T00:00:00Z' };

const LINES: readonly (readonly [Change, readonly string[]])[] = [
  [
    { act: 'update', kind: 'users', id: userId(1), set: { accountEnabled: false } },
    ['Disable account', 'Update user'],
  ],
  [{ act: 'revoke-sessions', id: userId(1) }, ['Update StsRefreshTokenValidFrom Timestamp']],
  [
    { act: 'set-password', id: userId(1), how: 'reset', mustChange: 'at next sign-in' },
    ['Reset user password', 'Update StsRefreshTokenValidFrom Timestamp'],
  ],
  [
    {
      act: 'update',
      kind: 'applications',
      id: WIKI.applicationId,
      set: { passwordCredentials: [CREDENTIAL] },
    },
    ['Update application \u2013 Certificates and secrets management '],
  ],
  [
    {
      act: 'create',
      kind: 'roleAssignments',
      object: {
        id: 'second',
        roleDefinitionId: GLOBAL_ADMIN,
        principalId: userId(2),
        directoryScopeId: '/',
      },
    },
    ['Add member to role'],
  ],
  [
    { act: 'delete', kind: 'oauth2PermissionGrants', id: WIKI_GRANT },
    ['Remove delegated permission grant'],
  ],
  [
    { act: 'delete', kind: 'appRoleAssignments', id: WIKI_ROLE_ASSIGNMENT },
    ['Remove app role assignment from service principal'],
  ],
  [
    { act: 'risk', kind: 'riskyUsers', id: userId(1), verdict: 'compromised' },
    ['ConfirmAccountCompromised'],
  ],
  [
    {
      act: 'link',
      kind: 'applications',
      id: WIKI.applicationId,
      relation: 'owners',
      otherId: userId(6),
    },
    ['Add owner to application'],
  ],
  [
    {
      act: 'put-owned',
      kind: 'federationConfigurations',
      ownerId: DOMAIN,
      object: { id: 'trust-2', issuerUri: 'urn:elsewhere' },
    },
    ['Set federation settings on domain'],
  ],
];

for (const [change, expected] of LINES) {
  test(`the audit activity of ${change.act} ${expected[0]}`, () => {
    assert.deepEqual(names(directory().apply(change, circumstances())), expected);
  });
}

test("one act has a record in three feeds, each in the feed's own notation", () => {
  const { records } = directory().apply(
    { act: 'delete', kind: 'oauth2PermissionGrants', id: WIKI_GRANT },
    circumstances(),
  );
  assert.deepEqual(
    records.map(({ feed }) => feed),
    ['activity/Audit.AzureActiveDirectory', 'graph/directoryAudits', 'azure/AuditLogs'],
  );
  const [unified, audit, diagnostic] = records.map(({ body }) => body);
  assert.equal(diagnostic?.['operationName'], audit?.['activityDisplayName']);
  assert.equal(unified?.['Operation'], 'Remove delegated permission grant.');
  assert.equal(unified?.['InterSystemsId'], audit?.['correlationId']);
});

test('Exchange logs an inbox rule, not Entra', () => {
  const happening = directory().apply(
    {
      act: 'put-owned',
      kind: 'messageRules',
      ownerId: userId(8),
      object: {
        id: 'rule-1',
        displayName: 'Financial',
        isEnabled: true,
        conditions: { bodyContains: ['invoice', 'payment'] },
        actions: { forwardTo: [{ emailAddress: { address: 'a@elsewhere.example' } }] },
      },
    },
    circumstances(),
  );
  const [record] = happening.records;
  assert.equal(happening.records.length, 1);
  assert.equal(record?.feed, 'activity/Audit.Exchange');
  assert.equal(record?.body['Operation'], 'New-InboxRule');
  assert.deepEqual(record?.body['Parameters'], [
    { Name: 'Name', Value: 'Financial' },
    { Name: 'BodyContainsWords', Value: 'invoice;payment' },
    { Name: 'ForwardTo', Value: 'a@elsewhere.example' },
  ]);
});

test('a revocation takes effect minutes later, on earlier sessions, and not on guests', () => {
  const tenant = directory();
  const { effects } = tenant;
  for (const who of [userId(1), userId(9)])
    tenant.apply({ act: 'revoke-sessions', id: who }, circumstances());
  const code = (atMs: number, grantIssuedMs: number, who = userId(1)): number | undefined =>
    effects.refusalOf({ atMs, userId: who, grantIssuedMs })?.code;
  assert.equal(code(NOON + MINUTE, NOON - MINUTE), undefined);
  assert.equal(code(NOON + 3 * MINUTE, NOON - MINUTE), 50173);
  assert.equal(code(NOON + 3 * MINUTE, NOON + MINUTE), undefined);
  assert.equal(code(NOON + 3 * MINUTE, NOON - MINUTE, userId(9)), undefined);
});

test('a password reset ends sessions and invalidates the old password', () => {
  const tenant = directory();
  const late = NOON + 10 * MINUTE;
  tenant.apply(
    { act: 'set-password', id: userId(1), how: 'reset', mustChange: 'no' },
    circumstances(),
  );
  const attempt = { atMs: late, userId: userId(1) };
  const refusal = tenant.effects.refusalOf({ ...attempt, grantIssuedMs: NOON - 1 });
  assert.deepEqual(refusal, { code: 50133, symbol: 'SsoArtifactRevoked' });
  assert.equal(tenant.effects.refusalOf({ ...attempt, passwordKnownMs: NOON - 1 })?.code, 50126);
  assert.equal(tenant.effects.refusalOf({ ...attempt, passwordKnownMs: NOON }), undefined);
});

test('a disabled or deleted object is refused with its code', () => {
  const tenant = directory();
  const disable = { act: 'update', set: { accountEnabled: false } } as const;
  tenant.apply(
    [
      { ...disable, kind: 'users', id: userId(1) },
      { ...disable, kind: 'devices', id: DEVICE },
      { ...disable, kind: 'servicePrincipals', id: WIKI.servicePrincipalId },
      { act: 'delete', kind: 'users', id: userId(2) },
    ],
    circumstances(),
  );
  const atMs = NOON + 5 * MINUTE;
  const code = (attempt: object): number | undefined =>
    tenant.effects.refusalOf({ atMs, ...attempt })?.code;
  assert.equal(code({ userId: userId(1) }), 50057);
  assert.equal(code({ userId: userId(2) }), 50034);
  assert.equal(code({ userId: userId(4), deviceId: DEVICE }), 50155);
  assert.equal(code({ appId: WIKI.appId }), 7000112);
  assert.equal(code({ appId: appId(99) }), 700016);
});

test('scopes, roles and credentials count while they exist', () => {
  const tenant = directory();
  const { effects } = tenant;
  const ask = { userId: userId(1), appId: WIKI.appId, resourceAppId: GRAPH_APP, atMs: NOON };
  assert.deepEqual(effects.grantedScopes(WIKI.appId, GRAPH_APP, userId(1)), [
    'User.Read',
    'Mail.Read',
  ]);
  assert.deepEqual(effects.grantedRoles(WIKI.appId, GRAPH_APP), ['Mail.Read']);
  assert.equal(effects.refusalOf({ ...ask, scopes: ['Mail.Read'] }), undefined);
  const own = { keyId: id(8, 1), kind: 'password' } as const;
  assert.equal(effects.refusalOf({ atMs: NOON, appId: WIKI.appId, credential: own }), undefined);
  tenant.apply(
    [
      { act: 'delete', kind: 'oauth2PermissionGrants', id: WIKI_GRANT },
      { act: 'delete', kind: 'appRoleAssignments', id: WIKI_ROLE_ASSIGNMENT },
      {
        act: 'update',
        kind: 'applications',
        id: WIKI.applicationId,
        set: { passwordCredentials: [] },
      },
    ],
    circumstances(),
  );
  assert.equal(effects.refusalOf({ ...ask, scopes: ['Mail.Read'] })?.code, 65001);
  assert.deepEqual(effects.grantedRoles(WIKI.appId, GRAPH_APP), []);
  assert.deepEqual([...tenant.state.related(GRAPH_PRINCIPAL, 'appRoleAssignedTo')], []);
  const refusal = effects.refusalOf({ atMs: NOON, appId: WIKI.appId, credential: own });
  assert.equal(refusal?.code, 7000215);
});

test("a federated sign-in needs a trust of the person's own domain", () => {
  const { effects } = directory();
  const code = (number: number, federation: object): number | undefined =>
    effects.refusalOf({
      atMs: NOON,
      userId: userId(number),
      federation: { issuerUri: 'urn:northmoor:sts', ...federation },
    })?.code;
  assert.equal(code(3, { signingCertificate: 'MIIfirst' }), undefined);
  assert.equal(code(3, { signingCertificate: 'MIIstranger' }), 50008);
  assert.equal(code(3, { issuerUri: 'urn:elsewhere' }), 50107);
  assert.equal(code(1, {}), 50107);
});

test('a policy that blocks people at high risk blocks only them', () => {
  const tenant = directory();
  tenant.apply(
    {
      act: 'create',
      kind: 'conditionalAccessPolicies',
      object: {
        id: id(11, 1),
        displayName: 'Block high risk',
        state: 'enabled',
        conditions: {
          users: { includeUsers: ['All'], excludeUsers: [userId(0)] },
          applications: { includeApplications: ['All'] },
          userRiskLevels: ['high'],
        },
        grantControls: { operator: 'OR', builtInControls: ['block'] },
      },
    },
    circumstances(),
  );
  for (const who of [userId(0), userId(1)])
    tenant.apply(
      { act: 'risk', kind: 'riskyUsers', id: who, verdict: 'compromised' },
      circumstances(),
    );
  const code = (who: string): number | undefined =>
    tenant.effects.refusalOf({ atMs: NOON, userId: who, resourceAppId: GRAPH_APP })?.code;
  assert.deepEqual([userId(0), userId(1), userId(2)].map(code), [undefined, 53003, undefined]);
});
