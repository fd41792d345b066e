import type { JsonObject } from '../files/chunks/chunk.ts';
import { azureMonitor } from './azure-monitor.ts';
import { graphDirectoryAudits } from './graph-directory-audits.ts';
import { graphSignIns } from './graph-sign-ins.ts';
import { logAnalytics } from './log-analytics.ts';
import type { Shape } from './shape.ts';

const names = (text: string): ReadonlyMap<string, string> =>
  new Map(text.split(/\s+/).map((name) => [name.toLowerCase(), name]));

/** The shapes use these to recognize a row, and to find its person and time. */
const TABLE_NAMES = names(`TimeGenerated Type OfficeId OfficeWorkload SourceRecordId Category Id
  ActivityDisplayName ActivityDateTime TargetResources RequestUri RequestMethod RequestId ResultType
  ResourceDisplayName UserPrincipalName ServicePrincipalId IsInteractive CreatedDateTime AADTenantId
  OrganizationId OfficeTenantId ResourceId ResourceTenantId HomeTenantId UserType`);

const GRAPH_NAMES = names(`time category operationName properties resourceId tenantId
  createdDateTime activityDateTime activityDisplayName initiatedBy id clientAppUsed
  conditionalAccessStatus isInteractive signInEventTypes appliedConditionalAccessPolicies
  resourceDisplayName resourceTenantId homeTenantId userType`);

/** Restores the names of a row from a data lake or warehouse with single-case column names. */
function inProperCase(item: JsonObject, proper: ReadonlyMap<string, string>): JsonObject {
  return Object.fromEntries(
    Object.entries(item).map(([name, value]) => [proper.get(name.toLowerCase()) ?? name, value]),
  );
}

function anyCaseOf(shape: Shape, proper: ReadonlyMap<string, string>): Shape {
  return {
    name: `${shape.name}-in-any-case`,
    recognizes: (item) => shape.recognizes(inProperCase(item, proper)),
    identify: (item) => shape.identify(inProperCase(item, proper)),
  };
}

export const shapesInAnyCase: readonly Shape[] = [
  anyCaseOf(logAnalytics, TABLE_NAMES),
  anyCaseOf(azureMonitor, GRAPH_NAMES),
  anyCaseOf(graphSignIns, GRAPH_NAMES),
  anyCaseOf(graphDirectoryAudits, GRAPH_NAMES),
];
