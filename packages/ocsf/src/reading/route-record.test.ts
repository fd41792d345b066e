import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SourceRecord } from '../model/record-view.ts';
import { createMemo } from '../values/memo.ts';
import { interpret } from './interpret.ts';
import { route } from './route-record.ts';

function recordOf(source: string, value: unknown): SourceRecord {
  return { source, tenant: '-', id: 'x', at: '2024-03-04T08:30:00Z', value };
}

function mappingOf(source: string, value: unknown): string {
  return route(recordOf(source, value), createMemo()).mapping.name;
}

for (const [what, members, mapping] of [
  ['a cmdlet of Exchange', { Workload: 'Exchange', Operation: 'Set-Mailbox' }, 'exchange-admin'],
  ['mail that was sent', { Workload: 'Exchange', Operation: 'Send' }, 'exchange-send'],
  ['another act on mail', { Workload: 'Exchange', Operation: 'MailboxLogin' }, 'exchange-mailbox'],
  ['a file', { Workload: 'OneDrive', Operation: 'FileDownloaded' }, 'sharepoint-file'],
  ['a page', { Workload: 'SharePoint', Operation: 'PageViewed' }, 'sharepoint-site'],
  ['a team', { Workload: 'MicrosoftTeams', Operation: 'TeamCreated' }, 'teams'],
  ['a sign-in', { Workload: 'AzureActiveDirectory', Operation: 'UserLoggedIn' }, 'entra-sign-in'],
  ['an account', { Workload: 'AzureActiveDirectory', Operation: 'Add user.' }, 'entra-account'],
  ['another workload that sends', { Workload: 'Dynamics', Operation: 'Nothing' }, 'base'],
] as const) {
  test(`without a record type, ${what} goes to ${mapping}`, () => {
    const value = { UserId: 'ada@example.org', ...members };
    assert.equal(mappingOf('m365.export/unified-audit-log', value), mapping);
  });
}

test("an operation of one workload is not confused with another workload's", () => {
  const value = { Workload: 'Exchange', RecordType: 25, Operation: 'Send' };
  assert.equal(mappingOf('m365.activity/Audit.General', value), 'teams');
  const unknown = { Workload: 'Exchange', RecordType: 9999, Operation: 'FileDownloaded' };
  assert.equal(mappingOf('m365.activity/Audit.General', unknown), 'base');
});

test('items of the PowerShell module read like those of Graph', () => {
  const graph = {
    createdDateTime: '2024-03-04T08:30:00Z',
    userId: 'c0ffee00-0000-4000-8000-000000000001',
    userPrincipalName: 'Ada@Example.org',
    ipAddress: '192.0.2.7',
    isInteractive: true,
    status: { errorCode: 50126 },
    location: { countryOrRegion: 'BE' },
    deviceDetail: { deviceId: 'de000000-0000-4000-8000-000000000001' },
    authenticationDetails: [{ succeeded: true, authenticationMethod: 'Password' }],
  };
  const powerShell = {
    CreatedDateTime: '2024-03-04T08:30:00Z',
    UserId: 'c0ffee00-0000-4000-8000-000000000001',
    UserPrincipalName: 'Ada@Example.org',
    IPAddress: '192.0.2.7',
    IsInteractive: true,
    Status: { ErrorCode: 50126, AdditionalDetails: null },
    Location: { CountryOrRegion: 'BE' },
    DeviceDetail: { DeviceId: 'de000000-0000-4000-8000-000000000001' },
    AuthenticationDetails: [{ Succeeded: true, AuthenticationMethod: 'Password' }],
  };
  const expected = interpret(recordOf('graph/signIns', graph));
  assert.equal(expected.ip, '192.0.2.7');
  assert.deepEqual(interpret(recordOf('graph/signIns', powerShell)), expected);
});

test('directory audits of the PowerShell module read like those of Graph', () => {
  const powerShell = {
    ActivityDateTime: '2024-03-04T08:30:00Z',
    ActivityDisplayName: 'Add member to role',
    Result: 'success',
    InitiatedBy: { App: null, User: { UserPrincipalName: 'Admin@Example.org', IPAddress: '::1' } },
    TargetResources: [
      {
        Type: 'User',
        UserPrincipalName: 'Ada@Example.org',
        ModifiedProperties: [{ DisplayName: 'Role.DisplayName', NewValue: '"Reader"' }],
      },
    ],
  };
  const meaning = interpret(recordOf('graph/directoryAudits', powerShell));
  assert.equal(meaning.actorName, 'admin@example.org');
  assert.equal(meaning.ip, '::1');
  assert.equal(meaning.object, 'Reader');
  assert.equal(meaning.targetName, 'ada@example.org');
  assert.equal(meaning.statusId, 1);
});

test('a risk detected on a user is an alert about them, not their act', () => {
  const item = {
    id: 'risk-1',
    riskEventType: 'unlikelyTravel',
    riskLevel: 'high',
    ipAddress: '192.0.2.7',
    userPrincipalName: 'Ada@Example.org',
    activityDateTime: '2024-03-04T08:30:00Z',
  };
  const row = {
    Id: 'risk-1',
    RiskEventType: 'unlikelyTravel',
    RiskLevel: 'high',
    IpAddress: '192.0.2.7',
    UserPrincipalName: 'Ada@Example.org',
  };
  for (const record of [
    recordOf('azure-monitor/UserRiskEvents', { operationName: 'x', properties: item }),
    recordOf('log-analytics/AADUserRiskEvents', row),
  ]) {
    const meaning = interpret(record);
    assert.equal(meaning.classUid, 2004);
    assert.equal(meaning.severityId, 4);
    assert.equal(meaning.actorName, null);
    assert.equal(meaning.targetName, 'ada@example.org');
    assert.equal(meaning.ip, '192.0.2.7');
    assert.equal(meaning.operation, 'unlikelyTravel');
  }
});

test('a diagnostic record of an unknown kind still has actor, operation and address', () => {
  const value = {
    time: '2024-03-04T08:30:00Z',
    category: 'SomethingNew',
    operationName: 'Do something new',
    callerIpAddress: '192.0.2.7:99',
    properties: { userPrincipalName: 'Ada@Example.org', correlationId: 'c-1' },
  };
  const meaning = interpret(recordOf('azure-monitor/SomethingNew', value));
  assert.equal(mappingOf('azure-monitor/SomethingNew', value), 'base');
  assert.equal(meaning.operation, 'Do something new');
  assert.equal(meaning.actorName, 'ada@example.org');
  assert.equal(meaning.ip, '192.0.2.7');
  assert.equal(meaning.correlationUid, 'c-1');
});

test("the kinds of an actor's ids may be words, as documented", () => {
  const value = {
    Operation: 'Add user.',
    RecordType: 8,
    Actor: [
      { ID: 'Admin@Example.org', Type: 'UPN' },
      { ID: '10032000AAAA0001', Type: 'PUID' },
    ],
  };
  const meaning = interpret(recordOf('m365.activity/x', value));
  assert.equal(meaning.actorName, 'admin@example.org');
  assert.equal(meaning.actorPuid, '10032000AAAA0001');
});
