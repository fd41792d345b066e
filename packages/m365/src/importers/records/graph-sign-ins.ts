import type { JsonObject } from '../files/chunks/chunk.ts';
import { firstId, firstInstant, firstTenant, type Identity, type Shape } from './shape.ts';

/** Members that only sign-ins have: users and applications also have a creation time. */
const MARKS: readonly string[] = [
  'clientAppUsed',
  'conditionalAccessStatus',
  'isInteractive',
  'signInEventTypes',
  'appliedConditionalAccessPolicies',
  'resourceDisplayName',
];

/** A sign-in as Graph and the Entra portal's JSON download deliver it. */
export const graphSignIns: Shape = {
  name: 'graph-sign-ins',
  recognizes: (item) =>
    item['createdDateTime'] !== undefined && MARKS.some((name) => item[name] !== undefined),
  identify: (item) => ({
    source: 'graph/signIns',
    tenant: signInTenant(item),
    id: firstId(item['id']),
    at: firstInstant(item['createdDateTime']),
  }),
};

/** The same from Graph's PowerShell module, whose names are capitalized. */
export const graphSignInsOfPowerShell: Shape = {
  name: 'graph-sign-ins-powershell',
  recognizes: (item) =>
    item['CreatedDateTime'] !== undefined &&
    item['TimeGenerated'] === undefined &&
    MARKS.some((name) => item[capital(name)] !== undefined),
  identify: (item) => ({
    source: 'graph/signIns',
    tenant: tenantOfSignIn(item['ResourceTenantId'], item['HomeTenantId'], item['UserType']),
    id: firstId(item['Id']),
    at: firstInstant(item['CreatedDateTime']),
  }),
};

function signInTenant(item: JsonObject): Identity['tenant'] {
  return tenantOfSignIn(item['resourceTenantId'], item['homeTenantId'], item['userType']);
}

/** A guest's home tenant differs from the tenant of the log. */
export function tenantOfSignIn(
  resource: unknown,
  home: unknown,
  userType: unknown,
): Identity['tenant'] {
  const isMember = typeof userType === 'string' && userType.toLowerCase() === 'member';
  return firstTenant(resource, isMember ? home : undefined);
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1);
}
