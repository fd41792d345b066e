import { gzipSync } from 'node:zlib';
import { TENANT } from './company.ts';
import type { Document, FeedDelivery, Journal } from './journal.ts';

export type ExportFile = { readonly name: string; readonly text: string };

/** The names that `Search-UnifiedAuditLog` uses for the numbers in the records. */
const RECORD_TYPES: Readonly<Record<number, string>> = {
  1: 'ExchangeAdmin',
  2: 'ExchangeItem',
  3: 'ExchangeItemGroup',
  6: 'SharePointFileOperation',
  8: 'AzureActiveDirectory',
  14: 'SharePointSharingOperation',
  15: 'AzureActiveDirectoryStsLogon',
  25: 'MicrosoftTeams',
  40: 'SecurityComplianceAlerts',
  50: 'ExchangeItemAggregated',
};

/** The files that an administrator gets from each of the vendor's export tools. */
export function exportFiles(journal: Journal): ExportFile[] {
  const audit = journal.newestFirst('unified-audit-log');
  const inWorkload = (names: readonly string[]): readonly FeedDelivery[] =>
    audit.filter((item) => names.includes(String(item.document['Workload'])));
  return [
    ...csvParts('ual-entra', 1, inWorkload(['AzureActiveDirectory'])),
    ...csvParts('ual-exchange', 3, inWorkload(['Exchange'])),
    ...csvParts('ual-files', 2, inWorkload(['SharePoint', 'OneDrive'])),
    queryResult('audit-log-query.json', inWorkload(['MicrosoftTeams', 'SecurityComplianceCenter'])),
    graphList('sign-ins.json', 'auditLogs/signIns', journal.newestFirst('sign-ins')),
    graphList(
      'directory-audits.json',
      'auditLogs/directoryAudits',
      journal.newestFirst('directory-audits'),
    ),
  ];
}

/** Level 9 takes a moment once and makes every clone smaller. */
export function compress(file: ExportFile): Buffer {
  return gzipSync(file.text, { level: 9 });
}

/** A search returns a limited number of rows, so people export one interval after another. */
function csvParts(name: string, count: number, items: readonly FeedDelivery[]): ExportFile[] {
  const size = Math.ceil(items.length / count);
  const oldestFirst = items.toReversed();
  return Array.from({ length: count }, (_, part) => {
    const rows = oldestFirst.slice(part * size, (part + 1) * size).toReversed();
    return csv(count === 1 ? `${name}.csv` : `${name}-${part + 1}.csv`, rows);
  });
}

function csv(name: string, items: readonly FeedDelivery[]): ExportFile {
  const rows = items.map(({ document, atMs }, at) => csvRow(document, atMs, at, items.length));
  return { name, text: CSV_HEADER + rows.join('') };
}

/** `Search-UnifiedAuditLog | Export-Csv`: all cells quoted, CRLF, and a BOM as on Windows. */
export const CSV_HEADER: string = `\ufeff${csvLine([
  'RecordType',
  'CreationDate',
  'UserIds',
  'Operations',
  'AuditData',
  'ResultIndex',
  'ResultCount',
  'Identity',
  'IsValid',
  'ObjectState',
])}`;

export function csvRow(document: Document, atMs: number, index: number, count: number): string {
  return csvLine([
    RECORD_TYPES[Number(document['RecordType'])] ?? String(document['RecordType']),
    usTime(atMs),
    String(document['UserId']),
    String(document['Operation']),
    JSON.stringify(document),
    String(index + 1),
    String(count),
    String(document['Id']),
    'True',
    'Unchanged',
  ]);
}

function csvLine(cells: readonly string[]): string {
  return `${cells.map((cell) => `"${cell.replaceAll('"', '""')}"`).join(',')}\r\n`;
}

/** `3/2/2026 8:31:07 AM`, in UTC. */
function usTime(ms: number): string {
  const date = new Date(ms);
  const hour = date.getUTCHours();
  const two = (n: number): string => String(n).padStart(2, '0');
  const day = `${date.getUTCMonth() + 1}/${date.getUTCDate()}/${date.getUTCFullYear()}`;
  const time = `${hour % 12 || 12}:${two(date.getUTCMinutes())}:${two(date.getUTCSeconds())}`;
  return `${day} ${time} ${hour < 12 ? 'AM' : 'PM'}`;
}

function queryResult(name: string, items: readonly FeedDelivery[]): ExportFile {
  const value = items.map(
    ({ document }): Document => ({
      id: document['Id'],
      createdDateTime: `${String(document['CreationTime'])}Z`,
      auditLogRecordType: camel(RECORD_TYPES[Number(document['RecordType'])] ?? 'unknown'),
      operation: document['Operation'],
      organizationId: TENANT,
      userType: Number(document['UserType']) === 4 ? 'System' : 'Regular',
      userId: document['UserKey'],
      service: document['Workload'],
      objectId: document['ObjectId'] ?? null,
      userPrincipalName: document['UserId'],
      clientIp: document['ClientIP'] ?? null,
      administrativeUnits: [''],
      auditData: document,
    }),
  );
  return envelope(name, 'security/auditLog/queries/records', value);
}

function camel(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}

function graphList(name: string, path: string, items: readonly FeedDelivery[]): ExportFile {
  return envelope(
    name,
    path,
    items.map((item) => item.document),
  );
}

function envelope(name: string, path: string, value: readonly Document[]): ExportFile {
  const context = `https://graph.microsoft.com/beta/$metadata#${path}`;
  return { name, text: `${JSON.stringify({ '@odata.context': context, value }, null, 1)}\n` };
}
