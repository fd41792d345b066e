import assert from 'node:assert/strict';
import { test } from 'node:test';
import { TENANT_NOT_STATED } from '@countersign/core';
import type { JsonObject } from '../files/chunks/chunk.ts';
import { identify } from './identify-record.ts';

const TENANT = '5f1c2ab0-9d3e-4c77-8a21-0e6b7d94c3f1';
const OTHER_TENANT = '0a7d1e52-44c1-4b9e-9f55-c2d8e6b1a390';
const ID = '3b9e0c5d-1f42-4a68-9c07-8f2d11aa0001';
const REQUEST = '7c40d1f8-2b6a-4d35-8e19-5a0f33bb0002';
const AT = '2026-03-04T08:31:07Z';

type Case = {
  readonly name: string;
  readonly item: JsonObject;
  readonly source: string;
  readonly tenant?: string;
  readonly id?: string | undefined;
  readonly at?: string | undefined;
};

const audit = {
  CreationTime: '2026-03-04T08:31:07',
  Id: ID.toUpperCase(),
  Operation: 'FileAccessed',
  OrganizationId: TENANT.toUpperCase(),
  RecordType: 6,
  Workload: 'SharePoint',
};

const signIn = {
  ...audit,
  Operation: 'UserLoggedIn',
  RecordType: 15,
  IntraSystemId: REQUEST,
  InterSystemsId: '11111111-2222-4333-8444-555555555555',
};

const UAL = 'm365.export/unified-audit-log';

function renameMembers(item: JsonObject, rename: (name: string) => string): JsonObject {
  return Object.fromEntries(Object.entries(item).map(([name, value]) => [rename(name), value]));
}

