import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Interpretation } from '../model/interpretation.ts';
import { interpret } from '../reading/interpret.ts';
import { createMemo } from '../values/memo.ts';

/** Sign-ins and directory changes in every shape in which Entra delivers them. */
type Members = Readonly<Record<string, unknown>>;

const AT = '2024-03-04T08:30:00Z';

function read(source: string, value: unknown): Interpretation {
  return interpret({ source, tenant: '-', id: 'x', at: AT, value }, createMemo());
}

function only(meaning: Interpretation, columns: readonly (keyof Interpretation)[]): unknown {
  return Object.fromEntries(columns.map((column) => [column, meaning[column]]));
}

const SIGN_IN = {
  id: '5b1c5b0e-6e0c-4a71-9a62-6a0a3a4c0201',
  createdDateTime: AT,
  userId: 'C0FFEE00-0000-4000-8000-000000000001',
  userPrincipalName: 'Ada@Example.org',
  userDisplayName: 'Ada',
  appId: '04b07795-8ddb-461a-bbee-02f9e1bf7b46',
  appDisplayName: 'Azure CLI',
  resourceId: '00000003-0000-0000-c000-000000000000',
  resourceDisplayName: 'Microsoft Graph',
  ipAddress: '2001:DB8:0:0::A',
  userAgent: 'curl/8',
  isInteractive: true,
  correlationId: '5b1c5b0e-6e0c-4a71-9a62-6a0a3a4c0202',
  sessionId: '0f0f0f0f-0000-4000-8000-000000000001',
  uniqueTokenIdentifier: 'aB-c_D',
  authenticationRequirement: 'singleFactorAuthentication',
  status: { errorCode: 50126, failureReason: 'Invalid username or password' },
  location: { city: 'Ghent', countryOrRegion: 'BE' },
  deviceDetail: { deviceId: 'de000000-0000-4000-8000-000000000001', displayName: 'PC-7' },
};

const pascal = (name: string): string => name.charAt(0).toUpperCase() + name.slice(1);

test('a sign-in reads the same from Graph, Azure Monitor, Log Analytics and the portal', () => {
  const graph = read('graph/signIns', SIGN_IN);
  const expected = { ...graph, operation: 'Sign-in activity' };
  const outer = {
    time: AT,
    category: 'SignInLogs',
    operationName: 'Sign-in activity',
    resultType: '50126',
    callerIpAddress: '2001:db8::a',
    identity: 'Ada',
    location: 'BE',
    properties: SIGN_IN,
  };
  assert.deepEqual(read('azure-monitor/SignInLogs', outer), expected);
  const lowered = Object.fromEntries(
    Object.entries(outer).map(([name, value]) => [name.toLowerCase(), value]),
  );
  assert.deepEqual(read('azure-monitor/SignInLogs', lowered), expected);

  const row = Object.fromEntries(
    Object.entries(SIGN_IN).map(([name, value]) => [
      pascal(name),
      typeof value === 'object' ? JSON.stringify(value) : value,
    ]),
  );
  const columns = {
    ...row,
    IPAddress: row['IpAddress'],
    LocationDetails: row['Location'],
    Location: 'BE',
    ResourceIdentity: SIGN_IN.resourceId,
    ResultType: '50126',
    OperationName: 'Sign-in activity',
    IsInteractive: 'True',
    Category: 'SignInLogs',
    Type: 'SigninLogs',
  };
  assert.deepEqual(read('log-analytics/SigninLogs', columns), expected);
  assert.deepEqual(read('entra.portal/InteractiveSignIns', portalSignIn()), graph);
});

function portalSignIn(): Members {
  return {
    'Date (UTC)': AT,
    'Request ID': SIGN_IN.id,
    'User agent': SIGN_IN.userAgent,
    'Correlation ID': SIGN_IN.correlationId,
    'User ID': SIGN_IN.userId,
    User: 'Ada',
    Username: SIGN_IN.userPrincipalName,
    'Unique token identifier': 'aB-c_D',
    Application: SIGN_IN.appDisplayName,
    'Application ID ': SIGN_IN.appId,
    Resource: SIGN_IN.resourceDisplayName,
    'Resource ID ': SIGN_IN.resourceId,
    'IP address': SIGN_IN.ipAddress,
    Location: 'Ghent, Oost-Vlaanderen, BE',
    Status: 'Failure',
    'Sign-in error code': '50126',
    'Failure reason': 'Invalid username or password',
    'Device ID': SIGN_IN.deviceDetail.deviceId,
    'Session ID': SIGN_IN.sessionId,
    'Authentication requirement': 'singleFactorAuthentication',
  };
}

