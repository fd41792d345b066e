import { withNestedMembers } from '@countersign/core';
import type { JsonObject } from '../files/chunks/chunk.ts';
import { emailRowId } from './email-row.ts';
import { tenantOfSignIn } from './graph-sign-ins.ts';
import {
  firstId,
  firstInstant,
  firstTenant,
  nestedObject,
  type Shape,
  sourceName,
  tenantOfResource,
} from './shape.ts';

/** Their `id` identifies a person or application, not the event. Two events may share it. */
const ID_IS_OF_A_PRINCIPAL: ReadonlySet<string> = new Set(['RiskyUsers', 'RiskyServicePrincipals']);

/**
 * A diagnostic record as Azure Monitor writes it to storage (`PT1H.json`) and Event Hubs. The Graph
 * item is under `properties`.
 */
export const azureMonitor: Shape = {
  name: 'azure-monitor',
  recognizes: (item) =>
    item['time'] !== undefined &&
    typeof item['category'] === 'string' &&
    (item['properties'] !== undefined ||
      item['operationName'] !== undefined ||
      item['operationname'] !== undefined),
  identify: (given) => {
    const item = given['properties'] === undefined ? withNestedMembers(given) : given;
    const properties = nestedObject(item['properties']);
    const category = sourceName(item['category']) ?? 'other';
    return {
      source: `azure-monitor/${category}`,
      tenant: firstTenant(
        item['tenantId'],
        item['tenantid'],
        tenantOfResource(item['resourceId'] ?? item['resourceid']),
        properties['tenantId'],
        tenantOfSignIn(
          properties['resourceTenantId'],
          properties['homeTenantId'],
          properties['userType'],
        ),
      ),
      id: idOf(category, properties),
      // The event's own time. `time` is when the pipeline received it, usually the same.
      at: firstInstant(
        properties['createdDateTime'],
        properties['activityDateTime'],
        properties['Timestamp'],
        item['time'],
      ),
    };
  },
};

function idOf(category: string, properties: JsonObject): string | undefined {
  if (ID_IS_OF_A_PRINCIPAL.has(category)) return undefined;
  if (category === 'MicrosoftGraphActivityLogs') {
    return firstId(properties['requestId'], properties['RequestId']);
  }
  if (category.startsWith('AdvancedHunting-')) return emailRowId(properties);
  return firstId(properties['id'], properties['Id']);
}
