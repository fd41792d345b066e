import type { JsonObject } from '../files/chunks/chunk.ts';
import { firstId, firstInstant, firstTenant, nestedObject, type Shape } from './shape.ts';
import { auditId, auditTenant } from './unified-audit-log.ts';

/** A record of Graph's audit log query (contracts 4): an envelope with `auditData` in it. */
export const graphAuditLogQuery: Shape = {
  name: 'graph-audit-log-query',
  recognises: (item) =>
    item['auditData'] !== undefined &&
    (item['auditLogRecordType'] !== undefined ||
      item['organizationId'] !== undefined ||
      item['createdDateTime'] !== undefined),
  identify: (item) => {
    const audit = nestedObject(item['auditData']);
    const tenant = firstTenant(auditTenant(audit), item['organizationId']);
    return {
      source: 'graph/auditLogQuery',
      tenant,
      id: auditId(audit) ?? firstId(item['id']),
      at: firstInstant(audit['CreationTime'], item['createdDateTime']),
    };
  },
};

/** The query itself, not a record: it says whether its records are all there are. */
export function isAuditLogQuery(item: JsonObject): boolean {
  return item['filterStartDateTime'] !== undefined && item['status'] !== undefined;
}
