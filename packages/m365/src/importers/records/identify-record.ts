import type { JsonObject } from '../files/chunks/chunk.ts';
import { shapesInAnyCase } from './any-case.ts';
import { azureMonitor } from './azure-monitor.ts';
import { defender } from './defender.ts';
import { messageTrace } from './email-row.ts';
import { entraPortal } from './entra-portal.ts';
import { graphAuditLogQuery } from './graph-audit-log-query.ts';
import {
  graphDirectoryAudits,
  graphDirectoryAuditsOfPowerShell,
} from './graph-directory-audits.ts';
import { graphSignIns, graphSignInsOfPowerShell } from './graph-sign-ins.ts';
import { logAnalytics } from './log-analytics.ts';
import { messageFile } from './message-file.ts';
import { other } from './other-record.ts';
import type { Identity, Shape } from './shape.ts';
import { unifiedAuditLog, unifiedAuditLogInAnyCase } from './unified-audit-log.ts';

/** In this order: the most common shape first, the catch-all shape last. */
const SHAPES: readonly Shape[] = [
  unifiedAuditLog,
  graphAuditLogQuery,
  messageFile,
  azureMonitor,
  defender,
  logAnalytics,
  graphSignIns,
  graphDirectoryAudits,
  entraPortal,
  graphSignInsOfPowerShell,
  graphDirectoryAuditsOfPowerShell,
  unifiedAuditLogInAnyCase,
  ...shapesInAnyCase,
  messageTrace,
  other,
];

/** Recognizes an item only by its members. */
export function identify(item: JsonObject): Identity {
  for (const shape of SHAPES) if (shape.recognizes(item)) return shape.identify(item);
  return other.identify(item);
}
