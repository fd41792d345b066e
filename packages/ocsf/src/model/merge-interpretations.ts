import { assert } from '@countersign/core';
import type { Interpretation } from './interpretation.ts';

/**
 * Merges the interpretations of an action's deliveries, richest first. The first one wins; a column
 * that it does not state comes from the next one that does. Volumes never shrink: the largest count
 * is used. Throttling in any delivery is kept.
 */
export function mergeInterpretations(ranked: readonly Interpretation[]): Interpretation {
  const [first, ...rest] = ranked;
  assert(first !== undefined, 'there is at least one interpretation to merge');
  const merged = { ...first };
  for (const next of rest) {
    for (const [column, value] of Object.entries(next)) fill(merged, column, value);
    if (merged.statusId === 0) merged.statusId = next.statusId;
    if (merged.actorType === 0) merged.actorType = next.actorType;
    merged.itemCount = Math.max(merged.itemCount, next.itemCount);
    merged.isThrottled ||= next.isThrottled;
  }
  return merged;
}

function fill(into: Record<string, unknown>, column: string, value: unknown): void {
  if (into[column] === null) into[column] = value;
}

/**
 * The rank of a source; lower wins. Sign-in logs state more about a sign-in than its Unified Audit
 * Log record. An audit record states more than a row made from it.
 */
export function sourceRank(source: string): number {
  const known = RANKS.findIndex((prefix) => source.startsWith(prefix));
  return known < 0 ? RANKS.length : known;
}

const RANKS: readonly string[] = [
  'graph/signIns',
  'azure-monitor/SignInLogs',
  'azure-monitor/NonInteractiveUserSignInLogs',
  'azure-monitor/ServicePrincipalSignInLogs',
  'azure-monitor/ManagedIdentitySignInLogs',
  'azure-monitor/',
  'graph/directoryAudits',
  'log-analytics/SigninLogs',
  'log-analytics/AAD',
  'log-analytics/AuditLogs',
  'log-analytics/MicrosoftGraphActivityLogs',
  'entra.portal/',
  'm365.activity/',
  'm365.export/',
  'graph/auditLogQuery',
  'log-analytics/',
  'defender/',
  'mail/',
];
