import type { JsonObject } from '../files/chunks/chunk.ts';
import { emailRowId } from './email-row.ts';
import { firstId, firstInstant, firstTenant, nestedObject, type Shape } from './shape.ts';
import { auditId, auditTenant } from './unified-audit-log.ts';

/** A row of advanced hunting; rows of `CloudAppEvents` carry an audit record. */
export const defender: Shape = {
  name: 'defender',
  recognizes: (item) =>
    item['Timestamp'] === undefined
      ? item['TimeGenerated'] !== undefined && item['RawEventData'] !== undefined
      : item['ActionType'] !== undefined ||
        item['ReportId'] !== undefined ||
        item['NetworkMessageId'] !== undefined ||
        item['RawEventData'] !== undefined,
  identify: (item) => {
    const audit = nestedObject(item['RawEventData']);
    return {
      source: 'defender/advanced-hunting',
      tenant: firstTenant(auditTenant(audit), item['OrganizationId']),
      id: auditId(audit) ?? emailRowId(item) ?? reportId(item),
      at: firstInstant(item['Timestamp'], item['TimeGenerated']),
    };
  },
};

/**
 * Device tables count `ReportId` per device and restart: there it identifies an event only together
 * with device and time. In other tables it is text that identifies the event.
 */
function reportId(row: JsonObject): string | undefined {
  const report = row['ReportId'];
  const isCounter = typeof report === 'number' || /^\d{1,20}$/.test(String(report));
  if (!isCounter) return firstId(report);
  const parts = [row['DeviceId'], row['Timestamp'], row['ActionType'], report];
  const isComplete = parts.every((part) => part !== undefined && part !== null && part !== '');
  return isComplete ? firstId(parts.join('/')) : undefined;
}
