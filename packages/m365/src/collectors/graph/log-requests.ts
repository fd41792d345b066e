import {
  INTERACTIVE_ONLY,
  leftOutCode,
  SIGN_IN_TYPES,
  type SignInType,
  type SourceId,
} from '@countersign/core';
import type { DeliveredFamily } from '../collector.ts';
import { AUDITS_KEPT_MS, SIGN_INS_KEPT_MS } from './limits.ts';

/** A log that Graph returns by event time, and the queries for it. */
export type GraphLog = {
  readonly source: SourceId;
  readonly family: DeliveredFamily;
  /** How long after the event it can be read, provided the answer shows that it is complete. */
  readonly keptMs: number;
  /** The window is complete when all queries were read. */
  readonly questions: readonly Question[];
  /** What the queries leave out of the source, so that the source is never read completely. */
  readonly leavesOut?: { readonly code: string; readonly because: string } | undefined;
  /** The query to use if the service does not support the other queries. */
  readonly fallback?: Question & { readonly code: string; readonly because: string };
};

export type Question = {
  readonly path: string;
  readonly time: string;
  readonly filter?: string;
};

/** Sign-ins of some kinds. Each kind must be requested by name. */
export function signInLog(types: readonly SignInType[]): GraphLog {
  const left = SIGN_IN_TYPES.filter((type) => !types.includes(type));
  const because =
    `the configuration asked for sign-ins of ${types.join(', ')} alone: of ` +
    `${left.join(', ')} nothing is known`;
  return {
    source: 'graph/signIns',
    family: 'sign-ins',
    keptMs: SIGN_INS_KEPT_MS,
    leavesOut: left.length === 0 ? undefined : { code: leftOutCode(left), because },
    questions: types.map((type) => ({
      path: '/beta/auditLogs/signIns',
      time: 'createdDateTime',
      filter: `signInEventTypes/any(t: t eq '${type}')`,
    })),
    fallback: {
      path: '/v1.0/auditLogs/signIns',
      time: 'createdDateTime',
      code: INTERACTIVE_ONLY,
      because:
        'the service does not give sign-ins by event type: interactive ones alone were read, ' +
        'and of refreshed, service and managed identity sign-ins nothing is known',
    },
  };
}

export const DIRECTORY_AUDITS: GraphLog = {
  source: 'graph/directoryAudits',
  family: 'directory-audits',
  keptMs: AUDITS_KEPT_MS,
  questions: [{ path: '/v1.0/auditLogs/directoryAudits', time: 'activityDateTime' }],
};
