import type { Interpretation } from '../model/interpretation.ts';
import type { Example } from '../model/mapping.ts';

/** Invented records in the vendor's shape, for the examples of mappings. */
export function directoryExample(
  operation: string,
  options: {
    expect: Partial<Interpretation>;
    changes?: readonly (readonly [name: string, value: string])[];
    target?: readonly { ID: string; Type: number }[];
  },
): Example {
  return {
    source: 'm365.export/unified-audit-log',
    value: {
      ...common(operation, 8, 'AzureActiveDirectory'),
      ResultStatus: 'Success',
      UserKey: '10032000AAAA0001@example.org',
      ObjectId: 'Ada@Example.org',
      ExtendedProperties: [{ Name: 'additionalDetails', Value: '{"User-Agent":"Example/1.0"}' }],
      ModifiedProperties: (options.changes ?? []).map(([Name, NewValue]) => ({
        Name,
        NewValue,
        OldValue: '',
      })),
      Actor: [
        { ID: 'Admin@Example.org', Type: 5 },
        { ID: '10032000AAAA0001', Type: 3 },
        { ID: 'User_ad000000-0000-4000-8000-000000000001', Type: 2 },
        { ID: 'ad000000-0000-4000-8000-000000000001', Type: 2 },
        { ID: 'User', Type: 2 },
      ],
      InterSystemsId: '1b1c5b0e-6e0c-4a71-9a62-6a0a3a4c0102',
      Target: options.target ?? [
        { ID: 'User_C0FFEE00-0000-4000-8000-000000000001', Type: 2 },
        { ID: 'C0FFEE00-0000-4000-8000-000000000001', Type: 2 },
        { ID: 'User', Type: 2 },
        { ID: 'Ada@Example.org', Type: 5 },
        { ID: '10032000BBBB0002', Type: 3 },
      ],
    },
    expect: options.expect,
  };
}

export function ualExample(
  operation: string,
  recordType: number,
  workload: string,
  members: Readonly<Record<string, unknown>>,
  expect: Partial<Interpretation>,
): Example {
  return {
    source: 'm365.export/unified-audit-log',
    value: { ...common(operation, recordType, workload), ...members },
    expect,
  };
}

function common(operation: string, recordType: number, workload: string): Record<string, unknown> {
  return {
    CreationTime: '2024-03-04T08:30:00',
    Id: '5b1c5b0e-6e0c-4a71-9a62-6a0a3a4c0101',
    Operation: operation,
    OrganizationId: '7c0f5a3e-0000-4000-8000-00000000c0de',
    RecordType: recordType,
    UserKey: '10032000AAAA0001',
    UserType: 0,
    Version: 1,
    Workload: workload,
    UserId: 'Admin@Example.org',
  };
}
