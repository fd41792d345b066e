import { assert } from '@countersign/core';
import type { Interpretation } from './interpretation.ts';

/**
 * One interpretation of an action out of those of its sightings, richest first. The first states
 * what it was; what it does not state comes from the next that does. Volumes never shrink: the
 * largest count stands, and throttling that any sighting reports was throttling.
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
 * The order in which sources are believed: less comes first. Sign-in logs know more of a sign-in
 * than its Unified Audit Log record; an audit record knows more than the row made from it.
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
