/** The forms in which exports contain the same audit records. All data here is invented. */

export type Audit = { readonly [name: string]: unknown };

export const TENANT = '5f1c2ab0-9d3e-4c77-8a21-0e6b7d94c3f1';

export function audit(number: number, more: Audit = {}): Audit {
  const tail = number.toString(16).padStart(12, '0');
  return {
    CreationTime: `2026-03-${String(1 + (number % 28)).padStart(2, '0')}T08:31:07`,
    Id: `3b9e0c5d-1f42-4a68-9c07-${tail}`,
    Operation: 'FileAccessed',
    OrganizationId: TENANT,
    RecordType: 6,
    UserType: 0,
    Version: 1,
    Workload: 'SharePoint',
    UserId: 'ines.okafor@example.com',
    ObjectId: `https://example.com/sites/plans/"Q${number}", final.docx`,
    ...more,
  };
}

const CMDLET_HEADER =
  '"RecordType","CreationDate","UserIds","Operations","AuditData","ResultIndex","ResultCount",' +
  '"Identity","IsValid","ObjectState"';

/** The form of `Search-UnifiedAuditLog | Export-Csv`. */
export function cmdletCsv(audits: readonly Audit[], lineEnd = '\r\n', indent?: number): string {
  const rows = audits.map((one, i) =>
    [
      'SharePointFileOperation',
      '3/1/2026 8:31:07 AM',
      String(one['UserId']),
      String(one['Operation']),
      JSON.stringify(one, null, indent),
      String(i + 1),
      String(audits.length),
      String(one['Id']),
      'True',
      'Unchanged',
    ]
      .map(quotedCell)
      .join(','),
  );
  return [CMDLET_HEADER, ...rows, ''].join(lineEnd);
}

/** The form of the portal's export: only cells that need quotes have them. */
export function portalCsv(audits: readonly Audit[], delimiter = ','): string {
  const header = ['CreationDate', 'UserIds', 'Operations', 'AuditData'].join(delimiter);
  const rows = audits.map((one) =>
    [
      `${String(one['CreationTime'])}.0000000Z`,
      String(one['UserId']),
      String(one['Operation']),
      quotedCell(JSON.stringify(one)),
    ].join(delimiter),
  );
  return `${[header, ...rows].join('\n')}\n`;
}

export function quotedCell(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}

/** The form of `Search-UnifiedAuditLog | ConvertTo-Json`, with AuditData as a string. */
export function rowsWithText(audits: readonly Audit[]): readonly Audit[] {
  return audits.map((one, i) => ({
    RecordType: 'SharePointFileOperation',
    CreationDate: '/Date(1772353867000)/',
    UserIds: one['UserId'],
    Operations: one['Operation'],
    AuditData: JSON.stringify(one),
    ResultIndex: i + 1,
    ResultCount: audits.length,
    Identity: one['Id'],
  }));
}

export function rowsWithObject(audits: readonly Audit[]): readonly Audit[] {
  return audits.map((one) => ({ Identity: one['Id'], AuditData: one }));
}

export type Rendering = { readonly name: string; readonly text: string };

/** Every form in which each body is byte for byte the compact JSON of its record. */
export function renderings(audits: readonly Audit[]): readonly Rendering[] {
  const lines = audits.map((one) => JSON.stringify(one));
  const textRows = rowsWithText(audits);
  const wrapped = rowsWithObject(audits).map((row) => JSON.stringify(row));
  return [
    { name: 'cmdlet CSV', text: cmdletCsv(audits) },
    { name: 'cmdlet CSV, LF', text: cmdletCsv(audits, '\n') },
    { name: 'cmdlet CSV, CR', text: cmdletCsv(audits, '\r') },
    { name: 'cmdlet CSV with #TYPE', text: `#TYPE System.Object\r\n${cmdletCsv(audits)}` },
    { name: 'portal CSV', text: portalCsv(audits) },
    { name: 'portal CSV, semicolons', text: `sep=;\n${portalCsv(audits, ';')}` },
    { name: 'portal CSV, tabs', text: portalCsv(audits, '\t') },
    {
      name: 'CSV of AuditData alone',
      text: ['AuditData', ...lines.map(quotedCell), ''].join('\n'),
    },
    { name: 'NDJSON', text: lines.map((line) => `${line}\n`).join('') },
    { name: 'NDJSON, CRLF, no last line end', text: lines.join('\r\n') },
    { name: 'objects without anything between', text: lines.join('') },
    { name: 'objects with commas between', text: lines.join(',\n') },
    { name: 'array', text: `[${lines.join(',')}]` },
    { name: 'array, one a line', text: `[\n${lines.join(',\n')}\n]\n` },
    { name: 'arrays one after another', text: lines.map((line) => `[${line}]`).join('\n') },
    { name: 'array of arrays', text: `[${lines.map((line) => `[${line}]`).join(',')}]` },
    { name: 'page', text: `{"@odata.context":"x","value":[${lines.join(',')}],"a":{"b":[1]}}` },
    { name: 'pages, one a line', text: lines.map((line) => `{"records":[${line}]}\n`).join('') },
    { name: 'array of pages', text: `[${lines.map((line) => `{"value":[${line}]}`).join(',')}]` },
    { name: 'AuditData as text', text: JSON.stringify(textRows) },
    { name: 'AuditData as text, indented', text: JSON.stringify(textRows, null, 4) },
    { name: 'AuditData as object', text: `[${wrapped.join(',\n')}]` },
    { name: 'AuditData as object, one a line', text: wrapped.join('\n') },
    { name: 'documents as strings', text: JSON.stringify(lines) },
    {
      name: 'documents as strings, one a line',
      text: lines.map((l) => JSON.stringify(l)).join('\n'),
    },
  ];
}
