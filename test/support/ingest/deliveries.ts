import { csvText } from './independent-parsers.ts';
import type { Activity, Document } from './week.ts';

/** The names that Search-UnifiedAuditLog gives to the numbers in its documents. */
const TYPE_NAMES: ReadonlyMap<unknown, string> = new Map([
  [2, 'ExchangeItem'],
  [6, 'SharePointFileOperation'],
  [8, 'AzureActiveDirectory'],
  [15, 'AzureActiveDirectoryStsLogon'],
  [50, 'ExchangeItemAggregated'],
]);

const HEADER = [
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
] as const;

/** The form of `Search-UnifiedAuditLog | Export-Csv`. */
export function asSearchCsv(activities: readonly Activity[]): string {
  const rows = activities.map(({ audit }, at) => ({
    RecordType: typeName(audit),
    CreationDate: String(audit['CreationTime']),
    UserIds: String(audit['UserId']),
    Operations: String(audit['Operation']),
    AuditData: JSON.stringify(audit),
    ResultIndex: String(at + 1),
    ResultCount: String(activities.length),
    Identity: String(audit['Id']),
    IsValid: 'True',
    ObjectState: 'Unchanged',
  }));
  return csvText(HEADER, rows);
}

function typeName(audit: Document): string {
  return TYPE_NAMES.get(audit['RecordType']) ?? String(audit['RecordType']);
}

/** Pages of Graph's audit log query with activity of people. */
export function asAuditLogQuery(activities: readonly Activity[]): string {
  const value = activities
    .filter(({ signIn }) => signIn === undefined)
    .map(({ audit }) => ({
      '@odata.type': '#microsoft.graph.security.auditLogRecord',
      id: audit['Id'],
      createdDateTime: `${String(audit['CreationTime'])}Z`,
      auditLogRecordType: camelCase(typeName(audit)),
      operation: audit['Operation'],
      organizationId: audit['OrganizationId'],
      userType: 'Regular',
      userId: audit['UserKey'],
      service: audit['Workload'],
      objectId: audit['ObjectId'] ?? null,
      userPrincipalName: audit['UserId'],
      clientIp: audit['ClientIP'] ?? null,
      administrativeUnits: [''],
      auditData: audit,
    }));
  const context = 'https://graph.microsoft.com/v1.0/$metadata#security/auditLog/queries/records';
  return JSON.stringify({ '@odata.context': context, value }, undefined, 2);
}

/** A page of `auditLogs/signIns`. */
export function asSignIns(activities: readonly Activity[]): string {
  const value = activities.flatMap(({ signIn }) => (signIn === undefined ? [] : [signIn]));
  const context = 'https://graph.microsoft.com/beta/$metadata#auditLogs/signIns';
  return JSON.stringify({ '@odata.context': context, value }, undefined, 1);
}

/** Blobs of the Management Activity API: arrays of documents, by content type. */
export function asActivityBlobs(activities: readonly Activity[]): ReadonlyMap<string, string> {
  const byWorkload = Map.groupBy(activities, ({ audit }) => String(audit['Workload']));
  const blobs = [...byWorkload].map(([workload, some]): [string, string] => {
    return [workload, JSON.stringify(some.map(({ audit }) => audit))];
  });
  return new Map(blobs);
}

function camelCase(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}
