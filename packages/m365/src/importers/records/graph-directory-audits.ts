import { firstId, firstInstant, firstTenant, type Shape } from './shape.ts';

/** A directory change as Graph and the Entra portal's JSON download deliver it. */
export const graphDirectoryAudits: Shape = {
  name: 'graph-directory-audits',
  recognizes: (item) =>
    item['activityDateTime'] !== undefined &&
    (item['activityDisplayName'] !== undefined || item['initiatedBy'] !== undefined),
  identify: (item) => ({
    source: 'graph/directoryAudits',
    tenant: firstTenant(item['tenantId']),
    id: firstId(item['id']),
    at: firstInstant(item['activityDateTime']),
  }),
};

/** The same from Graph's PowerShell module, whose names are capitalized. */
export const graphDirectoryAuditsOfPowerShell: Shape = {
  name: 'graph-directory-audits-powershell',
  recognizes: (item) =>
    item['ActivityDateTime'] !== undefined &&
    item['TimeGenerated'] === undefined &&
    (item['ActivityDisplayName'] !== undefined || item['InitiatedBy'] !== undefined),
  identify: (item) => ({
    source: 'graph/directoryAudits',
    tenant: firstTenant(item['TenantId']),
    id: firstId(item['Id']),
    at: firstInstant(item['ActivityDateTime']),
  }),
};
