import type { JsonObject } from '../files/chunks/chunk.ts';
import { firstId, firstInstant, firstTenant, nestedObject, type Shape } from './shape.ts';
import { auditId, auditTenant } from './unified-audit-log.ts';

/** A record of Graph's audit log query: an envelope that contains `auditData`. */
export const graphAuditLogQuery: Shape = {
  name: 'graph-audit-log-query',
  recognizes: (item) =>
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

/** Returns true for the query itself, which states whether its records are complete. */
export function isAuditLogQuery(item: JsonObject): boolean {
  return item['filterStartDateTime'] !== undefined && item['status'] !== undefined;
}
