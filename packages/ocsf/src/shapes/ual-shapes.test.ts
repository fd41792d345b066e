import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Interpretation } from '../model/interpretation.ts';
import { interpret } from '../reading/interpret.ts';
import { MAPPINGS } from '../reading/mapping-registry.ts';
import { written } from '../testing/cell-text.ts';
import { createMemo } from '../values/memo.ts';

/**
 * The same action must give the same columns in every delivery shape. The converters below write
 * each shape as its service does.
 */
type Members = Readonly<Record<string, unknown>>;

const AT = '2024-03-04T08:30:00Z';

function read(source: string, value: unknown): Interpretation {
  return interpret({ source, tenant: '-', id: 'x', at: AT, value }, createMemo());
}

const UAL_EXAMPLES = MAPPINGS.flatMap((mapping) =>
  mapping.examples
    .filter(({ source }) => source === 'm365.export/unified-audit-log')
    .map((example, i) => ({ name: `${mapping.name} ${i + 1}`, ual: example.value as Members })),
);

for (const { name, ual } of UAL_EXAMPLES) {
  const expected = read('m365.export/unified-audit-log', ual);

  test(`${name}: the Activity API record reads like the export`, () => {
    assert.deepEqual(read('m365.activity/Audit.General', ual), expected);
  });

  test(`${name}: a document still in its AuditData, as object or text, reads the same`, () => {
    const source = 'm365.export/unified-audit-log';
    assert.deepEqual(read(source, { Identity: 'x', AuditData: ual }), expected);
    assert.deepEqual(read(source, { Identity: 'x', AuditData: JSON.stringify(ual) }), expected);
  });

  test(`${name}: member names in another case read the same`, () => {
    const folded = Object.fromEntries(
      Object.entries(ual).map(([member, value]) => [member.toLowerCase(), value]),
    );
    assert.deepEqual(read('m365.export/unified-audit-log', folded), expected);
  });

  test(`${name}: numbers and nested lists written as text read the same`, () => {
    const flattened = Object.fromEntries(
      Object.entries(ual).map(([member, value]) => [member, written(value)]),
    );
    assert.deepEqual(read('m365.export/unified-audit-log', flattened), expected);
  });

  test(`${name}: Graph's audit log query reads the same`, () => {
    const item = graphQueryItem(ual);
    assert.deepEqual(read('graph/auditLogQuery', item), expected);
    const asText = { ...item, auditData: JSON.stringify(ual) };
    assert.deepEqual(read('graph/auditLogQuery', asText), expected);
  });

  test(`${name}: the OfficeActivity row reads the same`, () => {
    assert.deepEqual(read('log-analytics/OfficeActivity', officeActivityRow(ual)), expected);
  });

  test(`${name}: the hunting row that carries the record reads the same`, () => {
    const row = {
      ActionType: ual['Operation'],
      AccountUpn: 'other@example.org',
      RawEventData: ual,
    };
    assert.deepEqual(read('defender/advanced-hunting', row), expected);
  });
}

function graphQueryItem(ual: Members): Members {
  return {
    id: ual['Id'],
    createdDateTime: `${written(ual['CreationTime'])}Z`,
    auditLogRecordType: 'unknownFutureValue',
    operation: ual['Operation'],
    organizationId: ual['OrganizationId'],
    userType: 'regular',
    userId: ual['UserKey'],
    service: ual['Workload'],
    objectId: ual['ObjectId'],
    userPrincipalName: ual['UserId'],
    clientIp: ual['ClientIP'],
    administrativeUnits: [''],
    auditData: ual,
  };
}

const OFFICE_NAMES: Readonly<Record<string, string>> = {
  Id: 'OfficeId',
  Workload: 'OfficeWorkload',
  ObjectId: 'OfficeObjectId',
  ClientIPAddress: 'Client_IPAddress',
  SiteUrl: 'Site_Url',
  Site: 'Site_',
  EventData: 'Event_Data',
  CreationTime: 'TimeGenerated',
  LogonType: 'Logon_Type',
  SourceName: 'Source_Name',
};
const USER_TYPES: Members = { 0: 'Regular', 2: 'Admin', 4: 'System' };
const RECORD_TYPES: Members = {
  1: 'ExchangeAdmin',
  2: 'ExchangeItem',
  3: 'ExchangeItemGroup',
  4: 'SharePoint',
  8: '8',
  6: 'SharePointFileOperation',
  14: 'SharePointSharingOperation',
  25: 'MicrosoftTeams',
};

function officeActivityRow(ual: Members): Members {
  const row = Object.entries(ual).map(([member, value]) => {
    const column = OFFICE_NAMES[member] ?? member;
    if (member === 'UserType') return [column, USER_TYPES[written(value)] ?? value];
    if (member === 'RecordType') return [column, RECORD_TYPES[written(value)] ?? written(value)];
    return [column, written(value)];
  });
  return {
    TenantId: 'ffffffff-0000-4000-8000-00000000ffff',
    SourceSystem: 'OfficeActivityManager',
    ElevationTime: '2024-03-04T08:45:00Z',
    Start_Time: '2024-03-04T08:45:00Z',
    Type: 'OfficeActivity',
    UserId_: ual['UserId'],
    Folder: '',
    Item: '',
    ...Object.fromEntries(row),
  };
}
