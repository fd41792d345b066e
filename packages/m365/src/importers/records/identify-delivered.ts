import { TENANT_NOT_STATED, type TenantId } from '@countersign/core';
import type { DeliveredAs } from '../../collectors/collector.ts';
import type { JsonObject } from '../files/chunks/chunk.ts';
import { azureMonitor } from './azure-monitor.ts';
import { graphAuditLogQuery } from './graph-audit-log-query.ts';
import { graphDirectoryAudits } from './graph-directory-audits.ts';
import { graphSignIns } from './graph-sign-ins.ts';
import { firstTenant, type Identity, tenantOfResource } from './shape.ts';
import { unifiedAuditLog } from './unified-audit-log.ts';

export type DeliveredIdentity =
  | { readonly kind: 'record'; readonly identity: Identity }
  | { readonly kind: 'rejected'; readonly reason: string };

/**
 * Identifies a record that a collector requested. Its kind follows from the request, not from its
 * members. Its tenant must be the requested one: if a service mixes up its customers, one
 * customer's records must not enter another's store.
 */
export function identifyDelivered(item: JsonObject, as: DeliveredAs): DeliveredIdentity {
  const found = identityOf(item, as);
  const stranger = strangerOf(item, found.tenant, as);
  if (stranger !== undefined) {
    return { kind: 'rejected', reason: `a record of another tenant, ${stranger}` };
  }
  if (found.at === undefined) return { kind: 'rejected', reason: whyNone(item) };
  const identity = { ...found, tenant: as.tenant, source: as.source ?? found.source };
  return { kind: 'record', identity };
}

function identityOf(item: JsonObject, { family }: DeliveredAs): Identity {
  switch (family) {
    case 'activity':
      return unifiedAuditLog.identify(item);
    case 'sign-ins':
      return graphSignIns.identify(item);
    case 'directory-audits':
      return graphDirectoryAudits.identify(item);
    case 'audit-log-query':
      return graphAuditLogQuery.identify(item);
    case 'azure-monitor':
      return azureMonitor.identify(item);
  }
}

/** The tenant of the record, if it must be a different one. */
function strangerOf(
  item: JsonObject,
  read: TenantId,
  { family, tenant }: DeliveredAs,
): TenantId | undefined {
  if (read === tenant) return undefined;
  const stated = statedTenants(item, read, family).filter((each) => each !== TENANT_NOT_STATED);
  return stated.length === 0 || stated.includes(tenant) ? undefined : stated[0];
}

function statedTenants(
  item: JsonObject,
  read: TenantId,
  family: DeliveredAs['family'],
): TenantId[] {
  switch (family) {
    case 'sign-ins':
      // A guest's home tenant and a visitor's resource tenant are other tenants.
      return [firstTenant(item['resourceTenantId']), firstTenant(item['homeTenantId'])];
    case 'azure-monitor': {
      const resource = tenantOfResource(item['resourceId'] ?? item['resourceid']);
      return [firstTenant(item['tenantId'], item['tenantid'], resource)];
    }
    case 'activity':
    case 'audit-log-query':
    case 'directory-audits':
      return [read];
  }
}

function whyNone(item: JsonObject): string {
  return item['error'] === undefined
    ? 'not a record of the kind that was asked for: it has no event time'
    : 'an error message where a record should be';
}
