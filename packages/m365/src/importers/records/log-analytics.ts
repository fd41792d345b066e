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

/** Categories under which the sign-in tables say which of them a row is from. */
const TABLE_OF_CATEGORY: ReadonlyMap<unknown, string> = new Map([
  ['SignInLogs', 'SigninLogs'],
  ['NonInteractiveUserSignInLogs', 'AADNonInteractiveUserSignInLogs'],
  ['ServicePrincipalSignInLogs', 'AADServicePrincipalSignInLogs'],
  ['ManagedIdentitySignInLogs', 'AADManagedIdentitySignInLogs'],
]);

/** Tables whose `Type` is believed; queries often reuse that name for something else. */
const TABLES: ReadonlySet<unknown> = new Set([
  ...TABLE_OF_CATEGORY.values(),
  'OfficeActivity',
  'AuditLogs',
  'MicrosoftGraphActivityLogs',
]);

/** A row of a Log Analytics (or Sentinel) table: names with capitals, nested JSON as text. */
export const logAnalytics: Shape = {
  name: 'log-analytics',
  recognises: (item) => item['TimeGenerated'] !== undefined,
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

/** By what only this table has, when the row does not say. */
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

/** `TenantId` is not asked: in these tables it is the workspace. */
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
      // Only of sign-ins is it known that `Id` names the event.
      return table.toLowerCase().endsWith('signinlogs') ? firstId(row['Id']) : emailRowId(row);
  }
}
