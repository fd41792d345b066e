const RECORD_TENANT = '5b1f4c0e-7d2a-4f6b-9c3d-2e8a61f0b794';

/** The id of the `n`th record. */
export function recordId(n: number): string {
  return `0d5ab8c6-7d2f-4f34-9a3a-6f6f2b7f${String(n).padStart(4, '0')}`;
}

/** A small audit record, as text. `extra` adds, changes or removes members. */
export function recordText(n: number, extra: Readonly<Record<string, unknown>> = {}): string {
  return JSON.stringify({
    CreationTime: `2026-03-02T08:${String(n % 60).padStart(2, '0')}:07`,
    Id: recordId(n),
    Operation: 'FileAccessed',
    OrganizationId: RECORD_TENANT,
    RecordType: 6,
    UserType: 0,
    UserKey: 'i:0h.f|membership|1003200114e9d3c0@live.com',
    Workload: 'SharePoint',
    UserId: 'freya.sandison@northmoor.example',
    ObjectId: 'https://sharepoint.northmoor.example/sites/Surveys/plan.docx',
    ...extra,
  });
}

export const CSV_HEADER = 'CreationDate,UserIds,Operations,AuditData\r\n';

/** A row of the portal's export. */
export function csvRow(n: number, auditData: string = recordText(n)): string {
  const quoted = `"${auditData.replaceAll('"', '""')}"`;
  return `2026-03-02T08:00:07,freya.sandison@northmoor.example,FileAccessed,${quoted}\r\n`;
}