test('a sign-in from the audit log adds to its Graph record without contradicting it', () => {
  const ual = read('m365.activity/Audit.AzureActiveDirectory', {
    Operation: 'UserLoginFailed',
    RecordType: 15,
    UserId: 'Ada@Example.org',
    UserType: 0,
    UserKey: SIGN_IN.userId,
    ApplicationId: SIGN_IN.appId,
    ErrorNumber: '50126',
    ClientIP: '[2001:db8::a]:443',
    ResultStatus: 'Success',
    InterSystemsId: SIGN_IN.correlationId,
    Target: [{ ID: SIGN_IN.resourceId, Type: 0 }],
    ExtendedProperties: [{ Name: 'UserAgent', Value: 'curl/8' }],
    DeviceProperties: [
      { Name: 'Id', Value: SIGN_IN.deviceDetail.deviceId },
      { Name: 'SessionId', Value: SIGN_IN.sessionId },
    ],
  });
  const shared = [
    'classUid',
    'activityId',
    'statusId',
    'statusCode',
    'actorUid',
    'actorName',
    'actorType',
    'ip',
    'userAgent',
    'sessionUid',
    'correlationUid',
    'appUid',
    'resourceName',
    'targetUid',
    'deviceUid',
  ] as const;
  assert.deepEqual(only(ual, shared), only(read('graph/signIns', SIGN_IN), shared));
});

for (const [category, type, kind, activity] of [
  ['NonInteractiveUserSignInLogs', 'AADNonInteractiveUserSignInLogs', 'nonInteractiveUser', 4],
  ['ServicePrincipalSignInLogs', 'AADServicePrincipalSignInLogs', 'servicePrincipal', 1],
  ['ManagedIdentitySignInLogs', 'AADManagedIdentitySignInLogs', 'managedIdentity', 1],
] as const) {
  test(`${category} are sign-ins of a ${kind}`, () => {
    const item = {
      userId: kind === 'nonInteractiveUser' ? SIGN_IN.userId : '',
      servicePrincipalId: '0badcafe-0000-4000-8000-000000000001',
      servicePrincipalName: 'Sync Tool',
      userPrincipalName: 'Ada@Example.org',
      status: { errorCode: 0 },
    };
    const row = Object.fromEntries(
      Object.entries(item).map(([name, value]) => [pascal(name), value]),
    );
    for (const meaning of [
      read(`azure-monitor/${category}`, { operationName: 'x', category, properties: item }),
      read(`log-analytics/${type}`, { ...row, Status: '{"errorCode":0}', Category: category }),
      read('graph/signIns', { ...item, signInEventTypes: [kind] }),
    ]) {
      assert.equal(meaning.signInType, kind);
      assert.equal(meaning.activityId, activity);
      assert.equal(meaning.statusId, 1);
      const service = kind !== 'nonInteractiveUser';
      assert.equal(meaning.actorName, service ? 'sync tool' : 'ada@example.org');
      assert.equal(meaning.actorType, service ? 4 : 1);
    }
  });
}

const AUDIT = {
  id: 'Directory_1',
  activityDateTime: AT,
  activityDisplayName: 'Add member to role',
  category: 'RoleManagement',
  correlationId: '5b1c5b0e-6e0c-4a71-9a62-6a0a3a4c0302',
  operationType: 'Assign',
  result: 'success',
  resultReason: '',
  loggedByService: 'Core Directory',
  initiatedBy: {
    user: {
      id: 'AD000000-0000-4000-8000-000000000001',
      displayName: null,
      userPrincipalName: 'Admin@Example.org',
      ipAddress: '192.0.2.7:1234',
    },
  },
  additionalDetails: [{ key: 'User-Agent', value: 'Example/1.0' }],
  targetResources: [
    {
      id: 'c0ffee00-0000-4000-8000-000000000001',
      displayName: 'Ada',
      type: 'User',
      userPrincipalName: 'Ada@Example.org',
      modifiedProperties: [
        { displayName: 'Role.DisplayName', oldValue: null, newValue: '"Company Administrator"' },
      ],
    },
  ],
};

