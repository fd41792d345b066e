import type { Reason } from '@countersign/core';
import { isCovered } from '../../store/coverage/coverage-answer.ts';
import { FLOW_LOGS, type Log, tellsOf } from '../../store/coverage/log-sources.ts';
import type { CoverageRow } from '../../store/rows/entry-rows.ts';
import type { EventRow } from '../../store/rows/event-row.ts';

const ACTIONS: Log = {
  words: 'the activity of people and applications',
  of: [
    { source: /^m365\.activity\//i },
    { source: /^(?:m365\.export\/unified-audit-log|graph\/auditLogQuery)$/i },
    { source: /^log-analytics\/OfficeActivity$/i },
  ],
};

const OF_PEOPLE: readonly Log[] = [ACTIONS, FLOW_LOGS.interactive, FLOW_LOGS.nonInteractive];
const OF_SERVICES: readonly Log[] = [ACTIONS, FLOW_LOGS.servicePrincipals];
/** OCSF `actor.user.type_id`: Service. */
const SERVICE = 4;

/**
 * Logs that a statement needs and no connected source delivers.
 *
 * A source that was never connected has no coverage hole, so "no sign-in" would look like a result.
 */
export function notConnected(
  facts: readonly CoverageRow[],
  rows: readonly EventRow[],
): readonly Reason[] {
  const good = facts.filter(isCovered);
  if (good.length === 0) return [];
  const isService = rows.length > 0 && rows.every(({ event }) => event.actorType === SERVICE);
  return (isService ? OF_SERVICES : OF_PEOPLE)
    .filter((log) => !good.some((fact) => tellsOf(log, fact)))
    .map(({ words }) => {
      return { code: 'not-connected', text: `no connected source reports ${words}` };
    });
}
