import type { EventRow } from '../apps/countersign/src/store/rows/event-row.ts';
import type { CheckRow } from '../apps/countersign/src/store/sqlite/check-table.ts';
import type { PassRow } from '../apps/countersign/src/store/sqlite/decision-table.ts';

const PASS_MS = 36 * 3_600_000;

/** The check of a sign-in on an office day, with a decision if a person was asked. */
export function checkOf({ tenant, action, index, event }: EventRow): CheckRow {
  const isAsked = event.signInType === 'interactiveUser';
  return {
    ...{ tenant, action, entries: [index], timeMs: event.timeMs },
    ...{ flow: event.signInType ?? 'unknown', state: isAsked ? 'decided' : 'checked' },
    ...{ cause: null, principal: event.actorUid ?? '', address: event.ip, disagreements: [] },
    ...{ session: event.sessionUid, app: event.appUid },
    ...{ decision: isAsked ? decisionOf(index) : null, strength: isAsked ? 'exact' : null },
  };
}

/** The pass that the decision opened, until the next day's; none without a decision. */
export function passOf({ tenant, index, event }: EventRow): PassRow[] {
  if (event.signInType !== 'interactiveUser') return [];
  const [atMs, expiresMs] = [event.timeMs, event.timeMs + PASS_MS];
  const principal = event.actorUid ?? '';
  const pass = `pass-${index}`;
  const body = {
    ...{
      v: 1,
      phase: 'opened',
      pass,
      tenant,
      decision: decisionOf(index),
      enforcementPoint: 'eam',
    },
    ...{ principal: { type: 'Person', id: principal }, action: 'signIn', atMs, expiresMs },
    resource: { type: 'Suite', id: tenant },
    constraints: { address: null, device: null, app: null },
  };
  const fact = { index, pass, tenant, phase: 'opened', atMs, principal, expiresMs } as const;
  return [{ ...fact, body: JSON.stringify(body) }];
}

function decisionOf(index: number): string {
  return `decd0000-0000-4000-8000-${String(index).padStart(12, '0')}`;
}