test('a directory change reads the same from Graph, the monitor, its table and the portal', () => {
  const expected = read('graph/directoryAudits', AUDIT);
  assert.deepEqual(
    only(expected, [
      'classUid',
      'activityId',
      'statusId',
      'actorName',
      'ip',
      'object',
      'targetName',
    ]),
    {
      classUid: 3005,
      activityId: 1,
      statusId: 1,
      actorName: 'admin@example.org',
      ip: '192.0.2.7',
      object: 'Company Administrator',
      targetName: 'ada@example.org',
    },
  );
  const outer = { time: AT, operationName: 'Add member to role', properties: AUDIT };
  assert.deepEqual(read('azure-monitor/AuditLogs', outer), expected);
  assert.deepEqual(read('azure-monitor/RoleManagement', outer), expected);
  const row = Object.fromEntries(
    Object.entries(AUDIT).map(([name, value]) => [
      pascal(name),
      typeof value === 'object' ? JSON.stringify(value) : value,
    ]),
  );
  assert.deepEqual(read('log-analytics/AuditLogs', row), expected);
  assert.deepEqual(read('entra.portal/AuditLogs', portalAudit()), expected);
});

function portalAudit(): Members {
  return {
    'Date (UTC)': AT,
    CorrelationId: AUDIT.correlationId,
    Activity: 'Add member to role',
    Result: 'success',
    ActorType: 'User',
    ActorObjectId: AUDIT.initiatedBy.user.id,
    ActorUserPrincipalName: 'Admin@Example.org',
    IPAddress: '192.0.2.7',
    Target1Type: 'User',
    Target1DisplayName: 'Ada',
    Target1ObjectId: 'c0ffee00-0000-4000-8000-000000000001',
    Target1UserPrincipalName: 'Ada@Example.org',
    Target1ModifiedProperty1Name: 'Role.DisplayName',
    Target1ModifiedProperty1OldValue: '',
    Target1ModifiedProperty1NewValue: '"Company Administrator"',
    AdditionalDetail1Key: 'User-Agent',
    AdditionalDetail1Value: 'Example/1.0',
  };
}

test('an acting application is the actor, from Graph and from the audit log', () => {
  const graph = read('graph/directoryAudits', {
    ...AUDIT,
    initiatedBy: {
      app: {
        appId: 'dadadada-0000-4000-8000-00000000000a',
        displayName: 'Sync Tool',
        servicePrincipalId: 'dadadada-0000-4000-8000-00000000000b',
      },
    },
  });
  const ual = read('m365.export/unified-audit-log', {
    Operation: 'Add member to role.',
    RecordType: 8,
    UserType: 4,
    ResultStatus: 'Success',
    UserId: 'ServicePrincipal_dadadada-0000-4000-8000-00000000000b',
    UserKey: 'Not Available',
    Actor: [
      { ID: 'Sync Tool', Type: 1 },
      { ID: 'dadadada-0000-4000-8000-00000000000a', Type: 2 },
      { ID: 'ServicePrincipal_dadadada-0000-4000-8000-00000000000b', Type: 2 },
      { ID: 'dadadada-0000-4000-8000-00000000000b', Type: 2 },
      { ID: 'ServicePrincipal', Type: 2 },
    ],
  });
  const who = ['actorUid', 'actorName', 'actorType', 'appUid', 'appName'] as const;
  assert.deepEqual(only(ual, who), only(graph, who));
  assert.deepEqual(only(graph, who), {
    actorUid: 'dadadada-0000-4000-8000-00000000000b',
    actorName: 'sync tool',
    actorType: 4,
    appUid: 'dadadada-0000-4000-8000-00000000000a',
    appName: 'Sync Tool',
  });
});