const cases: readonly Case[] = [
  { name: 'an audit record', item: audit, source: UAL, tenant: TENANT, id: ID },
  {
    name: 'an audit record with camel-case names',
    item: renameMembers(audit, (name) => name.charAt(0).toLowerCase() + name.slice(1)),
    source: UAL,
    tenant: TENANT,
    id: ID,
  },
  {
    name: 'a sign-in with lower-case names',
    item: renameMembers(signIn, (name) => name.toLowerCase()),
    source: UAL,
    tenant: TENANT,
    id: REQUEST,
  },
  { name: 'a sign-in, by its request id', item: signIn, source: UAL, tenant: TENANT, id: REQUEST },
  {
    name: 'a sign-in with the documented spelling',
    item: { ...signIn, IntraSystemId: undefined, IntraSystemsId: REQUEST },
    source: UAL,
    tenant: TENANT,
    id: REQUEST,
  },
  {
    name: 'a sign-in whose request id is all zeros',
    item: { ...signIn, IntraSystemId: TENANT_NOT_STATED },
    source: UAL,
    tenant: TENANT,
    id: ID,
  },
  {
    name: 'a directory change: its IntraSystemId is not its id',
    item: { ...audit, RecordType: 8, IntraSystemId: REQUEST },
    source: UAL,
    tenant: TENANT,
    id: ID,
  },
  {
    name: 'an audit record without id and tenant',
    item: { ...audit, Id: '', OrganizationId: undefined },
    source: UAL,
    id: undefined,
  },
  {
    name: 'a record of the audit log query',
    item: {
      id: 'q-1',
      createdDateTime: '2026-03-04T08:31:07Z',
      auditLogRecordType: 'sharePointFileOperation',
      organizationId: OTHER_TENANT,
      auditData: { '@odata.type': '#x', ...audit },
    },
    source: 'graph/auditLogQuery',
    tenant: TENANT,
    id: ID,
  },
  {
    name: 'a record of the audit log query with empty auditData',
    item: {
      id: ID,
      createdDateTime: AT,
      auditLogRecordType: 'x',
      organizationId: TENANT,
      auditData: {},
    },
    source: 'graph/auditLogQuery',
    tenant: TENANT,
    id: ID,
  },
  {
    name: 'a Graph sign-in of a member',
    item: {
      id: REQUEST,
      createdDateTime: '2026-03-04T08:31:07.1234567Z',
      userType: 'member',
      homeTenantId: TENANT,
      isInteractive: true,
    },
    source: 'graph/signIns',
    tenant: TENANT,
    id: REQUEST,
    at: '2026-03-04T08:31:07.1234567Z',
  },
  {
    name: "a Graph sign-in of a guest: the home tenant is not the log's tenant",
    item: {
      id: REQUEST,
      createdDateTime: AT,
      userType: 'guest',
      homeTenantId: OTHER_TENANT,
      clientAppUsed: 'Browser',
    },
    source: 'graph/signIns',
    id: REQUEST,
  },
  {
    name: 'a Graph sign-in with the tenant of its resource',
    item: {
      id: REQUEST,
      createdDateTime: AT,
      resourceTenantId: TENANT,
      homeTenantId: OTHER_TENANT,
      conditionalAccessStatus: 'success',
    },
    source: 'graph/signIns',
    tenant: TENANT,
    id: REQUEST,
  },
  {
    name: "a sign-in of Graph's PowerShell module",
    item: {
      Id: REQUEST,
      CreatedDateTime: '/Date(1772613067000)/',
      IsInteractive: true,
      ResourceTenantId: TENANT,
    },
    source: 'graph/signIns',
    tenant: TENANT,
    id: REQUEST,
  },
  {
    name: 'a user of the directory, which is not a sign-in',
    item: { id: ID, createdDateTime: AT, userPrincipalName: 'ines@example.com' },
    source: 'other/json',
    id: undefined,
  },
  {
    name: 'a directory audit',
    item: { id: 'Directory_1_AB', activityDateTime: AT, activityDisplayName: 'Add user' },
    source: 'graph/directoryAudits',
    id: 'Directory_1_AB',
  },
  {
    name: 'a diagnostic sign-in record with a time without zone',
    item: {
      time: '2026-03-04 08:31:07.456',
      category: 'SignInLogs',
      operationName: 'Sign-in activity',
      tenantId: 'tenant-1',
      properties: { id: REQUEST, resourceTenantId: TENANT },
    },
    source: 'azure-monitor/SignInLogs',
    tenant: TENANT,
    id: REQUEST,
    at: '2026-03-04T08:31:07.456Z',
  },
  {
    name: 'a diagnostic record: the event has its own time, the resource names the tenant',
    item: {
      time: '2026-03-04T08:40:00Z',
      category: 'AuditLogs',
      resourceId: `/tenants/${TENANT}/providers/Microsoft.aadiam`,
      properties: { id: 'Directory_1_AB', activityDateTime: AT },
    },
    source: 'azure-monitor/AuditLogs',
    tenant: TENANT,
    id: 'Directory_1_AB',
  },
  {
    name: 'a record of a Graph call',
    item: {
      time: AT,
      category: 'MicrosoftGraphActivityLogs',
      tenantId: TENANT,
      properties: { requestId: REQUEST, operationId: ID },
    },
    source: 'azure-monitor/MicrosoftGraphActivityLogs',
    tenant: TENANT,
    id: REQUEST,
  },
  {
    name: 'a risky user: the id is of the user, not of the event',
    item: { time: AT, category: 'RiskyUsers', tenantId: TENANT, properties: { id: ID } },
    source: 'azure-monitor/RiskyUsers',
    tenant: TENANT,
    id: undefined,
  },
  {
    name: 'a category that cannot be a source name',
    item: { time: AT, category: '../x\u001b[31m', properties: {} },
    source: 'azure-monitor/other',
    id: undefined,
  },
  {
    name: 'OfficeActivity',
    item: {
      Type: 'OfficeActivity',
      TenantId: OTHER_TENANT,
      TimeGenerated: AT,
      OrganizationId: TENANT,
      Operation: 'MailItemsAccessed',
      OfficeId: ID,
    },
    source: 'log-analytics/OfficeActivity',
    tenant: TENANT,
    id: ID,
  },
  {
    name: 'SigninLogs without Type',
    item: {
      TimeGenerated: '2026-03-04T08:35:00Z',
      CreatedDateTime: AT,
      Id: REQUEST,
      AADTenantId: TENANT,
      ResultType: '0',
      ResourceDisplayName: 'Mail',
      UserPrincipalName: 'ines@example.com',
    },
    source: 'log-analytics/SigninLogs',
    tenant: TENANT,
    id: REQUEST,
  },
  {
    name: 'non-interactive sign-ins by their category',
    item: { TimeGenerated: AT, Id: REQUEST, Category: 'NonInteractiveUserSignInLogs' },
    source: 'log-analytics/AADNonInteractiveUserSignInLogs',
    id: REQUEST,
  },
  {
    name: 'sign-ins of service principals',
    item: {
      TimeGenerated: AT,
      Id: REQUEST,
      ResultType: '0',
      ResourceDisplayName: 'Mail',
      ServicePrincipalId: ID,
    },
    source: 'log-analytics/AADServicePrincipalSignInLogs',
    id: REQUEST,
  },
  {
    name: 'AuditLogs whose query reused Type',
    item: {
      TimeGenerated: AT,
      ActivityDateTime: AT,
      ActivityDisplayName: 'Update application',
      TargetResources: '[]',
      Type: 'Application',
      Id: 'Directory_1_AB',
      AADTenantId: TENANT,
    },
    source: 'log-analytics/AuditLogs',
    tenant: TENANT,
    id: 'Directory_1_AB',
  },
  {
    name: 'MicrosoftGraphActivityLogs',
    item: { TimeGenerated: AT, RequestUri: 'https://x', RequestMethod: 'GET', RequestId: REQUEST },
    source: 'log-analytics/MicrosoftGraphActivityLogs',
    id: REQUEST,
  },
  {
    name: 'another table',
    item: { TimeGenerated: AT, Type: 'SecurityAlert', Id: ID },
    source: 'log-analytics/SecurityAlert',
    id: undefined,
  },
  {
    name: 'a hunting row with an audit record',
    item: { Timestamp: AT, ActionType: 'FileAccessed', ReportId: 'r_1', RawEventData: audit },
    source: 'defender/advanced-hunting',
    tenant: TENANT,
    id: ID,
  },
  {
    name: 'a hunting row with an audit record as text',
    item: { Timestamp: AT, ReportId: 'r_1', RawEventData: JSON.stringify(audit) },
    source: 'defender/advanced-hunting',
    tenant: TENANT,
    id: ID,
  },
  {
    name: 'a hunting row of a device: its counter alone identifies nothing',
    item: { Timestamp: AT, ActionType: 'LdapSearch', ReportId: 113608, DeviceId: 'd1' },
    source: 'defender/advanced-hunting',
    id: `d1/${AT}/LdapSearch/113608`,
  },
  {
    name: 'a hunting row with a counter and no device',
    item: { Timestamp: AT, ActionType: 'LdapSearch', ReportId: '7' },
    source: 'defender/advanced-hunting',
    id: undefined,
  },
  {
    name: 'a sign-in of the Entra portal',
    item: { 'Date (UTC)': AT, 'Request ID': REQUEST, 'Resource tenant ID': TENANT },
    source: 'entra.portal/signIns',
    tenant: TENANT,
    id: REQUEST,
  },
  {
    name: 'a directory change of the Entra portal: a correlation id is not an id',
    item: { 'Date (UTC)': AT, Activity: 'Add user', CorrelationId: ID },
    source: 'entra.portal/directoryAudits',
    id: undefined,
  },
  {
    name: 'any object with a time',
    item: { id: 'x', '@timestamp': AT, message: 'm', tenantId: TENANT },
    source: 'other/json',
    tenant: TENANT,
    id: undefined,
  },
  {
    name: 'an object without known members',
    item: { id: 'x', when: AT, time: 'soon' },
    source: 'other/json',
    id: undefined,
    at: undefined,
  },
];

for (const example of cases) {
  test(`recognizes ${example.name}`, () => {
    assert.deepEqual(identify(example.item), {
      source: example.source,
      tenant: example.tenant ?? TENANT_NOT_STATED,
      id: example.id,
      at: 'at' in example ? example.at : AT,
    });
  });
}

test('refuses a day that does not exist, and reads the last days of a month', () => {
  const at = (text: string): string | undefined => identify({ ...audit, CreationTime: text }).at;
  assert.equal(at('2026-02-30T08:31:07'), undefined);
  assert.equal(at('2026-13-01T08:31:07'), undefined);
  assert.equal(at('2026-03-01T24:31:07'), undefined);
  assert.equal(at('2026-03-0xT08:31:07'), undefined);
  assert.equal(at('2026-03-31T08:31:07Z'), '2026-03-31T08:31:07Z');
  assert.equal(at('2024-02-29T23:59:59'), '2024-02-29T23:59:59Z');
});
