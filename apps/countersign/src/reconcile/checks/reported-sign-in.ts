import type { TenantId } from '@countersign/core';
import type { SignInDetail } from '@countersign/ocsf';
import type { EventRow } from '../../store/rows/event-row.ts';

/** A sign-in as the vendor reported it, prepared for policies and decisions. */
export type ReportedSignIn = {
  readonly tenant: TenantId;
  readonly action: string;
  readonly entries: readonly number[];
  readonly timeMs: number;
  readonly flow: string;
  readonly outcome: 'in' | 'not in' | 'not stated';
  readonly who: { readonly type: 'Person' | 'Workload'; readonly id: string };
  /** All lowercase names by which an enforcement point may know the person. */
  readonly names: readonly string[];
  readonly address: string | null;
  readonly session: string | null;
  readonly device: string | null;
  readonly app: string | null;
  readonly resource: string | null;
  readonly isMfa: boolean | null;
  readonly erased: boolean;
  readonly detail: SignInDetail | undefined;
};

const SERVICE = 4;
const SUCCESS = 1;
const FAILURE = 2;
const OTHER = 99;
const LOGOFF = 2;

/** Undefined for a sign-out, which grants no access. */
export function reportedSignIn(
  row: EventRow,
  detail: SignInDetail | undefined,
): ReportedSignIn | undefined {
  const { tenant, action, entries, erased, event } = row;
  if (event.activityId === LOGOFF) return undefined;
  const isWorkload =
    event.signInType === 'servicePrincipal' ||
    event.signInType === 'managedIdentity' ||
    event.actorType === SERVICE;
  const names = [event.actorUid, event.actorName].filter((name) => name !== null);
  return {
    tenant,
    action,
    entries,
    timeMs: event.timeMs,
    flow: event.signInType ?? 'unknown',
    outcome: outcomeOf(event.statusId),
    who: { type: isWorkload ? 'Workload' : 'Person', id: names[0] ?? '' },
    names: names.map((name) => name.toLowerCase()),
    address: event.ip,
    session: event.sessionUid,
    device: event.deviceUid,
    app: event.appName ?? event.appUid,
    resource: event.resourceName ?? event.targetUid,
    isMfa: event.isMfa === null ? null : event.isMfa === 1,
    erased,
    detail,
  };
}

function outcomeOf(statusId: number): ReportedSignIn['outcome'] {
  if (statusId === SUCCESS) return 'in';
  return statusId === FAILURE || statusId === OTHER ? 'not in' : 'not stated';
}
