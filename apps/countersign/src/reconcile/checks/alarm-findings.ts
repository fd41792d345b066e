import { isGuid, type TenantId, unreachable } from '@countersign/core';
import type { FindingDraft, FindingSeverity } from '../../store/rows/finding.ts';
import type { DecisionRow } from '../../store/sqlite/decision-table.ts';

/** Increased when the meaning of this rule changes. */
const VERSION = 1;

const ALARMS = ['alarm:critical', 'alarm:high'] as const;

/** Findings about permits with an alarm: one per use, at once. */
export function alarmDrafts(decisions: Iterable<DecisionRow>): readonly FindingDraft[] {
  return [...decisions].flatMap((decision): FindingDraft[] => {
    const owed = ALARMS.find((alarm) => decision.obligations.includes(alarm));
    return decision.effect === 'permit' && owed !== undefined ? [draftOf(decision, owed)] : [];
  });
}

function draftOf(decision: DecisionRow, owed: (typeof ALARMS)[number]): FindingDraft {
  const { id, index, atMs, tenant, principal, enforcementPoint, action, policies, address } =
    decision;
  const [policy = 'unnamed'] = policies;
  const isEmergency = policies.includes('break-glass');
  const from = address === null ? 'from an unknown address' : `from ${address}`;
  return {
    rule: `enforcement/${isEmergency ? 'break-glass' : policy}`,
    version: VERSION,
    tenant: tenant as TenantId,
    group: id,
    windowMs: atMs,
    title: isEmergency
      ? `The emergency account ${principal} was used`
      : `${principal} was permitted with an alarm by the policy ${policy}`,
    message:
      `The enforcement point ${enforcementPoint} permitted ${action} ${from}. The policy ` +
      `${policy} permits it and asks for an alarm at each use.`,
    next: isEmergency
      ? 'Find out who used the emergency account and why. Change its credentials and seal them ' +
        'again. Likely harmless when: an outage or a planned drill is on record.'
      : `Ask ${principal} about this access. If they do not confirm it, end the pass with ` +
        '"countersign passes end" and revoke the session.',
    severity: severityOf(owed),
    techniques: ['T1078.004'],
    entries: [index],
    firstMs: atMs,
    lastMs: atMs,
    principals: [isGuid(principal) ? principal : `user:${principal}`],
    sessions: [],
    apps: [],
    addresses: address === null ? [] : [address],
    confidence: null,
  };
}

function severityOf(owed: (typeof ALARMS)[number]): FindingSeverity {
  switch (owed) {
    case 'alarm:critical':
      return 5;
    case 'alarm:high':
      return 4;
    default:
      return unreachable(owed);
  }
}
