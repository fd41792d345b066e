import { createHash } from 'node:crypto';

const TENANT = '3c1b6a52-0f0e-4d57-8c6f-6d2f1f0a9b11';

/** One record of the Unified Audit Log, the same in every run. */
export function record(
  number: number,
  changes: Readonly<Record<string, unknown>> = {},
): Readonly<Record<string, unknown>> {
  const minute = String(number % 60).padStart(2, '0');
  const hour = String(Math.floor(number / 60) % 24).padStart(2, '0');
  return {
    CreationTime: `2024-03-05T${hour}:${minute}:00`,
    Id: guid(`record ${number}`),
    Operation: 'FileAccessed',
    OrganizationId: TENANT,
    RecordType: 6,
    UserKey: 'i:0h.f|membership|10032001aabbccdd@live.com',
    UserType: 0,
    Version: 1,
    Workload: 'SharePoint',
    ClientIP: '192.0.2.10',
    UserId: 'ada@example.org',
    ObjectId: `https://example.sharepoint.com/sites/plans/Shared Documents/plan-${number}.docx`,
    ItemType: 'File',
    SourceFileName: `plan-${number}.docx`,
    ApplicationId: guid('an application'),
    AppAccessContext: { AADSessionId: guid(`session ${number % 3}`) },
    ...changes,
  };
}

export function ndjson(records: Iterable<unknown>): string {
  return [...records].map((each) => `${JSON.stringify(each)}\n`).join('');
}

export function records(count: number, from = 0): Readonly<Record<string, unknown>>[] {
  return Array.from({ length: count }, (_, at) => record(from + at));
}

export function guid(seed: string): string {
  const hex = createHash('sha256').update(seed).digest('hex');
  const parts = [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `4${hex.slice(13, 16)}`,
    `8${hex.slice(17, 20)}`,
  ];
  return [...parts, hex.slice(20, 32)].join('-');
}
