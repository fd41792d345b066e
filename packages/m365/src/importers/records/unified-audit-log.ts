import type { JsonObject } from '../files/chunks/chunk.ts';
import { firstId, firstInstant, firstTenant, type Identity, type Shape } from './shape.ts';

const UNIFIED_AUDIT_LOG = 'm365.export/unified-audit-log';

/** A bare AuditData document from any file. */
export const unifiedAuditLog: Shape = {
  name: 'unified-audit-log',
  recognizes: isAuditDocument,
  identify: (item) => ({
    source: UNIFIED_AUDIT_LOG,
    tenant: auditTenant(item),
    id: auditId(item),
    at: firstInstant(item['CreationTime']),
  }),
};

/** The same document from a tool with its own spelling of names: `creationTime`, `operation`. */
export const unifiedAuditLogInAnyCase: Shape = {
  name: 'unified-audit-log-in-any-case',
  recognizes: (item) => isAuditDocument(inProperCase(item)),
  identify: (item) => unifiedAuditLog.identify(inProperCase(item)),
};

const NAMES: ReadonlyMap<string, string> = new Map(
  [
    'Id',
    'CreationTime',
    'Operation',
    'Workload',
    'RecordType',
    'OrganizationId',
    'TokenTenantId',
    'IntraSystemId',
    'IntraSystemsId',
  ].map((name) => [name.toLowerCase(), name]),
);

/** Nearly always returns the document itself. Names that occur in two cases stay unchanged. */
function inProperCase(document: JsonObject): JsonObject {
  if (document['Operation'] !== undefined) return document;
  const members = Object.entries(document).map(([name, value]) => {
    const proper = NAMES.get(name.toLowerCase()) ?? name;
    return [Object.hasOwn(document, proper) ? name : proper, value];
  });
  return Object.fromEntries(members) as JsonObject;
}

function isAuditDocument(item: JsonObject): boolean {
  if (item['CreationTime'] === undefined || item['Operation'] === undefined) return false;
  return (
    item['Workload'] !== undefined ||
    item['RecordType'] !== undefined ||
    item['OrganizationId'] !== undefined
  );
}

/** The columns of the row around an AuditData document; used where the document has no value. */
export type AuditRow = {
  readonly id: unknown;
  readonly at: unknown;
};

export function auditRowOf(row: JsonObject): AuditRow {
  return {
    id: row['Identity'] ?? row['RecordId'] ?? row['Id'],
    at: row['CreationDate'] ?? row['CreatedDateTime'],
  };
}

/** Identifies an AuditData document from a row of an export. */
export function identifyAuditData(given: JsonObject, row: AuditRow): Identity {
  const document = inProperCase(given);
  return {
    source: UNIFIED_AUDIT_LOG,
    tenant: auditTenant(document),
    id: auditId(document) ?? firstId(row.id),
    at: firstInstant(document['CreationTime']) ?? firstInstant(row.at),
  };
}

export function auditTenant(document: JsonObject): Identity['tenant'] {
  return firstTenant(document['OrganizationId'], document['TokenTenantId']);
}

/**
 * The id of the action. For a sign-in it is the request id, which the sign-in logs share. The
 * documentation and the data spell it differently.
 */
export function auditId(document: JsonObject): string | undefined {
  return isSignIn(document)
    ? firstId(document['IntraSystemId'], document['IntraSystemsId'], document['Id'])
    : firstId(document['Id']);
}

function isSignIn(document: JsonObject): boolean {
  const type = document['RecordType'];
  if (type === 15 || type === '15' || type === 'AzureActiveDirectoryStsLogon') return true;
  const operation = document['Operation'];
  return operation === 'UserLoggedIn' || operation === 'UserLoginFailed';
}
