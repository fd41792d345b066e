import type { JsonObject } from '../files/chunks/chunk.ts';
import { emailRowId } from './email-row.ts';
import { tenantOfSignIn } from './graph-sign-ins.ts';
import {
  firstId,
  firstInstant,
  firstTenant,
  type Identity,
  type Shape,
  sourceName,
  tenantOfResource,
} from './shape.ts';

/** Categories with which rows of the sign-in tables state their table. */
const TABLE_OF_CATEGORY: ReadonlyMap<unknown, string> = new Map([
  ['SignInLogs', 'SigninLogs'],
  ['NonInteractiveUserSignInLogs', 'AADNonInteractiveUserSignInLogs'],
  ['ServicePrincipalSignInLogs', 'AADServicePrincipalSignInLogs'],
  ['ManagedIdentitySignInLogs', 'AADManagedIdentitySignInLogs'],
]);

/** Tables whose `Type` is trusted. Queries often reuse that name for another column. */
const TABLES: ReadonlySet<unknown> = new Set([
  ...TABLE_OF_CATEGORY.values(),
  'OfficeActivity',
  'AuditLogs',
  'MicrosoftGraphActivityLogs',
]);

/** A row of a Log Analytics (or Sentinel) table: capitalized names, nested JSON as text. */
export const logAnalytics: Shape = {
  name: 'log-analytics',
  recognizes: (item) => item['TimeGenerated'] !== undefined,
  identify: (item) => {
    const table = tableOf(item);
    return {
      source: `log-analytics/${table}`,
      tenant: tenantOfRow(item),
      id: idOf(table, item),
      at: firstInstant(item['CreatedDateTime'], item['ActivityDateTime'], item['TimeGenerated']),
    };
  },
};

/** Recognizes the table by its unique columns if the row does not state it. */
function tableOf(row: JsonObject): string {
  const type = row['Type'] ?? row['$table'];
  if (TABLES.has(type)) return type as string;
  if (row['OfficeId'] !== undefined || row['OfficeWorkload'] !== undefined) return 'OfficeActivity';
  const byCategory = TABLE_OF_CATEGORY.get(row['Category']);
  if (byCategory !== undefined) return byCategory;
  if (row['ActivityDisplayName'] !== undefined && row['TargetResources'] !== undefined) {
    return 'AuditLogs';
  }
  if (row['RequestUri'] !== undefined && row['RequestMethod'] !== undefined) {
    return 'MicrosoftGraphActivityLogs';
  }
  if (row['ResultType'] !== undefined && row['ResourceDisplayName'] !== undefined) {
    return signInTableOf(row);
  }
  return sourceName(type) ?? 'other';
}

function signInTableOf(row: JsonObject): string {
  if (row['UserPrincipalName'] === undefined || row['UserPrincipalName'] === '') {
    if (row['ServicePrincipalId'] !== undefined) return 'AADServicePrincipalSignInLogs';
  }
  const isInteractive = row['IsInteractive'];
  const isFalse = isInteractive === false || isInteractive === 'false' || isInteractive === 'False';
  return isFalse ? 'AADNonInteractiveUserSignInLogs' : 'SigninLogs';
}

/** `TenantId` is ignored: in these tables it is the workspace. */
function tenantOfRow(row: JsonObject): Identity['tenant'] {
  return firstTenant(
    row['AADTenantId'],
    row['AadTenantId'],
    row['OrganizationId'],
    row['OfficeTenantId'],
    tenantOfResource(row['ResourceId'] ?? row['_ResourceId']),
    tenantOfSignIn(row['ResourceTenantId'], row['HomeTenantId'], row['UserType']),
  );
}

function idOf(table: string, row: JsonObject): string | undefined {
  switch (table) {
    case 'OfficeActivity':
      return firstId(row['OfficeId'], row['SourceRecordId']);
    case 'MicrosoftGraphActivityLogs':
      return firstId(row['RequestId']);
    case 'AuditLogs':
      return firstId(row['Id']);
    default:
      // `Id` is known to identify the event only in sign-in tables.
      return table.toLowerCase().endsWith('signinlogs') ? firstId(row['Id']) : emailRowId(row);
  }
}
