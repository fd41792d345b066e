import { tenantId } from '@countersign/core';
import type { SignInDetail } from '@countersign/ocsf';
import type { DecisionRow } from '../../store/sqlite/decision-table.ts';
import type { ReportedSignIn } from '../checks/reported-sign-in.ts';

export const REPORTED_TENANT: ReturnType<typeof tenantId> = tenantId(
  '3f2b8c1e-7a54-4d0b-9c36-1e5d8a7b6c21',
);
export const REPORTED_MS: number = Date.UTC(2026, 0, 5, 9);

const DETAIL: SignInDetail = {
  conditionalAccess: 'success',
  factorPolicy: 'applied',
  steps: [],
  isCompliant: null,
  isManaged: null,
  credential: null,
  homeTenant: null,
  incomingToken: null,
  requests: [],
};

export type SignInChanges = Partial<Omit<ReportedSignIn, 'detail'>> & {
  readonly detail?: Partial<SignInDetail> | null;
};

/** An interactive, successful two-factor sign-in of Ada's. `null`: without detail. */
export function reported({ detail, ...changes }: SignInChanges = {}): ReportedSignIn {
  return {
    ...{ tenant: REPORTED_TENANT, action: 'a1', entries: [3, 5], timeMs: REPORTED_MS },
    ...{ flow: 'interactiveUser', outcome: 'in', who: { type: 'Person', id: 'ada' } },
    ...{ names: ['ada', 'ada@contoso.example'], address: '192.0.2.7', session: 's1' },
    ...{ device: null, app: 'Mail', resource: 'Exchange', isMfa: true, erased: false },
    ...changes,
    detail: detail === null ? undefined : { ...DETAIL, ...detail },
  };
}

/** A permit for Ada at the external method, half a minute before that sign-in. */
export function decided(changes: Partial<DecisionRow> = {}): DecisionRow {
  return {
    ...{
      index: 1,
      id: 'd1',
      atMs: REPORTED_MS - 30_000,
      tenant: REPORTED_TENANT,
      enforcementPoint: 'eam',
    },
    ...{ effect: 'permit', cause: 'policy', principal: 'ada', principalType: 'user' },
    ...{ action: 'signIn', resource: 'suite:s', policies: ['people'], because: [] },
    ...{ obligations: [], address: '192.0.2.7' },
    ...{ requestId: null, method: 'passkey', session: null, pass: null, policyVersion: 'p1' },
    ...changes,
  };
}

/** A successful step of a sign-in. */
export function step(method: string, detail = '', result = ''): SignInDetail['steps'][number] {
  return { method, detail, result, succeeded: true };
}
